/* SPDX-License-Identifier: BSD-3-Clause */
/* What is found out about a platform when it is asked, and the choice of a test build. */
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

struct platform platform = PLATFORM_LINUX;

PSHM_API int pshm_test_platform(const char *name);

int
pshm_test_platform(const char *name)
{
	static const struct platform rows[] = { PLATFORM_LINUX, PLATFORM_MACOS, PLATFORM_FREEBSD, PLATFORM_OPENBSD, PLATFORM_POSIX };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			platform = rows[i];
			return 0;
		}
	}
	return -EINVAL;
}

#endif
