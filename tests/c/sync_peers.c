/* SPDX-License-Identifier: BSD-3-Clause */
/* The two ends of a ring: joining, leaving, dying, sleeping and waking. */
#include "interpose.h"
#include "rings.h"
#include "suites.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 20000, KILLS = 500, KILLS_ELSEWHERE = 50 };

#define OTHER_NAMESPACE ((uint64_t)1 << 45)
#define OTHER_START ((uint64_t)1 << 24)

static const int roles[] = { PSHM_RING_SENDER, PSHM_RING_RECEIVER };

static char buffer[LENGTH_MAX];

static uint64_t *
process_of(int role)
{
	return role == PSHM_RING_SENDER ? &ring->sender.process : &ring->receiver.process;
}

static void
fill_ring(void)
{
	while (ring_send_number(0, 0) == 0)
		continue;
}

static void
assert_busy(void *unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		uint64_t process = *process_of(roles[i]);

		assert_error(ring_join(roles[i]), "EBUSY");
		ck_assert_uint_eq(*process_of(roles[i]), process);
	}
}

static void
assert_not_ours(void *unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		uint64_t process = *process_of(roles[i]);

		assert_error(ring_leave(roles[i]), "EPERM");
		ck_assert_uint_eq(*process_of(roles[i]), process);
	}
}

START_TEST(a_role_has_one_process)
{
	if (!ring_share_joined())
		return;
	assert_busy(NULL);
	in_child(assert_busy, NULL);
	in_child(assert_not_ours, NULL);
	for (int i = 0; i < 2; i++) {
		assert_result(ring_leave(roles[i]), 0);
		ck_assert_uint_eq(*process_of(roles[i]), ring_self() | LEFT);
	}
	assert_not_ours(NULL);
	for (int i = 0; i < 2; i++)
		assert_result(ring_join(roles[i]), 0);
}
END_TEST

static void
join_and_die(void *role)
{
	(void)ring_join(*(const int *)role);
	raise(SIGKILL);
}

static void
let_die(int role)
{
	ck_assert_int_eq(signal_of_child(join_and_die, &role), SIGKILL);
}

START_TEST(a_dead_process_has_a_successor)
{
	if (!ring_share() || lacks("alive"))
		return;
	for (int i = 0; i < 2; i++) {
		let_die(roles[i]);
		assert_result(ring_join(roles[i]), 1);
		ck_assert_uint_eq(*process_of(roles[i]), ring_self());
		assert_result(ring_leave(roles[i]), 0);
		assert_result(ring_join(roles[i]), 0);
	}
}
END_TEST

/* A process in another namespace may be alive: it is waited for, and never robbed. */
START_TEST(a_process_in_doubt_keeps_its_role)
{
	uint64_t stranger;

	if (!ring_share_joined())
		return;
	stranger = ring_self() ^ OTHER_NAMESPACE;
	for (int i = 0; i < 2; i++) {
		*process_of(roles[i]) = stranger;
		assert_error(ring_join(roles[i]), "EBUSY");
		ck_assert_uint_eq(*process_of(roles[i]), stranger);
	}
	assert_error(ring_receive(buffer, sizeof buffer, 0), "EAGAIN");
	assert_error(ring_receive(buffer, sizeof buffer, 100 * MILLISECOND), "ETIMEDOUT");
	fill_ring();
	assert_error(ring_send_number(0, 0), "EAGAIN");
	assert_error(ring_send_number(0, 100 * MILLISECOND), "ETIMEDOUT");
	*process_of(PSHM_RING_SENDER) = stranger | LEFT;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
}
END_TEST

/* The low 22 bits are the process. Whatever the others are, nobody has joined, and nobody has died. */
START_TEST(a_word_without_a_process_is_nobody)
{
	if (!ring_share_joined())
		return;
	for (int i = 0; i < 3; i++) {
		const uint64_t words[] = { ring_self() & ~(uint64_t)0x3fffff, (uint64_t)1 << 24, (uint64_t)1 << 62 };

		*process_of(PSHM_RING_SENDER) = words[i];
		assert_error(ring_receive(buffer, sizeof buffer, 0), "EAGAIN");
		assert_error(ring_receive(buffer, sizeof buffer, 1), "ETIMEDOUT");
		assert_error(ring_send_number(1, 0), "EPERM");
		assert_result(ring_join(PSHM_RING_SENDER), 0);
	}
}
END_TEST

static int contended;

static void
let_another_join(void)
{
	*process_of(contended) = ring_self() ^ OTHER_NAMESPACE;
}

START_TEST(only_one_succeeds)
{
	if (!ring_share_joined() || lacks("alive"))
		return;
	for (int i = 0; i < 2; i++) {
		contended = roles[i];
		*process_of(contended) = ring_self() ^ OTHER_START;
		interpose_before(CALL_pidfd_open, let_another_join);
		assert_error(ring_join(contended), "EBUSY");
		interpose_reset();
		ck_assert_uint_eq(*process_of(contended), ring_self() ^ OTHER_NAMESPACE);
	}
}
END_TEST

static void
join_send_and_die(void *unused)
{
	(void)unused;
	(void)ring_join(PSHM_RING_SENDER);
	for (uint64_t number = 1; number <= 3; number++)
		(void)ring_send_number(number, -1);
	(void)call("pshm_ring_reserve", ring_address(), CAPACITY, 100, -1);
	raise(SIGKILL);
}

START_TEST(a_dead_sender_leaves_whole_messages)
{
	int64_t length = -7;

	if (!ring_share() || !ring_finds_deaths())
		return;
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	ck_assert_int_eq(signal_of_child(join_send_and_die, NULL), SIGKILL);
	for (uint64_t number = 1; number <= 3; number++)
		ck_assert_uint_eq(ring_receive_number(-1), number);
	for (int timeout = 1; timeout >= -1; timeout--)
		assert_error(ring_receive(buffer, sizeof buffer, timeout * SECOND), "EOWNERDEAD");
	assert_error(ring_receive(buffer, sizeof buffer, 1), "EOWNERDEAD");
	assert_error(call("pshm_ring_peek", ring_address(), CAPACITY, -1, &length), "EOWNERDEAD");
	/* The successor does not send what its predecessor had reserved. */
	assert_result(ring_join(PSHM_RING_SENDER), 1);
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 1), "EPERM");
	assert_error(ring_receive(buffer, sizeof buffer, 0), "EAGAIN");
	assert_result(ring_send_number(4, 0), 0);
	ck_assert_uint_eq(ring_receive_number(0), 4);
}
END_TEST

static void
join_peek_and_die(void *unused)
{
	int64_t length;

	(void)unused;
	(void)ring_join(PSHM_RING_RECEIVER);
	(void)call("pshm_ring_peek", ring_address(), CAPACITY, -1, &length);
	raise(SIGKILL);
}

START_TEST(a_dead_receiver_leaves_its_message)
{
	if (!ring_share() || !ring_finds_deaths())
		return;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	assert_result(ring_send_number(1, 0), 0);
	assert_result(ring_send_number(2, 0), 0);
	ck_assert_int_eq(signal_of_child(join_peek_and_die, NULL), SIGKILL);
	fill_ring();
	for (int timeout = 1; timeout >= -1; timeout--)
		assert_error(ring_send_number(0, timeout * SECOND), "EPIPE");
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 1, -1), "EPIPE");
	assert_result(ring_join(PSHM_RING_RECEIVER), 1);
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	ck_assert_uint_eq(ring_receive_number(0), 1);
	ck_assert_uint_eq(ring_receive_number(0), 2);
	assert_result(ring_send_number(3, 0), 0);
}
END_TEST

START_TEST(a_process_that_left_is_not_awaited)
{
	if (!ring_share_joined())
		return;
	assert_result(ring_send_number(1, 0), 0);
	assert_result(ring_leave(PSHM_RING_SENDER), 0);
	ck_assert_uint_eq(ring_receive_number(-1), 1);
	for (int timeout = 1; timeout >= -1; timeout--)
		assert_error(ring_receive(buffer, sizeof buffer, timeout * SECOND), "ENODATA");
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	assert_error(ring_receive(buffer, sizeof buffer, 0), "EAGAIN");
	assert_result(ring_leave(PSHM_RING_RECEIVER), 0);
	fill_ring();
	for (int timeout = 1; timeout >= -1; timeout--)
		assert_error(ring_send_number(0, timeout * SECOND), "EPIPE");
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	assert_error(ring_send_number(0, 0), "EAGAIN");
	(void)ring_receive_number(0);
	assert_result(ring_send_number(0, 0), 0);
}
END_TEST

static void
assert_no_sender(void)
{
	assert_error(ring_send_number(1, -1), "EPERM");
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 1, -1), "EPERM");
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 1), "EPERM");
	ck_assert_uint_eq(ring->sender.position, 16);
	ck_assert_uint_eq(ring->sender.space, 0);
}

static void
assert_no_receiver(void)
{
	int64_t length = -7;

	assert_error(ring_receive(buffer, sizeof buffer, -1), "EPERM");
	assert_error(ring_receive(NULL, 0, -1), "EPERM");
	assert_error(call("pshm_ring_peek", ring_address(), CAPACITY, -1, &length), "EPERM");
	ck_assert_int_eq(length, -7);
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	ck_assert_uint_eq(ring->receiver.position, 0);
	ck_assert_uint_eq(ring->receiver.space, 0);
}

/* Nobody is at either end: before a process joins it, and after the last one has left. */
START_TEST(an_end_is_used_after_joining_alone)
{
	int64_t length;

	if (!ring_share())
		return;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	assert_result(ring_send_number(1, 0), 0);
	assert_no_receiver();
	ck_assert(!is_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 8, 0)));
	assert_result(ring_leave(PSHM_RING_SENDER), 0);
	assert_no_sender();
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	ck_assert(!is_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length)));
	assert_result(ring_leave(PSHM_RING_RECEIVER), 0);
	assert_no_receiver();
	assert_no_sender();
}
END_TEST

/* What was reserved or peeked at is given up by leaving, and not only by the next one that joins. */
static void
succeed(int role)
{
	*process_of(role) = ring_self();
}

START_TEST(leaving_drops_the_reserved_message)
{
	int64_t length;

	if (!ring_share_joined())
		return;
	assert_result(ring_send_number(1, 0), 0);
	ck_assert(!is_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 8, 0)));
	ck_assert(!is_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length)));
	assert_result(ring_leave(PSHM_RING_SENDER), 0);
	assert_result(ring_leave(PSHM_RING_RECEIVER), 0);
	/* A successor that is about to join has its word there, and no more. */
	succeed(PSHM_RING_SENDER);
	succeed(PSHM_RING_RECEIVER);
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 8), "EPERM");
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	ck_assert_uint_eq(ring->sender.position, 16);
	ck_assert_uint_eq(ring_receive_number(0), 1);
}
END_TEST

/* A child that tries to leave for its parent, or to join, leaves the reservation alone. */
START_TEST(nobody_leaves_for_another)
{
	int64_t length;

	if (!ring_share_joined())
		return;
	assert_result(ring_send_number(1, 0), 0);
	ck_assert(!is_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 8, 0)));
	ck_assert(!is_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length)));
	in_child(assert_not_ours, NULL);
	in_child(assert_busy, NULL);
	assert_result(call("pshm_ring_commit", ring_address(), CAPACITY, 8), 0);
	assert_result(call("pshm_ring_release", ring_address(), CAPACITY), 0);
}
END_TEST

/* While the receiver asks whether the sender is alive, it appears that it had sent a message before it died. */
static void
let_a_message_appear(void)
{
	ring->sender.position = 16;
}

START_TEST(the_last_message_of_a_dead_sender_is_not_lost)
{
	if (!ring_share_joined() || !ring_finds_deaths())
		return;
	for (int timeout = 0; timeout <= 1; timeout++) {
		ring->sender.position = ring->receiver.position = ring->receiver.seen = 0;
		*(uint32_t *)(void *)ring->records = 8;
		*process_of(PSHM_RING_SENDER) = ring_self() ^ OTHER_START;
		interpose_before(CALL_pidfd_open, let_a_message_appear);
		assert_result(ring_receive(buffer, sizeof buffer, timeout * SECOND), 8);
		interpose_reset();
	}
}
END_TEST

static void
let_sender_leave(void)
{
	*process_of(PSHM_RING_SENDER) |= LEFT;
}

static void
assert_no_sleep(void)
{
	ck_assert_int_eq(interpose_count(CALL_futex) + interpose_count(CALL_nanosleep), 0);
	interpose_reset();
}

/* What happens between the first look and the flag needs no sleep. */
START_TEST(a_store_before_the_sleep_is_seen)
{
	if (!ring_share_joined())
		return;
	*(uint32_t *)(void *)ring->records = 8;
	interpose_before(CALL_clock_gettime, let_a_message_appear);
	assert_result(ring_receive(buffer, sizeof buffer, 20 * SECOND), 8);
	assert_no_sleep();
	interpose_before(CALL_clock_gettime, let_sender_leave);
	assert_error(ring_receive(buffer, sizeof buffer, 20 * SECOND), "ENODATA");
	assert_no_sleep();
}
END_TEST

/* While the sender asks whether the receiver is alive, there is a little more space, but not enough. */
static void
let_space_grow(void)
{
	ring->receiver.position += 16;
}

START_TEST(a_peer_that_moves_does_not_hold_its_caller)
{
	if (!ring_share_joined() || !ring_finds_deaths())
		return;
	fill_ring();
	*process_of(PSHM_RING_RECEIVER) = ring_self() ^ OTHER_START;
	for (int timeout = 0; timeout <= 1; timeout++) {
		interpose_before(CALL_pidfd_open, let_space_grow);
		assert_error(ring_send(buffer, LENGTH_MAX, timeout), timeout == 0 ? "EAGAIN" : "ETIMEDOUT");
		ck_assert_int_le(interpose_count(CALL_pidfd_open), 3);
		interpose_reset();
	}
}
END_TEST

/* So also the sender whose handler has run is told, and does not wait for all that it needs. */
START_TEST(a_peer_that_moves_hides_no_handler)
{
	if (!ring_share_joined() || !ring_finds_deaths() || lacks("wait"))
		return;
	fill_ring();
	*process_of(PSHM_RING_RECEIVER) = ring_self() ^ OTHER_START;
	interruptions_start(SA_RESTART, 50000);
	interpose_before(CALL_pidfd_open, let_space_grow);
	assert_error(ring_send(buffer, LENGTH_MAX, 20 * SECOND), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	interpose_reset();
}
END_TEST

static void
receive_five(void *unused)
{
	(void)unused;
	ck_assert_uint_eq(ring_receive_number(-1), 5);
}

static void
receive_the_end(void *unused)
{
	(void)unused;
	assert_error(ring_receive(buffer, sizeof buffer, -1), "ENODATA");
}

static void
send_six(void *unused)
{
	(void)unused;
	assert_result(ring_send_number(6, -1), 0);
}

static void
send_in_vain(void *unused)
{
	(void)unused;
	assert_error(ring_send_number(6, -1), "EPIPE");
}

/* Not by the end of a slice. */
static void
assert_wakes(void)
{
	ck_assert(interpose_count(CALL_futex) > 0 || !has("wait"));
}

static void
wake_receiver(void)
{
	pid_t child = child_start(receive_five, NULL);

	wait_until_asleep(&ring->receiver_sleeps, child);
	interpose_reset();
	assert_result(ring_send_number(5, 0), 0);
	assert_wakes();
	child_join(child);
	ck_assert_uint_eq(ring->receiver_sleeps, 0);
	child = child_start(receive_the_end, NULL);
	wait_until_asleep(&ring->receiver_sleeps, child);
	interpose_reset();
	assert_result(ring_leave(PSHM_RING_SENDER), 0);
	assert_wakes();
	child_join(child);
}

static void
wake_sender(void)
{
	pid_t child;

	assert_result(ring_join(PSHM_RING_SENDER), 0);
	fill_ring();
	child = child_start(send_six, NULL);
	wait_until_asleep(&ring->sender_sleeps, child);
	interpose_reset();
	ck_assert_uint_eq(ring_receive_number(0), 0);
	assert_wakes();
	child_join(child);
	ck_assert_uint_eq(ring->sender_sleeps, 0);
	child = child_start(send_in_vain, NULL);
	wait_until_asleep(&ring->sender_sleeps, child);
	interpose_reset();
	assert_result(ring_leave(PSHM_RING_RECEIVER), 0);
	assert_wakes();
	child_join(child);
}

/* On a platform without slices nothing but a wake ends their sleep. */
START_TEST(a_sleeper_is_woken)
{
	if (!ring_share_joined())
		return;
	wake_receiver();
	wake_sender();
}
END_TEST

/* A second ring for the way back. */
static struct layout *back;

static int64_t
pass_through(struct layout *through, bool sends, uint64_t *number)
{
	int64_t address = (int64_t)(uintptr_t)through;

	return sends ? call("pshm_ring_send", address, CAPACITY, number, 8, -1)
	             : call("pshm_ring_receive", address, CAPACITY, number, 8, -1);
}

static void
echo(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t number = 0;

		assert_result(pass_through(ring, false, &number), 8);
		number += 1000;
		assert_result(pass_through(back, true, &number), 0);
	}
}

/* Both ends sleep nearly always: without slices the loss of one wake is the end. */
START_TEST(no_wake_is_lost)
{
	pid_t child;

	if (!ring_share_joined())
		return;
	back = ring;
	if (!ring_share_joined())
		return;
	child = child_start(echo, NULL);
	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint64_t number = i;

		assert_result(pass_through(ring, true, &number), 0);
		assert_result(pass_through(back, false, &number), 8);
		ck_assert_uint_eq(number, i + 1000);
	}
	child_join(child);
}
END_TEST

static void
interrupt(int flags, int64_t timeout)
{
	interruptions_start(flags, 50000);
	assert_error(ring_receive(buffer, sizeof buffer, timeout), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	fill_ring();
	interruptions_start(flags, 50000);
	assert_error(ring_send_number(0, timeout), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	while (ring_receive(buffer, sizeof buffer, 0) >= 0)
		continue;
}

START_TEST(a_handler_ends_the_wait_for_a_peer)
{
	if (!ring_share_joined())
		return;
	interrupt(0, 20 * SECOND);
	interrupt(SA_RESTART, 20 * SECOND);
	interrupt(0, -1);
	interrupt(SA_RESTART, -1);
}
END_TEST

/* A runtime's timer may be faster than the first slice. */
START_TEST(signals_do_not_hide_the_death_of_a_peer)
{
	int64_t result;

	if (!ring_share() || lacks("alive"))
		return;
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	let_die(PSHM_RING_SENDER);
	interruptions_start(SA_RESTART, 2000);
	result = ring_receive(buffer, sizeof buffer, -1);
	(void)interruptions_stop();
	assert_error(result, "EOWNERDEAD");
}
END_TEST

START_TEST(a_timeout_of_a_ring_is_the_least_that_is_waited)
{
	if (!ring_share_joined())
		return;
	for (int milliseconds = 1; milliseconds <= 101; milliseconds += 25) {
		int64_t start = time_now();

		assert_error(ring_receive(buffer, sizeof buffer, milliseconds * MILLISECOND), "ETIMEDOUT");
		ck_assert_int_ge(time_now() - start, milliseconds * MILLISECOND);
	}
	assert_error(ring_receive(buffer, sizeof buffer, 1), "ETIMEDOUT");
}
END_TEST

static int leaving_role;

static void
protect_end(int protections)
{
	uintptr_t end = (uintptr_t)process_of(leaving_role);

	(void)mprotect((void *)(end - end % (uintptr_t)page()), (size_t)page(), protections);
}

static void
leave_meanwhile(int signal)
{
	(void)signal;
	protect_end(PROT_READ | PROT_WRITE);
	*process_of(leaving_role) |= LEFT;
}

/* Another thread of the process leaves while this one does, here at its first store: only one of them has left. */
START_TEST(an_end_is_left_once)
{
	const struct sigaction action = { .sa_handler = leave_meanwhile };

	ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);
	for (int i = 0; i < 2; i++) {
		int64_t result;

		if (!ring_share_joined())
			return;
		leaving_role = roles[i];
		protect_end(PROT_READ);
		result = ring_leave(roles[i]);
		protect_end(PROT_READ | PROT_WRITE);
		assert_error(result, "EPERM");
		ck_assert_uint_eq(*process_of(roles[i]), ring_self() | LEFT);
	}
}
END_TEST

/* A wait without the clock would have no end but the signal. */
START_TEST(a_clock_that_fails_ends_the_wait_for_a_peer)
{
	if (!ring_share_joined())
		return;
	for (int nth = 1; nth <= 2; nth++) {
		int64_t result;

		interpose_fail(CALL_clock_gettime, nth, EINVAL);
		interruptions_start(SA_RESTART, 50000);
		result = ring_receive(buffer, sizeof buffer, 20 * SECOND);
		(void)interruptions_stop();
		assert_error(result, "EINVAL");
		interpose_reset();
	}
}
END_TEST

static void
wait_for_peer(void)
{
	assert_error(ring_receive(buffer, sizeof buffer, MILLISECOND), "ETIMEDOUT");
}

START_TEST(a_short_wait_for_a_peer_is_no_slice)
{
	if (!ring_share_joined())
		return;
	ck_assert_int_lt(shortest_time(wait_for_peer), 8 * MILLISECOND);
}
END_TEST

/* After 10 milliseconds, after 20 more, then every 40, and twice at the end. */
START_TEST(a_living_peer_is_seldom_looked_at)
{
	if (!ring_share_joined() || strcmp(interpose_platform_name(), "short-slices") == 0)
		return;
	interpose_reset();
	assert_error(ring_receive(buffer, sizeof buffer, 700 * MILLISECOND), "ETIMEDOUT");
	ck_assert_int_le(interpose_count(CALL_pidfd_open), 20);
	ck_assert(interpose_count(CALL_pidfd_open) > 9 || !ring_finds_deaths());
}
END_TEST

/* What would wait without an end would make the same system call again and again. */
START_TEST(every_wait_for_a_peer_ends)
{
	static const enum interposed functions[] = { CALL_futex, CALL_nanosleep, CALL_clock_gettime, CALL_pidfd_open };

	if (!ring_share_joined())
		return;
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		for (int milliseconds = 0; milliseconds <= 20; milliseconds += 20) {
			const char *error = milliseconds == 0 ? "EAGAIN" : "ETIMEDOUT";

			calls_must_end(functions[i]);
			assert_error(ring_receive(buffer, sizeof buffer, milliseconds * MILLISECOND), error);
			fill_ring();
			assert_error(ring_send_number(0, milliseconds * MILLISECOND), error);
			while (ring_receive(buffer, sizeof buffer, 0) >= 0)
				continue;
			interpose_reset();
		}
}
END_TEST

/* In another namespace of processes a death is not found out, and the role stays taken. */
static void
judge_from_another_namespace(void *unused)
{
	(void)unused;
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	assert_error(ring_receive(buffer, sizeof buffer, 30 * MILLISECOND), "ETIMEDOUT");
	assert_error(ring_join(PSHM_RING_SENDER), "EBUSY");
}

static void
enter_namespace(void *unused)
{
	(void)unused;
	ck_assert_int_eq(unshare(CLONE_NEWPID), 0);
	in_child(judge_from_another_namespace, NULL);
}

START_TEST(a_peer_in_another_namespace_is_in_doubt)
{
	if (!ring_share() || lacks("alive"))
		return;
	if (geteuid() != 0) {
		skip("a namespace of processes needs the superuser");
		return;
	}
	let_die(PSHM_RING_SENDER);
	in_child(enter_namespace, NULL);
	assert_result(ring_join(PSHM_RING_SENDER), 1);
	assert_error(ring_join(PSHM_RING_RECEIVER), "EBUSY");
}
END_TEST

/* What the two ends have noted about the messages, whose numbers begin at 1. */
static struct notes {
	uint64_t next;
	uint64_t last;
	long wrong;
	long twice;
	long succeeded;
} * notes;

static int
length_of(uint64_t number)
{
	return 8 + (int)((number * 2654435761U >> 7) % 1500);
}

static void
wrong_if(bool wrong)
{
	if (wrong)
		__atomic_add_fetch(&notes->wrong, 1, __ATOMIC_SEQ_CST);
}

/* kill(2) returns before the death. */
static void
join_soon(int role)
{
	int64_t result = -EBUSY;

	while ((result = ring_join(role)) == -EBUSY)
		usleep(100);
	wrong_if(result < 0);
	if (result == 1)
		__atomic_add_fetch(&notes->succeeded, 1, __ATOMIC_SEQ_CST);
}

static bool
is_of_waiting(int64_t result)
{
	return result == -EPIPE || result == -EOWNERDEAD || result == -ETIMEDOUT;
}

static int64_t
send_one(uint64_t number)
{
	int length = length_of(number);
	int64_t at = call("pshm_ring_reserve", ring_address(), CAPACITY, length, SECOND);

	if (is_error(at))
		return at;
	memcpy((void *)(uintptr_t)at, &number, 8);
	memset((char *)(uintptr_t)at + 8, (int)(number & 255), (size_t)length - 8);
	return call("pshm_ring_commit", ring_address(), CAPACITY, length);
}

/* A number that is committed and not noted is sent again. */
static void
send_for_ever(void *unused)
{
	(void)unused;
	join_soon(PSHM_RING_SENDER);
	for (;;) {
		int64_t result = send_one(notes->next);

		wrong_if(result < 0 && !is_of_waiting(result));
		notes->next += result == 0;
	}
}

static void
check_message(const unsigned char *bytes, int64_t length)
{
	uint64_t number;

	memcpy(&number, bytes, 8);
	wrong_if(number != notes->last && number != notes->last + 1);
	wrong_if(length != length_of(number));
	for (int64_t i = 8; i < length && notes->wrong == 0; i++)
		wrong_if(bytes[i] != (number & 255));
	notes->twice += number == notes->last;
	notes->last = number;
}

static void
receive_for_ever(void *unused)
{
	(void)unused;
	join_soon(PSHM_RING_RECEIVER);
	for (;;) {
		int64_t length;
		int64_t at = call("pshm_ring_peek", ring_address(), CAPACITY, SECOND, &length);

		if (is_error(at)) {
			wrong_if(!is_of_waiting(at));
			continue;
		}
		check_message((const unsigned char *)(uintptr_t)at, length);
		wrong_if(call("pshm_ring_release", ring_address(), CAPACITY) < 0);
	}
}

static void
wait_for_progress(void)
{
	uint64_t last = *(volatile uint64_t *)&notes->last;

	for (int i = 0; i < 20000 && *(volatile uint64_t *)&notes->last < last + 2; i++)
		usleep(1000);
	ck_assert_msg(*(volatile uint64_t *)&notes->last >= last + 2, "no message arrives");
}

static bool
has_slices_of_its_own(void)
{
	const char *name = interpose_platform_name();

	return strcmp(name, "native") == 0 || strcmp(name, "short-slices") == 0 || strcmp(name, "no-futex") == 0;
}

static void (*const ends[])(void *) = { send_for_ever, receive_for_ever };

/* A victim is replaced at once, and every other one stays a zombie until messages have arrived again. */
static void
kill_one(pid_t *processes, int turn)
{
	int victim = rand() % 2;
	pid_t killed = processes[victim];

	usleep((useconds_t)(rand() % 1500));
	ck_assert_int_eq(kill(killed, SIGKILL), 0);
	if (turn % 2 == 0)
		ck_assert_int_eq(waitpid(killed, NULL, 0), killed);
	processes[victim] = child_start(ends[victim], NULL);
	wait_for_progress();
	if (turn % 2 != 0)
		ck_assert_int_eq(waitpid(killed, NULL, 0), killed);
}

START_TEST(kills_lose_no_message)
{
	pid_t processes[2];
	int kills = has_slices_of_its_own() ? KILLS : KILLS_ELSEWHERE;

	if (!ring_share() || !ring_finds_deaths())
		return;
	notes = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(notes, MAP_FAILED);
	notes->next = 1;
	for (int i = 0; i < 2; i++)
		processes[i] = child_start(ends[i], NULL);
	for (int turn = 0; turn < kills; turn++)
		kill_one(processes, turn);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(kill(processes[i], SIGKILL), 0);
		ck_assert_int_eq(waitpid(processes[i], NULL, 0), processes[i]);
	}
	ck_assert_int_eq(notes->wrong, 0);
	ck_assert_int_gt(notes->succeeded, 0);
	note("%d kills of the ends of a ring, %ld messages, %ld of them twice, %ld successors", kills, (long)notes->last,
	     notes->twice, notes->succeeded);
}
END_TEST

Suite *
sync_peers_suite(void)
{
	const TTest *tests[] = { a_role_has_one_process,
		                 a_dead_process_has_a_successor,
		                 a_process_in_doubt_keeps_its_role,
		                 a_word_without_a_process_is_nobody,
		                 only_one_succeeds,
		                 a_dead_sender_leaves_whole_messages,
		                 a_dead_receiver_leaves_its_message,
		                 a_process_that_left_is_not_awaited,
		                 an_end_is_used_after_joining_alone,
		                 leaving_drops_the_reserved_message,
		                 nobody_leaves_for_another,
		                 the_last_message_of_a_dead_sender_is_not_lost,
		                 a_store_before_the_sleep_is_seen,
		                 a_peer_that_moves_does_not_hold_its_caller,
		                 a_peer_that_moves_hides_no_handler,
		                 a_sleeper_is_woken,
		                 no_wake_is_lost,
		                 a_handler_ends_the_wait_for_a_peer,
		                 signals_do_not_hide_the_death_of_a_peer,
		                 a_timeout_of_a_ring_is_the_least_that_is_waited,
		                 an_end_is_left_once,
		                 a_clock_that_fails_ends_the_wait_for_a_peer,
		                 a_short_wait_for_a_peer_is_no_slice,
		                 a_living_peer_is_seldom_looked_at,
		                 every_wait_for_a_peer_ends,
		                 a_peer_in_another_namespace_is_in_doubt,
		                 kills_lose_no_message,
		                 NULL };

	return suite_of("sync_peers", 120, tests);
}
