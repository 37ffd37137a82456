/* SPDX-License-Identifier: BSD-3-Clause */
/* A lock that survives its owner. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "timing.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 4, TURNS = 20000, WORKERS = 3, KILLS = 500, KILLS_ELSEWHERE = 50, WORDS = 20000 };

#define SLEEPERS ((uint64_t)1 << 22)
#define ABANDONED ((uint64_t)1 << 23)
#define ANOTHERS ((uint64_t)1 << 45 | (uint64_t)1 << 24 | 1)

/* The shared memory: the lock, and the data that it guards. */
struct shared {
	uint64_t before;
	uint64_t lock;
	uint64_t after;
	int64_t inside;
	long first;
	long second;
	long turns;
	long told;
	long wrong;
	int ready;
};

static struct shared *shared;

static int64_t
address(void)
{
	return (int64_t)(uintptr_t)&shared->lock;
}

static void
share(void)
{
	shared = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

static bool
share_lock(void)
{
	share();
	return !lacks("atomic-64");
}

/* Whether who waits looks after the owner. */
static bool
finds_deaths(void)
{
	if (strcmp(interpose_platform_name(), "no-slices") == 0) {
		skip("without slices nobody looks after the owner");
		return false;
	}
	return !lacks("alive");
}

static uint64_t
self(void)
{
	return (uint64_t)assert_success(call("pshm_process_self"));
}

START_TEST(a_lock_is_a_word_that_has_its_owner)
{
	if (!share_lock())
		return;
	shared->before = shared->after = UINT64_MAX;
	assert_result(call("pshm_lock_owner", address()), 0);
	assert_result(call("pshm_lock_acquire", address(), 0), 0);
	ck_assert_uint_eq(shared->lock, self());
	ck_assert_int_eq(call("pshm_lock_owner", address()), (int64_t)self());
	assert_error(call("pshm_lock_acquire", address(), 0), "EAGAIN");
	assert_error(call("pshm_lock_acquire", address(), 20 * MILLISECOND), "ETIMEDOUT");
	ck_assert_uint_eq(shared->lock, self() | SLEEPERS);
	ck_assert_int_eq(call("pshm_lock_owner", address()), (int64_t)self());
	assert_result(call("pshm_lock_mark_repaired", address()), 0);
	assert_result(call("pshm_lock_release", address()), 0);
	ck_assert_uint_eq(shared->lock, 0);
	ck_assert_uint_eq(shared->before, UINT64_MAX);
	ck_assert_uint_eq(shared->after, UINT64_MAX);
}
END_TEST

static void
assert_not_ours(void *unused)
{
	uint64_t word = shared->lock;

	(void)unused;
	assert_error(call("pshm_lock_release", address()), "EPERM");
	assert_error(call("pshm_lock_mark_repaired", address()), "EPERM");
	ck_assert_uint_eq(shared->lock, word);
}

START_TEST(only_the_owner_releases)
{
	if (!share_lock())
		return;
	assert_not_ours(NULL);
	assert_result(call("pshm_lock_acquire", address(), -1), 0);
	in_child(assert_not_ours, NULL);
	assert_result(call("pshm_lock_release", address()), 0);
	assert_not_ours(NULL);
}
END_TEST

static void *
release_in_thread(void *unused)
{
	(void)unused;
	assert_result(call("pshm_lock_release", address()), 0);
	return NULL;
}

START_TEST(the_owner_is_the_process_and_not_the_thread)
{
	pthread_t other;

	if (!share_lock())
		return;
	assert_result(call("pshm_lock_acquire", address(), -1), 0);
	ck_assert_int_eq(pthread_create(&other, NULL, release_in_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(other, NULL), 0);
	ck_assert_uint_eq(shared->lock, 0);
}
END_TEST

/* Under the lock: a change in two halves, which nobody may see in between. */
static void
take_a_turn(void)
{
	int64_t held = call("pshm_lock_acquire", address(), -1);

	if (held == 1) {
		shared->told++;
		shared->second = shared->first;
		shared->inside = 0;
		assert_result(call("pshm_lock_mark_repaired", address()), 0);
	}
	if (held < 0 || shared->first != shared->second || shared->inside != 0)
		__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_SEQ_CST);
	shared->inside = getpid();
	shared->first++;
	for (volatile int i = 0; i < 100; i++)
		continue;
	if (shared->inside != getpid())
		__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_SEQ_CST);
	shared->second++;
	shared->turns++;
	shared->inside = 0;
	assert_result(call("pshm_lock_release", address()), 0);
}

static void
take_turns(int number)
{
	(void)number;
	for (int i = 0; i < TURNS; i++)
		take_a_turn();
}

START_TEST(processes_exclude_each_other)
{
	if (!share_lock())
		return;
	in_children(PROCESSES, take_turns);
	ck_assert_int_eq(shared->wrong, 0);
	ck_assert_int_eq(shared->turns, (long)PROCESSES * TURNS);
	ck_assert_int_eq(shared->first, shared->turns);
	ck_assert_int_eq(shared->told, 0);
	ck_assert_uint_eq(shared->lock, 0);
}
END_TEST

static void *
take_turns_in_thread(void *unused)
{
	(void)unused;
	take_turns(0);
	return NULL;
}

START_TEST(threads_exclude_each_other)
{
	pthread_t threads[PROCESSES];

	if (!share_lock())
		return;
	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_turns_in_thread, NULL), 0);
	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(shared->wrong, 0);
	ck_assert_int_eq(shared->turns, (long)PROCESSES * TURNS);
}
END_TEST

static void
acquire_and_die(void *unused)
{
	(void)unused;
	(void)call("pshm_lock_acquire", address(), -1);
	raise(SIGKILL);
}

static void
let_an_owner_die(void)
{
	ck_assert_int_eq(signal_of_child(acquire_and_die, NULL), SIGKILL);
}

START_TEST(a_death_is_told_until_somebody_repairs)
{
	if (!share_lock() || !finds_deaths())
		return;
	for (int timeout = 1; timeout >= -1; timeout--) {
		let_an_owner_die();
		assert_result(call("pshm_lock_acquire", address(), timeout * SECOND), 1);
		ck_assert_uint_eq(shared->lock, self() | ABANDONED | SLEEPERS);
		assert_result(call("pshm_lock_release", address()), 0);
		ck_assert_uint_eq(shared->lock, ABANDONED);
		assert_result(call("pshm_lock_owner", address()), 0);
		assert_result(call("pshm_lock_acquire", address(), timeout * SECOND), 1);
		assert_result(call("pshm_lock_release", address()), 0);
		let_an_owner_die();
		assert_result(call("pshm_lock_acquire", address(), timeout * SECOND), 1);
		assert_result(call("pshm_lock_mark_repaired", address()), 0);
		assert_result(call("pshm_lock_release", address()), 0);
		assert_result(call("pshm_lock_acquire", address(), timeout * SECOND), 0);
		assert_result(call("pshm_lock_release", address()), 0);
		ck_assert_uint_eq(shared->lock, 0);
	}
}
END_TEST

static void
acquire_after_sleep(void *abandoned)
{
	uint64_t flags = *(uint64_t *)abandoned;

	assert_result(call("pshm_lock_acquire", address(), -1), flags != 0);
	ck_assert_uint_eq(shared->lock, self() | SLEEPERS | flags);
	assert_result(call("pshm_lock_release", address()), 0);
	ck_assert_uint_eq(shared->lock, flags);
}

/* Who has slept leaves what the word says of others: they may sleep as well, and a death that is not repaired is told again. */
START_TEST(who_has_slept_changes_no_flag)
{
	static uint64_t flags[] = { 0, ABANDONED };

	if (!share_lock())
		return;
	for (size_t i = 0; i < 2; i++) {
		pid_t sleeper;

		shared->lock = self() | flags[i];
		sleeper = child_start(acquire_after_sleep, &flags[i]);
		while ((__atomic_load_n(&shared->lock, __ATOMIC_SEQ_CST) & SLEEPERS) == 0)
			usleep(1000);
		interpose_reset();
		assert_result(call("pshm_lock_release", address()), 0);
		ck_assert(interpose_count(CALL_futex) > 0 || !has("wait")); /* which wakes it, and not the end of a slice */
		child_join(sleeper);
		ck_assert_uint_eq(shared->lock, flags[i]);
	}
}
END_TEST

/* A timeout that is shorter than the first slice finds a death out, too. */
START_TEST(the_shortest_wait_finds_a_death_out)
{
	if (!share_lock() || !finds_deaths())
		return;
	let_an_owner_die();
	assert_result(call("pshm_lock_acquire", address(), 1), 1);
}
END_TEST

/* An owner that cannot be judged from here is waited for, and never robbed. */
START_TEST(an_owner_in_doubt_keeps_its_lock)
{
	uint64_t stranger;
	int64_t start;

	if (!share_lock())
		return;
	stranger = self() ^ (uint64_t)1 << 45;
	shared->lock = stranger;
	assert_error(call("pshm_lock_acquire", address(), 0), "EAGAIN");
	start = time_now();
	assert_error(call("pshm_lock_acquire", address(), 150 * MILLISECOND), "ETIMEDOUT");
	ck_assert_int_ge(time_now() - start, 150 * MILLISECOND);
	ck_assert_uint_eq(shared->lock & ~SLEEPERS, stranger);
}
END_TEST

/* While one asks whether the owner is alive, another has taken the lock over, and holds it. */
static void
let_another_take_over(void)
{
	__atomic_store_n(&shared->lock, ANOTHERS, __ATOMIC_SEQ_CST);
}

START_TEST(only_one_takes_over)
{
	if (!share_lock() || !finds_deaths())
		return;
	shared->lock = self() ^ (uint64_t)1 << 24; /* whose process started before this one, with the same number */
	interpose_before(CALL_pidfd_open, let_another_take_over);
	assert_error(call("pshm_lock_acquire", address(), 0), "EAGAIN");
	ck_assert_uint_eq(shared->lock, ANOTHERS);
	shared->lock = self() ^ (uint64_t)1 << 24;
	assert_error(call("pshm_lock_acquire", address(), MILLISECOND), "ETIMEDOUT");
	ck_assert_uint_eq(shared->lock, ANOTHERS);
	interpose_reset();
}
END_TEST

static void
work(void *unused)
{
	(void)unused;
	for (;;)
		take_a_turn();
}

static void
wait_for_turns(long turns)
{
	for (int i = 0; i < 20000 && *(volatile long *)&shared->turns < turns; i++)
		usleep(1000);
	ck_assert_msg(*(volatile long *)&shared->turns >= turns, "nobody gets on");
}

/* Where waiting is another than on the platforms that only differ in their objects. */
static bool
has_slices_of_its_own(void)
{
	static const char *const names[] = { "native", "short-slices", "no-futex" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], interpose_platform_name()) == 0)
			return true;
	return false;
}

static void
wait_for_lock(void)
{
	assert_error(call("pshm_lock_acquire", address(), MILLISECOND), "ETIMEDOUT");
}

START_TEST(a_short_wait_for_a_lock_is_no_slice)
{
	if (!share_lock())
		return;
	assert_result(call("pshm_lock_acquire", address(), 0), 0);
	ck_assert_int_lt(shortest_time(wait_for_lock), 8 * MILLISECOND);
}
END_TEST

/* After 10 milliseconds, after 20 more, then every 40, and at the end. */
START_TEST(a_living_owner_is_seldom_looked_at)
{
	if (!share_lock() || strcmp(interpose_platform_name(), "short-slices") == 0)
		return;
	assert_result(call("pshm_lock_acquire", address(), 0), 0);
	interpose_reset();
	assert_error(call("pshm_lock_acquire", address(), 700 * MILLISECOND), "ETIMEDOUT");
	ck_assert_int_le(interpose_count(CALL_pidfd_open), 19);
	ck_assert(interpose_count(CALL_pidfd_open) > 9 || !finds_deaths());
}
END_TEST

/* What would wait without an end would make the same system call again and again. */
START_TEST(every_wait_for_a_lock_ends)
{
	static const enum interposed functions[] = { CALL_futex, CALL_nanosleep, CALL_clock_gettime, CALL_pidfd_open };

	if (!share_lock())
		return;
	assert_result(call("pshm_lock_acquire", address(), 0), 0);
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		calls_must_end(functions[i]);
		assert_error(call("pshm_lock_acquire", address(), 0), "EAGAIN");
		assert_error(call("pshm_lock_acquire", address(), 20 * MILLISECOND), "ETIMEDOUT");
		interpose_reset();
	}
}
END_TEST

/* Workers are killed at any moment, and every other one stays a zombie until the others have gone on. */
START_TEST(kills_leave_nothing_behind)
{
	pid_t workers[WORKERS];
	int kills = has_slices_of_its_own() ? KILLS : KILLS_ELSEWHERE;

	if (!share_lock() || !finds_deaths())
		return;
	for (int i = 0; i < WORKERS; i++)
		workers[i] = child_start(work, NULL);
	for (int turn = 0; turn < kills; turn++) {
		int victim = rand() % WORKERS;

		usleep((useconds_t)(rand() % 1500));
		ck_assert_int_eq(kill(workers[victim], SIGKILL), 0);
		if (turn % 2 == 0)
			ck_assert_int_eq(waitpid(workers[victim], NULL, 0), workers[victim]);
		wait_for_turns(*(volatile long *)&shared->turns + 2);
		if (turn % 2 != 0)
			ck_assert_int_eq(waitpid(workers[victim], NULL, 0), workers[victim]);
		workers[victim] = child_start(work, NULL);
	}
	for (int i = 0; i < WORKERS; i++) {
		ck_assert_int_eq(kill(workers[i], SIGKILL), 0);
		ck_assert_int_eq(waitpid(workers[i], NULL, 0), workers[i]);
	}
	ck_assert_int_eq(shared->wrong, 0);
	ck_assert_int_gt(shared->told, 0);
	note("%d kills of lock owners and waiters, %ld turns, %ld deaths told", kills, shared->turns, shared->told);
}
END_TEST

static void
interrupt_acquisition(int flags, int64_t timeout)
{
	interruptions_start(flags, 50000);
	assert_error(call("pshm_lock_acquire", address(), timeout), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	ck_assert_uint_eq(shared->lock, self() | SLEEPERS);
}

/* A runtime's timer may be faster than the first slice, which then never ends by itself. */
START_TEST(signals_do_not_hide_a_death)
{
	int64_t held;

	if (!share_lock() || lacks("alive"))
		return;
	let_an_owner_die();
	interruptions_start(SA_RESTART, 2000);
	held = call("pshm_lock_acquire", address(), -1);
	(void)interruptions_stop();
	assert_result(held, 1);
}
END_TEST

START_TEST(a_handler_ends_the_wait_for_a_lock)
{
	if (!share_lock())
		return;
	assert_result(call("pshm_lock_acquire", address(), -1), 0);
	interrupt_acquisition(0, 20 * SECOND);
	interrupt_acquisition(SA_RESTART, 20 * SECOND);
	interrupt_acquisition(0, -1);
	interrupt_acquisition(SA_RESTART, -1);
}
END_TEST

/* Whatever somebody scribbles: a result of at least 0 is held, and a negative one is not; no other byte is touched. */
START_TEST(no_word_can_deceive)
{
	if (!share_lock())
		return;
	shared->before = shared->after = UINT64_MAX;
	for (int i = 0; i < WORDS; i++) {
		uint64_t word = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
		int64_t held;

		shared->lock = i % 3 == 0 ? word : i % 3 == 1 ? self() ^ (uint64_t)1 << i % 64 : word & ~(uint64_t)0x3fffff;
		held = call("pshm_lock_acquire", address(), 0);
		if (held < 0) {
			assert_error(held, "EAGAIN");
			ck_assert((shared->lock & ~SLEEPERS & ~ABANDONED & INT64_MAX) != self() || i % 3 == 1);
		} else {
			ck_assert_int_eq(call("pshm_lock_owner", address()), (int64_t)self());
			ck_assert_int_eq(held, (shared->lock & ABANDONED) != 0);
			assert_result(call("pshm_lock_release", address()), 0);
			ck_assert_uint_eq(shared->lock & ~ABANDONED, 0);
		}
		ck_assert_int_ge(call("pshm_lock_owner", address()), 0);
		ck_assert_uint_eq(shared->before, UINT64_MAX);
		ck_assert_uint_eq(shared->after, UINT64_MAX);
	}
}
END_TEST

/* The low 22 bits are the process. Whatever the others are, nobody has the lock then. */
START_TEST(a_word_without_a_process_is_free)
{
	static const uint64_t words[] = { (uint64_t)1 << 24, (uint64_t)1 << 62, UINT64_MAX & ~(uint64_t)0x3fffff };

	if (!share_lock())
		return;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		shared->lock = words[i];
		assert_result(call("pshm_lock_owner", address()), 0);
		assert_error(call("pshm_lock_release", address()), "EPERM");
		ck_assert_uint_eq(shared->lock, words[i]);
		assert_result(call("pshm_lock_acquire", address(), 0), (words[i] & ABANDONED) != 0);
		ck_assert_int_eq(call("pshm_lock_owner", address()), (int64_t)self());
		ck_assert_uint_eq(shared->lock, self() | (words[i] & (SLEEPERS | ABANDONED)));
	}
}
END_TEST

static const char *const lock_calls[] = { "pshm_lock_release", "pshm_lock_mark_repaired", "pshm_lock_owner" };

START_TEST(a_platform_without_wide_words_has_no_lock)
{
	if (has("atomic-64"))
		return;
	share();
	assert_error(call("pshm_lock_acquire", address(), 0), "ENOTSUP");
	for (size_t i = 0; i < sizeof lock_calls / sizeof lock_calls[0]; i++)
		assert_error(call(lock_calls[i], address()), "ENOTSUP");
	ck_assert_uint_eq(shared->lock, 0);
}
END_TEST

Suite *
sync_locks_suite(void)
{
	const TTest *tests[] = { a_lock_is_a_word_that_has_its_owner,
		                 only_the_owner_releases,
		                 the_owner_is_the_process_and_not_the_thread,
		                 processes_exclude_each_other,
		                 threads_exclude_each_other,
		                 a_death_is_told_until_somebody_repairs,
		                 the_shortest_wait_finds_a_death_out,
		                 an_owner_in_doubt_keeps_its_lock,
		                 only_one_takes_over,
		                 a_short_wait_for_a_lock_is_no_slice,
		                 a_living_owner_is_seldom_looked_at,
		                 every_wait_for_a_lock_ends,
		                 kills_leave_nothing_behind,
		                 a_handler_ends_the_wait_for_a_lock,
		                 signals_do_not_hide_a_death,
		                 no_word_can_deceive,
		                 a_word_without_a_process_is_free,
		                 who_has_slept_changes_no_flag,
		                 a_platform_without_wide_words_has_no_lock,
		                 NULL };

	return suite_of("sync_locks", 120, tests);
}
