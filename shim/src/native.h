/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls that not every platform has, each with its result or its negated errno. native-linux.c, native-linux.h and
 * native-bsd.c implement them; on other platforms native-none.c returns -ENOTSUP.
 */
#ifndef PSHM_NATIVE_H
#define PSHM_NATIVE_H

#include "system.h"

/* The inline functions of Linux. */
#ifdef __linux__
#define NATIVE static inline
#else
#define NATIVE
#endif

/* A memfd that supports seals, and execute permissions if required; -ENOTSUP if the system has none. */
int pshm__native_memfd(bool executable, bool huge);

/* Whether a descriptor permits no access at all, as with O_PATH. */
NATIVE bool pshm__native_is_path(int status_flags);

/* Reserve pages and grow; -ENOTSUP where the platform or the file system cannot, or a sandbox forbids it; -EINTR. */
int pshm__native_fallocate(int fd, int64_t offset, int64_t length);

/* Release pages and keep the size; -ENOTSUP likewise. Repeated when interrupted. */
int pshm__native_discard(int fd, int64_t offset, int64_t length);

NATIVE int pshm__native_add_seals(int fd, int seals);
NATIVE int pshm__native_get_seals(int fd);

/* An unnamed file in the shared memory file system, open for reading and writing; -ENOTSUP where there are none. */
int pshm__native_tmpfile(int permissions);

/* Reopen an object by its descriptor; -ENOTSUP if that is not possible. */
int pshm__native_reopen(int fd, int flags);

/*
 * Link an unnamed file of the shared memory file system under a path: -EEXIST, -EXDEV for an object that cannot be linked, -ENOTSUP
 * where it cannot be reached by its descriptor.
 */
int pshm__native_link(int fd, const char *path);

/* Allocate the pages of a mapping; -ENOSPC if there is no memory. */
NATIVE int pshm__native_populate(int64_t address, int64_t length, bool writing);

/* Leave the pages of a mapping out of core dumps. */
NATIVE int pshm__native_leave_out_of_dumps(int64_t address, int64_t length);

/* Request huge pages; an error if the kernel was built without them. */
int pshm__native_ask_for_huge_pages(int64_t address, int64_t length);

/* An unnamed object of FreeBSD; -ENOTSUP elsewhere. */
int pshm__native_shm_anon(int permissions);

/* OpenBSD's object with a random name, which replaces the template; -ENOTSUP elsewhere. */
int pshm__native_mkstemp(char *template);

#ifdef __linux__
#include "native-linux.h"
#endif

#endif
