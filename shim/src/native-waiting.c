/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls with which a process waits for a word: a pair of small functions per system. -ENOSYS if the system has none.
 */
#include "system.h"
#include "waiting.h"

#include <limits.h>
#include <time.h>

#if defined __linux__

#include <sys/syscall.h>

/* linux/futex.h, which musl's own headers lack. Without FUTEX_PRIVATE_FLAG: between processes. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };

/* futex(2) takes the kernel's timespec. The first call of 32-bit systems has one of two longs, but that of x32. */
#if defined SYS_futex && !(defined __x86_64__ && defined __ILP32__)
#define FUTEX_CALL SYS_futex
typedef long futex_time;
#elif defined SYS_futex
#define FUTEX_CALL SYS_futex
typedef int64_t futex_time;
#else
#define FUTEX_CALL SYS_futex_time64
typedef int64_t futex_time;
#endif

static int
sys_futex(long call, word32 *word, int operation, uint32_t value, const void *limit)
{
	int saved = errno;
	int result = system_result((int)syscall(call, word, operation, value, limit, NULL, 0), saved);

	return is_missing_call(result) ? -ENOSYS : result;
}

/* A 32-bit kernel may be built without the calls whose times have 32 bits, and has the other one then, since 5.1. */
#if defined SYS_futex && defined SYS_futex_time64
static int
wait_by_other_call(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	const struct {
		int64_t seconds, nanoseconds;
	} limit = { nanoseconds / SECOND, nanoseconds % SECOND };

	return sys_futex(SYS_futex_time64, word, FUTEX_WAIT, expected, &limit);
}

static int
wake_by_other_call(word32 *word, int count)
{
	return sys_futex(SYS_futex_time64, word, FUTEX_WAKE, (uint32_t)count, NULL);
}
#else
static int
wait_by_other_call(const word32 *word, uint32_t expected, int64_t nanoseconds)
{
	(void)word;
	(void)expected;
	(void)nanoseconds;
	return -ENOSYS;
}

static int
wake_by_other_call(const word32 *word, int count)
{
	(void)word;
	(void)count;
	return -ENOSYS;
}
#endif

int
pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	const struct {
		futex_time seconds, nanoseconds;
	} limit = { (futex_time)(nanoseconds / SECOND), (futex_time)(nanoseconds % SECOND) };
	int error = sys_futex(FUTEX_CALL, word, FUTEX_WAIT, expected, &limit);

	return error == -ENOSYS ? wait_by_other_call(word, expected, nanoseconds) : error;
}

int
pshm__native_wake(word32 *word, int count)
{
	int error = sys_futex(FUTEX_CALL, word, FUTEX_WAKE, (uint32_t)count, NULL);

	return error == -ENOSYS ? wake_by_other_call(word, count) : error;
}

#elif defined __FreeBSD__

#include <sys/types.h>
#include <sys/umtx.h>

int
pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	struct _umtx_time limit = { ._timeout = { (time_t)(nanoseconds / SECOND), (long)(nanoseconds % SECOND) },
		                    ._flags = 0,
		                    ._clockid = CLOCK_MONOTONIC };
	int saved = errno;
	int error = system_result(_umtx_op(word, UMTX_OP_WAIT_UINT, expected, (void *)sizeof limit, &limit), saved);

	/* A process cannot wait for a word that it may not write (sys/kern/kern_umtx.c): it is polled. */
	return error == -EFAULT ? -ENOSYS : error;
}

int
pshm__native_wake(word32 *word, int count)
{
	int saved = errno;

	return system_result(_umtx_op(word, UMTX_OP_WAKE, (unsigned long)count, NULL, NULL), saved);
}

#elif defined __OpenBSD__ || defined __NetBSD__

#include <sys/futex.h>
#ifdef __NetBSD__
#include <sys/syscall.h>
#endif

static int
call_futex(word32 *word, int operation, int value, const struct timespec *limit)
{
#ifdef __NetBSD__
	return (int)syscall(SYS___futex, word, operation, value, limit, NULL, 0, 0);
#else
	return futex((volatile uint32_t *)word, operation, value, limit, NULL);
#endif
}

int
pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	const struct timespec limit = { (time_t)(nanoseconds / SECOND), (long)(nanoseconds % SECOND) };
	int saved = errno;
	int result = call_futex(word, FUTEX_WAIT, (int)expected, &limit);
	/* OpenBSD's error was the result at first; ECANCELED means that the handler has SA_RESTART (sys/kern/sys_futex.c). */
	int error = result > 0 ? -result : system_result(result, saved);

	return error == -ECANCELED ? -EINTR : error;
}

int
pshm__native_wake(word32 *word, int count)
{
	int saved = errno;

	return system_result(call_futex(word, FUTEX_WAKE, count, NULL), saved);
}

#elif defined __APPLE__ && __has_include(<os/os_sync_wait_on_address.h>)

#include <os/clock.h>
#include <os/os_sync_wait_on_address.h>

/* macOS 14.4 and later: looked up weakly, so that the library loads on an older one. */
extern __typeof__(os_sync_wait_on_address_with_timeout) os_sync_wait_on_address_with_timeout __attribute__((weak_import));
extern __typeof__(os_sync_wake_by_address_any) os_sync_wake_by_address_any __attribute__((weak_import));
extern __typeof__(os_sync_wake_by_address_all) os_sync_wake_by_address_all __attribute__((weak_import));

int
pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	int saved = errno;

	if (os_sync_wait_on_address_with_timeout == NULL)
		return -ENOSYS;
	return system_result(os_sync_wait_on_address_with_timeout(word, expected, sizeof *word, OS_SYNC_WAIT_ON_ADDRESS_SHARED,
	                                                          OS_CLOCK_MACH_ABSOLUTE_TIME, (uint64_t)nanoseconds),
	                     saved);
}

/* It wakes one or all; an error ENOENT means that nobody sleeps. */
static int
wake_once(word32 *word, bool all)
{
	int saved = errno;

	return system_result(all ? os_sync_wake_by_address_all(word, sizeof *word, OS_SYNC_WAKE_BY_ADDRESS_SHARED)
	                         : os_sync_wake_by_address_any(word, sizeof *word, OS_SYNC_WAKE_BY_ADDRESS_SHARED),
	                     saved);
}

int
pshm__native_wake(word32 *word, int count)
{
	int error = os_sync_wake_by_address_any == NULL ? -ENOSYS : 0;

	if (error == 0 && count == INT_MAX)
		error = wake_once(word, true);
	else
		while (error >= 0 && count-- > 0)
			error = wake_once(word, false);
	return error == -ENOENT ? 0 : error;
}

#else

int
pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds)
{
	(void)word;
	(void)expected;
	(void)nanoseconds;
	return -ENOSYS;
}

int
pshm__native_wake(word32 *word, int count)
{
	(void)word;
	(void)count;
	return -ENOSYS;
}

#endif
