/* SPDX-License-Identifier: BSD-3-Clause */
/* clock_gettime(2) and setitimer(2). */
#include "timing.h"
#include "assertions.h"
#include "interpose.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int64_t
time_now(void)
{
	struct timespec time;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &time), 0);
	return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

int64_t
shortest_time(void (*act)(void))
{
	int64_t shortest = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		int64_t start = time_now();
		int64_t time;

		act();
		time = time_now() - start;
		shortest = time < shortest ? time : shortest;
	}
	return shortest;
}

static volatile sig_atomic_t interruptions;

static void
count_interruption(int signal)
{
	(void)signal;
	interruptions++;
}

void
interrupt_after(int seconds)
{
	const struct sigaction action = { .sa_handler = count_interruption };

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	(void)alarm((unsigned)seconds);
}

void
interruptions_start(int flags, int microseconds)
{
	const struct sigaction action = { .sa_handler = count_interruption, .sa_flags = flags };
	const struct itimerval every = { { 0, microseconds }, { 0, microseconds } };

	interruptions = 0;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
}

int
interruptions_stop(void)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	return interruptions;
}

static enum interposed ending;

static void
fail_if_endless(void)
{
	enum { ENDLESS = 200 };

	ck_assert_msg(interpose_count(ending) < ENDLESS, "%s is called without an end", interposed_names[ending]);
}

void
calls_must_end(enum interposed function)
{
	ending = function;
	interpose_before(function, fail_if_endless);
}

void
assert_pauses_grow(int64_t first, int64_t longest, int64_t timeout)
{
	int count = interpose_count(CALL_nanosleep);
	int64_t pause = first;

	for (int nth = 1; nth <= count && nth <= INTERPOSED_PAUSES; nth++) {
		ck_assert_int_le(interpose_pause(nth), nth == count && timeout < pause ? timeout : pause);
		ck_assert(nth == count || interpose_pause(nth) == pause);
		timeout -= interpose_pause(nth);
		pause = 2 * pause < longest ? 2 * pause : longest;
	}
}
