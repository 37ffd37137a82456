/* SPDX-License-Identifier: BSD-3-Clause */
/* The sending end of a ring: reserve space for a message, and commit it. */
#include "system.h"
#include "error.h"
#include "ring.h"

#include <string.h>

/* Between the position of this end and that of the receiver. More than the capacity: one of them was overwritten. */
static bool
has_space(const struct ring_side *side, uint32_t tail, uint32_t head, uint32_t needed)
{
	uint32_t used = tail - head;

	return used <= side->capacity && side->capacity - used >= needed;
}

/* [reserve] Wait until so many bytes after the position are free. */
static int
wait_for_space(const struct ring_side *side, uint32_t tail, uint32_t needed, int64_t timeout)
{
	struct ring_wait wait = { .timeout = timeout };
	uint32_t head = ring_load(&side->own->seen);

	if (has_space(side, tail, head, needed))
		return 0;
	for (;;) {
		int error;

		head = ring_peer_position(side);
		if (tail - head > side->capacity)
			return -EPROTO;
		if (has_space(side, tail, head, needed))
			break;
		error = pshm__ring_wait(side, head, &wait);
		if (error < 0)
			return error;
	}
	ring_store(&side->own->seen, head);
	return 0;
}

/* The record begins at the start of the memory if it does not fit before its end. */
static int
reserve(const struct ring_side *side, uint32_t length, int64_t timeout, uint32_t *ret_start)
{
	uint32_t tail = ring_load(&side->own->position);
	uint32_t to_end = ring_to_end(side, tail);
	uint32_t padding = record_size(length) > to_end ? to_end : 0;
	int error = is_record_position(tail) ? pshm__ring_error(side) : -EPROTO;

	if (error == 0)
		error = wait_for_space(side, tail, padding + record_size(length), timeout);
	if (error < 0)
		return error;
	if (padding != 0) {
		ring_store(ring_record(side, tail), padding);
		ring_store(ring_record(side, tail) + 1, RECORD_PADDING);
	}
	*ret_start = tail + padding;
	return 0;
}

int64_t
pshm_ring_reserve(int64_t address, int64_t capacity, int64_t length, int64_t timeout)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_SENDER, true, length >= 0, &side);
	uint32_t start = 0;

	if (error == 0 && length > ring_length_max(&side))
		error = -EMSGSIZE;
	if (error == 0)
		error = reserve(&side, (uint32_t)length, timeout, &start);
	if (error < 0)
		return record(error);
	ring_store(&side.own->start, start);
	ring_store(&side.own->space, (uint32_t)length + RECORD_HEADER);
	return ring_message(&side, start);
}

/* Write the header of the record, and move the position over all of it. */
static void
publish(const struct ring_side *side, uint32_t start, uint32_t length)
{
	word32 *header = ring_record(side, start);

	ring_store(header, length);
	ring_store(header + 1, RECORD_DATA);
	ring_move(side, start + record_size(length));
}

/* What was reserved is in the shared memory, so it is checked again: the padding is less than half of the capacity. */
static int
commit(const struct ring_side *side, int64_t length)
{
	uint32_t tail = ring_load(&side->own->position);
	uint32_t start = ring_load(&side->own->start);
	uint32_t space = ring_load(&side->own->space);
	int error = pshm__ring_error(side);

	if (error < 0)
		return error;
	if (space == 0)
		return -EPERM;
	if (length > (int64_t)space - RECORD_HEADER)
		return -EMSGSIZE;
	if (!is_record_position(start) || start - tail >= side->capacity / 2 || length > ring_length_max(side) ||
	    record_size((uint32_t)length) > ring_to_end(side, start))
		return -EPROTO;
	publish(side, start, (uint32_t)length);
	return 0;
}

int
pshm_ring_commit(int64_t address, int64_t capacity, int64_t length)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_SENDER, true, length >= 0, &side);

	return record(error < 0 ? error : commit(&side, length));
}

int
pshm_ring_send(int64_t address, int64_t capacity, const void *bytes, int64_t length, int64_t timeout)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_SENDER, bytes != NULL || length == 0, length >= 0, &side);
	uint32_t start = 0;

	if (error == 0 && length > ring_length_max(&side))
		error = -EMSGSIZE;
	if (error == 0)
		error = reserve(&side, (uint32_t)length, timeout, &start);
	if (error != 0)
		return record(error);
	if (length > 0)
		memcpy((void *)(uintptr_t)ring_message(&side, start), bytes, (size_t)length); /* NOLINT: NULL is an error above */
	publish(&side, start, (uint32_t)length);
	return 0;
}
