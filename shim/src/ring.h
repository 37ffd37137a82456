/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of messages from one process to another. Its layout never changes, and has no addresses; all numbers have
 * native byte order:
 *
 *     0  version      4  capacity                                         set by the first process that joins
 *    64  position    68  start   72  space   76  seen   80  process       the sender; aligned to a cache line
 *   128  the same                                                         the receiver
 *   192  sleeps      196  sleeps                                          the sender, the receiver
 *   256  records
 *
 * A position counts all bytes of records, and wraps around at 2^32; the remainder by the capacity, a power of two, is
 * the place. The sender's position is the end of the last complete message, the receiver's the end of the last one that
 * it has released. Only the process at an end changes its line. The flags have a line of their own, which is unchanged
 * while nobody sleeps: in the line of a position, each message would cost another transfer between two caches.
 *
 * A record is aligned to 8: its length, its kind, and its bytes, contiguous. A message that does not fit before the end
 * of the memory begins at its start, after a record of padding. The sender moves its position over both with one store;
 * before that store a message does not exist, so a killed sender leaves nothing to repair.
 *
 * start and space describe the message that is reserved or peeked at: where its record begins, and its length plus 8; a
 * space of 0 is none, as after a process has left. seen is the position of the peer when it was last loaded. All of that could
 * be overwritten by another process: each value is loaded once, and checked before it becomes an address or a length.
 *
 * tests/verify/models/ring.pml is the model: comments of the form [step] name its steps.
 */
#ifndef PSHM_RING_H
#define PSHM_RING_H

#include "error.h"
#include "process.h"
#include "word.h"

/* In the word of a process: it has left. process.h leaves the bit free. */
#define RING_LEFT (UINT64_C(1) << 23)

#define RING_VERSION UINT32_C(0x70730001)

enum { RECORD_HEADER = 8, RECORD_DATA = 0, RECORD_PADDING = 1 };

struct ring_end {
	word32 position;
	word32 start;
	word32 space;
	word32 seen;
	word64 process;
	uint32_t unused[10];
};

struct ring {
	word64 format;
	uint32_t unused[14];
	struct ring_end sender;
	struct ring_end receiver;
	word32 sender_sleeps;
	word32 receiver_sleeps;
	uint32_t reserved[14];
	unsigned char records[];
};

_Static_assert(sizeof(struct ring_end) == 64 && sizeof(struct ring) == PSHM_RING_HEADER_SIZE, "the layout of a ring is fixed");
_Static_assert(offsetof(struct ring_end, process) == 16 && offsetof(struct ring, sender_sleeps) == 192,
               "the layout of a ring is fixed");

/* A ring as one of its ends accesses it. The capacity is the argument of the caller, and never read from the memory. */
struct ring_side {
	struct ring *ring;
	struct ring_end *own;
	struct ring_end *peer;
	word32 *own_sleeps;
	word32 *peer_sleeps;
	uint32_t capacity;
	int left; /* the error if the peer has left */
	int died; /* and if it has died */
};

/*
 * Check the arguments: whether the other pointers are not NULL where they must not be, and whether the other values are
 * valid. Only then *ret is set.
 */
int pshm__ring_side(int64_t address, int64_t capacity, int role, bool accessible, bool valid, struct ring_side *ret);

/* -EPROTO unless a process has joined the ring with this capacity. */
int pshm__ring_format_error(const struct ring_side *side);

/* The same; -EPERM unless a process is at this end: it need not be this one, which may act for it. */
int pshm__ring_error(const struct ring_side *side);

/* Whether the word of a process at an end names one that has not left. */
static inline bool
ring_is_present(uint64_t process)
{
	return (process & PROCESS_NUMBER) != 0 && (process & RING_LEFT) == 0;
}

/* The format of a ring: its version and capacity as one word. */
uint64_t pshm__ring_format(uint32_t capacity);

/* The time of a call that waits. The clock is read only once it does. */
struct ring_wait {
	int64_t timeout;
	int64_t deadline;
	int64_t slice; /* 0: has not waited yet */
	int over;      /* the error of the next wait, where this one was the last; else 0 */
};

/*
 * Wait until the position of the peer is another than it was. 0: load it again. An error if the peer has left or died, which
 * is reported only if its position is still the same; -EAGAIN, -ETIMEDOUT, -EINTR. After the time is over, or a
 * handler has run, 0 is returned once, so that a peer that moves without end cannot hold its caller.
 */
COLD int pshm__ring_wait(const struct ring_side *side, uint32_t was, struct ring_wait *wait);

/* Wake the peer, which sleeps. */
COLD void pshm__ring_wake(word32 *sleeps);

/* One load of a word that another process may change at any time. */
static inline uint32_t
ring_load(const word32 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void
ring_store(word32 *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* The position of the peer: what it wrote before is visible. */
static inline uint32_t
ring_peer_position(const struct ring_side *side)
{
	return __atomic_load_n(&side->peer->position, __ATOMIC_ACQUIRE);
}

/*
 * Move the position of this end, and wake the peer if it sleeps. [commit], [release], [wake] Sequentially consistent, as
 * are the flag and the load of the position in pshm__ring_wait: either this end sees the flag, or the peer sees the
 * position.
 */
static inline void
ring_move(const struct ring_side *side, uint32_t position)
{
	ring_store(&side->own->space, 0);
	__atomic_store_n(&side->own->position, position, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(side->peer_sleeps, __ATOMIC_SEQ_CST) != 0)
		pshm__ring_wake(side->peer_sleeps);
}

/* The bytes from a position to the end of the memory. */
static inline uint32_t
ring_to_end(const struct ring_side *side, uint32_t position)
{
	return side->capacity - (position & (side->capacity - 1));
}

/* The record at a position that is a multiple of 8: there are at least 8 bytes. */
static inline word32 *
ring_record(const struct ring_side *side, uint32_t position)
{
	return (word32 *)(side->ring->records + (position & (side->capacity - 1)));
}

/* The address of the message of a record. */
static inline int64_t
ring_message(const struct ring_side *side, uint32_t position)
{
	return (int64_t)(uintptr_t)ring_record(side, position) + RECORD_HEADER;
}

static inline uint32_t
ring_length_max(const struct ring_side *side)
{
	return side->capacity / 2 - RECORD_HEADER;
}

/* The size of the record of a message whose length has been checked. */
static inline uint32_t
record_size(uint32_t length)
{
	return RECORD_HEADER + ((length + 7) & ~UINT32_C(7));
}

static inline bool
is_record_position(uint32_t position)
{
	return position % 8 == 0;
}

#endif
