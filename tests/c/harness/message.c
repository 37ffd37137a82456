/* SPDX-License-Identifier: BSD-3-Clause */
/* SCM_RIGHTS, unix(7). */
#include "message.h"
#include "assertions.h"

#include <string.h>
#include <sys/socket.h>

void
message_send(int socket, const int *fds, int count, size_t bytes)
{
	union {
		struct cmsghdr header;
		char control[CMSG_SPACE(MESSAGE_DESCRIPTORS_MAX * sizeof(int))];
	} control;
	char data[8] = "";
	struct iovec vector = { data, bytes };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

	memset(&control, 0, sizeof control);
	if (count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, (size_t)count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(socket, &message, 0), (ssize_t)bytes);
}

void
message_fill(int socket)
{
	static const char bytes[512];

	while (send(socket, bytes, sizeof bytes, MSG_DONTWAIT) >= 0)
		continue;
	while (send(socket, bytes, 1, MSG_DONTWAIT) >= 0)
		continue;
}
