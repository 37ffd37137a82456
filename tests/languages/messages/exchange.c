/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exchange NAME: send messages of many lengths to another process through a ring, and receive each of them back through a second
 * one. The other process is a scenario in the mode `echo', which waits for the object.
 */
#include <posix-shm/sync.h>

#include <stdio.h>
#include <string.h>

enum { CAPACITY = 4096, RING = PSHM_RING_HEADER_SIZE + CAPACITY, MESSAGES = 1000, LONGEST = CAPACITY / 2 - 8 };

static const int64_t a_minute = 60000000000;

static int
fail(const char *what, int64_t error)
{
	fprintf(stderr, "exchange: %s: %s\n", what, pshm_error_name((int)error));
	return 1;
}

int
main(int count, char **arguments)
{
	static char sent[LONGEST];
	static char received[LONGEST];
	int fd = pshm_open(count > 1 ? arguments[1] : NULL, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE,
	                   0600, NULL);
	int error = pshm_truncate(fd, 2 * RING);
	int64_t out = error < 0 ? error : pshm_map(fd, 2 * RING, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);
	int64_t back = out + RING;
	int64_t length;

	if (-4095 <= out && out < 0)
		return fail("map", out);
	if ((error = pshm_ring_join(out, CAPACITY, PSHM_RING_SENDER)) != 0 ||
	    (error = pshm_ring_join(back, CAPACITY, PSHM_RING_RECEIVER)) != 0)
		return fail("join", error);
	for (int i = 0; i < MESSAGES; i++) {
		int size = i < 200 ? i : i * 7919 % (LONGEST + 1); /* also those that are the number of an error */

		memset(sent, i, sizeof sent);
		if ((error = pshm_ring_send(out, CAPACITY, sent, size, a_minute)) < 0)
			return fail("send", error);
		length = pshm_ring_receive(back, CAPACITY, received, sizeof received, a_minute);
		if (length != size || memcmp(sent, received, (size_t)size) != 0)
			return fail("receive", length);
	}
	if ((error = pshm_ring_leave(out, CAPACITY, PSHM_RING_SENDER)) < 0)
		return fail("leave", error);
	/* The other process leaves, too. */
	length = pshm_ring_receive(back, CAPACITY, received, sizeof received, a_minute);
	if (length >= 0 || strcmp(pshm_error_name((int)length), "ENODATA") != 0)
		return fail("the end", length);
	printf("%d messages there and back\n", MESSAGES);
	return 0;
}
