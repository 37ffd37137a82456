/* SPDX-License-Identifier: BSD-3-Clause */
/* In between: other processes, and sleeping. */
#include "calls.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_futex
#define SYS_futex SYS_futex_time64
#endif

enum { ARGUMENTS = 6 };

/* 32-bit systems have two: one with times of 32 bits, one with times of 64. */
static bool
is_missing_futex(long number)
{
#ifdef SYS_futex_time64
	if (number == SYS_futex_time64)
		return interpose_simulates(NO_FUTEX);
#endif
	return number == SYS_futex && (interpose_simulates(NO_FUTEX) || interpose_simulates(NO_TIME_32));
}

static bool
is_futex(long number)
{
#ifdef SYS_futex_time64
	if (number == SYS_futex_time64)
		return true;
#endif
	return number == SYS_futex;
}

/* Whether a call by its number is to fail, and how: 0 where not. */
static int
refusal(long number)
{
	if (is_futex(number))
		return interpose_fails(CALL_futex) ? errno : is_missing_futex(number) ? ENOSYS : 0;
	if (number == SYS_pidfd_open)
		return interpose_fails(CALL_pidfd_open) ? errno : interpose_simulates(NO_PIDFD) ? ENOSYS : 0;
	return 0;
}

long
syscall(long number, ...)
{
	long arguments[ARGUMENTS];
	va_list rest;
	int error;

	REAL(syscall);
	va_start(rest, number);
	for (int i = 0; i < ARGUMENTS; i++)
		arguments[i] = va_arg(rest, long);
	va_end(rest);
	error = refusal(number);
	if (error != 0)
		return fail_with(error);
	return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

int
kill(pid_t process, int signal)
{
	REAL(kill);
	return interpose_fails(CALL_kill) ? -1 : real(process, signal);
}

int
nanosleep(const struct timespec *time, struct timespec *ret_left)
{
	bool fails;

	REAL(nanosleep);
	fails = interpose_fails(CALL_nanosleep);
	interpose_note_pause((int64_t)time->tv_sec * 1000000000 + time->tv_nsec);
	return fails ? -1 : real(time, ret_left);
}
