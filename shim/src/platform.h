/* SPDX-License-Identifier: BSD-3-Clause */
/* Which variant of a thing this platform uses: one table, consulted at run time. */
#ifndef PSHM_PLATFORM_H
#define PSHM_PLATFORM_H

#include <stdbool.h>

/* The ways to an anonymous object, in the order in which they are tried. */
enum rung {
	RUNG_MEMFD = 1 << 0,    /* Linux: memfd_create */
	RUNG_TMPFILE = 1 << 1,  /* Linux: O_TMPFILE where objects live */
	RUNG_SHM_ANON = 1 << 2, /* FreeBSD: shm_open(SHM_ANON) */
	RUNG_MKSTEMP = 1 << 3,  /* OpenBSD: shm_mkstemp */
	RUNG_NAMED = 1 << 4     /* everywhere: a random name, unlinked at once */
};

enum ability {
	CAN_ALLOCATE = 1 << 0,      /* pages can be reserved */
	CAN_DESCRIPTOR_IO = 1 << 1, /* pread and pwrite work on an object */
	CAN_IDENTIFY = 1 << 2,      /* device and inode tell objects apart */
	CAN_LINK = 1 << 3,          /* an unnamed object can be given a name */
	CAN_PERMIT = 1 << 4,        /* fchmod and fchown work on an object */
	CAN_PUNCH = 1 << 5,         /* pages can be reserved past the end, and given back */
	CAN_RESIZE = 1 << 6         /* the size can be set more than once */
};

struct platform {
	const char *name;
	const char *directory; /* where named objects are files, or NULL */
	int name_max;          /* bytes of a name, its slash included */
	int open_flags;        /* what shm_open takes beside the caller's flags */
	unsigned rungs;
	unsigned abilities;
};

#ifdef PSHM_TEST_PLATFORM
extern struct platform platform;
#else
extern const struct platform platform;
#endif

/* The size of a page of memory, in bytes. */
int platform_page_size(void);

static inline bool
can(enum ability ability)
{
	return (platform.abilities & (unsigned)ability) != 0;
}

#endif
