/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exchange NAME SLOT COUNT: send messages to COUNT - 1 other programs, and receive each of them back; send back what the others
 * send. The scenarios of the languages have the same mode; `driver' starts them, and describes the object.
 */
#include <posix-shm/sync.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 4096, RING = PSHM_RING_HEADER_SIZE + CAPACITY, MESSAGES = 41, STEP = 51, LONGEST = CAPACITY / 2 - 8 };

static const int64_t ten_minutes = 600000000000;
static unsigned char pattern[LONGEST + MESSAGES];

static int64_t
check(const char *what, int64_t result)
{
	if (-4095 <= result && result < 0) {
		fprintf(stderr, "exchange: %s: %s\n", what, pshm_error_name((int)result));
		exit(1);
	}
	return result;
}

/* A message N is N * STEP bytes of the pattern, from byte N of it. */
static int
comes_back(int64_t there, int64_t back, int n)
{
	char received[LONGEST];
	int64_t length;

	check("send", pshm_ring_send(there, CAPACITY, pattern + n, n * STEP, ten_minutes));
	length = check("receive", pshm_ring_receive(back, CAPACITY, received, sizeof received, ten_minutes));
	return length == n * STEP && memcmp(received, pattern + n, (size_t)length) == 0;
}

/* How many messages came back as they were sent. */
static int
talk(int64_t there, int64_t back)
{
	int64_t length;
	int good = 0;

	check("join as the sender", pshm_ring_join(there, CAPACITY, PSHM_RING_SENDER));
	check("join as the receiver", pshm_ring_join(back, CAPACITY, PSHM_RING_RECEIVER));
	for (int n = 0; n < MESSAGES; n++)
		good += comes_back(there, back, n);
	check("leave as the sender", pshm_ring_leave(there, CAPACITY, PSHM_RING_SENDER));
	/* The other program leaves, too. */
	if (pshm_ring_peek(back, CAPACITY, ten_minutes, &length) != -pshm_error_number("ENODATA"))
		good = 0;
	check("leave as the receiver", pshm_ring_leave(back, CAPACITY, PSHM_RING_RECEIVER));
	return good;
}

static void
send_back(int64_t message, int64_t back, int64_t length)
{
	int64_t address = check("reserve", pshm_ring_reserve(back, CAPACITY, length, ten_minutes));

	memcpy((void *)(intptr_t)address, (const void *)(intptr_t)message, (size_t)length);
	check("commit", pshm_ring_commit(back, CAPACITY, length));
}

/* Send back each message, from one ring into the other, until the sender leaves. */
static void
echo(int64_t there, int64_t back)
{
	int64_t left = -pshm_error_number("ENODATA");
	int64_t length, message;

	check("join as the receiver", pshm_ring_join(there, CAPACITY, PSHM_RING_RECEIVER));
	check("join as the sender", pshm_ring_join(back, CAPACITY, PSHM_RING_SENDER));
	while ((message = pshm_ring_peek(there, CAPACITY, ten_minutes, &length)) != left) {
		send_back(check("peek", message), back, length);
		check("release", pshm_ring_release(there, CAPACITY));
	}
	check("leave as the sender", pshm_ring_leave(back, CAPACITY, PSHM_RING_SENDER));
	check("leave as the receiver", pshm_ring_leave(there, CAPACITY, PSHM_RING_RECEIVER));
}

static void
exchange(int64_t rings, int slot, int count)
{
	for (int sender = 0; sender < count; sender++)
		for (int receiver = 0; receiver < count; receiver++) {
			int64_t there = rings + (sender * count + receiver) * 2 * RING;

			if (sender == receiver)
				continue;
			if (sender == slot)
				printf("%d\t%d\n", receiver, talk(there, there + RING));
			else if (receiver == slot)
				echo(there, there + RING);
			fflush(stdout);
		}
}

int
main(int arguments, char **argument)
{
	int slot = arguments == 4 ? atoi(argument[2]) : 0;
	int count = arguments == 4 ? atoi(argument[3]) : 0;
	int64_t size = (int64_t)count * count * 2 * RING;
	int fd = (int)check("open", pshm_open(argument[1], PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL));
	int64_t rings = check("map", pshm_map(fd, size, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0));

	for (int i = 0; i < (int)sizeof pattern; i++)
		pattern[i] = (unsigned char)(i * 7);
	exchange(rings, slot, count);
	check("unmap", pshm_unmap(rings, size));
	check("close", pshm_close(fd));
	return 0;
}
