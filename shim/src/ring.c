/* SPDX-License-Identifier: BSD-3-Clause */
/* What both ends of a ring share: its layout, waiting for the peer, and waking it. */
#include "system.h"
#include "deadline.h"
#include "platform.h"
#include "ring.h"
#include "waiting.h"

enum { ALIGNMENT = 64 };

static bool
is_capacity(int64_t capacity)
{
	return capacity >= PSHM_RING_CAPACITY_MIN && capacity <= PSHM_RING_CAPACITY_MAX && (capacity & (capacity - 1)) == 0;
}

static bool
fits(int64_t address, int64_t size)
{
	return (int64_t)(uintptr_t)address == address && (uintptr_t)address <= UINTPTR_MAX - (uintptr_t)size;
}

static struct ring_side
side_of(struct ring *ring, uint32_t capacity, bool sends)
{
	return (struct ring_side){
		.ring = ring,
		.own = sends ? &ring->sender : &ring->receiver,
		.peer = sends ? &ring->receiver : &ring->sender,
		.own_sleeps = sends ? &ring->sender_sleeps : &ring->receiver_sleeps,
		.peer_sleeps = sends ? &ring->receiver_sleeps : &ring->sender_sleeps,
		.capacity = capacity,
		.left = sends ? -EPIPE : -ENODATA,
		.died = sends ? -EPIPE : -EOWNERDEAD,
	};
}

int
pshm__ring_side(int64_t address, int64_t capacity, int role, bool accessible, bool valid, struct ring_side *ret)
{
	if (address == 0 || is_address_error(address) || !accessible)
		return -EFAULT;
	if (address % ALIGNMENT != 0 || !is_capacity(capacity) || !valid)
		return -EINVAL;
	if (!fits(address, PSHM_RING_HEADER_SIZE + capacity))
		return -EOVERFLOW;
	if (!has_wide_words())
		return -ENOTSUP;
	*ret = side_of((struct ring *)(uintptr_t)address, (uint32_t)capacity, role == PSHM_RING_SENDER);
	return 0;
}

uint64_t
pshm__ring_format(uint32_t capacity)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (uint64_t)RING_VERSION << 32 | capacity;
#else
	return (uint64_t)capacity << 32 | RING_VERSION;
#endif
}

int
pshm__ring_format_error(const struct ring_side *side)
{
	return word64_load(&side->ring->format, __ATOMIC_RELAXED) == pshm__ring_format(side->capacity) ? 0 : -EPROTO;
}

int
pshm__ring_error(const struct ring_side *side)
{
	int error = pshm__ring_format_error(side);

	if (error < 0)
		return error;
	return ring_is_present(word64_load(&side->own->process, __ATOMIC_RELAXED)) ? 0 : -EPERM;
}

static bool
has_moved(const struct ring_side *side, uint32_t was)
{
	return __atomic_load_n(&side->peer->position, __ATOMIC_SEQ_CST) != was;
}

static bool
is_dead(uint64_t process)
{
	return (process & PROCESS_NUMBER) != 0 && pshm__process_alive(process & PROCESS_BITS) == 0;
}

/*
 * [examine_peer] What to report of the peer: 0 if it has neither left nor died, or if it has sent or released something
 * before. Its position is loaded after it was found to have ended: it does not move any more.
 */
static int
peer_error(const struct ring_side *side, uint32_t was, bool examine)
{
	uint64_t process = word64_load(&side->peer->process, __ATOMIC_SEQ_CST);
	int error = 0;

	if ((process & RING_LEFT) != 0)
		error = side->left;
	else if (examine && is_dead(process))
		error = side->died;
	return has_moved(side, was) ? 0 : error;
}

/* One look without waiting. A program that only looks also learns of a death. */
static int
look(const struct ring_side *side, uint32_t was)
{
	int error = peer_error(side, was, true);

	if (error < 0)
		return error;
	return has_moved(side, was) ? 0 : -EAGAIN;
}

/* The remaining nanoseconds of this slice, 0 after the deadline, or a negated errno. */
static int64_t
time_left(struct ring_wait *wait)
{
	int64_t left;

	if (wait->slice == 0) {
		wait->deadline = pshm__deadline_after(wait->timeout);
		wait->slice = platform.first_slice;
	}
	left = pshm__deadline_left(wait->deadline);
	return left < wait->slice ? left : wait->slice;
}

/*
 * [sleep_for_slice] An end sleeps on its own flag, and not on the position of its peer: a late wake for an earlier
 * message clears the flag, and so also keeps it from falling asleep. First the flag is set, then the position and the
 * peer are loaded: a peer that moves or leaves later finds the flag.
 */
static int
sleep_for_slice(const struct ring_side *side, uint32_t was, int64_t time)
{
	int error;

	__atomic_store_n(side->own_sleeps, 1, __ATOMIC_SEQ_CST);
	if (has_moved(side, was))
		return 0;
	error = peer_error(side, was, false);
	return error < 0 ? error : pshm__wait(side->own_sleeps, 1, time);
}

/* Once more after the end of the time, what is found is found in time. */
static int
end_wait(struct ring_wait *wait, int found)
{
	int error = wait->over != 0 ? wait->over : wait->timeout == 0 ? -EAGAIN : -ETIMEDOUT;

	if (found == 0 && wait->over != 0)
		return error;
	wait->over = error;
	return found == -EAGAIN ? error : found;
}

/*
 * [wait_for_peer] At the end of a slice, and after a signal handler, the peer may have died. The slices also heal the
 * death of a peer between clearing the flag and waking.
 */
int
pshm__ring_wait(const struct ring_side *side, uint32_t was, struct ring_wait *wait)
{
	int64_t left = wait->timeout == 0 || wait->over != 0 ? 0 : time_left(wait);
	int error;
	int found;

	if (left < 0)
		return (int)left;
	if (left == 0)
		return end_wait(wait, look(side, was));
	error = sleep_for_slice(side, was, left);
	if (error != -ETIMEDOUT && error != -EINTR)
		return error;
	found = look(side, was);
	if (found == 0 && error == -EINTR)
		wait->over = error;
	if (found != -EAGAIN)
		return found;
	wait->slice = 2 * wait->slice < platform.last_slice ? 2 * wait->slice : platform.last_slice;
	return error == -EINTR ? error : 0;
}

/* [wake] The flag is cleared first: a peer that is about to fall asleep does not. */
void
pshm__ring_wake(word32 *sleeps)
{
	__atomic_store_n(sleeps, 0, __ATOMIC_SEQ_CST);
	(void)pshm__wake(sleeps, 1);
}
