/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads that are cancelled in a call: nothing stays open, and only a call that waits ends early. In children of the test,
 * whose assertions call nothing that a cancellation acts in.
 */
#include "faults.h"
#include "fixture.h"
#include "message.h"
#include "signatures.h"
#include "suites.h"
#include "timing.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The progress of a thread that is to be cancelled. */
struct victim {
	const struct scenario *scenario;
	struct world world;
	int64_t result;
	bool returned;
	int signature;
};

static bool
join_cancelled(pthread_t thread)
{
	void *result;

	ck_assert_int_eq(pthread_join(thread, &result), 0);
	return result == PTHREAD_CANCELED;
}

static void *
run_scenario(void *argument)
{
	struct victim *victim = argument;

	(void)pthread_cancel(pthread_self());
	victim->result = victim->scenario->make(&victim->world);
	victim->returned = true;
	pthread_testcancel();
	return NULL;
}

/* A scenario that waits is left; its own test says what comes of it. */
static bool
waits(const struct scenario *scenario)
{
	return strstr(scenario->name, " later") != NULL || strstr(scenario->name, " in time") != NULL;
}

static void
try_scenario(const struct scenario *scenario)
{
	struct victim victim = { .scenario = scenario };
	struct course course;
	pthread_t thread;

	if (waits(scenario) || !world_observe(scenario, &course))
		return;
	world_make(&victim.world);
	ck_assert_int_eq(pthread_create(&thread, NULL, run_scenario, &victim), 0);
	ck_assert_msg(join_cancelled(thread), "%s: the cancellation is lost", scenario->name);
	ck_assert_msg(victim.returned, "%s: cancelled inside of the call", scenario->name);
	ck_assert_msg(!is_error(victim.result), "%s: %s", scenario->name, name_of_result(victim.result));
	world_give_back(&victim.world, scenario, victim.result);
	ck_assert_msg(descriptor_count() == victim.world.descriptors - (scenario->outcome == OUTCOME_CLOSES),
	              "%s: %d descriptors more", scenario->name, descriptor_count() - victim.world.descriptors);
	ck_assert_msg(object_mapping_count() == victim.world.mappings - (scenario->outcome == OUTCOME_UNMAPS),
	              "%s: %d mappings more", scenario->name, object_mapping_count() - victim.world.mappings);
	if (shm_is_private())
		ck_assert_msg(object_count() == victim.world.objects + scenario->names, "%s: %d names more", scenario->name,
		              object_count() - victim.world.objects - scenario->names);
	world_end(&victim.world, scenario);
}

static void
try_scenarios(void *unused)
{
	(void)unused;
	for (int i = 0; i < scenario_count; i++)
		try_scenario(&scenarios[i]);
}

START_TEST(a_call_that_does_not_wait_runs_to_its_end)
{
	in_child(try_scenarios, NULL);
}
END_TEST

/* Every function, with arguments that it rejects. */
static void *
call_wrongly(void *argument)
{
	struct victim *victim = argument;
	const struct signature *signature = &signatures[victim->signature];
	int64_t arguments[SIGNATURE_ARGUMENTS_MAX];

	for (int i = 0; i < signature->argument_count; i++)
		arguments[i] = signature->arguments[i].type == SIGNATURE_INT || signature->arguments[i].type == SIGNATURE_INT64 ? -1
		                                                                                                                : 0;
	(void)pthread_cancel(pthread_self());
	(void)library_call(signature->name, signature->argument_count, arguments);
	victim->returned = true;
	pthread_testcancel();
	return NULL;
}

static void
call_all_wrongly(void *unused)
{
	int before = descriptor_count();

	(void)unused;
	for (int i = 0; i < SIGNATURE_COUNT; i++) {
		struct victim victim = { .signature = i };
		pthread_t thread;

		ck_assert_int_eq(pthread_create(&thread, NULL, call_wrongly, &victim), 0);
		ck_assert_msg(join_cancelled(thread), "%s: the cancellation is lost", signatures[i].name);
		ck_assert_msg(victim.returned, "%s: cancelled inside of the call", signatures[i].name);
	}
	ck_assert_int_eq(descriptor_count(), before);
}

START_TEST(a_call_that_fails_runs_to_its_end)
{
	in_child(call_all_wrongly, NULL);
}
END_TEST

/* A call that waits for a socket. */
struct wait {
	int socket;
	int fd; /* to send, or -1 to receive */
	int64_t timeout;
	int64_t result;
	bool pending;
	bool disabled;
	bool returned;
};

static void *
run_wait(void *argument)
{
	struct wait *wait = argument;

	if (wait->disabled)
		(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (wait->pending)
		(void)pthread_cancel(pthread_self());
	wait->result = wait->fd >= 0 ? call("pshm_send", wait->socket, wait->fd, wait->timeout)
	                             : call("pshm_receive", wait->socket, wait->timeout);
	wait->returned = true;
	return NULL;
}

static void
cancel_wait(int64_t timeout, bool sends, bool pending)
{
	int fd = anonymous_new(0);
	int before = descriptor_count();
	struct wait wait = { .timeout = timeout, .fd = sends ? fd : -1, .pending = pending };
	pthread_t thread;
	char byte;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	wait.socket = ends[0];
	message_fill(ends[0]);
	ck_assert_int_eq(pthread_create(&thread, NULL, run_wait, &wait), 0);
	usleep(pending ? 0 : 20000);
	if (!pending)
		ck_assert_int_eq(pthread_cancel(thread), 0);
	ck_assert(join_cancelled(thread));
	ck_assert(!wait.returned);
	while (recv(ends[1], &byte, 1, MSG_DONTWAIT) == 1)
		ck_assert_int_eq(byte, 0);
	assert_result(call("pshm_send", ends[1], fd, 0), 0);
	close_now((int)assert_success(call("pshm_receive", ends[0], 0)));
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(descriptor_count(), before);
	close_now(fd);
}

static void
cancel_waits(void *unused)
{
	static const int64_t timeouts[] = { -1, INT64_MAX, 20000000000 };

	(void)unused;
	for (int i = 0; i < 12; i++)
		cancel_wait(timeouts[i % 3], i / 3 % 2 == 1, i / 6 == 1);
}

START_TEST(a_call_that_waits_is_cancelled_and_leaves_nothing)
{
	in_child(cancel_waits, NULL);
}
END_TEST

/* The message comes when the cancellation does: it is in the one hand or in the other, and never lost. */
static void
race_once(int fd)
{
	struct wait wait = { .timeout = -1, .fd = -1 };
	pthread_t thread;
	int64_t left;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	wait.socket = ends[0];
	ck_assert_int_eq(pthread_create(&thread, NULL, run_wait, &wait), 0);
	assert_result(call("pshm_send", ends[1], fd, 0), 0);
	(void)pthread_cancel(thread);
	(void)join_cancelled(thread);
	left = call("pshm_receive", ends[0], 0);
	ck_assert_msg(wait.returned != (left >= 0), "returned %d, and then %s", wait.returned, name_of_result(left));
	close_now((int)(wait.returned ? wait.result : left));
	close(ends[0]);
	close(ends[1]);
}

static void
race(void *unused)
{
	int fd = anonymous_new(0);
	int before = descriptor_count();

	(void)unused;
	for (int i = 0; i < 2000; i++)
		race_once(fd);
	ck_assert_int_eq(descriptor_count(), before);
	close_now(fd);
}

START_TEST(a_cancellation_beside_a_message_loses_no_descriptor)
{
	in_child(race, NULL);
}
END_TEST

/* A thread that has disabled cancellation is not cancelled. */
static void
wait_disabled(void *unused)
{
	struct wait wait = { .timeout = 50000000, .fd = -1, .pending = true, .disabled = true };
	pthread_t thread;
	int ends[2];

	(void)unused;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	wait.socket = ends[0];
	ck_assert_int_eq(pthread_create(&thread, NULL, run_wait, &wait), 0);
	ck_assert(!join_cancelled(thread));
	ck_assert(wait.returned);
	assert_error(wait.result, "ETIMEDOUT");
	close(ends[0]);
	close(ends[1]);
}

START_TEST(a_thread_that_forbids_cancellation_waits_on)
{
	in_child(wait_disabled, NULL);
}
END_TEST

/* A wake-up that a cancelled thread has taken would be lost, so that one waits on. */
static void *
wait_for_word(void *result)
{
	static uint32_t word;

	(void)pthread_cancel(pthread_self());
	*(int64_t *)result = call("pshm_atomic_wait", (int64_t)(uintptr_t)&word, 0, 20000000);
	pthread_testcancel();
	return NULL;
}

static void *
wait_for_lock(void *result)
{
	static _Alignas(8) uint64_t lock;

	(void)call("pshm_lock_acquire", (int64_t)(uintptr_t)&lock, -1);
	(void)pthread_cancel(pthread_self());
	*(int64_t *)result = call("pshm_lock_acquire", (int64_t)(uintptr_t)&lock, 20000000);
	pthread_testcancel();
	return NULL;
}

static void *
wait_for_message(void *result)
{
	static _Alignas(64) char ring[PSHM_RING_HEADER_SIZE + PSHM_RING_CAPACITY_MIN];
	int64_t address = (int64_t)(uintptr_t)ring;
	char byte;

	(void)call("pshm_ring_join", address, PSHM_RING_CAPACITY_MIN, PSHM_RING_RECEIVER);
	(void)pthread_cancel(pthread_self());
	*(int64_t *)result = call("pshm_ring_receive", address, PSHM_RING_CAPACITY_MIN, &byte, 1, 20000000);
	pthread_testcancel();
	return NULL;
}

static void
wait_to_the_end(void *(*wait)(void *result), const char *error)
{
	int64_t result = 0;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, wait, &result), 0);
	ck_assert(join_cancelled(thread));
	assert_error(result, error);
}

static void
wait_to_their_ends(void *unused)
{
	(void)unused;
	wait_to_the_end(wait_for_word, "ETIMEDOUT");
	wait_to_the_end(wait_for_lock, has("atomic-64") ? "ETIMEDOUT" : "ENOTSUP");
	wait_to_the_end(wait_for_message, has("atomic-64") ? "ETIMEDOUT" : "ENOTSUP");
}

START_TEST(a_thread_that_sleeps_on_a_word_is_not_cancelled)
{
	in_child(wait_to_their_ends, NULL);
}
END_TEST

/* The wait for an object ends early: nothing is open, and the object is opened by the next call. */
static void *
wait_for_object(void *returned)
{
	(void)call("pshm_open_wait", name_of("awaited"), PSHM_DIRECTION_IO, 1, 10 * SECOND);
	*(bool *)returned = true;
	return NULL;
}

static void
cancel_waits_for_objects(void *unused)
{
	int before = descriptor_count();

	(void)unused;
	object_make(name_of("awaited"), 0600, 0);
	for (int i = 0; i < 30; i++) {
		bool returned = false;
		pthread_t thread;

		ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_object, &returned), 0);
		usleep(i * 700);
		ck_assert_int_eq(pthread_cancel(thread), 0);
		ck_assert(join_cancelled(thread));
		ck_assert(!returned);
		ck_assert_int_eq(descriptor_count(), before);
	}
	close_now((int)assert_success(call("pshm_open_wait", name_of("awaited"), PSHM_DIRECTION_IO, 0, 0)));
	object_remove(name_of("awaited"));
}

START_TEST(a_wait_for_an_object_is_cancelled_and_leaves_nothing)
{
	in_child(cancel_waits_for_objects, NULL);
}
END_TEST

Suite *
cancellation_suite(void)
{
	const TTest *tests[] = { a_call_that_does_not_wait_runs_to_its_end,
		                 a_call_that_fails_runs_to_its_end,
		                 a_call_that_waits_is_cancelled_and_leaves_nothing,
		                 a_cancellation_beside_a_message_loses_no_descriptor,
		                 a_thread_that_forbids_cancellation_waits_on,
		                 a_thread_that_sleeps_on_a_word_is_not_cancelled,
		                 a_wait_for_an_object_is_cancelled_and_leaves_nothing,
		                 NULL };

	return suite_of("cancellation", 60, tests);
}
