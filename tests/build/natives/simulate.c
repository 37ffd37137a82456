/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls of other systems, over those of Linux: what a word is slept on by, and what is known of a process. Compiled with the
 * stand-ins for a system's headers, and its macro instead of __linux__.
 */
#define _GNU_SOURCE
#if defined __FreeBSD__
#include <sys/umtx.h>
#include <sys/user.h>
#elif defined __APPLE__
#include <os/os_sync_wait_on_address.h>
#include <sys/proc.h>
#else
#include <sys/futex.h>
#endif
#include <sys/sysctl.h>

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#undef syscall
long syscall(long number, ...);

enum { LINUX_WAIT = 0, LINUX_WAKE = 1, STEP = 10000 };

static int
linux_futex(void *word, int operation, uint32_t value, const struct timespec *time)
{
	return (int)syscall(SYS_futex, word, operation, value, time, NULL, 0);
}

#if defined __FreeBSD__

/* Another value is a success, and so is a wake-up; the word has to be writable. */
int
_umtx_op(void *word, int operation, unsigned long value, void *size, void *time)
{
	int result;

	if (operation == UMTX_OP_WAKE)
		return linux_futex(word, LINUX_WAKE, (uint32_t)value, NULL) < 0 ? -1 : 0;
	if (operation != UMTX_OP_WAIT_UINT || (size_t)size != sizeof(struct _umtx_time) ||
	    ((struct _umtx_time *)time)->_clockid != CLOCK_MONOTONIC) {
		errno = EINVAL;
		return -1;
	}
	result = linux_futex(word, LINUX_WAIT, (uint32_t)value, &((struct _umtx_time *)time)->_timeout);
	return result < 0 && errno == EAGAIN ? 0 : result;
}

#elif defined __OpenBSD__

/* As at first: the error of a wait is the result; a handler is one with SA_RESTART. */
int
futex(volatile uint32_t *word, int operation, int value, const struct timespec *time, volatile uint32_t *other)
{
	(void)other;
	if (operation == FUTEX_WAKE)
		return linux_futex((void *)word, LINUX_WAKE, (uint32_t)value, NULL);
	if (linux_futex((void *)word, LINUX_WAIT, (uint32_t)value, time) == 0)
		return 0;
	return errno == EINTR ? ECANCELED : errno;
}

#elif defined __NetBSD__

long
netbsd_syscall(long number, ...)
{
	va_list rest;
	void *word;
	int operation;
	int value;
	const struct timespec *time;

	if (number != SYS___futex) {
		errno = ENOSYS;
		return -1;
	}
	va_start(rest, number);
	word = va_arg(rest, void *);
	operation = va_arg(rest, int);
	value = va_arg(rest, int);
	time = va_arg(rest, const struct timespec *);
	va_end(rest);
	return linux_futex(word, operation == FUTEX_WAIT ? LINUX_WAIT : LINUX_WAKE, (uint32_t)value, time);
}

#else

/* Another value is a success; nobody to wake is ENOENT. */
int
os_sync_wait_on_address_with_timeout(void *word, uint64_t value, size_t size, uint32_t flags, uint32_t clock, uint64_t nanoseconds)
{
	const struct timespec time = { (time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000) };
	int result;

	if (size != 4 || flags != OS_SYNC_WAIT_ON_ADDRESS_SHARED || clock != 32 || nanoseconds == 0) {
		errno = EINVAL;
		return -1;
	}
	result = linux_futex(word, LINUX_WAIT, (uint32_t)value, &time);
	return result < 0 && errno == EAGAIN ? 0 : result;
}

static int
wake(void *word, size_t size, uint32_t flags, int count)
{
	int woken = size == 4 && flags == OS_SYNC_WAKE_BY_ADDRESS_SHARED ? linux_futex(word, LINUX_WAKE, (uint32_t)count, NULL)
	                                                                 : -1;

	if (woken > 0)
		return 0;
	errno = woken == 0 ? ENOENT : EINVAL;
	return -1;
}

int
os_sync_wake_by_address_any(void *word, size_t size, uint32_t flags)
{
	return wake(word, size, flags, 1);
}

int
os_sync_wake_by_address_all(void *word, size_t size, uint32_t flags)
{
	return wake(word, size, flags, INT_MAX);
}

#endif

/* When the machine started, in microseconds: it moves when the clock is set. What is simulated on macOS and NetBSD does not ask. */
uint64_t simulated_boot = 1700000000123456;

/* The state of a process of this number, and its start in microseconds; 0 where there is none. */
static char
process_state(int number, uint64_t *ret_start)
{
	unsigned long long ticks = 0;
	char state = 0;
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", number);
	file = fopen(path, "r");
	if (file != NULL &&
	    fscanf(file, "%*d (%*[^)]) %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
	           &ticks) != 2)
		state = 0;
	if (file != NULL)
		(void)fclose(file);
	*ret_start = ticks * STEP;
	return state;
}

/* FreeBSD says ESRCH of a number that nobody has, the others give no record. */
int
sysctl(const int *name, unsigned count, void *ret_record, size_t *size, void *other, size_t other_size)
{
	uint64_t start;
	char state;

	(void)other;
	(void)other_size;
#if defined __FreeBSD__ || defined __OpenBSD__
	if (count == 2 && name[0] == CTL_KERN && name[1] == KERN_BOOTTIME) {
		*(struct timeval *)ret_record = (struct timeval){ (time_t)(simulated_boot / 1000000),
			                                          (long)(simulated_boot % 1000000) };
		return 0;
	}
#endif
	if (count < 4 || name[0] != CTL_KERN || name[2] != KERN_PROC_PID) {
		errno = EINVAL;
		return -1;
	}
	state = process_state(name[3], &start);
#if defined __FreeBSD__ || defined __OpenBSD__
	start += simulated_boot;
#endif
#ifdef __OpenBSD__
	start -= simulated_boot & 1; /* both moments are rounded */
#endif
#if defined __FreeBSD__
	if (state == 0) {
		errno = ESRCH;
		return -1;
	}
	*(struct kinfo_proc *)ret_record = (struct kinfo_proc){ .ki_start = { (time_t)(start / 1000000), (long)(start % 1000000) },
		                                                .ki_jid = 3,
		                                                .ki_stat = state == 'Z' ? SZOMB : 2 };
#elif defined __APPLE__
	if (state != 0)
		*(struct kinfo_proc *)ret_record = (struct kinfo_proc){
			.kp_proc = { { (time_t)(start / 1000000), (long)(start % 1000000) }, state == 'Z' ? SZOMB : 2 }
		};
#elif defined __OpenBSD__
	if (state != 0)
		*(struct kinfo_proc *)ret_record = (struct kinfo_proc){ start / 1000000, (uint32_t)(start % 1000000),
			                                                state == 'Z' ? SZOMB : 2 };
#else
	if (state != 0)
		*(struct kinfo_proc2 *)ret_record = (struct kinfo_proc2){ start / 1000000, (uint32_t)(start % 1000000),
			                                                  state == 'Z' ? LSZOMB : 2 };
#endif
	if (state == 0)
		*size = 0;
	return 0;
}
