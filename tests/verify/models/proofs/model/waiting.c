/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, and calls that wait. */
#include "model.h"

#include <poll.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

/* The clock counts from a start that is a few hundred years ago at most, and does not go back. */
enum { NANOSECONDS = 1000000000 };
#define LATEST (INT64_C(1) << 33)

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static int64_t seconds;
	static long nanoseconds;
	int64_t later = nondet_int64();
	long fraction = (long)nondet_int64();

	calls++;
	check(clock == CLOCK_MONOTONIC, "the clock does not jump");
	if (nondet_bool()) {
		(void)failure(CALL_clock_gettime);
		assume(errno != ETIMEDOUT); /* it does not wait */
		return -1;
	}
	assume(later > 0 && later < LATEST && fraction >= 0 && fraction < NANOSECONDS);
	assume(later > seconds || (later == seconds && fraction >= nanoseconds));
	seconds = later;
	nanoseconds = fraction;
	ret_time->tv_sec = (time_t)later;
	ret_time->tv_nsec = fraction;
	return 0;
}

static void
check_time(const struct timespec *time)
{
	check(time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NANOSECONDS, "it is a time");
}

int
nanosleep(const struct timespec *time, struct timespec *ret_left)
{
	within(MAY_WAIT);
	(void)ret_left;
	check_time(time);
	let_others_run();
	return nondet_bool() ? 0 : failure(CALL_nanosleep);
}

int
ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *time, const sigset_t *mask)
{
	(void)mask;
	calls++;
	check(count == 1 && time != NULL, "one descriptor is waited for, and not for ever");
	check_time(time);
	if (nondet_bool())
		return failure(CALL_ppoll);
	let_others_run();
	descriptors->revents = (short)(nondet_int() & (descriptors->events | POLLERR | POLLHUP | POLLNVAL));
	return descriptors->revents != 0;
}

/* Memory of the caller: a word, or more. */
static bool
is_callers_word(uint64_t word)
{
	return word - (uint64_t)asked.address < (asked.length == 0 ? 8 : (uint64_t)asked.length);
}

static int
futex(const void *word, int operation, const void *limit)
{
	const int64_t *time = limit;

	within(MAY_WAIT);
	check(is_callers_word((uintptr_t)word), "the word is the caller's");
	check(operation == 1 || time != NULL, "nothing waits for ever");
	if (operation == 0)
		let_others_run();
	if (nondet_bool())
		return 0;
	failure(CALL_futex);
	assume(operation == 0 || errno != EINTR); /* only a wait is interrupted */
	return -1;
}

/* Whether a process is readable that is not there is not asked: the descriptor is one of this call. */
static int
pidfd_open(int number)
{
	check(number > 0, "it is the number of a process");
	return nondet_bool() ? new_descriptor() : failure(CALL_pidfd_open);
}

long
syscall(long number, ...)
{
	va_list arguments;
	long result;

	calls++;
	va_start(arguments, number);
	if (number == SYS_pidfd_open) {
		result = pidfd_open(va_arg(arguments, int));
	} else {
		const void *word = va_arg(arguments, const void *);
		int operation = va_arg(arguments, int);
		uint32_t value = va_arg(arguments, uint32_t);

		(void)value;
		result = futex(word, operation, va_arg(arguments, const void *));
	}
	va_end(arguments);
	return result;
}
