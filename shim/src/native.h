/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls that not every platform has, each with its result or its errno negated. native-linux.c, native-linux.h and
 * native-bsd.c make them; where there is nothing to make, native-none.c answers -ENOTSUP.
 */
#ifndef PSHM_NATIVE_H
#define PSHM_NATIVE_H

#include "system.h"

/* What Linux makes inline. */
#ifdef __linux__
#define NATIVE static inline
#else
#define NATIVE
#endif

/* A memfd that takes seals, and x bits if it has to be executable; -ENOTSUP where there are none. */
int pshm__native_memfd(bool executable, bool huge);

/* Whether a descriptor gives no access at all, as with O_PATH. */
NATIVE bool pshm__native_is_path(int status_flags);

/* Reserve pages and grow; -ENOTSUP where the platform or the file system cannot, or a sandbox forbids it; -EINTR. */
int pshm__native_fallocate(int fd, int64_t offset, int64_t length);

/* Give pages back and keep the size; -ENOTSUP likewise. Repeated when interrupted. */
int pshm__native_discard(int fd, int64_t offset, int64_t length);

NATIVE int pshm__native_add_seals(int fd, int seals);
NATIVE int pshm__native_get_seals(int fd);

/* An unnamed file in the shared memory file system, open for reading and writing; -ENOTSUP where there are none. */
int pshm__native_tmpfile(int permissions);

/* Open an object anew by its descriptor; -ENOTSUP where it cannot be done. */
int pshm__native_reopen(int fd, int flags);

/*
 * Link an unnamed file of the shared memory file system under a path: -EEXIST, -EXDEV for an object that cannot be linked, -ENOTSUP
 * where it cannot be reached by its descriptor.
 */
int pshm__native_link(int fd, const char *path);

/* Bring the pages of a mapping in; -ENOSPC when there are none to be had. */
NATIVE int pshm__native_populate(int64_t address, int64_t length, bool writing);

/* Leave the pages of a mapping out of core dumps. */
NATIVE int pshm__native_leave_out_of_dumps(int64_t address, int64_t length);

/* Ask for huge pages; the answer tells whether there is such a thing. */
int pshm__native_ask_for_huge_pages(int64_t address, int64_t length);

/* An unnamed object of FreeBSD's; -ENOTSUP elsewhere. */
int pshm__native_shm_anon(int permissions);

/* OpenBSD's object with a random name, which replaces the template; -ENOTSUP elsewhere. */
int pshm__native_mkstemp(char *template);

#ifdef __linux__
#include "native-linux.h"
#endif

#endif
