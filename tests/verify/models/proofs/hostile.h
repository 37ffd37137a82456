/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of a ring that is not trusted: every byte of it is arbitrary, and every load of it gives anything, as if another
 * process had changed it just before (smaller.tsv). The address is that of the ring, or one that no ring can have.
 */
#ifndef PROOF_HOSTILE_H
#define PROOF_HOSTILE_H

#include "identity.h"
#include "ring.h"

/* sync_ring.c, with the least capacity of smaller.tsv. */
enum { CAPACITY = 64 };

static struct {
	_Alignas(64) char bytes[PSHM_RING_HEADER_SIZE + CAPACITY];
} memory;

static int64_t capacity;

static int64_t
any_ring(void)
{
	int64_t address = nondet_int64();
	bool refused = address == 0 || is_failure(address) || address % 64 != 0 || (int64_t)(uintptr_t)address != address;

	capacity = nondet_int64();
	refused = refused || capacity < CAPACITY || capacity > PSHM_RING_CAPACITY_MAX || (capacity & (capacity - 1)) != 0;
	refused = refused || (uint64_t)address > UINTPTR_MAX - PSHM_RING_HEADER_SIZE - (uint64_t)capacity;
	__CPROVER_havoc_object(&memory);
	this_process = any_process_word();
	if (!refused) {
		address = (int64_t)(uintptr_t)&memory;
		assume(capacity == CAPACITY);
	}
	asked.address = address;
	asked.length = sizeof memory;
	asked.rights = MAY_WAIT;
	return address;
}

#define RING ((const struct ring *)&memory)

/* A process has joined the ring at this end, with this capacity. */
static bool
is_joined(const struct ring_end *end)
{
	return RING->format == pshm__ring_format(CAPACITY) && ring_is_present(end->process);
}

/* After a commit or a release: the end is at a record, and nothing is reserved or peeked at. */
static bool
has_moved_on(const struct ring_end *end)
{
	return end->position % 8 == 0 && end->space == 0;
}

/* A message lies in the records of the ring. */
static bool
is_inside(int64_t message, int64_t length)
{
	int64_t records = (int64_t)(uintptr_t)&memory + PSHM_RING_HEADER_SIZE;

	return message % 8 == 0 && length >= 0 && message >= records && message - records <= CAPACITY - length;
}

#endif
