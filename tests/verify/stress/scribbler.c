/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * scribbler ROUNDS: a process that overwrites a ring with values that are good, or nearly, while this one makes all
 * calls. The ring ends at a page that nobody may touch, and begins after one; the buffer of each call is checked.
 * Whatever the calls return, no other memory is accessed.
 */
#define _GNU_SOURCE
#include <posix-shm/sync.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CAPACITY = 4096,
	SIZE = PSHM_RING_HEADER_SIZE + CAPACITY,
	LENGTH_MAX = CAPACITY / 2 - 8,
	HEADER = PSHM_RING_HEADER_SIZE / 4
};

/* The words of an end: its position, and what it has reserved and seen. */
enum { SENDER = 16, RECEIVER = 32, WORDS = 4 };

static volatile uint32_t *ring;
static long good;
static long corrupt;

static int64_t
address(void)
{
	return (int64_t)(uintptr_t)ring;
}

static uint32_t
random_number(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static uint32_t
nearly(uint32_t value)
{
	static const uint32_t steps[] = { 0, 1, 7, 8, 16, CAPACITY / 2 - 8, CAPACITY / 2, CAPACITY - 8, CAPACITY, CAPACITY + 8 };
	uint32_t step = steps[random_number() % (sizeof steps / sizeof steps[0])];

	switch (random_number() % 6) {
	case 0:
		return value - step;
	case 1:
		return random_number();
	case 2:
		return random_number() % CAPACITY & ~7U;
	case 3:
		return step;
	default:
		return value + step;
	}
}

static void
set_record(uint32_t position, uint32_t length, uint32_t kind)
{
	ring[HEADER + position / 4] = length;
	ring[HEADER + position / 4 + 1] = kind;
}

/* The next record of the receiver, mostly; or a word of an end; or both ends are good again. */
static void
scribble(void)
{
	uint32_t head = ring[RECEIVER] & ~7U;
	uint32_t position = (random_number() % 4 == 0 ? random_number() : head) % CAPACITY & ~7U;

	switch (random_number() % 16) {
	case 0:
		ring[SENDER] = ring[SENDER + 3] = ring[RECEIVER] = ring[RECEIVER + 3] = head;
		break;
	case 1:
	case 2:
		set_record(position, CAPACITY - position, 1);
		break;
	case 3:
	case 4:
	case 5:
		set_record(position, nearly(0), random_number() % 3);
		break;
	case 6:
		ring[SENDER] = head + (random_number() % (CAPACITY + 16) & ~7U);
		break;
	case 7:
	case 8:
	case 9:
		set_record(position, random_number() % CAPACITY, 0);
		break;
	default:
		ring[(random_number() % 2 == 0 ? SENDER : RECEIVER) + random_number() % WORDS] = nearly(
		        random_number() % 2 == 0 ? ring[SENDER] : head);
		break;
	}
}

static void
insist(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "scribbler: %s\n", what);
	exit(1);
}

static bool
count(int64_t result)
{
	bool is_error = result < 0 && result >= -4095;

	good += !is_error;
	corrupt += is_error;
	return !is_error;
}

static void
insist_inside(int64_t at, int64_t length)
{
	insist(at >= address() + PSHM_RING_HEADER_SIZE && length >= 0 && at + length <= address() + SIZE,
	       "a message outside of the ring");
}

/* Each byte of a message is written or read. */
static void
make_calls(void)
{
	static unsigned char buffer[CAPACITY];
	int64_t length = random_number() % (LENGTH_MAX + 1);
	int64_t found = 0;
	int64_t at = pshm_ring_reserve(address(), CAPACITY, length, 0);

	if (count(at)) {
		insist_inside(at, length);
		(void)memset((void *)(uintptr_t)at, 2, (size_t)length);
	}
	(void)count(pshm_ring_commit(address(), CAPACITY, length / 2));
	(void)count(pshm_ring_send(address(), CAPACITY, buffer, length, 0));
	at = pshm_ring_peek(address(), CAPACITY, 0, &found);
	if (count(at)) {
		insist_inside(at, found);
		(void)memcpy(buffer, (const void *)(uintptr_t)at, (size_t)found);
	}
	(void)count(pshm_ring_release(address(), CAPACITY));
	(void)memset(buffer + length, 7, 8);
	found = pshm_ring_receive(address(), CAPACITY, buffer, length, 0);
	(void)count(found);
	insist(found <= length && memcmp(buffer + length, "\7\7\7\7\7\7\7\7", 8) == 0, "a buffer was overrun");
}

/* With a process of another namespace at that end, whose word is at an offset: nobody looks after it. */
static void
join(int role, int offset)
{
	insist(pshm_ring_join(address(), CAPACITY, role) == 0, "the ring cannot be joined");
	((volatile uint64_t *)(void *)(uintptr_t)(address() + offset))[0] ^= UINT64_C(1) << 45;
}

int
main(int arguments_count, char **arguments)
{
	long rounds = arguments_count > 1 ? atol(arguments[1]) : 1000000;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (SIZE + page - 1) / page * page;
	char *guards = mmap(NULL, whole + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory = mmap(guards + page, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	pid_t peer;

	insist(guards != MAP_FAILED && memory != MAP_FAILED, "there is no memory");
	ring = (volatile uint32_t *)(void *)(memory + whole - SIZE);
	join(PSHM_RING_SENDER, 80);
	join(PSHM_RING_RECEIVER, 144);
	peer = fork();
	if (peer == 0)
		for (;;)
			scribble();
	for (long i = 0; i < rounds; i++) {
		make_calls();
		if (i % 4 == 0)
			scribble();
	}
	(void)kill(peer, SIGKILL);
	(void)waitpid(peer, NULL, 0);
	printf("stress: scribbler: %ld rounds, %ld calls succeeded, %ld failed, nothing else was accessed\n", rounds, good,
	       corrupt);
	return good == 0 || corrupt == 0;
}
