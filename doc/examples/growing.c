/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An object that grows while processes have it mapped. Each process maps the largest possible size, once. To append beyond the
 * end, it allocates first and then stores the size, under the lock; before it reads beyond the last size that it has seen, it
 * loads the size. No mapping moves. Here the object is a log of numbers: some processes append to it, and the first one adds them
 * up through the mapping that it made when the object was one page.
 */
#include <posix-shm/sync.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 4, NUMBERS = 20000, FIRST_SIZE = 4096 };

/* The most that the object may become: addresses, and no memory. */
static const int64_t most = (int64_t)1 << (sizeof(void *) == 8 ? 36 : 28);

/* Zero is the initial state of all of it. */
struct log {
	uint64_t lock;
	int64_t size; /* of the object, as far as all may go */
	int64_t count;
	int64_t numbers[];
};

static int64_t
address_of(const void *memory)
{
	return (int64_t)(uintptr_t)memory;
}

static int64_t
load(const int64_t *word)
{
	int64_t value = 0;

	pshm_atomic_load64(address_of(word), &value);
	return value;
}

/* Allocate, then store: a process that dies between the two only leaves an object larger than its stored size. */
static int
grow(int fd, struct log *log, int64_t size)
{
	int error = pshm_allocate(fd, size);

	return error < 0 ? error : pshm_atomic_store64(address_of(&log->size), size);
}

/* The count comes last, so that the log is whole at every moment: of a dead owner there is nothing to repair. */
static int
append(int fd, struct log *log, int64_t number)
{
	int64_t count;
	int error = 0;
	int held = pshm_lock_acquire(address_of(&log->lock), -1);

	if (held < 0)
		return held;
	if (held == 1)
		pshm_lock_mark_repaired(address_of(&log->lock));
	count = load(&log->count);
	if (address_of(&log->numbers[count + 1]) - address_of(log) > load(&log->size))
		error = grow(fd, log, 2 * load(&log->size));
	if (error == 0) {
		log->numbers[count] = number;
		pshm_atomic_store64(address_of(&log->count), count + 1);
	}
	pshm_lock_release(address_of(&log->lock));
	return error;
}

static int
append_all(int fd, struct log *log)
{
	for (int64_t number = 1; number <= NUMBERS; number++)
		if (append(fd, log, number) < 0)
			return 1;
	return 0;
}

static int64_t
sum(const struct log *log)
{
	int64_t count = load(&log->count); /* as many are there, whatever comes meanwhile */
	int64_t sum = 0;

	for (int64_t i = 0; i < count; i++)
		sum += log->numbers[i];
	return sum;
}

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t address = pshm_map(fd, most, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED | PSHM_MAP_NORESERVE, 0);
	struct log *log = (struct log *)(uintptr_t)address;
	int failed = 0;

	/* Before the others are there; the lock is free, and the count 0. */
	if ((-4095 <= address && address < 0) || pshm_allocate(fd, FIRST_SIZE) < 0 ||
	    pshm_atomic_store64(address_of(&log->size), FIRST_SIZE) < 0) {
		fprintf(stderr, "growing: %s\n", pshm_strerror(pshm_errno()));
		return 1;
	}
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			_exit(append_all(fd, log));
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		wait(&status);
		failed |= status;
	}
	printf("%lld numbers, their sum is %lld, in %lld bytes\n", (long long)load(&log->count), (long long)sum(log),
	       (long long)load(&log->size));
	return failed != 0;
}
