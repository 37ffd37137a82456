/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One of the programs that together.test runs in pairs, and what makes and checks their objects.
 *
 *   together                      TURNS and the names of objects in the environment variable TOGETHER: count in each of them
 *   together make NAME ...        create them
 *   together check TURNS NAME ... say what is wrong with what two have counted, and delete them
 */
#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The layout of an object, the same in every language. */
enum { LOCK = 0, HERE = 8, WORD = 12, WIDE = 16, FIRST = 24, SECOND = 32, SWAPPED = 40, DONE = 44, SIZE = 4096 };

static int64_t
check(int64_t result, const char *what)
{
	if (result < 0) {
		(void)fprintf(stderr, "%s: %s\n", what, pshm_strerror((int)result));
		exit(1);
	}
	return result;
}

static int64_t
map(const char *name, int create)
{
	int fd = (int)check(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE,
	                              create ? PSHM_IF_DOES_NOT_EXIST_CREATE : PSHM_IF_DOES_NOT_EXIST_ERROR, 0600, NULL),
	                    name);
	int64_t address;

	(void)check(create ? pshm_truncate(fd, SIZE) : 0, name);
	address = check(pshm_map(fd, SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0), name);
	(void)pshm_close(fd);
	return address;
}

static int64_t *
field(int64_t address, int64_t offset)
{
	return (int64_t *)(uintptr_t)(address + offset);
}

static void
meet(int64_t word)
{
	int64_t here;

	(void)check(pshm_atomic_update32(word, PSHM_ATOMIC_ADD, 1), "update");
	(void)check(pshm_atomic_wake(word, INT32_MAX), "wake");
	while ((here = pshm_atomic_load32(word)) < 2)
		(void)pshm_atomic_wait(word, here, -1);
}

static void
turn(int64_t address)
{
	int64_t old;

	(void)check(pshm_atomic_update32(address + WORD, PSHM_ATOMIC_ADD, 1), "update");
	(void)check(pshm_atomic_update64(address + WIDE, PSHM_ATOMIC_ADD, -3, NULL), "update");
	do
		old = pshm_atomic_load32(address + SWAPPED);
	while (pshm_atomic_compare_exchange32(address + SWAPPED, old, old + 1) != old);
	(void)check(pshm_lock_acquire(address + LOCK, -1), "acquire");
	if (++*field(address, FIRST) != ++*field(address, SECOND))
		(void)check(-1, "two were inside at once");
	(void)check(pshm_lock_release(address + LOCK), "release");
}

static void
work(const char *name, long turns)
{
	int64_t address = map(name, 0);

	meet(address + HERE);
	for (long i = 0; i < turns; i++)
		turn(address);
	meet(address + DONE);
	(void)check(pshm_unmap(address, SIZE), name);
}

static int
is_wrong(const char *name, long turns)
{
	int64_t address = map(name, 0), wide = 0;
	int wrong;

	(void)check(pshm_atomic_load64(address + WIDE, &wide), name);
	wrong = pshm_atomic_load32(address + WORD) != 2 * turns || wide != -6 * turns || *field(address, FIRST) != 2 * turns ||
	        *field(address, SECOND) != 2 * turns || pshm_atomic_load32(address + SWAPPED) != 2 * turns ||
	        pshm_lock_owner(address + LOCK) != 0;
	if (wrong)
		printf("%s: %lld %lld %lld %lld\n", name, (long long)pshm_atomic_load32(address + WORD), (long long)wide,
		       (long long)*field(address, FIRST), (long long)pshm_atomic_load32(address + SWAPPED));
	return (int)check(pshm_delete(name), name) | wrong;
}

int
main(int argc, char **argv)
{
	char *list = getenv("TOGETHER");
	int wrong = 0;

	if (argc > 1 && strcmp(argv[1], "make") == 0) {
		for (int i = 2; i < argc; i++)
			(void)check(pshm_unmap(map(argv[i], 1), SIZE), argv[i]);
	} else if (argc > 2) {
		for (int i = 3; i < argc; i++)
			wrong |= is_wrong(argv[i], atol(argv[2]));
	} else {
		long turns = atol(strtok(list, " "));

		for (char *name; (name = strtok(NULL, " ")) != NULL;)
			work(name, turns);
		puts("done");
	}
	return wrong;
}
