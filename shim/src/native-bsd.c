/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of the BSDs. A test build plays them on Linux. */
#include "system.h"
#include "native.h"

#ifdef PSHM_TEST_PLATFORM
#define SHM_ANON ((const char *)1)
int shm_mkstemp(char *template) __attribute__((weak));
#endif

#if defined MADV_NOCORE && !defined __linux__
int
pshm__native_leave_out_of_dumps(int64_t address, int64_t length)
{
	int saved = errno;

	return system_result(madvise((void *)(uintptr_t)address, (size_t)length, MADV_NOCORE), saved);
}
#elif !defined __linux__
int
pshm__native_leave_out_of_dumps(int64_t address, int64_t length)
{
	(void)address;
	(void)length;
	return -ENOTSUP;
}
#endif

/* A read-only object without a name is rejected there as pointless; the next fallback makes one. */
#ifdef SHM_ANON
int
pshm__native_shm_anon(int permissions)
{
	return sys_shm_open(SHM_ANON, O_RDWR, permissions);
}
#else
int
pshm__native_shm_anon(int permissions)
{
	(void)permissions;
	return -ENOTSUP;
}
#endif

#if defined __OpenBSD__ || defined PSHM_TEST_PLATFORM
int
pshm__native_mkstemp(char *template)
{
	int state = cancellation_disable();
	int saved = errno;
	int fd = shm_mkstemp(template);

	cancellation_restore(state);
	return system_result(fd, saved);
}
#else
int
pshm__native_mkstemp(char *template)
{
	(void)template;
	return -ENOTSUP;
}
#endif
