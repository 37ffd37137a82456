/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends of a ring that die: rings WORKER... KILLS.
 *
 * The workers are programs like this one, of other widths and C libraries. One sends numbered messages of many lengths,
 * some in place and some copied; one peeks at each, compares all of its bytes, notes its number, and releases it. One of
 * the two after another is killed at any moment, and another one joins in its place; every other one stays a zombie for
 * a while. No message may be lost, torn or out of order; one comes twice only if an end has died between the message and
 * its note.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CAPACITY = 4096, LONGEST = 20, TIMEOUT = 1000000000 };

static const char name[] = "/stress-rings";

static const char *const ends[] = { "sender", "receiver" };

/* The same in all widths. */
struct shared {
	uint64_t next;
	volatile uint64_t last;
	uint32_t wrong;
	uint32_t twice;
	uint32_t succeeded;
	uint32_t unused[57];
	unsigned char ring[PSHM_RING_HEADER_SIZE + CAPACITY];
};

static struct shared *shared;

static int64_t
ring(void)
{
	return (int64_t)(uintptr_t)shared->ring;
}

static bool
is_address(int64_t result)
{
	return result >= 0 || result < -4095;
}

static void
attach(int fd)
{
	int64_t address = fd < 0 ? fd : pshm_map(fd, sizeof *shared, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);

	if (!is_address(address)) {
		(void)fprintf(stderr, "rings: %s: %s\n", name, pshm_error_name((int)address));
		exit(2);
	}
	shared = (struct shared *)(uintptr_t)address;
}

static void
complain(const char *what, int64_t number)
{
	(void)__atomic_fetch_add(&shared->wrong, 1, __ATOMIC_SEQ_CST);
	(void)fprintf(stderr, "rings: %s: %lld\n", what, (long long)number);
}

static int
length_of(uint64_t number)
{
	return 8 + (int)((number * 2654435761U >> 7) % 1500);
}

/* kill(2) returns before the death. */
static void
join(int role)
{
	int result;

	while ((result = pshm_ring_join(ring(), CAPACITY, role)) == -EBUSY)
		(void)usleep(100);
	if (result < 0)
		complain("joining", result);
	if (result == 1)
		(void)__atomic_fetch_add(&shared->succeeded, 1, __ATOMIC_SEQ_CST);
}

static void
fill(void *bytes, uint64_t number)
{
	(void)memcpy(bytes, &number, sizeof number);
	(void)memset((char *)bytes + 8, (int)(number & 255), (size_t)length_of(number) - 8);
}

static int64_t
send_in_place(uint64_t number)
{
	int64_t at = pshm_ring_reserve(ring(), CAPACITY, length_of(number), TIMEOUT);

	if (!is_address(at))
		return at;
	fill((void *)(uintptr_t)at, number);
	return pshm_ring_commit(ring(), CAPACITY, length_of(number));
}

static int64_t
send_copy(uint64_t number)
{
	char bytes[CAPACITY / 2];

	fill(bytes, number);
	return pshm_ring_send(ring(), CAPACITY, bytes, length_of(number), TIMEOUT);
}

static void
send_all(void)
{
	join(PSHM_RING_SENDER);
	for (;;) {
		uint64_t number = shared->next;
		int64_t result = number % 2 == 0 ? send_copy(number) : send_in_place(number);

		if (result == 0)
			shared->next = number + 1;
		else if (result != -EPIPE && result != -ETIMEDOUT)
			complain("sending", result);
	}
}

static void
check(const unsigned char *bytes, int64_t length)
{
	uint64_t number;

	(void)memcpy(&number, bytes, sizeof number);
	if (number != shared->last && number != shared->last + 1)
		complain("lost or out of order", (int64_t)number);
	if (length != length_of(number))
		complain("of another length", (int64_t)number);
	for (int64_t i = 8; i < length; i++)
		if (bytes[i] != (number & 255)) {
			complain("torn", (int64_t)number);
			break;
		}
	shared->twice += number == shared->last;
	shared->last = number;
}

static void
receive_all(void)
{
	join(PSHM_RING_RECEIVER);
	for (;;) {
		int64_t length;
		int64_t at = pshm_ring_peek(ring(), CAPACITY, TIMEOUT, &length);

		if (!is_address(at)) {
			if (at != -EOWNERDEAD && at != -ETIMEDOUT)
				complain("peeking", at);
			continue;
		}
		check((const unsigned char *)(uintptr_t)at, length);
		if (pshm_ring_release(ring(), CAPACITY) != 0)
			complain("releasing", (int64_t)shared->last);
	}
}

static pid_t
start(char *const programs[], int count, int end)
{
	const char *program = programs[rand() % count];
	pid_t child = fork();

	if (child != 0)
		return child;
	(void)execl(program, program, ends[end], (char *)NULL);
	complain("a worker cannot be started", end);
	_exit(1);
}

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* The microseconds until messages arrive again. */
static int64_t
wait_for_messages(void)
{
	uint64_t before = shared->last;
	int64_t begin = now();

	while (shared->last < before + 2) {
		(void)usleep(20);
		if (now() - begin > (int64_t)LONGEST * 1000000) {
			complain("no message arrives", (int64_t)before);
			break;
		}
	}
	return now() - begin;
}

int
main(int count, char **arguments)
{
	pid_t workers[2];
	int64_t worst = 0;
	int kills;

	if (count == 2 && (strcmp(arguments[1], ends[0]) == 0 || strcmp(arguments[1], ends[1]) == 0)) {
		attach(pshm_open(name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL));
		if (strcmp(arguments[1], ends[0]) == 0)
			send_all();
		receive_all();
	}
	/* The program itself is the first worker. */
	kills = atoi(arguments[count - 1]);
	(void)pshm_truncate(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL), sizeof *shared);
	attach(pshm_open(name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL));
	shared->next = 1;
	for (int i = 0; i < 2; i++)
		workers[i] = start(arguments, count - 1, i);
	for (int i = 0; i < kills && shared->wrong == 0; i++) {
		int victim = rand() % 2;
		pid_t killed = workers[victim];
		int64_t stall;

		(void)usleep((useconds_t)(rand() % 1500));
		(void)kill(killed, SIGKILL);
		if (i % 2 == 0)
			(void)waitpid(killed, NULL, 0);
		workers[victim] = start(arguments, count - 1, victim);
		stall = wait_for_messages();
		if (i % 2 != 0)
			(void)waitpid(killed, NULL, 0);
		worst = stall > worst ? stall : worst;
	}
	for (int i = 0; i < 2; i++) {
		(void)kill(workers[i], SIGKILL);
		(void)waitpid(workers[i], NULL, 0);
	}
	(void)pshm_delete(name);
	printf("stress: rings: %d kills of ends of %d kinds, %llu messages, %u of them twice, %u successors, longest stall %.1f "
	       "ms, %u "
	       "wrong\n",
	       kills, count - 1, (unsigned long long)shared->last, shared->twice, shared->succeeded, (double)worst / 1000,
	       shared->wrong);
	return shared->wrong != 0;
}
