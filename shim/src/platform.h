/* SPDX-License-Identifier: BSD-3-Clause */
/* Which variant of a thing this platform uses: one table. A test build chooses from it at run time. */
#ifndef PSHM_PLATFORM_H
#define PSHM_PLATFORM_H

#include "system.h"

#include <stdatomic.h>

/* The ways to an anonymous object, in the order in which they are tried. */
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
	CAN_DISCARD = 1 << 2,       /* pages can be given back */
	CAN_IDENTIFY = 1 << 3,      /* device and inode tell objects apart */
	CAN_EMPTY_READING = 1 << 4, /* O_TRUNC empties an object that is opened for reading */
	CAN_PERMIT = 1 << 5,        /* fchmod and fchown work on an object */
	CAN_RESIZE = 1 << 6,        /* the size can be set more than once */
	CAN_WAIT = 1 << 7,          /* a process can sleep until a word changes */
	CAN_ATOMIC_64 = 1 << 8      /* 8 bytes are changed atomically */
};

struct platform {
	const char *name;
	const char *directory; /* where named objects are files, or NULL */
	int name_max;          /* bytes of a name, its slash included */
	int open_flags;        /* what shm_open takes beside the caller's flags */
	unsigned fallbacks;
	unsigned abilities;
	int64_t first_slice; /* how long a process that waits for a lock sleeps before it looks after the owner, in nanoseconds */
	int64_t last_slice;  /* each slice is twice as long as the one before it, up to this */
};

enum { FIRST_SLICE = 10000000, LAST_SLICE = 40000000 };

/*
 * Linux: objects are files of a tmpfs. O_NONBLOCK keeps the open of a FIFO from blocking and means nothing to
 * a regular file. glibc and musl count NAME_MAX bytes after the slash (but see pshm__name_max).
 */
#define PLATFORM_LINUX_LESS(name, inabilities, first_slice, last_slice) \
	{ name, "/dev/shm", 256, O_NONBLOCK, FALLBACK_MEMFD | FALLBACK_TMPFILE | FALLBACK_NAMED, \
	  (CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_DISCARD | CAN_EMPTY_READING | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | \
	   CAN_ATOMIC_64) & ~(unsigned)(inabilities), first_slice, last_slice }
#define PLATFORM_LINUX PLATFORM_LINUX_LESS("linux", 0, FIRST_SLICE, LAST_SLICE)

/* macOS: objects are not files (xnu, bsd/kern/posix_shm.c): sized once, no read, no write, no inode, PSHMNAMLEN. */
#define PLATFORM_MACOS \
	{ "macos", NULL, 31, 0, FALLBACK_NAMED, CAN_EMPTY_READING | CAN_WAIT | CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE }

/* FreeBSD: objects are the kernel's own (sys/kern/uipc_shm.c); shm_open refuses unknown flags. */
#define PLATFORM_FREEBSD \
	{ "freebsd", NULL, 1023, 0, FALLBACK_SHM_ANON | FALLBACK_NAMED, \
	  CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_DISCARD | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, \
	  FIRST_SLICE, LAST_SLICE }

/* OpenBSD: objects are files with hashed names, shm_open(3). */
#define PLATFORM_OPENBSD \
	{ "openbsd", NULL, 1023, 0, FALLBACK_MKSTEMP | FALLBACK_NAMED, \
	  CAN_DESCRIPTOR_IO | CAN_EMPTY_READING | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE }

/* What POSIX.1-2017 promises, and no more: read and write on an object are unspecified, O_TRUNC with O_RDONLY is undefined. */
#define PLATFORM_POSIX \
	{ "posix", NULL, 255, 0, FALLBACK_NAMED, CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE }

/* NetBSD 10: what POSIX promises, and futexes. */
#define PLATFORM_NETBSD \
	{ "netbsd", NULL, 255, 0, FALLBACK_NAMED, CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE | CAN_WAIT | CAN_ATOMIC_64, \
	  FIRST_SLICE, LAST_SLICE }

/* A test build holds all rows, and chooses one at run time. Elsewhere the compiler knows the row, and answers the questions. */
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

/* The size of a page of memory, in bytes; 0 until it was asked for, since sysconf is slow. */
extern atomic_int pshm__platform_page;

/* Ask for it. Threads that ask at the same time store the same answer. */
SELDOM int pshm__platform_ask_page_size(void);

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
