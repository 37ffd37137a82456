/* SPDX-License-Identifier: BSD-3-Clause */
/* Join a ring as its sender or its receiver, and leave it. */
#include "system.h"
#include "error.h"
#include "process.h"
#include "ring.h"

static bool
is_role(int role)
{
	return role == PSHM_RING_SENDER || role == PSHM_RING_RECEIVER;
}

/* Zeroed memory becomes a ring of this capacity; a ring of another one stays that. */
static int
set_format(const struct ring_side *side)
{
	uint64_t format = 0;
	uint64_t desired = pshm__ring_format(side->capacity);

	if (word64_exchange_if(&side->ring->format, &format, desired, __ATOMIC_SEQ_CST) || format == desired)
		return 0;
	return -EPROTO;
}

/*
 * [join] The exchange acquires what the predecessor wrote before it left; if it has died, the kernel has seen it end. What
 * the predecessor has reserved or peeked at is not this process's.
 */
static int
join(const struct ring_side *side)
{
	uint64_t self = process_self();
	uint64_t seen = word64_load(&side->own->process, __ATOMIC_RELAXED);
	bool replaces;

	do {
		replaces = ring_is_present(seen);
		if (replaces && pshm__process_alive(seen & PROCESS_BITS) != 0)
			return -EBUSY;
	} while (!word64_exchange_if(&side->own->process, &seen, self, __ATOMIC_SEQ_CST));
	ring_store(&side->own->space, 0);
	return replaces;
}

int
pshm_ring_join(int64_t address, int64_t capacity, int role)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, role, true, is_role(role), &side);

	if (error == 0)
		error = set_format(&side);
	return record(error < 0 ? error : join(&side));
}

/*
 * [leave] What is reserved or peeked at is given up first: it would otherwise be there still for a moment after a successor has
 * joined. The exchange is sequentially consistent, like a position: either this process sees that its peer sleeps, or the peer
 * sees that it has left.
 */
static int
leave(const struct ring_side *side)
{
	uint64_t self = process_self();

	if (word64_load(&side->own->process, __ATOMIC_RELAXED) != self)
		return -EPERM;
	ring_store(&side->own->space, 0);
	if (!word64_exchange_if(&side->own->process, &self, self | RING_LEFT, __ATOMIC_SEQ_CST))
		return -EPERM;
	if (__atomic_load_n(side->peer_sleeps, __ATOMIC_SEQ_CST) != 0)
		pshm__ring_wake(side->peer_sleeps);
	return 0;
}

int
pshm_ring_leave(int64_t address, int64_t capacity, int role)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, role, true, is_role(role), &side);

	if (error == 0)
		error = pshm__ring_format_error(&side);
	return record(error < 0 ? error : leave(&side));
}
