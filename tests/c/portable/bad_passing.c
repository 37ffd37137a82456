/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors sent, sealed and opened anew. */
#include "portable.h"

#include <sys/resource.h>
#include <sys/uio.h>

static void
send_nowhere(void)
{
	int ends[2];
	int fd = new_object(0);

	FAILS(pshm_send(fd, fd, -1));
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	FAILS(pshm_send(ends[0], -1, -1));
	IS(0, pshm_close(ends[1]));
	FAILS(pshm_send(ends[0], fd, -1));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(fd));
}

static void
other_domain(void)
{
	int other = socket(AF_INET, SOCK_STREAM, 0);
	int fd = new_object(0);

	IS(-EPROTOTYPE, pshm_send(other, fd, -1));
	IS(-EPROTOTYPE, pshm_receive(other, -1));
	IS(0, pshm_close(other));
	IS(0, pshm_close(fd));
}

static void
would_wait(void)
{
	char bytes[512] = { 0 };
	int fd = new_object(0);
	int ends[2];

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(-EAGAIN, pshm_receive(ends[0], 0));
	IS(-ETIMEDOUT, pshm_receive(ends[0], 1000000));
	while (send(ends[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		continue;
	IS(-EAGAIN, pshm_send(ends[0], fd, 0));
	IS(-ETIMEDOUT, pshm_send(ends[0], fd, 1000000));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
	IS(0, pshm_close(fd));
}

static void
receive_wrong_counts(void)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	int two[2] = { 0, 1 };
	int ends[2];
	int lowest;

	memset(&control, 0, sizeof control);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof two);
	memcpy(CMSG_DATA(rights), two, sizeof two);
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	lowest = lowest_free();
	IS(1, send(ends[0], "x", 1, 0));
	IS(-EPROTO, pshm_receive(ends[1], -1));
	IS(1, sendmsg(ends[0], &message, 0));
	IS(-EPROTO, pshm_receive(ends[1], -1));
	IS(lowest, lowest_free());
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
}

static void
receive_nothing(void)
{
	int ends[2];

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(0, pshm_close(ends[0]));
	IS(-ENODATA, pshm_receive(ends[1], -1));
	IS(0, pshm_close(ends[1]));
}

static void
receive_without_room(void)
{
	struct rlimit limits;
	struct rlimit none;
	int ends[2];

	if (getenv("PORTABLE_UNLIMITED") != NULL) /* valgrind keeps this limit from the kernel */
		return;
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(0, pshm_send(ends[0], 0, -1));
	IS(0, getrlimit(RLIMIT_NOFILE, &limits));
	none = limits;
	none.rlim_cur = (rlim_t)lowest_free();
	IS(0, setrlimit(RLIMIT_NOFILE, &none));
	IS(-EMFILE, pshm_receive(ends[1], -1));
	IS(0, setrlimit(RLIMIT_NOFILE, &limits));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
}

static void
seal_wrongly(void)
{
	int named = new_object(0);
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int ends[2];

	IS(-EPERM, pshm_seal(named, PSHM_SEAL_GROW));
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(-EINVAL, pshm_seal(ends[0], PSHM_SEAL_GROW));
	IS(-EINVAL, pshm_seal(fd, 0x40));
	IS(0, pshm_seal(fd, PSHM_SEAL_SEAL));
	IS(-EPERM, pshm_seal(fd, PSHM_SEAL_GROW));
	for (int i = 0; i < 2; i++)
		IS(0, pshm_close(ends[i]));
	IS(0, pshm_close(fd));
	IS(0, pshm_close(named));
}

static void
reopen_reader(void)
{
	int fd = reader();

	IS(-EACCES, pshm_reopen(fd, PSHM_DIRECTION_IO));
	IS(0, pshm_close(fd));
}

const struct bad_row bad_passing[] = {
	{ "send", "not a socket", send_nowhere },
	{ "send, receive", "a socket", other_domain },
	{ "send, receive", "timeout 0", would_wait },
	{ "receive", "a message", receive_wrong_counts },
	{ "receive", "peer closed", receive_nothing },
	{ "receive", "no descriptor", receive_without_room },
	{ "seal", "a named", seal_wrongly },
	{ "reopen", "for io", reopen_reader },
	{ NULL, NULL, NULL },
};
