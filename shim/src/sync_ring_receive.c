/* SPDX-License-Identifier: BSD-3-Clause */
/* The receiving end of a ring: peek at the next message, and release it. */
#include "system.h"
#include "error.h"
#include "ring.h"

#include <string.h>

/* A record as it was when its header was loaded. */
struct message {
	uint32_t start;
	uint32_t length;
};

/* [peek] Wait until there are records after the position. *ret_available receives the number of their bytes. */
static int
wait_for_records(const struct ring_side *side, uint32_t head, int64_t timeout, uint32_t *ret_available)
{
	struct ring_wait wait = { .timeout = timeout };
	uint32_t tail = ring_load(&side->own->seen);

	while (tail == head || tail - head > side->capacity) {
		int error = 0;

		tail = ring_peer_position(side);
		if (tail - head > side->capacity)
			return -EPROTO;
		if (tail == head)
			error = pshm__ring_wait(side, tail, &wait);
		if (error < 0)
			return error;
	}
	ring_store(&side->own->seen, tail);
	*ret_available = tail - head;
	return 0;
}

/*
 * Padding reaches to the end of the memory, is less than half of it, and is never the last record. So a message follows,
 * at the start of the memory, where no other padding can be.
 */
static bool
is_padding(const struct ring_side *side, uint32_t head, uint32_t length, uint32_t available)
{
	return length == ring_to_end(side, head) && length < side->capacity / 2 && length < available;
}

/* Whether a message of this length can be in a record at a position. */
static bool
is_length(const struct ring_side *side, uint32_t start, uint32_t length, uint32_t available)
{
	return length <= ring_length_max(side) && record_size(length) <= available &&
	       record_size(length) <= ring_to_end(side, start);
}

/* The record at a position, after its padding. Every header is loaded once. */
static int
read_header(const struct ring_side *side, uint32_t head, uint32_t available, struct message *ret)
{
	const word32 *header = ring_record(side, head);
	uint32_t length = ring_load(header);
	uint32_t kind = ring_load(header + 1);

	if (kind == RECORD_PADDING) {
		if (!is_padding(side, head, length, available))
			return -EPROTO;
		head += length;
		available -= length;
		header = ring_record(side, head);
		length = ring_load(header);
		kind = ring_load(header + 1);
	}
	if (kind != RECORD_DATA || !is_length(side, head, length, available))
		return -EPROTO;
	*ret = (struct message){ head, length };
	return 0;
}

static int
next_message(const struct ring_side *side, int64_t timeout, struct message *ret)
{
	uint32_t head = ring_load(&side->own->position);
	int error = is_record_position(head) ? pshm__ring_error(side) : -EPROTO;
	uint32_t available = 0;

	if (error == 0)
		error = wait_for_records(side, head, timeout, &available);
	return error < 0 ? error : read_header(side, head, available, ret);
}

int64_t
pshm_ring_peek(int64_t address, int64_t capacity, int64_t timeout, int64_t *ret_length)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_RECEIVER, ret_length != NULL, true, &side);
	struct message message;

	if (error == 0)
		error = next_message(&side, timeout, &message);
	if (error != 0)
		return record(error);
	ring_store(&side.own->start, message.start);
	ring_store(&side.own->space, message.length + RECORD_HEADER);
	*ret_length = message.length; /* NOLINT: NULL is an error above */
	return ring_message(&side, message.start);
}

/* What was peeked at is in the shared memory, so it is checked again. */
static int
release(const struct ring_side *side)
{
	uint32_t head = ring_load(&side->own->position);
	uint32_t start = ring_load(&side->own->start);
	uint32_t space = ring_load(&side->own->space);
	int error = pshm__ring_error(side);

	if (error < 0)
		return error;
	if (space == 0)
		return -EPERM;
	if (!is_record_position(start) || start - head >= side->capacity / 2 || space < RECORD_HEADER || space > side->capacity / 2)
		return -EPROTO;
	ring_move(side, start + record_size(space - RECORD_HEADER));
	return 0;
}

int
pshm_ring_release(int64_t address, int64_t capacity)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_RECEIVER, true, true, &side);

	return record(error < 0 ? error : release(&side));
}

/* A message that is longer than the buffer stays, as after a question for its length. */
static int64_t
receive(const struct ring_side *side, void *ret_bytes, int64_t size, int64_t timeout)
{
	struct message message;
	int error = next_message(side, timeout, &message);

	if (error < 0)
		return error;
	if (ret_bytes == NULL)
		return message.length;
	if (message.length > size)
		return -EMSGSIZE;
	memcpy(ret_bytes, (const void *)(uintptr_t)ring_message(side, message.start), message.length);
	ring_move(side, message.start + record_size(message.length));
	return message.length;
}

int64_t
pshm_ring_receive(int64_t address, int64_t capacity, void *ret_bytes, int64_t size, int64_t timeout)
{
	struct ring_side side;
	int error = pshm__ring_side(address, capacity, PSHM_RING_RECEIVER, ret_bytes != NULL || size == 0, size >= 0, &side);

	return record64(error < 0 ? error : receive(&side, ret_bytes, size, timeout));
}
