/* SPDX-License-Identifier: BSD-3-Clause */
/* Queries of the kernel about descriptors, mappings and objects, without the library under test. */
#ifndef PSHM_TEST_KERNEL_H
#define PSHM_TEST_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#define OBJECT_DIRECTORY "/dev/shm"

/* The path of a name, in a buffer that lives until the fourth call after. */
const char *path_of(const char *name);

bool object_exists(const char *name);
struct stat object_status(const char *name);
struct stat descriptor_status(int fd);

/* Make an object of a size by plain system calls; the mode is set whatever the umask is. */
void object_make(const char *name, mode_t mode, off_t size);
void object_remove(const char *name);

/* How many files there are where objects live. */
int object_count(void);

bool is_open(int fd);
bool is_close_on_exec(int fd);

/* The flags of a descriptor, from /proc/self/fdinfo. */
int descriptor_flags(int fd);
int descriptor_count(void);

/* The least number that the next descriptor will have. */
int descriptor_next(void);

/* The size of a page. */
int64_t page(void);

/* Whether the C library of this system is a glibc before 2.34, which has its own mind about names and where objects are. */
bool libc_before_2_34(void);

/* Whether the release of the kernel, as uname(2) says it, is at least that. */
bool kernel_is_since(int major, int minor);

/* The memory at an address. */
char *memory_at(int64_t address);

/* The protections of the mapping at an address, such as "rw-s", or "" where nothing is mapped. */
const char *protections_at(int64_t address);

/* A range where nothing is mapped. Above it is more, which the system gives away first, to a sanitizer for one. */
int64_t free_range(int64_t length);

/* Fail unless nothing is mapped at an address; under a sanitizer, which maps for itself, nothing is asserted. */
void assert_nothing_mapped(int64_t address);

/* How many mappings of objects this process has. */
int object_mapping_count(void);

/* Remove them all. */
void object_mappings_remove(void);

/* The number after a key in /proc/self/smaps for the mapping at an address, in KiB; -1 without the key. */
long mapping_figure(int64_t address, const char *key);

/* Whether the mapping at an address has a flag, by its two letters in the VmFlags of proc(5). */
bool mapping_has_flag(int64_t address, const char *letters);

/* Whether /proc shows the processes of this PID namespace. In a new one it may still be that of another. */
bool proc_is_ours(void);

/* Wait until the flag is set, by a process that then goes to sleep, and until it sleeps. */
void wait_until_asleep(const uint32_t *flag, pid_t process);

#endif
