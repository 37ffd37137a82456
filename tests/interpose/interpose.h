/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the library under test and the C library. The test program defines the functions that the library
 * imports, and is linked with -rdynamic, so that the dlopened library binds to them. While a call under test runs,
 * they count, fail when a test says so, and play systems other than the one that the tests run on; at any other
 * time they pass through.
 */
#ifndef PSHM_TEST_INTERPOSE_H
#define PSHM_TEST_INTERPOSE_H

#include <stdbool.h>
#include <stddef.h>

/* The functions in between. */
#define INTERPOSED_FUNCTIONS(ROW) \
	ROW(shm_open) ROW(shm_unlink) ROW(shm_mkstemp) ROW(memfd_create) ROW(open) ROW(linkat) ROW(close) ROW(fcntl) \
	ROW(ftruncate) ROW(fallocate) ROW(fstat) ROW(lstat) ROW(fstatat) ROW(statvfs) ROW(fstatvfs) ROW(fchown) \
	ROW(fchmod) ROW(mmap) ROW(munmap) ROW(mprotect) ROW(mlock) ROW(madvise) ROW(pread) ROW(pwrite) ROW(opendir) \
	ROW(readdir) ROW(sendmsg) ROW(recvmsg) ROW(socketpair) ROW(getentropy) ROW(clock_gettime) ROW(sysinfo) ROW(realloc)

enum interposed {
#define ROW(function) CALL_##function,
	INTERPOSED_FUNCTIONS(ROW)
#undef ROW
	INTERPOSED
};

extern const char *const interposed_names[INTERPOSED];

/* Around a call under test, by the harness. */
void interpose_enter(void);
void interpose_leave(void);

/* From now on, the n-th call (from 1) of the function fails with the errno; n is 0 for all of them. */
void interpose_fail(enum interposed function, int nth, int error);

/* Nothing fails any more, and counting begins anew. The personality stays. */
void interpose_reset(void);

/* Remove the name that an shm_unlink which had to fail left behind. */
void interpose_unlink_refused(void);

/* How often a function was called since the last reset. */
int interpose_count(enum interposed function);

/* How many bytes the last pread or pwrite was asked for. */
size_t interpose_last_count(void);
void interpose_note_count(size_t count);

/* Whether the failure that was asked for has happened. */
bool interpose_has_failed(void);

/* What a system lacks or does otherwise. */
enum trait {
	NO_MEMFD = 1 << 0,         /* memfd_create: ENOSYS */
	NO_EXEC_FLAGS = 1 << 1,    /* memfd_create knows neither MFD_EXEC nor MFD_NOEXEC_SEAL: before Linux 6.3 */
	NO_TMPFILE = 1 << 2,       /* O_TMPFILE: EOPNOTSUPP */
	NO_PROC = 1 << 3,          /* nothing below /proc */
	NO_FALLOCATE = 1 << 4,     /* fallocate: EOPNOTSUPP */
	NO_POPULATE = 1 << 5,      /* MADV_POPULATE_READ and _WRITE are unknown: before Linux 5.14 */
	OLD_SEALS = 1 << 6,        /* F_SEAL_FUTURE_WRITE and F_SEAL_EXEC are unknown: before Linux 5.1 */
	SIZE_ONCE = 1 << 7,        /* a size is set once, and is a multiple of the page's: macOS */
	NO_DESCRIPTOR_IO = 1 << 8, /* pread, pwrite: ENXIO */
	NO_PERMISSIONS = 1 << 9,   /* fchmod, fchown: EINVAL */
	SHORT_NAMES = 1 << 10,     /* 31 bytes */
	NO_IDENTITY = 1 << 11,     /* fstat knows no inode, type or times */
	WRITE_IS_EPERM = 1 << 12,  /* a writable mapping of a read-only object: EPERM */
	STRICT_FLAGS = 1 << 13,    /* shm_open refuses flags that POSIX does not name */
	TYPES_UNKNOWN = 1 << 14,   /* readdir does not tell what an entry is */
	HALF_FALLOCATE = 1 << 15,  /* fallocate lets the object grow and then finds no room */
	OTHERS_GROW = 1 << 16,     /* while fallocate finds no room, another process lets the object grow past that */
	FLICKERING = 1 << 17,      /* a name is there when it is created, and missing when it is opened */
	HIGH_ADDRESSES = 1 << 18,  /* mmap answers with an address above 2^63, where nothing is */
	SHORT_TRANSFERS = 1 << 19, /* pread and pwrite move three bytes at most */
	LARGE_PAGES = 1 << 20,     /* objects are of pages of 16 KiB: mapped in whole ones, and not unmapped otherwise */
	OTHERS_RELEASE = 1 << 21,  /* before fallocate lets an object grow, another process gives back all of its pages */
	UNCUT_LENGTHS = 1 << 22,   /* recvmsg has cut a message, and left its parts as long as they were sent: macOS, FreeBSD */
	SCARCE_MEMORY = 1 << 23,   /* the machine has 5 MiB, of which 1 is free, and 2.5 are available */
	NO_ESTIMATE = 1 << 24,     /* beside: /proc/meminfo does not tell what is available, before Linux 3.14 */
	OWN_OBJECTS = 1 << 30      /* readdir passes over the objects of other programs, which come and go */
};

/* Play a system by its name: see personalities.c. NULL or "native" is the system itself. Unknown ones end the program. */
void interpose_personality(const char *name);
const char *interpose_personality_name(void);

/* Add to what is played, for one test, and take away again. */
void interpose_add_traits(unsigned traits);
void interpose_remove_traits(unsigned traits);

/* For the functions in between: count the call; true when it is to fail now, with errno set. */
bool interpose_fails(enum interposed function);

/* The C library's function of the same symbol; or, where a sanitizer has taken that one's place, the sanitizer's. */
void *interpose_next(const void *own);
bool interpose_plays(enum trait trait);

#endif
