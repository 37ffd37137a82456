/* SPDX-License-Identifier: BSD-3-Clause */
/* The variants that this platform uses: one table. A test build chooses from it at run time. */
#ifndef PSHM_PLATFORM_H
#define PSHM_PLATFORM_H

#include "system.h"

#include <stdatomic.h>

/* The methods of creating an anonymous object, in the order of the attempts. */
enum fallback {
	FALLBACK_MEMFD = 1 << 0,    /* Linux: memfd_create */
	FALLBACK_TMPFILE = 1 << 1,  /* Linux: O_TMPFILE in the shared memory file system */
	FALLBACK_SHM_ANON = 1 << 2, /* FreeBSD: shm_open(SHM_ANON) */
	FALLBACK_MKSTEMP = 1 << 3,  /* OpenBSD: shm_mkstemp, and the name is unlinked immediately */
	FALLBACK_NAMED = 1 << 4     /* everywhere: a random name, unlinked immediately */
};

enum ability {
	CAN_ALLOCATE = 1 << 0,      /* pages can be reserved */
	CAN_DESCRIPTOR_IO = 1 << 1, /* pread and pwrite work on an object */
	CAN_DISCARD = 1 << 2,       /* pages can be released */
	CAN_IDENTIFY = 1 << 3,      /* device and inode identify an object */
	CAN_EMPTY_READING = 1 << 4, /* O_TRUNC empties an object that is opened for reading */
	CAN_PERMIT = 1 << 5,        /* fchmod and fchown work on an object */
	CAN_RESIZE = 1 << 6,        /* the size can be set more than once */
	CAN_WAIT = 1 << 7,          /* a process can wait for a word to change */
	CAN_ATOMIC_64 = 1 << 8      /* 8-byte operations are atomic */
};

struct platform {
	const char *name;
	const char *directory; /* where named objects are files, or NULL */
	int name_max;          /* bytes of a name, its slash included */
	int open_flags;        /* additional flags of shm_open */
	unsigned fallbacks;
	unsigned abilities;
	int64_t first_slice; /* the time after which a waiter for a lock checks the owner, in nanoseconds */
	int64_t last_slice;  /* each slice is twice as long as the one before it, up to this */
};

enum { FIRST_SLICE = 10000000, LAST_SLICE = 40000000 };

/* clang-format off */

/*
 * Linux: objects are files of a tmpfs. O_NONBLOCK keeps the open of a FIFO from blocking and means nothing to
 * a regular file. glibc and musl count NAME_MAX bytes after the slash (but see pshm__name_max).
 */
#define PLATFORM_LINUX_LESS(name, inabilities, first_slice, last_slice) \
	{ name, "/dev/shm", 256, O_NONBLOCK, FALLBACK_MEMFD | FALLBACK_TMPFILE | FALLBACK_NAMED, \
	  (CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_DISCARD | CAN_EMPTY_READING | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | \
	   CAN_WAIT | CAN_ATOMIC_64) & ~(unsigned)(inabilities), first_slice, last_slice }
#define PLATFORM_LINUX PLATFORM_LINUX_LESS("linux", 0, FIRST_SLICE, LAST_SLICE)

/* macOS: objects are not files (xnu, bsd/kern/posix_shm.c): sized once, no read, no write, no inode, PSHMNAMLEN. */
#define PLATFORM_MACOS \
	{ "macos", NULL, 31, 0, FALLBACK_NAMED, CAN_EMPTY_READING | CAN_WAIT | CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE }

/* FreeBSD: objects are not files (sys/kern/uipc_shm.c); shm_open rejects unknown flags. */
#define PLATFORM_FREEBSD \
	{ "freebsd", NULL, 1023, 0, FALLBACK_SHM_ANON | FALLBACK_NAMED, \
	  CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_DISCARD | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, \
	  FIRST_SLICE, LAST_SLICE }

/* OpenBSD: objects are files with hashed names, shm_open(3). */
#define PLATFORM_OPENBSD \
	{ "openbsd", NULL, 1023, 0, FALLBACK_MKSTEMP | FALLBACK_NAMED, \
	  CAN_DESCRIPTOR_IO | CAN_EMPTY_READING | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, \
	  FIRST_SLICE, LAST_SLICE }

/* Only the guarantees of POSIX.1-2017: read and write on an object are unspecified, O_TRUNC with O_RDONLY is undefined. */
#define PLATFORM_POSIX \
	{ "posix", NULL, 255, 0, FALLBACK_NAMED, CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE }

/* NetBSD 10: the guarantees of POSIX, and futexes. */
#define PLATFORM_NETBSD \
	{ "netbsd", NULL, 255, 0, FALLBACK_NAMED, CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, \
	  FIRST_SLICE, LAST_SLICE }
/* clang-format on */

/* A test build contains all rows, and chooses one at run time. Otherwise the row is constant. */
#ifdef PSHM_TEST_PLATFORM
extern struct platform platform;
#elif defined __linux__
static const struct platform platform = PLATFORM_LINUX;
#elif defined __APPLE__
static const struct platform platform = PLATFORM_MACOS;
#elif defined __FreeBSD__
static const struct platform platform = PLATFORM_FREEBSD;
#elif defined __OpenBSD__
static const struct platform platform = PLATFORM_OPENBSD;
#elif defined __NetBSD__
static const struct platform platform = PLATFORM_NETBSD;
#else
static const struct platform platform = PLATFORM_POSIX;
#endif

/* The size of a page of memory, in bytes; 0 until its first use, since sysconf is slow. */
extern atomic_int pshm__platform_page;

/* Obtain it. Concurrent threads store the same value. */
COLD int pshm__platform_ask_page_size(void);

static inline int
platform_page_size(void)
{
	int size = atomic_load_explicit(&pshm__platform_page, memory_order_relaxed);

	return size == 0 ? pshm__platform_ask_page_size() : size;
}

static inline bool
can(enum ability ability)
{
	return (platform.abilities & (unsigned)ability) != 0;
}

#endif
