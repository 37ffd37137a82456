/* SPDX-License-Identifier: BSD-3-Clause */
/* Other processes, and what to play them in. */
#ifndef PSHM_TEST_PROCESS_H
#define PSHM_TEST_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Run a function in a child; it passes when the function returns and no assertion in it fails. */
pid_t child_start(void (*function)(void *argument), void *argument);
void child_join(pid_t child);
void in_child(void (*function)(void *argument), void *argument);

/* Run it in many children at once, which begin together; the argument is the child's number. */
void in_children(int count, void (*function)(int number));

/* The signal that ends a child that runs the function, or 0. */
int signal_of_child(void (*function)(void *argument), void *argument);

/* Give this process and its children a shared memory file system of its own. The options are tmpfs(5)'s. */
bool private_shm_make(const char *options);

/* Whether the shared memory file system is this program's own. */
bool shm_is_private(void);

/* Remove everything in that file system, if it is private. */
void objects_remove_all(void);

/* Become nobody, for good. Returns false where this process may not. */
bool become_nobody(void);

/* Whether this user may give any other user an object: the superuser, where the namespace has every user. */
bool gives_objects_away(void);

/* From now on this process gets the errno for a system call, as in a sandbox. Returns false where that cannot be done. */
bool system_call_forbid(long number, int error);

#endif
