/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors over Unix domain sockets: SCM_RIGHTS, unix(7). */
#include "system.h"
#include "deadline.h"
#include "error.h"

#include <string.h>
#include <sys/uio.h>

/* On Linux a message has at most SCM_MAX_FD descriptors; with space for all, truncation means that this process had none free. */
enum { MOST_DESCRIPTORS = 253, OTHER_CONTROL = 256 /* credentials, times and labels, if the socket has these options */ };

/* Newer than some C libraries: linux/socket.h. Other systems have none. */
#ifndef SCM_PIDFD
#ifdef __linux__
#define SCM_PIDFD 0x04
#else
#define SCM_PIDFD (-1)
#endif
#endif

/* Only this event reports the shutdown of a datagram socket. */
#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

/* The longest wait of one call, which every system can represent. */
#define SLICE ((int64_t)1000000 * 1000000000)

/*
 * A socket of another domain would transfer the byte without the descriptor: the sender would not notice, and the receiver would
 * consume a byte of other data.
 */
static int
check_socket(int socket)
{
	int family = sys_family(socket);

	return family < 0 || family == AF_UNIX ? family : -EPROTOTYPE;
}

/*
 * Wait for a socket until a deadline, and no longer than a slice: 0 to try again. A socket that was shut down stays ready, and
 * if it has no message now, it never will.
 */
static int
wait_for(int socket, short events, int64_t deadline)
{
	struct pollfd ready = { .fd = socket, .events = events };
	int64_t left = pshm__deadline_left(deadline);
	int count = left < 0 ? (int)left : sys_poll(&ready, left < SLICE ? left : SLICE);

	if (count == 0 && left == 0)
		return deadline_error(deadline);
	return count < 0 ? count : ready.revents;
}

/* macOS has neither flag: there a socket option suppresses the signal, and close-on-exec is set after the arrival. */
#ifdef MSG_NOSIGNAL
static int64_t
send_quietly(int socket, struct msghdr *message)
{
	return sys_sendmsg(socket, message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
#else
static int64_t
send_quietly(int socket, struct msghdr *message)
{
	int error = sys_setsockopt(socket, SO_NOSIGPIPE, 1);

	return error < 0 ? error : sys_sendmsg(socket, message, MSG_DONTWAIT);
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

	if (error < 0)
		sys_close(fd);
	return error < 0 ? error : fd;
}
#endif

static int64_t
receive_marked(int socket, struct msghdr *message)
{
	return sys_recvmsg(socket, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
}

typedef int64_t transfer(int socket, struct msghdr *message);

/*
 * Transfer a message once the socket is ready for it. The transfer itself never blocks, even on a blocking socket, so that a
 * process that takes the message first, or fills the buffer, cannot delay it past the deadline; and a thread is never
 * cancelled in it.
 */
static int64_t COLD
transfer_later(transfer *attempt, int socket, struct msghdr *message, short events, int64_t timeout)
{
	int64_t deadline = pshm__deadline_after(timeout);
	int64_t result = -EAGAIN;

	while (result == -EAGAIN) {
		int ready = wait_for(socket, events, deadline);

		if (ready < 0)
			return ready;
		result = attempt(socket, message);
		if (result == -EAGAIN && (ready & POLLRDHUP) != 0)
			return -ENODATA;
	}
	return result;
}

static int64_t
transfer_message(transfer *attempt, int socket, struct msghdr *message, short events, int64_t timeout)
{
	int64_t result = check_socket(socket);

	if (result >= 0)
		result = attempt(socket, message);
	return result == -EAGAIN ? transfer_later(attempt, socket, message, events, timeout) : result;
}

int
pshm_send(int socket, int fd, int64_t timeout)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof fd)];
	} control = { .bytes = { 0 } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *rights = &control.header;
	int64_t result;

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(rights), &fd, sizeof fd);
	result = transfer_message(send_quietly, socket, &message, POLLOUT, timeout);
	return result < 0 ? record((int)result) : 0;
}

static inline bool
is_of_type(const struct cmsghdr *part, int type)
{
	return part->cmsg_level == SOL_SOCKET && part->cmsg_type == type;
}

static inline size_t
count_of(const struct cmsghdr *part)
{
	return (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
}

/*
 * The same, limited to the buffer. On BSDs the parts of a truncated message keep the length with which they were sent, which
 * may exceed the buffer.
 */
static size_t
count_inside(const struct msghdr *message, struct cmsghdr *part)
{
	const char *end = (const char *)message->msg_control + message->msg_controllen;
	size_t space = (size_t)(end - (const char *)CMSG_DATA(part)) / sizeof(int);

	return count_of(part) < space ? count_of(part) : space;
}

static int
descriptor_of(struct cmsghdr *part, size_t index)
{
	int fd;

	memcpy(&fd, CMSG_DATA(part) + index * sizeof fd, sizeof fd);
	return fd;
}

/* The macro of musl mixes signed and unsigned arithmetic. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif
static inline struct cmsghdr *
part_after(struct msghdr *message, struct cmsghdr *part)
{
	return CMSG_NXTHDR(message, part);
}
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

/* Close the descriptors in the parts of a type of a message; the result is their number. */
static size_t COLD
close_all(struct msghdr *message, int type)
{
	size_t closed = 0;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = part_after(message, part))
		for (size_t i = 0; is_of_type(part, type) && i < count_inside(message, part); i++, closed++)
			sys_close(descriptor_of(part, i));
	return closed;
}

static int COLD
close_received(int64_t length, struct msghdr *message)
{
	size_t closed = close_all(message, SCM_RIGHTS);

	close_all(message, SCM_PIDFD);
	if ((message->msg_flags & MSG_CTRUNC) != 0)
		return -EMFILE;
	return length == 0 && closed == 0 ? -ENODATA : -EPROTO;
}

/*
 * The one descriptor of a message, or an error after closing all of them. A socket with the option SO_PASSPIDFD adds a descriptor
 * of the sending process, which is not wanted here.
 */
static int
single(int64_t length, struct msghdr *message)
{
	bool has_others = false;
	size_t count = 0;
	int fd = -1;

	if (length == 0 || (message->msg_flags & MSG_CTRUNC) != 0)
		return close_received(length, message);
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = part_after(message, part)) {
		if (!is_of_type(part, SCM_RIGHTS)) {
			has_others = true;
			continue;
		}
		for (size_t i = 0; i < count_of(part); i++, count++)
			fd = descriptor_of(part, i);
	}
	if (count != 1)
		return close_received(length, message);
	if (has_others)
		close_all(message, SCM_PIDFD);
	return close_on_exec(fd);
}

int
pshm_receive(int socket, int64_t timeout)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int)) + OTHER_CONTROL];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	int64_t length = transfer_message(receive_marked, socket, &message, POLLIN | POLLRDHUP, timeout);

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

	if (error < 0)
		return error;
	error = sys_fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	if (error >= 0)
		error = sys_fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	if (error < 0) {
		sys_close(ends[0]);
		sys_close(ends[1]);
	}
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
