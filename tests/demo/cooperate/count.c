/* SPDX-License-Identifier: BSD-3-Clause */
/* One of the four: count.c NAME TURNS. The object is a lock, a counter, how many have come, and the turns of each process. */
#include <posix-shm/sync.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE = 4096, LOCK = 0, COUNTER = 8, COME = 16, TURNS = 24, PROCESSES = 4, MINE = 2 };

static int
check(int result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "C: %s\n", pshm_strerror(result));
	exit(1);
}

static void
say(const char *text)
{
	printf("C,      process %d: %s\n", (int)getpid(), text);
	fflush(stdout);
}

/* Open the object, or make it: whichever process comes first. */
static int
ensure(const char *name)
{
	int fd = pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, 0);
	int error;

	if (fd != -EAGAIN)
		return check(fd);
	fd = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE));
	check(pshm_allocate(fd, SIZE));
	error = pshm_publish(fd, name, PSHM_IF_EXISTS_NIL);
	if (error == -EEXIST) {
		pshm_close(fd);
		return check(pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, -1));
	}
	check(error);
	say("makes the object");
	return fd;
}

static int64_t *
word(int64_t address)
{
	return (int64_t *)(uintptr_t)address;
}

/* A process died inside: its turn is in the counter, and not among its turns, which are what counts. */
static void
repair(int64_t object)
{
	int64_t sum = 0;
	char text[128];

	for (int i = 0; i < PROCESSES; i++)
		sum += *word(object + TURNS + 8 * i);
	(void)snprintf(text, sizeof text, "is told that an owner died inside, and repairs the counter: %lld instead of %lld",
	               (long long)sum, (long long)*word(object + COUNTER));
	*word(object + COUNTER) = sum;
	check(pshm_lock_mark_repaired(object + LOCK));
	say(text);
}

static void
take_turn(int64_t object)
{
	if (check(pshm_lock_acquire(object + LOCK, -1)) == 1)
		repair(object);
	*word(object + COUNTER) += 1;
	*word(object + TURNS + 8 * MINE) += 1;
	check(pshm_lock_release(object + LOCK));
}

/* Nobody begins before all four have come. */
static void
wait_for_others(int64_t object)
{
	int64_t come = pshm_atomic_update32(object + COME, PSHM_ATOMIC_ADD, 1) + 1;

	check(pshm_atomic_wake(object + COME, INT_MAX));
	for (; come < PROCESSES; come = pshm_atomic_load32(object + COME))
		(void)pshm_atomic_wait(object + COME, come, -1);
}

int
main(int count, char **words)
{
	int64_t object;

	if (count != 3)
		return 1;
	object = pshm_map(ensure(words[1]), SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);
	wait_for_others(object);
	for (int i = 0; i < atoi(words[2]); i++)
		take_turn(object);
	say("has taken all its turns");
	return 0;
}
