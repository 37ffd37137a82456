/* SPDX-License-Identifier: BSD-3-Clause */
/* In between: what is done to an open descriptor. */
#include "calls.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEAL_FUTURE_WRITE = 0x10, SEAL_EXEC = 0x20, SEAL_LATER = 0x400 };

/* A system looks at the descriptor before it fails with what it cannot do. */
static int
fail_on(int fd, int error)
{
	interpose_leave();
	if (fcntl(fd, F_GETFD) < 0)
		error = EBADF;
	interpose_enter();
	return fail_with(error);
}

/* A close that fails has released the descriptor all the same. */
int
close(int fd)
{
	REAL(close);
	if (interpose_fails(CALL_close)) {
		int error = errno;

		(void)real(fd);
		return fail_with(error);
	}
	return real(fd);
}

static bool
lacks_seals(int command, intptr_t seals)
{
	if (command != F_ADD_SEALS)
		return false;
	return ((seals & SEAL_FUTURE_WRITE) != 0 && interpose_simulates(OLD_SEALS)) ||
	       ((seals & SEAL_EXEC) != 0 && (interpose_simulates(OLD_SEALS) || interpose_simulates(NO_SEAL_EXEC)));
}

int
fcntl(int fd, int command, ...)
{
	va_list arguments;
	intptr_t argument;

	REAL(fcntl);
	va_start(arguments, command);
	argument = va_arg(arguments, intptr_t);
	va_end(arguments);
	if (interpose_fails(CALL_fcntl))
		return -1;
	if (lacks_seals(command, argument & 0xffff))
		return fail_with(EINVAL);
	return real(fd, command, argument) | (command == F_GET_SEALS && interpose_simulates(NEWER_SEALS) ? SEAL_LATER : 0);
}

int
ftruncate(int fd, off_t length)
{
	REAL(ftruncate);
	if (interpose_fails(CALL_ftruncate))
		return -1;
	if (interpose_simulates(SIZE_ONCE)) {
		if (lseek(fd, 0, SEEK_END) > 0)
			return fail_with(EINVAL);
		length = (length + getpagesize() - 1) / getpagesize() * getpagesize();
	}
	return real(fd, length);
}

static _Thread_local sigset_t last_mask;

sigset_t
interpose_last_mask(void)
{
	return last_mask;
}

int
fallocate(int fd, int mode, off_t offset, off_t length)
{
	REAL(fallocate);
	pthread_sigmask(SIG_SETMASK, NULL, &last_mask);
	if (interpose_fails(CALL_fallocate))
		return -1;
	if (interpose_simulates(OTHERS_GROW)) {
		interpose_leave();
		(void)ftruncate(fd, offset + length + getpagesize());
		interpose_enter();
		return fail_with(ENOSPC);
	}
	return interpose_simulates(NO_FALLOCATE) ? fail_on(fd, EOPNOTSUPP) : real(fd, mode, offset, length);
}

int
fchown(int fd, uid_t owner, gid_t group)
{
	REAL(fchown);
	if (interpose_fails(CALL_fchown))
		return -1;
	return interpose_simulates(NO_PERMISSIONS) ? fail_on(fd, EINVAL) : real(fd, owner, group);
}

int
fchmod(int fd, mode_t mode)
{
	REAL(fchmod);
	if (interpose_fails(CALL_fchmod))
		return -1;
	return interpose_simulates(NO_PERMISSIONS) ? fail_on(fd, EINVAL) : real(fd, mode);
}

/* Objects only: the random device can be read everywhere. */
static bool
refuses_transfers(int fd)
{
	struct stat status;
	bool is_device;

	if (!interpose_simulates(NO_DESCRIPTOR_IO))
		return false;
	interpose_leave();
	is_device = fstat(fd, &status) == 0 && S_ISCHR(status.st_mode);
	interpose_enter();
	return !is_device;
}

/* How many of the bytes one call moves. */
static size_t
moved(size_t count)
{
	return interpose_simulates(SHORT_TRANSFERS) && count > 3 ? 3 : count;
}

ssize_t
pread(int fd, void *bytes, size_t count, off_t offset)
{
	REAL(pread);
	interpose_note_count(count);
	if (interpose_fails(CALL_pread))
		return -1;
	return refuses_transfers(fd) ? fail_on(fd, ENXIO) : real(fd, bytes, moved(count), offset);
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	REAL(pwrite);
	interpose_note_count(count);
	if (interpose_fails(CALL_pwrite))
		return -1;
	return refuses_transfers(fd) ? fail_on(fd, ENXIO) : real(fd, bytes, moved(count), offset);
}

static bool
is_busy(enum interposed function)
{
	return interpose_simulates(BUSY_SOCKETS) && interpose_count(function) == 1;
}

ssize_t
sendmsg(int socket, const struct msghdr *message, int flags)
{
	REAL(sendmsg);
	if (interpose_fails(CALL_sendmsg))
		return -1;
	return is_busy(CALL_sendmsg) ? fail_with(EAGAIN) : real(socket, message, flags);
}

/* A message of 1000 descriptors, as far as the buffer has space: none of them is open here. */
static ssize_t
receive_cut(struct msghdr *message)
{
	struct cmsghdr *part = message->msg_control;

	memset(part, 0xff, message->msg_controllen);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(1000 * sizeof(int));
	message->msg_flags = MSG_CTRUNC;
	return 1;
}

/* A part that holds the number of a descriptor, and is none. */
static ssize_t
receive_other(struct msghdr *message)
{
	struct cmsghdr *part = message->msg_control;
	const int number = 1;

	part->cmsg_level = SOL_SOCKET + 1;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof number);
	memcpy(CMSG_DATA(part), &number, sizeof number);
	message->msg_controllen = CMSG_SPACE(sizeof number);
	message->msg_flags = 0;
	return 1;
}

ssize_t
recvmsg(int socket, struct msghdr *message, int flags)
{
	REAL(recvmsg);
	if (interpose_fails(CALL_recvmsg))
		return -1;
	if (is_busy(CALL_recvmsg))
		return fail_with(EAGAIN);
	if (interpose_simulates(OTHER_PARTS))
		return receive_other(message);
	return interpose_simulates(UNCUT_LENGTHS) ? receive_cut(message) : real(socket, message, flags);
}

int
getsockname(int socket, __SOCKADDR_ARG address, socklen_t *restrict size)
{
	REAL(getsockname);
	return interpose_fails(CALL_getsockname) ? -1 : real(socket, address, size);
}

int
ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	REAL(ppoll);
	return interpose_fails(CALL_ppoll) ? -1 : real(descriptors, count, timeout, mask);
}

int
socketpair(int domain, int type, int protocol, int ends[2])
{
	REAL(socketpair);
	return interpose_fails(CALL_socketpair) ? -1 : real(domain, type, protocol, ends);
}
