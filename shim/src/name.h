/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of objects. */
#ifndef PSHM_NAME_H
#define PSHM_NAME_H

/* The bytes of a name that the library makes: within macOS's limit of 31, and a NUL. */
enum { MADE_NAME_SIZE = 32 };

/* 0 when the name has the portable form: a slash and then bytes that are none, at most platform.name_max in all. */
int name_check(const char *name);

/* Write a name that nobody can guess. An error of the system's random source is returned. */
int name_random(char *ret_name);

/* Write a name for people, about the object behind a descriptor, without a system call. */
void name_for_people(char *ret_name, int fd);

#endif
