/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recipes with words, waiting and the lock: an event, a condition variable, a barrier, one-time initialization, a semaphore, and
 * the latest value. Each is in shared memory, and zeroed memory is its initial state. main tests each with several processes.
 */
#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t
address_of(const void *memory)
{
	return (int64_t)(uintptr_t)memory;
}

/* An event: after it is set, no process waits. */
typedef uint32_t event;

static void
event_set(event *event)
{
	pshm_atomic_store32(address_of(event), 1);
	pshm_atomic_wake(address_of(event), INT_MAX);
}

static void
event_wait(event *event)
{
	while (pshm_atomic_load32(address_of(event)) == 0)
		pshm_atomic_wait(address_of(event), 0, -1);
}

/* A condition variable: release the lock, wait for a signal, and acquire the lock again; then check the condition again. */
typedef uint32_t condition;

static void
condition_wait(condition *condition, uint64_t *lock)
{
	int64_t seen = pshm_atomic_load32(address_of(condition)); /* before the release, so that no signal is missed */

	pshm_lock_release(address_of(lock));
	pshm_atomic_wait(address_of(condition), seen, -1);
	while (pshm_lock_acquire(address_of(lock), -1) < 0)
		continue; /* a signal handler has run */
}

static void
condition_signal(condition *condition, int count)
{
	pshm_atomic_update32(address_of(condition), PSHM_ATOMIC_ADD, 1);
	pshm_atomic_wake(address_of(condition), count);
}

/* A barrier: no process continues before all have arrived. It is reusable. */
struct barrier {
	uint32_t come;
	uint32_t round;
};

static void
barrier_wait(struct barrier *barrier, int64_t all)
{
	int64_t round = pshm_atomic_load32(address_of(&barrier->round));

	if (pshm_atomic_update32(address_of(&barrier->come), PSHM_ATOMIC_ADD, 1) == all - 1) {
		pshm_atomic_store32(address_of(&barrier->come), 0);
		pshm_atomic_update32(address_of(&barrier->round), PSHM_ATOMIC_ADD, 1);
		pshm_atomic_wake(address_of(&barrier->round), INT_MAX);
		return;
	}
	while (pshm_atomic_load32(address_of(&barrier->round)) == round)
		pshm_atomic_wait(address_of(&barrier->round), round, -1);
}

/* One-time initialization: exactly one process performs it. If that process dies, another acquires the lock and repeats it. */
struct once {
	uint64_t lock;
	uint32_t done;
};

static void
once_do(struct once *once, void (*function)(void))
{
	if (pshm_atomic_load32(address_of(&once->done)) != 0)
		return;
	while (pshm_lock_acquire(address_of(&once->lock), -1) < 0)
		continue;
	if (pshm_atomic_load32(address_of(&once->done)) == 0) {
		function();
		pshm_atomic_store32(address_of(&once->done), 1);
	}
	pshm_lock_mark_repaired(address_of(&once->lock));
	pshm_lock_release(address_of(&once->lock));
}

/* A semaphore: decrement it, or wait until that is possible. */
typedef uint32_t semaphore;

static void
semaphore_post(semaphore *semaphore)
{
	pshm_atomic_update32(address_of(semaphore), PSHM_ATOMIC_ADD, 1);
	pshm_atomic_wake(address_of(semaphore), 1);
}

static void
semaphore_wait(semaphore *semaphore)
{
	for (;;) {
		int64_t free_now = pshm_atomic_load32(address_of(semaphore));

		if (free_now == 0)
			pshm_atomic_wait(address_of(semaphore), 0, -1);
		else if (pshm_atomic_compare_exchange32(address_of(semaphore), free_now, free_now - 1) == free_now)
			return;
	}
}

/* The latest value of one writer: readers get a consistent copy, and never delay the writer. Its number is odd during a write. */
struct latest {
	uint32_t number;
	uint32_t words[4];
};

static void
latest_write(struct latest *latest, const uint32_t words[4])
{
	pshm_atomic_update32(address_of(&latest->number), PSHM_ATOMIC_ADD, 1);
	for (int i = 0; i < 4; i++)
		pshm_atomic_store32(address_of(&latest->words[i]), words[i]);
	pshm_atomic_update32(address_of(&latest->number), PSHM_ATOMIC_ADD, 1);
}

static void
latest_read(const struct latest *latest, uint32_t ret_words[4])
{
	int64_t before;

	do {
		before = pshm_atomic_load32(address_of(&latest->number));
		for (int i = 0; i < 4; i++)
			ret_words[i] = (uint32_t)pshm_atomic_load32(address_of(&latest->words[i]));
	} while (before % 2 != 0 || pshm_atomic_load32(address_of(&latest->number)) != before);
}

/* Concurrent processes test each recipe. */

enum { PROCESSES = 4, TURNS = 2000 };

static struct shared {
	uint64_t lock;
	uint64_t sum;
	struct once once;
	struct barrier barrier;
	struct latest latest;
	event event;
	condition condition;
	semaphore semaphore;
	uint32_t inside;
	uint32_t wrong;
} *shared;

static void
expect(int holds)
{
	if (!holds)
		pshm_atomic_update32(address_of(&shared->wrong), PSHM_ATOMIC_ADD, 1);
}

static void
together(void (*function)(int number), const char *what)
{
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() == 0) {
			function(i);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
	printf("%s: %s\n", what, shared->wrong == 0 ? "holds" : "does not hold");
}

static void
use_event(int number)
{
	if (number == 0) {
		shared->sum = 7;
		event_set(&shared->event);
		return;
	}
	event_wait(&shared->event);
	expect(shared->sum == 7);
}

/* The processes take turns in a circle. */
static void
use_condition(int number)
{
	for (int turn = 0; turn < 100; turn++) {
		while (pshm_lock_acquire(address_of(&shared->lock), -1) < 0)
			continue;
		while (shared->sum % PROCESSES != (uint64_t)number)
			condition_wait(&shared->condition, &shared->lock);
		shared->sum++;
		condition_signal(&shared->condition, INT_MAX);
		pshm_lock_release(address_of(&shared->lock));
	}
}

static void
use_barrier(int number)
{
	(void)number;
	for (int64_t turn = 1; turn <= 100; turn++) {
		pshm_atomic_update32(address_of(&shared->inside), PSHM_ATOMIC_ADD, 1);
		barrier_wait(&shared->barrier, PROCESSES);
		expect(pshm_atomic_load32(address_of(&shared->inside)) == turn * PROCESSES);
		barrier_wait(&shared->barrier, PROCESSES);
	}
}

static void
add_one(void)
{
	shared->sum++;
}

static void
use_once(int number)
{
	(void)number;
	once_do(&shared->once, add_one);
	expect(shared->sum == 1);
}

static void
use_semaphore(int number)
{
	(void)number;
	for (int turn = 0; turn < TURNS; turn++) {
		semaphore_wait(&shared->semaphore);
		expect(pshm_atomic_update32(address_of(&shared->inside), PSHM_ATOMIC_ADD, 1) < 2);
		pshm_atomic_update32(address_of(&shared->inside), PSHM_ATOMIC_ADD, -1);
		semaphore_post(&shared->semaphore);
	}
}

static void
use_latest(int number)
{
	for (uint32_t turn = 0; turn < TURNS; turn++) {
		uint32_t words[4] = { turn, turn, turn, turn };

		if (number == 0) {
			latest_write(&shared->latest, words);
			continue;
		}
		latest_read(&shared->latest, words);
		expect(words[0] == words[1] && words[1] == words[2] && words[2] == words[3]);
	}
}

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);

	if (fd < 0 || pshm_truncate(fd, sizeof *shared) < 0)
		return 1;
	shared = (struct shared *)(uintptr_t)pshm_map(fd, sizeof *shared, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);
	together(use_event, "event");
	shared->sum = 0;
	together(use_condition, "condition");
	expect(shared->sum == (uint64_t)100 * PROCESSES);
	together(use_barrier, "barrier");
	shared->sum = 0;
	together(use_once, "once");
	shared->inside = 0;
	semaphore_post(&shared->semaphore);
	semaphore_post(&shared->semaphore);
	together(use_semaphore, "semaphore");
	together(use_latest, "latest value");
	return shared->wrong != 0;
}
