/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors sent, sealed and opened anew. */
#include "bad_input.h"
#include "fixture.h"
#include "message.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
send_nowhere(void)
{
	int ends[2];

	assert_error(call("pshm_send", bad_fd, bad_fd, -1), "ENOTSOCK");
	assert_error(call("pshm_send", -1, bad_fd, -1), "EBADF");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[1]);
	ck_assert(is_error(call("pshm_send", ends[0], bad_fd, -1)));
	ck_assert(is_error(call("pshm_send", ends[0], -1, -1)));
	close(ends[0]);
}

static void
other_domain(void)
{
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_error(call("pshm_send", other, bad_fd, -1), "EPROTOTYPE");
	assert_error(call("pshm_receive", other, -1), "EPROTOTYPE");
	close(other);
}

static void
would_wait(void)
{
	char bytes[512] = "";
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_error(call("pshm_receive", ends[0], 0), "EAGAIN");
	while (send(ends[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		continue;
	assert_error(call("pshm_send", ends[0], bad_fd, 0), "EAGAIN");
	close(ends[0]);
	close(ends[1]);
}

static void
receive_wrong_count(void)
{
	int fds[2] = { bad_fd, bad_fd };
	int before;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	before = descriptor_count();
	message_send(ends[0], NULL, 0, 1);
	assert_error(call("pshm_receive", ends[1], -1), "EPROTO");
	message_send(ends[0], fds, 2, 1);
	assert_error(call("pshm_receive", ends[1], -1), "EPROTO");
	ck_assert_int_eq(descriptor_count(), before);
	close(ends[0]);
	close(ends[1]);
}

static void
receive_closed(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[0]);
	assert_error(call("pshm_receive", ends[1], -1), "ENODATA");
	close(ends[1]);
}

static void
receive_without_descriptors(void)
{
	struct rlimit old;
	struct rlimit few;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	message_send(ends[0], &bad_fd, 1, 1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)descriptor_next();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_error(call("pshm_receive", ends[1], -1), "EMFILE");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(ends[0]);
	close(ends[1]);
}

static void
seal_denied(void)
{
	int anonymous;
	int ends[2];
	int seals;

	assert_error(call("pshm_seal", bad_fd, 0x40), "EINVAL");
	if (!has("seals"))
		return;
	assert_error(call("pshm_seal", bad_fd, PSHM_SEAL_SHRINK), "EPERM");
	ck_assert_int_eq(fcntl(bad_fd, F_GET_SEALS), F_SEAL_SEAL);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_seal", ends[1], PSHM_SEAL_SHRINK), "EINVAL");
	close(ends[0]);
	close(ends[1]);
	anonymous = anonymous_new(PAGE);
	assert_result(call("pshm_seal", anonymous, PSHM_SEAL_SEAL), 0);
	seals = fcntl(anonymous, F_GET_SEALS);
	assert_error(call("pshm_seal", anonymous, PSHM_SEAL_SHRINK), "EPERM");
	ck_assert_int_eq(fcntl(anonymous, F_GET_SEALS), seals);
	close_now(anonymous);
}

static void
reopen_raising(void)
{
	int reader = bad_reader();

	assert_error(call("pshm_reopen", reader, PSHM_DIRECTION_IO), "EACCES");
	close_now(reader);
}

const struct bad_row bad_passing[] = {
	{ "send", "not a socket; descriptor closed; peer gone", "any; no SIGPIPE", send_nowhere },
	{ "send, receive", "a socket that is not of the Unix domain", "-EPROTOTYPE", other_domain },
	{ "send, receive", "timeout 0 where it would wait", "-EAGAIN", would_wait },
	{ "receive", "a message without a descriptor; with two", "-EPROTO; all closed, none leaked", receive_wrong_count },
	{ "receive", "peer closed", "-ENODATA", receive_closed },
	{ "receive", "no descriptor free in this process", "-EMFILE", receive_without_descriptors },
	{ "seal", "a named object; a descriptor that knows no seals; an unknown seal bit; sealed against sealing",
	  "-EPERM; -EINVAL; -EINVAL; -EPERM", seal_denied },
	{ "reopen", "for io, of a descriptor opened for input", "-EACCES", reopen_raising },
	{ NULL, NULL, NULL, NULL },
};
