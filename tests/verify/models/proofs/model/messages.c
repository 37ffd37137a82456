/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets. A message that arrives has some parts, each with some descriptors, or something else. */
#include "model.h"

#include <string.h>
#include <sys/socket.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

enum { PARTS = 2, DESCRIPTORS = 2, PIDFD = 4 };

int
getsockname(int socket, struct sockaddr *ret_address, socklen_t *ret_size)
{
	calls++;
	check(socket == asked.socket && *ret_size >= sizeof(sa_family_t), "it is the caller's socket");
	if (nondet_bool())
		return failure(CALL_getsockname);
	ret_address->sa_family = (sa_family_t)nondet_unsigned();
	return 0;
}

ssize_t
sendmsg(int socket, const struct msghdr *message, int flags)
{
	const struct cmsghdr *rights = message->msg_control;
	int fd;

	within(MAY_MESSAGE);
	no_cancellation();
	memcpy(&fd, CMSG_DATA(rights), sizeof fd);
	check(socket == asked.socket && fd == asked.fd, "the descriptor goes over the caller's socket");
	check(flags == (MSG_DONTWAIT | MSG_NOSIGNAL), "it neither waits nor raises a signal");
	check(message->msg_iovlen == 1 && message->msg_iov[0].iov_len == 1, "it is one byte");
	check(rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof fd),
	      "and one descriptor");
	if (nondet_bool())
		return failure(CALL_sendmsg);
	sent++;
	return 1;
}

/* The bytes that a part takes. */
static size_t
put_part(char *control)
{
	struct cmsghdr part = { .cmsg_level = nondet_bool() ? SOL_SOCKET : nondet_int(), .cmsg_type = nondet_int() };
	bool is_descriptors = part.cmsg_level == SOL_SOCKET && (part.cmsg_type == SCM_RIGHTS || part.cmsg_type == PIDFD);
	unsigned count = nondet_unsigned();

	assume(count > 0 && count <= DESCRIPTORS);
	part.cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(control, &part, sizeof part);
	for (unsigned i = 0; i < count; i++) {
		int fd = is_descriptors ? new_descriptor() : nondet_int();

		memcpy(control + sizeof part + i * sizeof fd, &fd, sizeof fd);
	}
	return CMSG_SPACE(count * sizeof(int));
}

ssize_t
recvmsg(int socket, struct msghdr *ret_message, int flags)
{
	size_t used = 0;

	within(MAY_MESSAGE);
	no_cancellation();
	check(socket == asked.socket, "it is the caller's socket");
	check(flags == (MSG_DONTWAIT | MSG_CMSG_CLOEXEC), "it does not wait, and no program inherits what arrives");
	if (nondet_bool())
		return failure(CALL_recvmsg);
	for (int i = 0; i < PARTS && nondet_bool(); i++)
		used += put_part((char *)ret_message->msg_control + used);
	check(used <= ret_message->msg_controllen, "the parts fit");
	ret_message->msg_controllen = used;
	ret_message->msg_flags = nondet_int();
	truncated = (ret_message->msg_flags & MSG_CTRUNC) != 0;
	return nondet_bool();
}

int
socketpair(int domain, int type, int protocol, int ret_ends[2])
{
	calls++;
	check(domain == AF_UNIX && protocol == 0, "the sockets pass descriptors");
	check((type & SOCK_CLOEXEC) != 0, "no program inherits them");
	if (nondet_bool())
		return failure(CALL_socketpair);
	ret_ends[0] = new_descriptor();
	ret_ends[1] = new_descriptor();
	assume(ret_ends[0] != ret_ends[1]);
	return 0;
}
