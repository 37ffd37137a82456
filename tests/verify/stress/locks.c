/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owners that die: locks WORKER... KILLS.
 *
 * The workers are programs like this one, of other widths and C libraries. Three at a time take turns under one lock: each
 * changes two numbers, which are the same while nobody has the lock, and says that it is inside. One after another is killed
 * at any moment; every other one stays a zombie until the others have gone on. The next owner of a dead owner's lock has to be
 * told, and nobody may be inside beside it.
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

enum { WORKERS = 3, PAGE = 4096, LONGEST = 20 };

static const char name[] = "/stress-locks";

/* The same in all widths. */
struct shared {
	uint64_t lock;
	uint64_t first;
	uint64_t second;
	uint32_t inside; /* a process */
	uint32_t wrong;
	uint32_t told;
	uint32_t mended;
	volatile uint32_t turns;
};

static struct shared *shared;

static void
attach(int fd)
{
	int64_t address = fd < 0 ? fd : pshm_map(fd, PAGE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);

	if (address < 0 && address >= -4095) {
		(void)fprintf(stderr, "locks: %s: %s\n", name, pshm_error_name((int)address));
		exit(2);
	}
	shared = (struct shared *)(uintptr_t)address;
}

static void
create(void)
{
	int fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL);

	(void)pshm_truncate(fd, PAGE);
	attach(fd);
}

static void
complain(const char *what)
{
	(void)__atomic_fetch_add(&shared->wrong, 1, __ATOMIC_SEQ_CST);
	(void)fprintf(stderr, "locks: %s\n", what);
}

static void
repair(void)
{
	shared->told++;
	shared->mended += shared->first != shared->second || shared->inside != 0;
	shared->second = shared->first;
	shared->inside = 0;
	if (pshm_lock_mark_repaired((int64_t)(uintptr_t)&shared->lock) != 0)
		complain("the owner may not say that it has repaired");
}

static void
take_a_turn(void)
{
	int64_t lock = (int64_t)(uintptr_t)&shared->lock;
	int held = pshm_lock_acquire(lock, -1);

	if (held < 0)
		complain(pshm_error_name(held));
	if (held == 1)
		repair();
	if (shared->first != shared->second || shared->inside != 0)
		complain("what is guarded is not whole, and nobody was told");
	shared->inside = (uint32_t)getpid();
	shared->first++;
	for (volatile int i = 0; i < 200; i++)
		continue;
	if (shared->inside != (uint32_t)getpid())
		complain("two are inside");
	shared->second++;
	shared->turns++;
	shared->inside = 0;
	if (pshm_lock_release(lock) != 0)
		complain("the owner may not release");
}

static pid_t
start(char *const programs[], int count)
{
	const char *program = programs[rand() % count];
	pid_t child = fork();

	if (child != 0)
		return child;
	(void)execl(program, program, "worker", (char *)NULL);
	complain("a worker cannot be started");
	_exit(1);
}

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* The microseconds until the others have gone on. */
static int64_t
wait_for_others(void)
{
	uint32_t before = shared->turns;
	int64_t start_of_wait = now();

	while (shared->turns - before < 2) {
		(void)usleep(20);
		if (now() - start_of_wait > (int64_t)LONGEST * 1000000) {
			complain("nobody gets on");
			break;
		}
	}
	return now() - start_of_wait;
}

static int64_t
kill_one(pid_t *worker, bool stays)
{
	int64_t stall;

	(void)usleep((useconds_t)(rand() % 1500));
	(void)kill(*worker, SIGKILL);
	if (!stays)
		(void)waitpid(*worker, NULL, 0);
	stall = wait_for_others();
	if (stays)
		(void)waitpid(*worker, NULL, 0);
	return stall;
}

int
main(int count, char **arguments)
{
	pid_t workers[WORKERS];
	int64_t worst = 0;
	int kills;

	if (count == 2 && strcmp(arguments[1], "worker") == 0) {
		attach(pshm_open(name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL));
		for (;;)
			take_a_turn();
	}
	/* The program itself is the first worker. */
	kills = atoi(arguments[count - 1]);
	create();
	for (int i = 0; i < WORKERS; i++)
		workers[i] = start(arguments, count - 1);
	for (int i = 0; i < kills && shared->wrong == 0; i++) {
		int victim = rand() % WORKERS;
		int64_t stall = kill_one(&workers[victim], i % 2 == 1);

		worst = stall > worst ? stall : worst;
		workers[victim] = start(arguments, count - 1);
	}
	for (int i = 0; i < WORKERS; i++) {
		(void)kill(workers[i], SIGKILL);
		(void)waitpid(workers[i], NULL, 0);
	}
	(void)pshm_delete(name);
	printf("stress: locks: %d kills of workers of %d kinds, %u turns, %u deaths told, %u of them in the middle, longest stall "
	       "%.1f ms, %u wrong\n",
	       kills, count - 1, shared->turns, shared->told, shared->mended, (double)worst / 1000, shared->wrong);
	return shared->wrong != 0;
}
