/* SPDX-License-Identifier: BSD-3-Clause */
/* Properties of a platform that are determined at run time, and the choice of a test build. */
#include "system.h"
#include "platform.h"

atomic_int pshm__platform_page;

int
pshm__platform_ask_page_size(void)
{
	int size = (int)sysconf(_SC_PAGESIZE);

	atomic_store_explicit(&pshm__platform_page, size, memory_order_relaxed);
	return size;
}

#ifdef PSHM_TEST_PLATFORM

#include <string.h>

/* Linux without some features. Without slices a lost wakeup is not hidden: an hour is longer than any test. */
#define HOUR ((int64_t)3600 * 1000000000)
#define PLATFORM_NO_SLICES PLATFORM_LINUX_LESS("no-slices", 0, HOUR, HOUR)
#define PLATFORM_SHORT_SLICES PLATFORM_LINUX_LESS("short-slices", 0, 1000000, 1000000)
#define PLATFORM_NO_FUTEX PLATFORM_LINUX_LESS("no-futex", CAN_WAIT, FIRST_SLICE, LAST_SLICE)
#define PLATFORM_NARROW PLATFORM_LINUX_LESS("narrow", CAN_ATOMIC_64, FIRST_SLICE, LAST_SLICE)

struct platform platform = PLATFORM_LINUX;

PSHM_API int pshm_test_platform(const char *name);

int
pshm_test_platform(const char *name)
{
	static const struct platform rows[] = { PLATFORM_LINUX,    PLATFORM_MACOS, PLATFORM_FREEBSD,   PLATFORM_OPENBSD,
		                                PLATFORM_NETBSD,   PLATFORM_POSIX, PLATFORM_NO_SLICES, PLATFORM_SHORT_SLICES,
		                                PLATFORM_NO_FUTEX, PLATFORM_NARROW };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			platform = rows[i];
			return 0;
		}
	}
	return -EINVAL;
}

#endif
