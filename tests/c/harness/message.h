/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages over Unix domain sockets, by plain system calls. */
#ifndef PSHM_TEST_MESSAGE_H
#define PSHM_TEST_MESSAGE_H

#include <stddef.h>

enum { MESSAGE_DESCRIPTORS_MAX = 253 };

/* Send a number of bytes, at most 8, with a number of descriptors. */
void message_send(int socket, const int *fds, int count, size_t bytes);

/* Fill the buffer of a socket with bytes alone: descriptors on their way are limited. */
void message_fill(int socket);

#endif
