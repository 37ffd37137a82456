/* SPDX-License-Identifier: BSD-3-Clause */
/* Sleeping until a word changes, and waking. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "timing.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SLEEPERS = 3, ALL = 2147483647 };

/* The shared memory: the word, and the results of the sleepers. */
struct shared {
	uint32_t word;
	uint32_t ready;
	int woken;
};

static struct shared *shared;

static int64_t
address(void)
{
	return (int64_t)(uintptr_t)&shared->word;
}

static void
share(void)
{
	shared = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void
pause_for(int milliseconds)
{
	const struct timespec time = { 0, (long)(milliseconds * MILLISECOND) };

	nanosleep(&time, NULL);
}

START_TEST(another_value_is_not_waited_for)
{
	share();
	shared->word = 5;
	assert_result(call("pshm_atomic_wait", address(), 4, 0), 0);
	assert_result(call("pshm_atomic_wait", address(), 4, SECOND), 0);
	assert_result(call("pshm_atomic_wait", address(), 4, -1), 0);
	shared->word = UINT32_MAX;
	assert_error(call("pshm_atomic_wait", address(), -1, 0), "EAGAIN");
	assert_error(call("pshm_atomic_wait", address(), UINT32_MAX, 0), "EAGAIN");
}
END_TEST

START_TEST(a_timeout_is_the_least_that_is_waited)
{
	share();
	for (int milliseconds = 1; milliseconds <= 81; milliseconds += 20) {
		int64_t start = time_now();

		interrupt_after(5);
		assert_error(call("pshm_atomic_wait", address(), 0, milliseconds * MILLISECOND), "ETIMEDOUT");
		interrupt_after(0);
		ck_assert_int_ge(time_now() - start, milliseconds * MILLISECOND);
	}
	assert_error(call("pshm_atomic_wait", address(), 0, 1), "ETIMEDOUT");
}
END_TEST

/* One system call waits for a million seconds at most. A longer wait goes on then, which its caller sees as a wake. */
START_TEST(a_wait_is_over_with_its_time_and_no_earlier)
{
	static const struct {
		int64_t timeout;
		const char *result;
	} waits[] = { { 1000000 * SECOND, "ETIMEDOUT" }, { 1000000 * SECOND + 1, "" }, { INT64_MAX, "" }, { -1, "" } };

	if (lacks("wait"))
		return;
	share();
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		int64_t result;

		interpose_fail(CALL_futex, 0, ETIMEDOUT);
		result = call("pshm_atomic_wait", address(), 0, waits[i].timeout);
		interpose_reset();
		if (*waits[i].result == '\0')
			assert_result(result, 0);
		else
			assert_error(result, waits[i].result);
	}
}
END_TEST

/* Where the system has no call for it, the word is looked at again and again. */
START_TEST(the_pauses_of_a_poll_grow_and_end_with_the_time)
{
	static const int64_t timeouts[] = { 49999, 3 * MILLISECOND, 150 * MILLISECOND };

	share();
	interpose_add_traits(NO_FUTEX | NO_TIME_32);
	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		calls_must_end(CALL_clock_gettime);
		assert_error(call("pshm_atomic_wait", address(), 0, timeouts[i]), "ETIMEDOUT");
		assert_pauses_grow(MILLISECOND / 20, 5 * MILLISECOND, timeouts[i]);
	}
}
END_TEST

/* That there is no clock is not the end of the time. */
START_TEST(a_clock_that_fails_ends_a_poll)
{
	share();
	for (int nth = 1; nth <= 2; nth++) {
		interpose_add_traits(NO_FUTEX | NO_TIME_32);
		interpose_fail(CALL_clock_gettime, nth, EINVAL);
		assert_error(call("pshm_atomic_wait", address(), 0, 20 * MILLISECOND), "EINVAL");
		interpose_reset();
	}
}
END_TEST

/* A sleeper: until the word is 7, without a limit, or with one that overflows. */
static void
sleep_until_seven(void *timeout)
{
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (call("pshm_atomic_load32", address()) != 7)
		assert_result(call("pshm_atomic_wait", address(), 0, *(int64_t *)timeout), 0);
}

static void
wake_one_that_waits(int64_t timeout)
{
	pid_t child;

	share();
	child = child_start(sleep_until_seven, &timeout);
	wait_until_asleep(&shared->ready, child);
	assert_result(call("pshm_atomic_store32", address(), 7), 0);
	assert_result(call("pshm_atomic_wake", address(), 1), 0);
	child_join(child);
}

START_TEST(a_wake_ends_a_wait_without_a_limit)
{
	wake_one_that_waits(10 * SECOND);
	wake_one_that_waits(-1);
	wake_one_that_waits(INT64_MIN);
	wake_one_that_waits(INT64_MAX);
	wake_one_that_waits(INT64_MAX - 1);
}
END_TEST

/* The sleeper has a mapping of its own, at another address, which it cannot write. */
static void
sleep_on_a_reader(void *argument)
{
	int fd = *(int *)argument;
	uint32_t *word = mmap(NULL, (size_t)page(), PROT_READ, MAP_SHARED, fd, 0);

	ck_assert_ptr_ne(word, MAP_FAILED);
	ck_assert_ptr_ne(word, &shared->word);
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (call("pshm_atomic_load32", (int64_t)(uintptr_t)word) == 0)
		assert_result(call("pshm_atomic_wait", (int64_t)(uintptr_t)word, 0, 20 * SECOND), 0);
}

START_TEST(a_sleeper_needs_no_right_to_write)
{
	int fd = anonymous_new(page());
	pid_t child;

	shared = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	child = child_start(sleep_on_a_reader, &fd);
	wait_until_asleep(&shared->ready, child);
	assert_result(call("pshm_atomic_store32", address(), 1), 0);
	assert_result(call("pshm_atomic_wake", address(), ALL), 0);
	child_join(child);
	ck_assert_int_eq(munmap(shared, (size_t)page()), 0);
	close_now(fd);
}
END_TEST

/* A system that does not know the call after all: the word is polled. */
START_TEST(a_call_that_is_missing_is_no_loss)
{
	interpose_add_traits(NO_FUTEX);
	wake_one_that_waits(-1);
	assert_error(call("pshm_atomic_wait", address(), 7, 3 * MILLISECOND), "ETIMEDOUT");
	assert_result(call("pshm_has", "wait"), 0);
	interpose_remove_traits(NO_FUTEX);
}
END_TEST

/* A kernel of 32 bits without times of 32 bits: processes of both widths sleep and wake by the other call. */
START_TEST(a_call_with_short_times_may_be_missing)
{
	traits lost = NO_TIME_32;

	if (sizeof(void *) == 8)
		lost = 0;
	interpose_add_traits(lost);
	assert_result(call("pshm_has", "wait"), has("wait"));
	wake_one_that_waits(-1);
	wake_one_that_waits(20 * SECOND);
	assert_error(call("pshm_atomic_wait", address(), 7, 3 * MILLISECOND), "ETIMEDOUT");
	interpose_remove_traits(lost);
}
END_TEST

static void
sleep_once(void *unused)
{
	(void)unused;
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	assert_result(call("pshm_atomic_wait", address(), 0, 20 * SECOND), 0);
	__atomic_add_fetch(&shared->woken, 1, __ATOMIC_SEQ_CST);
}

static void
expect_woken(int count)
{
	for (int i = 0; i < 2000 && __atomic_load_n(&shared->woken, __ATOMIC_SEQ_CST) < count; i++)
		pause_for(1);
	pause_for(20);
	ck_assert_int_eq(shared->woken, count);
}

START_TEST(no_more_are_woken_than_asked_for)
{
	pid_t children[SLEEPERS];

	if (lacks("wait"))
		return;
	share();
	for (int i = 0; i < SLEEPERS; i++)
		children[i] = child_start(sleep_once, NULL);
	for (int i = 0; i < SLEEPERS; i++)
		wait_until_asleep(&shared->ready, children[i]);
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < SLEEPERS)
		pause_for(1);
	pause_for(20);
	assert_result(call("pshm_atomic_wake", address(), 1), 0);
	expect_woken(1);
	assert_result(call("pshm_atomic_wake", address(), ALL), 0);
	expect_woken(SLEEPERS);
	for (int i = 0; i < SLEEPERS; i++)
		child_join(children[i]);
	assert_result(call("pshm_atomic_wake", address(), ALL), 0);
}
END_TEST

/*
 * A handler gets its turn, whatever its flags, and whatever the timeout. One that runs between two polls goes unnoticed:
 * the next is not.
 */
static void
interrupt_wait(int flags, int64_t timeout)
{
	int64_t start = time_now();

	interruptions_start(flags, 40000);
	assert_error(call("pshm_atomic_wait", address(), 0, timeout), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	ck_assert_int_lt(time_now() - start, 5 * SECOND);
}

START_TEST(a_handler_ends_every_wait)
{
	share();
	interrupt_wait(0, 20 * SECOND);
	interrupt_wait(SA_RESTART, 20 * SECOND);
	interrupt_wait(0, -1);
	interrupt_wait(SA_RESTART, -1);
	interrupt_wait(SA_RESTART, INT64_MAX);
}
END_TEST

/* Two that wait for each other, each in a loop: not one wake-up may get lost. */
static void
play(void *first)
{
	uint32_t mine = *(int *)first != 0 ? 0 : 1;

	for (int turn = 0; turn < 20000; turn++) {
		while (call("pshm_atomic_load32", address()) != (int64_t)mine)
			assert_result(call("pshm_atomic_wait", address(), 1 - (int64_t)mine, -1), 0);
		assert_result(call("pshm_atomic_store32", address(), 1 - (int64_t)mine), 0);
		assert_result(call("pshm_atomic_wake", address(), 1), 0);
	}
}

START_TEST(two_that_take_turns_never_miss_one)
{
	int first = 1;
	pid_t child;

	if (lacks("wait"))
		return;
	share();
	child = child_start(play, &first);
	first = 0;
	play(&first);
	child_join(child);
	ck_assert_uint_eq(shared->word, 0);
}
END_TEST

Suite *
sync_waiting_suite(void)
{
	const TTest *tests[] = { another_value_is_not_waited_for,
		                 a_timeout_is_the_least_that_is_waited,
		                 a_wait_is_over_with_its_time_and_no_earlier,
		                 the_pauses_of_a_poll_grow_and_end_with_the_time,
		                 a_clock_that_fails_ends_a_poll,
		                 a_wake_ends_a_wait_without_a_limit,
		                 a_call_that_is_missing_is_no_loss,
		                 a_call_with_short_times_may_be_missing,
		                 a_sleeper_needs_no_right_to_write,
		                 no_more_are_woken_than_asked_for,
		                 a_handler_ends_every_wait,
		                 two_that_take_turns_never_miss_one,
		                 NULL };

	return suite_of("sync_waiting", 60, tests);
}
