/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Synchronization of two processes, compared with alternatives of the system in the same run: locks with robust mutexes, waiting
 * with two pipes, atomic operations with the instructions.
 *
 *   locks [KILLS]   prints, per row: a name, the time of posix-shm, that of the alternative, and their ratio; nanoseconds, the
 *                   medians of rounds. A recovery is compared with its goal
 */
#define _GNU_SOURCE
#include <posix-shm/sync.h>
#include "timing.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, TURNS = 1000000, TRIPS = 20000, CONTENDED = 200 /* milliseconds of a contended round */, RECOVERY = 20000000 };

struct shared {
	_Alignas(64) uint64_t lock;
	_Alignas(64) pthread_mutex_t mutex;
	_Alignas(64) uint32_t word;
	uint64_t wide;
	_Alignas(64) volatile int64_t turns;
	volatile int go;
	volatile int64_t taken;
};

static struct shared *shared;

static int64_t
address_of(const void *word)
{
	return (int64_t)(uintptr_t)word;
}

static int64_t
now(void)
{
	return time_of(CLOCK_MONOTONIC);
}

static void
our_turn(void)
{
	if (pshm_lock_acquire(address_of(&shared->lock), -1) == 1)
		(void)pshm_lock_mark_repaired(address_of(&shared->lock));
	shared->turns++;
	(void)pshm_lock_release(address_of(&shared->lock));
}

static void
their_turn(void)
{
	if (pthread_mutex_lock(&shared->mutex) == EOWNERDEAD)
		(void)pthread_mutex_consistent(&shared->mutex);
	shared->turns++;
	(void)pthread_mutex_unlock(&shared->mutex);
}

static double
uncontended(void (*turn)(void))
{
	int64_t start = now();

	for (int i = 0; i < TURNS; i++)
		turn();
	return (double)(now() - start) / TURNS;
}

/* Two processes, each with a little to do between its turns: the time of all that they do, per turn. */
static double
contended(void (*turn)(void))
{
	pid_t children[2];
	int64_t before = shared->turns;

	shared->go = 0;
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			while (shared->go == 0)
				continue;
			for (int64_t end = now() + CONTENDED * 1000000; now() < end;)
				for (int j = 0; j < 64; j++)
					turn();
			_exit(0);
		}
	}
	shared->go = 1;
	for (int i = 0; i < 2; i++)
		(void)waitpid(children[i], NULL, 0);
	return CONTENDED * 1e6 / (double)(shared->turns - before);
}

static int to_child[2];
static int to_parent[2];

/* There and back between two processes, both of which sleep. */
static void
answer_by_word(uint32_t mine)
{
	int64_t word = address_of(&shared->word);

	while (pshm_atomic_load32(word) != mine)
		(void)pshm_atomic_wait(word, 1 - mine, -1);
	(void)pshm_atomic_store32(word, 1 - mine);
	(void)pshm_atomic_wake(word, 1);
}

static double
trips_by_word(void)
{
	pid_t child = fork();
	int64_t start = now();

	for (int i = 0; i < TRIPS; i++)
		answer_by_word(child == 0 ? 1 : 0);
	if (child == 0)
		_exit(0);
	(void)waitpid(child, NULL, 0);
	return (double)(now() - start) / TRIPS;
}

static double
trips_by_pipes(void)
{
	pid_t child = fork();
	int64_t start = now();
	char byte = 0;

	for (int i = 0; i < TRIPS; i++) {
		if (child == 0 && (read(to_child[0], &byte, 1) != 1 || write(to_parent[1], &byte, 1) != 1))
			_exit(1);
		if (child != 0 && (write(to_child[1], &byte, 1) != 1 || read(to_parent[0], &byte, 1) != 1))
			exit(1);
	}
	if (child == 0)
		_exit(0);
	(void)waitpid(child, NULL, 0);
	return (double)(now() - start) / TRIPS;
}

static double
our_addition(void)
{
	int64_t start = now();

	for (int i = 0; i < TURNS; i++)
		(void)pshm_atomic_update32(address_of(&shared->word), PSHM_ATOMIC_ADD, 1);
	return (double)(now() - start) / TURNS;
}

static double
their_addition(void)
{
	int64_t start = now();

	for (int i = 0; i < TURNS; i++)
		(void)__atomic_fetch_add(&shared->word, 1, __ATOMIC_SEQ_CST);
	return (double)(now() - start) / TURNS;
}

/* From the death of an owner to the turn of another, which waits. */
static double
recovery(int kills)
{
	double *figures = calloc((size_t)kills, sizeof *figures);
	double middle;

	for (int i = 0; i < kills; i++) {
		pid_t owner = fork();
		pid_t waiter;
		int64_t start;

		if (owner == 0) {
			if (pshm_lock_acquire(address_of(&shared->lock), -1) == 1)
				(void)pshm_lock_mark_repaired(address_of(&shared->lock));
			shared->go = 2;
			for (;;)
				pause();
		}
		while (shared->go != 2)
			usleep(100);
		shared->go = 0;
		waiter = fork();
		if (waiter == 0) {
			our_turn();
			shared->taken = now();
			_exit(0);
		}
		usleep((useconds_t)(rand() % 100000));
		start = now();
		(void)kill(owner, SIGKILL);
		(void)waitpid(owner, NULL, 0);
		(void)waitpid(waiter, NULL, 0);
		figures[i] = (double)(shared->taken - start);
	}
	middle = median(figures, kills);
	free(figures);
	return middle;
}

static double
ours_contended(void)
{
	return contended(our_turn);
}

static double
theirs_contended(void)
{
	return contended(their_turn);
}

static double
ours_uncontended(void)
{
	return uncontended(our_turn);
}

static double
theirs_uncontended(void)
{
	return uncontended(their_turn);
}

static void
row(const char *name, double (*ours)(void), double (*theirs)(void))
{
	double our_figures[ROUNDS];
	double their_figures[ROUNDS];
	double ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		our_figures[i] = ours();
		their_figures[i] = theirs();
		ratios[i] = our_figures[i] / their_figures[i];
	}
	printf("%s\t%.1f\t%.1f\t%.2f\n", name, median(our_figures, ROUNDS), median(their_figures, ROUNDS), median(ratios, ROUNDS));
}

static void
asked(const char *name, double figure, double most)
{
	printf("%s\t%.1f\t%.1f\t%.2f\n", name, figure, most, figure / most);
}

int
main(int count, char **arguments)
{
	pthread_mutexattr_t robust;

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || pipe(to_child) < 0 || pipe(to_parent) < 0)
		return 1;
	(void)pthread_mutexattr_init(&robust);
	(void)pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
	(void)pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	(void)pthread_mutex_init(&shared->mutex, &robust);
	row("uncontended", ours_uncontended, theirs_uncontended);
	row("contended", ours_contended, theirs_contended);
	shared->word = 0;
	row("round trip", trips_by_word, trips_by_pipes);
	row("addition", our_addition, their_addition);
	asked("recovery", recovery(count > 1 ? atoi(arguments[1]) : 100), RECOVERY);
	return 0;
}
