/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors handed to another process, over sockets. */
#include "fixture.h"
#include "interpose.h"
#include "message.h"
#include "suites.h"
#include "timing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PASSPIDFD = 76 }; /* newer than some C libraries: asm-generic/socket.h */

/* Two ends, and an object to send. */
struct pair {
	int here;
	int there;
	int fd;
};

static struct pair
pair_make(int type)
{
	struct pair pair;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
	pair.here = ends[0];
	pair.there = ends[1];
	pair.fd = anonymous_new(0);
	return pair;
}

static void
pair_close(struct pair pair)
{
	close(pair.here);
	close(pair.there);
	close_now(pair.fd);
}

/* A descriptor goes from here to there. */
static void
assert_passes(struct pair pair)
{
	assert_result(call("pshm_send", pair.here, pair.fd, -1), 0);
	close_now((int)assert_success(call("pshm_receive", pair.there, -1)));
}

static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET };

START_TEST(a_descriptor_arrives)
{
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = pair_make(types[i]);
		int fd = anonymous_new(12345);
		int other;

		assert_result(call("pshm_send", pair.here, fd, -1), 0);
		ck_assert(is_open(fd));
		other = (int)assert_success(call("pshm_receive", pair.there, -1));
		ck_assert_int_ne(fd, other);
		ck_assert(descriptor_status(fd).st_ino == descriptor_status(other).st_ino);
		ck_assert(is_close_on_exec(other));
		close_now(other);
		close_now(fd);
		pair_close(pair);
	}
}
END_TEST

START_TEST(several_arrive_in_order)
{
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = pair_make(types[i]);
		int fds[5];

		for (int j = 0; j < 5; j++) {
			fds[j] = anonymous_new(4096 * (j + 1));
			assert_result(call("pshm_send", pair.here, fds[j], -1), 0);
		}
		for (int j = 0; j < 5; j++) {
			int other = (int)assert_success(call("pshm_receive", pair.there, -1));

			ck_assert(descriptor_status(fds[j]).st_ino == descriptor_status(other).st_ino);
			close_now(other);
			close_now(fds[j]);
		}
		pair_close(pair);
	}
}
END_TEST

static void
receive_and_write(void *argument)
{
	const struct pair *pair = argument;
	int fd = (int)assert_success(call("pshm_receive", pair->there, -1));

	assert_result(call("pshm_write", fd, "from the child", 14, 0), 14);
	assert_result(call("pshm_send", pair->there, fd, -1), 0);
}

START_TEST(another_process_writes_into_it)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int fd = anonymous_new(4096);
	pid_t child = child_start(receive_and_write, &pair);
	char bytes[14];
	int other;

	assert_result(call("pshm_send", pair.here, fd, -1), 0);
	other = (int)assert_success(call("pshm_receive", pair.here, -1));
	assert_result(call("pshm_read", fd, bytes, 14, 0), 14);
	ck_assert_mem_eq(bytes, "from the child", 14);
	child_join(child);
	close_now(other);
	close_now(fd);
	pair_close(pair);
}
END_TEST

static volatile sig_atomic_t signals;

static void
count_signal(int signal)
{
	(void)signal;
	signals++;
}

START_TEST(a_peer_that_is_gone_is_no_signal)
{
	const struct sigaction action = { .sa_handler = count_signal };

	ck_assert_int_eq(sigaction(SIGPIPE, &action, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = pair_make(types[i]);

		close(pair.there);
		assert_error(call("pshm_send", pair.here, pair.fd, -1), "EPIPE ECONNRESET");
		assert_error(call("pshm_receive", pair.here, -1), "ENODATA");
		close(pair.here);
		close_now(pair.fd);
	}
	ck_assert_int_eq(signals, 0);
}
END_TEST

/* Of a stream what the peer had sent comes first, of packets the error does. */
START_TEST(a_peer_that_leaves_messages_unread_is_told_once)
{
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = pair_make(types[i]);

		assert_result(call("pshm_send", pair.there, pair.fd, -1), 0);
		assert_result(call("pshm_send", pair.here, pair.fd, -1), 0);
		close(pair.there);
		if (types[i] == SOCK_SEQPACKET)
			assert_error(call("pshm_receive", pair.here, -1), "ECONNRESET");
		close_now((int)assert_success(call("pshm_receive", pair.here, -1)));
		if (types[i] == SOCK_STREAM)
			assert_error(call("pshm_receive", pair.here, -1), "ECONNRESET");
		assert_error(call("pshm_receive", pair.here, -1), "ENODATA");
		close_now(pair.fd);
		close(pair.here);
	}
}
END_TEST

START_TEST(a_socket_of_datagrams_has_no_end)
{
	struct pair pair = pair_make(SOCK_DGRAM | SOCK_NONBLOCK);

	assert_passes(pair);
	close(pair.there);
	assert_error(call("pshm_receive", pair.here, 0), "EAGAIN");
	assert_error(call("pshm_send", pair.here, pair.fd, -1), "ECONNREFUSED");
	assert_error(call("pshm_send", pair.here, pair.fd, -1), "ENOTCONN");
	close(pair.here);
	close_now(pair.fd);
}
END_TEST

/* A message that does not carry just one descriptor is rejected, and nothing of it stays. */
static void
assert_rejected(struct pair pair, const int *fds, int count, size_t bytes)
{
	int before = descriptor_count();

	message_send(pair.here, fds, count, bytes);
	assert_error(call("pshm_receive", pair.there, -1), "EPROTO");
	ck_assert_int_eq(descriptor_count(), before);
}

/* A message of so many bytes, without a descriptor: the error, and the next message is received as ever. */
static void
receive_without(int type, size_t bytes, const char *error)
{
	struct pair pair = pair_make(type);

	message_send(pair.here, NULL, 0, bytes);
	assert_error(call("pshm_receive", pair.there, -1), error);
	assert_passes(pair);
	pair_close(pair);
}

START_TEST(a_message_without_a_descriptor_is_an_error)
{
	receive_without(SOCK_STREAM, 1, "EPROTO");
	receive_without(SOCK_SEQPACKET, 1, "EPROTO");
	receive_without(SOCK_DGRAM, 1, "EPROTO");
}
END_TEST

START_TEST(an_empty_packet_is_taken_for_the_end)
{
	receive_without(SOCK_SEQPACKET, 0, "ENODATA");
	receive_without(SOCK_DGRAM, 0, "ENODATA");
}
END_TEST

START_TEST(extra_descriptors_are_closed)
{
	static const int counts[] = { 2, 3, 253 };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct pair pair = pair_make(types[i]);
			int fds[253];

			for (int k = 0; k < counts[j]; k++)
				fds[k] = pair.fd;
			assert_rejected(pair, fds, counts[j], 1);
			pair_close(pair);
		}
	}
}
END_TEST

/* An empty packet with a descriptor is no end of the stream, and its descriptor is not lost. */
START_TEST(an_empty_packet_leaks_nothing)
{
	struct pair pair = pair_make(SOCK_SEQPACKET);

	assert_rejected(pair, &pair.fd, 1, 0);
	pair_close(pair);
}
END_TEST

/* Other control messages are not taken for descriptors. */
START_TEST(other_control_messages_are_passed_over)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int on = 1;

	ck_assert_int_eq(setsockopt(pair.there, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
	assert_passes(pair);
	assert_rejected(pair, NULL, 0, 1);
	pair_close(pair);
}
END_TEST

/* Beside as many descriptors as a message can carry there is space for other control messages. qemu's user mode tells no time. */
START_TEST(extra_descriptors_are_told_from_no_descriptor_free)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int on = 1;
	int fds[253];

	for (int i = 0; i < 253; i++)
		fds[i] = pair.fd;
	ck_assert_int_eq(setsockopt(pair.there, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
	(void)setsockopt(pair.there, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	assert_rejected(pair, fds, 253, 1);
	pair_close(pair);
}
END_TEST

/* Linux 6.5: the sender as a descriptor. */
START_TEST(the_senders_descriptor_is_closed)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int before = descriptor_count();
	int on = 1;

	if (setsockopt(pair.there, SOL_SOCKET, PASSPIDFD, &on, sizeof on) < 0)
		skip("this kernel knows no SO_PASSPIDFD");
	assert_passes(pair);
	ck_assert_int_eq(descriptor_count(), before);
	assert_rejected(pair, NULL, 0, 1);
	pair_close(pair);
}
END_TEST

/* No more descriptors are taken than the buffer has space for, whatever length the message claims. */
START_TEST(a_length_beyond_the_buffer_is_not_believed)
{
	struct pair pair = pair_make(SOCK_STREAM);

	interpose_reset();
	interpose_add_traits(UNCUT_LENGTHS);
	assert_error(call("pshm_receive", pair.there, -1), "EMFILE");
	interpose_remove_traits(UNCUT_LENGTHS);
	ck_assert_int_ge(interpose_count(CALL_close), 253);
	ck_assert_int_le(interpose_count(CALL_close), 253 + 256);
	pair_close(pair);
}
END_TEST

/* The types of another protocol have the same numbers. */
START_TEST(a_part_of_another_protocol_is_no_descriptor)
{
	struct pair pair = pair_make(SOCK_STREAM);

	interpose_reset();
	interpose_add_traits(OTHER_PARTS);
	assert_error(call("pshm_receive", pair.there, -1), "EPROTO");
	interpose_remove_traits(OTHER_PARTS);
	ck_assert_int_eq(interpose_count(CALL_close), 0);
	pair_close(pair);
}
END_TEST

START_TEST(no_descriptor_free_is_said)
{
	struct pair pair = pair_make(SOCK_STREAM);
	struct rlimit old;
	struct rlimit few;
	int here = -7;
	int there = -7;

	assert_result(call("pshm_send", pair.here, pair.fd, -1), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)descriptor_next();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_error(call("pshm_receive", pair.there, -1), "EMFILE");
	assert_error(call("pshm_socketpair", &here, &there), "EMFILE");
	few.rlim_cur++;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_error(call("pshm_socketpair", &here, &there), "EMFILE");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	ck_assert(here == -7 && there == -7);
	pair_close(pair);
}
END_TEST

START_TEST(an_interrupted_wait_comes_back)
{
	struct pair pair = pair_make(SOCK_STREAM);

	interruptions_start(0, 2000);
	assert_error(call("pshm_receive", pair.there, -1), "EINTR");
	ck_assert_int_ge(interruptions_stop(), 1);
	pair_close(pair);
}
END_TEST

START_TEST(an_interrupted_send_comes_back)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int64_t result = 0;

	interruptions_start(0, 2000);
	for (int i = 0; i < 100000 && result == 0; i++)
		result = call("pshm_send", pair.here, pair.fd, -1);
	ck_assert_int_ge(interruptions_stop(), 1);
	assert_error(result, "EINTR ETOOMANYREFS");
	pair_close(pair);
}
END_TEST

START_TEST(a_full_socket_is_told)
{
	struct pair pair = pair_make(SOCK_STREAM | SOCK_NONBLOCK);
	int64_t result = 0;

	for (int i = 0; i < 100000 && result == 0; i++)
		result = call("pshm_send", pair.here, pair.fd, 0);
	assert_error(result, "EAGAIN ETOOMANYREFS");
	pair_close(pair);
}
END_TEST

START_TEST(non_sockets_are_rejected)
{
	struct pair pair = pair_make(SOCK_STREAM);
	int lone = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_error(call("pshm_send", pair.fd, pair.fd, -1), "ENOTSOCK");
	assert_error(call("pshm_receive", pair.fd, -1), "ENOTSOCK");
	assert_error(call("pshm_send", -1, pair.fd, -1), "EBADF");
	assert_error(call("pshm_receive", -1, -1), "EBADF");
	assert_error(call("pshm_send", pair.here, -1, -1), "EBADF");
	assert_error(call("pshm_send", lone, pair.fd, -1), "ENOTCONN EPIPE");
	assert_error(call("pshm_receive", lone, -1), "ENOTCONN EINVAL");
	close(lone);
	pair_close(pair);
}
END_TEST

START_TEST(a_pair_is_connected_and_not_inherited)
{
	int here = -7;
	int there = -7;
	int fd = anonymous_new(4096);
	int other;

	assert_result(call("pshm_socketpair", &here, &there), 0);
	ck_assert(is_close_on_exec(here));
	ck_assert(is_close_on_exec(there));
	assert_result(call("pshm_send", here, fd, -1), 0);
	other = (int)assert_success(call("pshm_receive", there, -1));
	ck_assert(descriptor_status(other).st_ino == descriptor_status(fd).st_ino);
	close_now(other);
	close_now(here);
	assert_error(call("pshm_receive", there, -1), "ENODATA");
	close_now(there);
	close_now(fd);
	assert_error(call("pshm_socketpair", NULL, &there), "EFAULT");
	assert_error(call("pshm_socketpair", &here, NULL), "EFAULT");
	assert_error(call("pshm_socketpair", NULL, NULL), "EFAULT");
}
END_TEST

Suite *
api_passing_suite(void)
{
	const TTest *tests[] = { a_descriptor_arrives,
		                 several_arrive_in_order,
		                 another_process_writes_into_it,
		                 a_peer_that_is_gone_is_no_signal,
		                 a_peer_that_leaves_messages_unread_is_told_once,
		                 a_socket_of_datagrams_has_no_end,
		                 an_empty_packet_is_taken_for_the_end,
		                 a_message_without_a_descriptor_is_an_error,
		                 extra_descriptors_are_closed,
		                 an_empty_packet_leaks_nothing,
		                 other_control_messages_are_passed_over,
		                 extra_descriptors_are_told_from_no_descriptor_free,
		                 the_senders_descriptor_is_closed,
		                 a_length_beyond_the_buffer_is_not_believed,
		                 a_part_of_another_protocol_is_no_descriptor,
		                 no_descriptor_free_is_said,
		                 an_interrupted_wait_comes_back,
		                 an_interrupted_send_comes_back,
		                 a_full_socket_is_told,
		                 non_sockets_are_rejected,
		                 a_pair_is_connected_and_not_inherited,
		                 NULL };

	return suite_of("api_passing", 30, tests);
}
