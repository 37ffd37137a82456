/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for a socket: how long, and what ends the wait. */
#include "fixture.h"
#include "interpose.h"
#include "message.h"
#include "suites.h"
#include "timing.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The additional time that a loaded machine may take. */
#define LATE (1000 * MILLISECOND)

static const int types[] = { SOCK_STREAM,
	                     SOCK_SEQPACKET,
	                     SOCK_DGRAM,
	                     SOCK_STREAM | SOCK_NONBLOCK,
	                     SOCK_SEQPACKET | SOCK_NONBLOCK,
	                     SOCK_DGRAM | SOCK_NONBLOCK };

enum { TYPES = sizeof types / sizeof types[0] };

static void
pair_open(int type, int ends[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
}

static void
pair_close(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void
drain(int socket)
{
	char bytes[512];

	while (recv(socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		continue;
}

static int flags_before;

static void
assert_flags_kept(int socket)
{
	ck_assert_int_eq(fcntl(socket, F_GETFL), flags_before);
}

/* A call that waits all the same is interrupted, or polls without an end. */
START_TEST(zero_never_waits)
{
	int fd = anonymous_new(0);

	interruptions_start(0, 100000);
	for (int i = 0; i < TYPES; i++) {
		int64_t start = time_now();
		int ends[2];

		calls_must_end(CALL_ppoll);
		pair_open(types[i], ends);
		flags_before = fcntl(ends[0], F_GETFL);
		assert_error(call("pshm_receive", ends[0], 0), "EAGAIN");
		message_fill(ends[0]);
		assert_error(call("pshm_send", ends[0], fd, 0), "EAGAIN");
		assert_flags_kept(ends[0]);
		ck_assert(time_now() - start < LATE);
		drain(ends[1]);
		assert_result(call("pshm_send", ends[0], fd, 0), 0);
		close_now((int)assert_success(call("pshm_receive", ends[1], 0)));
		pair_close(ends);
	}
	(void)interruptions_stop();
	interpose_reset();
	close_now(fd);
}
END_TEST

static void
assert_times_out(int64_t start, int64_t timeout, int64_t result)
{
	int64_t waited = time_now() - start;

	assert_error(result, "ETIMEDOUT");
	ck_assert_msg(waited >= timeout && waited < timeout + LATE, "of %lld ns it waited %lld", (long long)timeout,
	              (long long)waited);
}

START_TEST(the_time_is_waited_and_no_more)
{
	static const int64_t timeouts[] = { 1, 999, 1000 * 1000 - 1, 5 * MILLISECOND, 70 * MILLISECOND + 1 };
	int fd = anonymous_new(0);

	for (int i = 0; i < TYPES; i++) {
		int ends[2];

		pair_open(types[i], ends);
		message_fill(ends[0]);
		calls_must_end(CALL_ppoll);
		for (size_t j = 0; j < sizeof timeouts / sizeof timeouts[0]; j++) {
			int64_t start = time_now();

			interrupt_after(5);
			assert_times_out(start, timeouts[j], call("pshm_receive", ends[0], timeouts[j]));
			start = time_now();
			assert_times_out(start, timeouts[j], call("pshm_send", ends[0], fd, timeouts[j]));
		}
		pair_close(ends);
	}
	interrupt_after(0);
	close_now(fd);
}
END_TEST

/* Whole seconds and parts of one are for the system to wait: not for a loop. */
START_TEST(a_wait_is_a_few_calls)
{
	static const int64_t timeouts[] = { 70 * MILLISECOND, 1200 * MILLISECOND };
	int ends[2];

	pair_open(types[0], ends);
	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		int64_t start = time_now();

		interpose_reset();
		assert_times_out(start, timeouts[i], call("pshm_receive", ends[0], timeouts[i]));
		ck_assert_int_le(interpose_count(CALL_ppoll), 2);
	}
	pair_close(ends);
}
END_TEST

struct errand {
	int socket;
	int fd;
};

static void
send_soon(void *argument)
{
	const struct errand *errand = argument;

	usleep(30000);
	assert_result(call("pshm_send", errand->socket, errand->fd, -1), 0);
}

static void
drain_soon(void *argument)
{
	const struct errand *errand = argument;

	usleep(30000);
	drain(errand->socket);
}

/* Negative is no limit, and so is a sum that overflows. */
static const int64_t long_enough[] = {
	20 * 1000 * MILLISECOND, -1, INT64_MIN, INT64_MAX, INT64_MAX - 1, (int64_t)40 * 365 * 86400 * 1000 * MILLISECOND
};

enum { LONG_ENOUGH = sizeof long_enough / sizeof long_enough[0] };

START_TEST(a_message_ends_the_wait)
{
	int fd = anonymous_new(0);

	for (int i = 0; i < TYPES * LONG_ENOUGH; i++) {
		int64_t timeout = long_enough[i % LONG_ENOUGH];
		struct errand errand = { .fd = fd };
		int64_t start = time_now();
		int ends[2];
		pid_t child;
		int other;

		pair_open(types[i / LONG_ENOUGH], ends);
		errand.socket = ends[0];
		child = child_start(send_soon, &errand);
		other = (int)assert_success(call("pshm_receive", ends[1], timeout));
		ck_assert(time_now() - start >= 30 * MILLISECOND);
		ck_assert(descriptor_status(fd).st_ino == descriptor_status(other).st_ino);
		child_join(child);
		close_now(other);
		pair_close(ends);
	}
	close_now(fd);
}
END_TEST

START_TEST(space_in_the_buffer_ends_the_wait)
{
	int fd = anonymous_new(0);

	for (int i = 0; i < TYPES * LONG_ENOUGH; i++) {
		struct errand errand = { .fd = fd };
		int64_t start = time_now();
		int ends[2];
		pid_t child;

		pair_open(types[i / LONG_ENOUGH], ends);
		message_fill(ends[0]);
		errand.socket = ends[1];
		child = child_start(drain_soon, &errand);
		interrupt_after(10);
		assert_result(call("pshm_send", ends[0], fd, long_enough[i % LONG_ENOUGH]), 0);
		interrupt_after(0);
		ck_assert(time_now() - start >= 30 * MILLISECOND);
		child_join(child);
		drain(ends[1]);
		pair_close(ends);
	}
	close_now(fd);
}
END_TEST

static void
close_soon(void *argument)
{
	const struct errand *errand = argument;

	close(errand->fd);
	usleep(30000);
}

START_TEST(the_end_of_the_connection_ends_the_wait)
{
	for (int i = 0; i < 2; i++) {
		int fd = anonymous_new(0);
		struct errand errand;
		int ends[2];
		pid_t child;

		pair_open(types[i], ends);
		errand.fd = ends[0];
		errand.socket = ends[1];
		child = child_start(close_soon, &errand);
		close(ends[1]);
		assert_error(call("pshm_receive", ends[0], -1), "ENODATA");
		assert_error(call("pshm_send", ends[0], fd, -1), "EPIPE");
		child_join(child);
		close(ends[0]);
		close_now(fd);
	}
}
END_TEST

/* Linux keeps such a socket readable, and a receiver that does not wait gets EAGAIN of it for ever. */
START_TEST(a_socket_that_was_shut_down_is_not_waited_for)
{
	static const int64_t timeouts[] = { 0, 100 * MILLISECOND, -1 };

	for (int i = 0; i < TYPES; i++) {
		int fd = anonymous_new(0);
		int ends[2];

		pair_open(types[i], ends);
		assert_result(call("pshm_send", ends[0], fd, -1), 0);
		ck_assert_int_eq(shutdown(ends[1], SHUT_RD), 0);
		close_now((int)assert_success(call("pshm_receive", ends[1], -1)));
		calls_must_end(CALL_ppoll);
		for (int j = 0; j < 3; j++)
			assert_error(call("pshm_receive", ends[1], timeouts[j]), "ENODATA");
		ck_assert_int_eq(shutdown(ends[1], SHUT_WR), 0);
		for (int j = 0; j < 3; j++)
			assert_error(call("pshm_send", ends[1], fd, timeouts[j]), "EPIPE");
		pair_close(ends);
		close_now(fd);
	}
}
END_TEST

/* A runtime's handlers are often installed with SA_RESTART, and get their turn all the same. */
START_TEST(a_handler_ends_the_wait)
{
	static const int flags[] = { 0, SA_RESTART };
	static const int64_t timeouts[] = { 20 * 1000 * MILLISECOND, -1, INT64_MAX };
	int fd = anonymous_new(0);

	for (int i = 0; i < TYPES * 6; i++) {
		int64_t timeout = timeouts[i % 3];
		int ends[2];

		pair_open(types[i / 6], ends);
		message_fill(ends[0]);
		interruptions_start(flags[i / 3 % 2], 20000);
		assert_error(call("pshm_receive", ends[0], timeout), "EINTR");
		assert_error(call("pshm_send", ends[0], fd, timeout), "EINTR");
		ck_assert_int_ge(interruptions_stop(), 2);
		pair_close(ends);
	}
	close_now(fd);
}
END_TEST

static bool thieving;

/* Another process with the same end takes each message first. */
static void *
send_and_take(void *argument)
{
	const int *ends = argument;
	char bytes[512];

	while (__atomic_load_n(&thieving, __ATOMIC_RELAXED)) {
		(void)send(ends[1], "x", 1, MSG_DONTWAIT);
		(void)recv(ends[0], bytes, sizeof bytes, MSG_DONTWAIT);
	}
	return NULL;
}

/* A message without a descriptor is an error when it is caught. */
START_TEST(others_do_not_make_the_wait_longer)
{
	int timed_out = 0;

	for (int i = 0; i < 20; i++) {
		int64_t start;
		int64_t result;
		pthread_t thief;
		int ends[2];

		pair_open(types[i % TYPES], ends);
		thieving = true;
		ck_assert_int_eq(pthread_create(&thief, NULL, send_and_take, ends), 0);
		start = time_now();
		result = call("pshm_receive", ends[0], 20 * MILLISECOND);
		ck_assert(time_now() - start < 20 * MILLISECOND + LATE);
		assert_error(result, "ETIMEDOUT EPROTO");
		timed_out += result == -ETIMEDOUT;
		__atomic_store_n(&thieving, false, __ATOMIC_RELAXED);
		pthread_join(thief, NULL);
		pair_close(ends);
	}
	note("%d of 20 waits beside another receiver timed out", timed_out);
}
END_TEST

struct receiver {
	int socket;
	int64_t result;
};

static void *
receive_in_time(void *argument)
{
	struct receiver *receiver = argument;

	receiver->result = call("pshm_receive", receiver->socket, 200 * MILLISECOND);
	return NULL;
}

START_TEST(of_several_receivers_one_gets_the_message)
{
	enum { RECEIVERS = 4 };
	int fd = anonymous_new(0);
	struct receiver receivers[RECEIVERS];
	pthread_t threads[RECEIVERS];
	int64_t start = time_now();
	int received = 0;
	int ends[2];

	pair_open(SOCK_STREAM, ends);
	for (int i = 0; i < RECEIVERS; i++) {
		receivers[i] = (struct receiver){ ends[0], 0 };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, receive_in_time, &receivers[i]), 0);
	}
	usleep(50000);
	assert_result(call("pshm_send", ends[1], fd, -1), 0);
	for (int i = 0; i < RECEIVERS; i++) {
		pthread_join(threads[i], NULL);
		if (receivers[i].result >= 0) {
			close_now((int)receivers[i].result);
			received++;
		} else {
			assert_error(receivers[i].result, "ETIMEDOUT");
		}
	}
	ck_assert(time_now() - start < 200 * MILLISECOND + LATE);
	ck_assert_int_eq(received, 1);
	pair_close(ends);
	close_now(fd);
}
END_TEST

/* Errors of the arguments come before any wait. */
START_TEST(errors_do_not_wait)
{
	static const int64_t timeouts[] = { 0, 1, INT64_MAX, -1, INT64_MIN };
	int fd = anonymous_new(0);
	int ends[2];

	pair_open(SOCK_STREAM, ends);
	for (int i = 0; i < 5; i++) {
		assert_error(call("pshm_receive", -1, timeouts[i]), "EBADF");
		assert_error(call("pshm_receive", fd, timeouts[i]), "ENOTSOCK");
		assert_error(call("pshm_send", -1, fd, timeouts[i]), "EBADF");
		assert_error(call("pshm_send", fd, -1, timeouts[i]), "ENOTSOCK");
		assert_error(call("pshm_send", ends[0], -1, timeouts[i]), "EBADF");
	}
	message_fill(ends[0]);
	for (int i = 0; i < 5; i++)
		assert_error(call("pshm_send", ends[0], -1, timeouts[i]), "EBADF");
	pair_close(ends);
	close_now(fd);
}
END_TEST

/* Connected ends over the loopback network, or false where there is none. */
static bool
connect_over(int family, int type, int ends[2])
{
	struct sockaddr_in6 here = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in old = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *address = family == AF_INET ? (struct sockaddr *)&old : (struct sockaddr *)&here;
	socklen_t size = family == AF_INET ? sizeof old : sizeof here;
	int listener = socket(family, type | SOCK_CLOEXEC, 0);
	bool connected;

	ends[0] = socket(family, type | SOCK_CLOEXEC, 0);
	ends[1] = -1;
	connected = listener >= 0 && bind(listener, address, size) == 0 && (type == SOCK_DGRAM || listen(listener, 1) == 0) &&
	            getsockname(listener, address, &size) == 0 && connect(ends[0], address, size) == 0;
	if (connected)
		ends[1] = type == SOCK_DGRAM ? dup(listener) : accept(listener, NULL, NULL);
	close(listener);
	if (!connected)
		close(ends[0]);
	return connected;
}

START_TEST(other_domains_are_refused_and_lose_nothing)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int kinds[] = { SOCK_STREAM, SOCK_DGRAM };
	static const int64_t timeouts[] = { 0, MILLISECOND, -1 };
	int fd = anonymous_new(0);
	int seen = 0;

	for (int i = 0; i < 12; i++) {
		char byte = 'x';
		int ends[2];

		if (!connect_over(families[i % 2], kinds[i / 2 % 2], ends))
			continue;
		seen++;
		assert_error(call("pshm_send", ends[0], fd, timeouts[i / 4]), "EPROTOTYPE");
		assert_error(call("pshm_send", ends[0], -1, timeouts[i / 4]), "EPROTOTYPE");
		ck_assert_int_eq(recv(ends[1], &byte, 1, MSG_DONTWAIT), -1);
		assert_error(call("pshm_receive", ends[1], timeouts[i / 4]), "EPROTOTYPE");
		ck_assert_int_eq(send(ends[0], &byte, 1, 0), 1);
		assert_error(call("pshm_receive", ends[1], timeouts[i / 4]), "EPROTOTYPE");
		ck_assert_int_eq(recv(ends[1], &byte, 1, 0), 1);
		close(ends[0]);
		close(ends[1]);
	}
	if (seen == 0)
		skip("no loopback network");
	close_now(fd);
}
END_TEST

START_TEST(sockets_without_a_peer_are_told_by_their_domain)
{
	static const int families[] = { AF_INET, AF_INET6, AF_NETLINK };

	for (int i = 0; i < 3; i++) {
		int lone = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (lone < 0)
			continue;
		assert_error(call("pshm_send", lone, lone, 0), "EPROTOTYPE");
		assert_error(call("pshm_receive", lone, 0), "EPROTOTYPE");
		close(lone);
	}
}
END_TEST

Suite *
api_waiting_suite(void)
{
	const TTest *tests[] = { zero_never_waits,
		                 the_time_is_waited_and_no_more,
		                 a_wait_is_a_few_calls,
		                 a_message_ends_the_wait,
		                 space_in_the_buffer_ends_the_wait,
		                 the_end_of_the_connection_ends_the_wait,
		                 a_socket_that_was_shut_down_is_not_waited_for,
		                 a_handler_ends_the_wait,
		                 others_do_not_make_the_wait_longer,
		                 of_several_receivers_one_gets_the_message,
		                 errors_do_not_wait,
		                 other_domains_are_refused_and_lose_nothing,
		                 sockets_without_a_peer_are_told_by_their_domain,
		                 NULL };

	return suite_of("api_waiting", 60, tests);
}
