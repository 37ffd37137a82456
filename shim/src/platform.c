/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of platforms. A test build holds all rows, and can choose one: see the end. */
#include "system.h"
#include "platform.h"

#include <stdatomic.h>

/*
 * Linux: objects are files of a tmpfs. O_NONBLOCK keeps the open of a FIFO from blocking and means nothing to
 * a regular file. glibc and musl count NAME_MAX bytes after the slash.
 */
#define LINUX \
	{ "linux", "/dev/shm", 256, O_NONBLOCK, RUNG_MEMFD | RUNG_TMPFILE | RUNG_NAMED, \
	  CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_IDENTIFY | CAN_LINK | CAN_PERMIT | CAN_PUNCH | CAN_RESIZE }

/* macOS: objects are not files (xnu, bsd/kern/posix_shm.c): sized once, no read, no write, no inode, PSHMNAMLEN. */
#define MACOS { "macos", NULL, 31, 0, RUNG_NAMED, 0 }

/* FreeBSD: objects are the kernel's own (sys/kern/uipc_shm.c); shm_open refuses flags that it does not know. */
#define FREEBSD \
	{ "freebsd", NULL, 1023, 0, RUNG_SHM_ANON | RUNG_NAMED, \
	  CAN_ALLOCATE | CAN_DESCRIPTOR_IO | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE }

/* OpenBSD: objects are files with hashed names, shm_open(3). */
#define OPENBSD \
	{ "openbsd", NULL, 1023, 0, RUNG_MKSTEMP | RUNG_NAMED, CAN_DESCRIPTOR_IO | CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE }

/* What POSIX.1-2017 promises, and no more: read and write on an object are unspecified. */
#define POSIX { "posix", NULL, 255, 0, RUNG_NAMED, CAN_IDENTIFY | CAN_PERMIT | CAN_RESIZE }

#ifdef PSHM_TEST_PLATFORM

#include <string.h>

struct platform platform = LINUX;

PSHM_API int pshm_test_platform(const char *name);

int
pshm_test_platform(const char *name)
{
	static const struct platform rows[] = { LINUX, MACOS, FREEBSD, OPENBSD, POSIX };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			platform = rows[i];
			return 0;
		}
	}
	return -EINVAL;
}

#elif defined __linux__
const struct platform platform = LINUX;
#elif defined __APPLE__
const struct platform platform = MACOS;
#elif defined __FreeBSD__
const struct platform platform = FREEBSD;
#elif defined __OpenBSD__
const struct platform platform = OPENBSD;
#else
const struct platform platform = POSIX;
#endif

/* Asked once, since sysconf is slow. Threads that ask at the same time store the same answer. */
int
platform_page_size(void)
{
	static atomic_int answer;
	int size = atomic_load_explicit(&answer, memory_order_relaxed);

	if (size == 0) {
		size = (int)sysconf(_SC_PAGESIZE);
		atomic_store_explicit(&answer, size, memory_order_relaxed);
	}
	return size;
}
