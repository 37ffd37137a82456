/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lock of 8 bytes that survives its owner. The word is the owner as a process (process.h), and two flags between its parts:
 *
 *   63   62 .. 44    43 .. 24   23          22         21 .. 0
 *   0    namespace   start      abandoned   sleepers   process number; 0: free
 *
 * A process that finds the lock held sets 'sleepers' and waits for a slice of time while the word is unchanged; then it checks
 * whether the owner is alive, and takes the word over if not. It checks also when a signal handler ends the wait: with a timer that
 * is faster than the slices no slice would ever end. The slices also help if a process is killed between freeing the word and
 * waking others, or between being woken and acquiring it. Every change is one compare-and-exchange of the whole word.
 * tests/verify/models/lock.pml is the model of it.
 */
#include "system.h"
#include "deadline.h"
#include "error.h"
#include "platform.h"
#include "process.h"
#include "waiting.h"
#include "word.h"

#define SLEEPERS (UINT64_C(1) << 22)
#define ABANDONED (UINT64_C(1) << 23)

static bool
is_free(uint64_t seen)
{
	return (seen & PROCESS_NUMBER) == 0;
}

static uint64_t
owner_of(uint64_t seen)
{
	return is_free(seen) ? 0 : seen & PROCESS_BITS;
}

/*
 * Acquire and release: the stores of an owner before it frees the word are visible to the next owner; the flags need no more,
 * since they are in the same word. A process that takes over from a dead owner sees its stores, too: the kernel has seen it end.
 */
static bool
change(word64 *lock, uint64_t *seen, uint64_t desired)
{
	return word64_exchange_if(lock, seen, desired, __ATOMIC_ACQ_REL);
}

/* The result of an acquisition: 1 if an owner has died and the data has not been repaired. */
static int
held(uint64_t seen)
{
	return (seen & ABANDONED) != 0;
}

/* The half of the word with the process ID, which the system call compares. */
static word32 *
number_half(word64 *lock)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (word32 *)lock + 1;
#else
	return (word32 *)lock;
#endif
}

/* Take over the word of an owner that is definitely dead; whether other processes wait is unknown. */
static bool
take_over(word64 *lock, uint64_t seen, uint64_t self)
{
	return pshm__process_alive(seen & PROCESS_BITS) == 0 && change(lock, &seen, self | SLEEPERS | ABANDONED);
}

/* One attempt without waiting. A program that only makes such attempts also replaces a dead owner. */
static int
try_once(word64 *lock, uint64_t seen, uint64_t self)
{
	return take_over(lock, seen, self) ? 1 : -EAGAIN;
}

/* Record in the word that a process waits; false if it has changed. */
static bool
mark_sleeping(word64 *lock, uint64_t *seen)
{
	if ((*seen & SLEEPERS) != 0)
		return true;
	if (!change(lock, seen, *seen | SLEEPERS))
		return false;
	*seen |= SLEEPERS;
	return true;
}

/* Wait for a slice, or the remaining time: 0 if woken or changed, -ETIMEDOUT at its end. */
static int
sleep_for_slice(word64 *lock, uint64_t seen, int64_t slice, int64_t deadline)
{
	int64_t left = pshm__deadline_left(deadline);

	if (left <= 0)
		return left < 0 ? (int)left : -ETIMEDOUT;
	return pshm__wait(number_half(lock), (uint32_t)seen, left < slice ? left : slice);
}

/* A process that has waited leaves 'sleepers' set, since it does not know whether others wait. */
static int COLD
wait_for(word64 *lock, uint64_t self, int64_t timeout)
{
	int64_t deadline = pshm__deadline_after(timeout);
	int64_t slice = platform.first_slice;

	for (;;) {
		uint64_t seen = word64_load(lock, __ATOMIC_RELAXED);
		int error;

		if (is_free(seen)) {
			if (change(lock, &seen, self | SLEEPERS | (seen & ABANDONED)))
				return held(seen);
			continue;
		}
		if (!mark_sleeping(lock, &seen))
			continue;
		error = sleep_for_slice(lock, seen, slice, deadline);
		if ((error == -ETIMEDOUT || error == -EINTR) && take_over(lock, seen, self))
			return 1;
		if (error == -ETIMEDOUT && pshm__deadline_left(deadline) > 0)
			slice = 2 * slice < platform.last_slice ? 2 * slice : platform.last_slice;
		else if (error < 0)
			return error;
	}
}

static int
acquire(word64 *lock, int64_t timeout)
{
	uint64_t self = process_self();
	uint64_t seen = word64_load(lock, __ATOMIC_RELAXED);

	while (is_free(seen))
		if (change(lock, &seen, self | (seen & (SLEEPERS | ABANDONED))))
			return held(seen);
	return timeout == 0 ? try_once(lock, seen, self) : wait_for(lock, self, timeout);
}

int
pshm_lock_acquire(int64_t address, int64_t timeout)
{
	int error = word64_error(address, true);

	return record(error < 0 ? error : acquire(word64_at(address), timeout));
}

/* Keep these bits of the word of a lock that this process holds. *ret_seen receives the previous word. */
static int
keep(word64 *lock, uint64_t bits, uint64_t *ret_seen)
{
	uint64_t self = process_self();

	*ret_seen = word64_load(lock, __ATOMIC_RELAXED);
	do
		if (owner_of(*ret_seen) != self)
			return -EPERM;
	while (!change(lock, ret_seen, *ret_seen & bits));
	return 0;
}

/*
 * The wake accesses the word once more. If another thread has unmapped it by then,
 * the system returns EFAULT, and no process waits.
 */
static int
release(word64 *lock)
{
	uint64_t seen;
	int error = keep(lock, ABANDONED, &seen);

	if (error == 0 && (seen & SLEEPERS) != 0)
		(void)pshm__wake(number_half(lock), 1);
	return error;
}

int
pshm_lock_release(int64_t address)
{
	int error = word64_error(address, true);

	return record(error < 0 ? error : release(word64_at(address)));
}

int
pshm_lock_mark_repaired(int64_t address)
{
	int error = word64_error(address, true);
	uint64_t seen;

	return record(error < 0 ? error : keep(word64_at(address), ~ABANDONED, &seen));
}

int64_t
pshm_lock_owner(int64_t address)
{
	int error = word64_error(address, true);

	return error < 0 ? record(error) : (int64_t)owner_of(word64_load(word64_at(address), __ATOMIC_ACQUIRE));
}
