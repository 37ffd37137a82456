/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for a word, waking, and the time that is left, instead of waiting.c and deadline.c. The proofs of pshm_atomic_wait and
 * pshm_atomic_wake show that these do no more; what is said of the time is the page of deadline. A wait changes nothing of the
 * caller's, and ends with success, an errno that the system gave, or the end of its time.
 */
#ifndef PROOF_WAITS_H
#define PROOF_WAITS_H

#include "proof.h"
#include "deadline.h"
#include "waiting.h"

static void
check_callers_word(const word32 *word)
{
	uint64_t size = asked.length == 0 ? 8 : (uint64_t)asked.length;

	within(MAY_WAIT);
	check((uintptr_t)word - (uint64_t)asked.address < size, "the word is the caller's");
}

/* A failure of the system, whose errno is returned. */
static int
returned_failure(enum interposed function)
{
	int saved = errno;
	int error;

	(void)failure(function);
	error = errno;
	errno = saved;
	return -error;
}

int
pshm__wait(word32 *word, uint32_t expected, int64_t timeout)
{
	int error;

	(void)expected;
	check_callers_word(word);
	let_others_run();
	if (nondet_bool())
		return 0;
	if (nondet_bool()) {
		assume(timeout >= 0);
		return -ETIMEDOUT;
	}
	error = returned_failure(CALL_futex);
	assume(error != -EAGAIN && error != -ENOSYS && error != -ETIMEDOUT);
	return error;
}

int
pshm__wake(word32 *word, int count)
{
	check(count > 0, "some are woken");
	check_callers_word(word);
	return nondet_bool() ? 0 : returned_failure(CALL_futex);
}

/* The clock, which does not run out of time. */
static int
clock_failure(void)
{
	int error = returned_failure(CALL_clock_gettime);

	calls++;
	assume(error != -ETIMEDOUT);
	return error;
}

int64_t
pshm__deadline_after(int64_t timeout)
{
	int64_t deadline = nondet_int64();

	if (timeout == 0)
		return DEADLINE_NOW;
	if (timeout < 0)
		return DEADLINE_NEVER;
	if (nondet_bool())
		return clock_failure();
	calls++;
	assume(deadline > DEADLINE_NOW && deadline >= timeout);
	return deadline;
}

/* Of one deadline: it becomes less. */
int64_t
pshm__deadline_left(int64_t deadline)
{
	static int64_t least = INT64_MAX;
	int64_t left = nondet_int64();

	if (deadline <= DEADLINE_NOW || deadline == DEADLINE_NEVER)
		return deadline;
	if (nondet_bool())
		return clock_failure();
	calls++;
	assume(left >= 0 && left < deadline && left <= least);
	least = left;
	return left;
}

#endif
