/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors over Unix domain sockets: SCM_RIGHTS, unix(7). */
#include "system.h"
#include "error.h"

#include <string.h>
#include <sys/uio.h>

/* Linux lets a message carry SCM_MAX_FD descriptors; with room for all, a cut message means that this process had none. */
enum { MOST_DESCRIPTORS = 253 };

/* macOS has neither flag: there the socket is told to be quiet, and the descriptor is marked when it has come. */
#ifdef MSG_NOSIGNAL
static int64_t
send_quietly(int socket, const struct msghdr *message)
{
	return sys_sendmsg(socket, message, MSG_NOSIGNAL);
}
#else
static int64_t
send_quietly(int socket, const struct msghdr *message)
{
	int error = sys_setsockopt(socket, SO_NOSIGPIPE, 1);

	return error < 0 ? error : sys_sendmsg(socket, message, 0);
}
#endif

#ifdef MSG_CMSG_CLOEXEC
static int
close_on_exec(int fd)
{
	return fd;
}
#else
#define MSG_CMSG_CLOEXEC 0
static int
close_on_exec(int fd)
{
	int error = sys_fcntl(fd, F_SETFD, FD_CLOEXEC);

	return error < 0 ? error : fd;
}
#endif

int
pshm_send(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof fd)];
	} control = { .room = { 0 } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *rights = &control.header;
	int64_t result;

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(rights), &fd, sizeof fd);
	result = send_quietly(socket, &message);
	return result < 0 ? record((int)result) : 0;
}

/* The descriptors that a part of a message has. */
static size_t
count_of(const struct cmsghdr *part)
{
	bool has_rights = part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS;

	return has_rights ? (part->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
}

static int
descriptor_of(struct cmsghdr *part, size_t index)
{
	int fd;

	memcpy(&fd, CMSG_DATA(part) + index * sizeof fd, sizeof fd);
	return fd;
}

/* Close whatever came with a message; the result is how many there were. */
static size_t
close_all(struct msghdr *message)
{
	size_t closed = 0;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part))
		for (size_t i = 0; i < count_of(part); i++, closed++)
			sys_close(descriptor_of(part, i));
	return closed;
}

static int SELDOM
refuse(int64_t length, struct msghdr *message)
{
	size_t closed = close_all(message);

	if ((message->msg_flags & MSG_CTRUNC) != 0)
		return -EMFILE;
	return length == 0 && closed == 0 ? -ENODATA : -EPROTO;
}

/* The one descriptor of a message, or an error after closing whatever came. */
static int
single(int64_t length, struct msghdr *message)
{
	size_t count = 0;
	int fd = -1;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
		if (count_of(part) == 0)
			continue;
		count += count_of(part);
		fd = descriptor_of(part, 0);
	}
	return length > 0 && (message->msg_flags & MSG_CTRUNC) == 0 && count == 1 ? close_on_exec(fd) : refuse(length, message);
}

int
pshm_receive(int socket)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	int64_t length = sys_recvmsg(socket, &message, MSG_CMSG_CLOEXEC);

	if (length < 0)
		return record((int)length);
	return record(single(length, &message));
}

/* SOCK_CLOEXEC is in POSIX.1-2024 and on every system but macOS. */
#ifdef SOCK_CLOEXEC
static int
pair(int ends[2])
{
	return sys_socketpair(SOCK_STREAM | SOCK_CLOEXEC, ends);
}
#else
static int
pair(int ends[2])
{
	int error = sys_socketpair(SOCK_STREAM, ends);

	if (error >= 0)
		error = sys_fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	if (error >= 0)
		error = sys_fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return error;
}
#endif

int
pshm_socketpair(int *ret_first, int *ret_second)
{
	int ends[2];
	int error;

	if (ret_first == NULL || ret_second == NULL)
		return record(-EFAULT);
	error = pair(ends);
	if (error < 0)
		return record(error);
	*ret_first = ends[0];
	*ret_second = ends[1];
	return 0;
}
