/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring: messages that a model predicts, and then memory that anybody may have scribbled on. */
#include "fuzz.h"

enum { CAPACITY = PSHM_RING_CAPACITY_MIN, LENGTH_MAX = CAPACITY / 2 - 8, MESSAGES = CAPACITY / 8, AROUND = 64 };

/* The words of the two ends that calls load: position, start, space, seen. */
enum { SENDER = 16, RECEIVER = 32, RECORDS = 64 };

static struct {
	_Alignas(64) unsigned char before[AROUND];
	uint32_t ring[(PSHM_RING_HEADER_SIZE + CAPACITY) / 4];
	unsigned char after[AROUND];
} memory;

/* What is in the ring: the lengths of the messages, whose bytes are all their number, and how many bytes they occupy. */
static struct {
	int lengths[MESSAGES];
	int first;
	int count;
	uint32_t tail;
	uint32_t head;
	int reserved; /* or NONE */
	bool peeked;
} predicted;

static int64_t
address(void)
{
	return (int64_t)(uintptr_t)memory.ring;
}

static uint32_t
size_of(int length)
{
	return 8 + (((uint32_t)length + 7) & ~7U);
}

static uint32_t
padding_of(uint32_t position, int length)
{
	uint32_t to_end = CAPACITY - position % CAPACITY;

	return size_of(length) > to_end ? to_end : 0;
}

/* Both ends are at one place of the memory. */
static void
begin(void)
{
	uint32_t position = (uint32_t)take_bytes(4) & ~7U;

	memset(&memory, 0, sizeof memory);
	memset(memory.before, PATTERN, AROUND);
	memset(memory.after, PATTERN, AROUND);
	memset(&predicted, 0, sizeof predicted);
	predicted.tail = predicted.head = position;
	predicted.reserved = NONE;
	EXPECT(0, pshm_ring_join(address(), CAPACITY, PSHM_RING_SENDER));
	EXPECT(0, pshm_ring_join(address(), CAPACITY, PSHM_RING_RECEIVER));
	memory.ring[SENDER] = memory.ring[SENDER + 3] = memory.ring[RECEIVER] = memory.ring[RECEIVER + 3] = position;
}

static void
compare_around(void)
{
	for (int i = 0; i < AROUND; i++)
		CHECK(memory.before[i] == PATTERN && memory.after[i] == PATTERN);
}

static int
some_length(void)
{
	switch (choose(4)) {
	case 0:
		return choose(32);
	case 1:
		return LENGTH_MAX - choose(16);
	default:
		return (int)(take_bytes(2) % (LENGTH_MAX + 1));
	}
}

/* -EAGAIN where the model has no space for it. */
static int64_t
space_for(int64_t length)
{
	if (length < 0)
		return -EINVAL;
	if (length > LENGTH_MAX)
		return -EMSGSIZE;
	return predicted.tail - predicted.head + padding_of(predicted.tail, (int)length) + size_of((int)length) > CAPACITY ? -EAGAIN
	                                                                                                                   : 0;
}

static void
note_sent(int length, int reserved)
{
	predicted.tail += padding_of(predicted.tail, reserved) + size_of(length);
	predicted.lengths[(predicted.first + predicted.count++) % MESSAGES] = length;
	predicted.reserved = NONE;
}

static void
send_one(void)
{
	int64_t length = choose(8) == 0 ? some_size() : some_length();
	int64_t result = space_for(length);

	memset(buffer, choose(256), sizeof buffer);
	EXPECT(result, pshm_ring_send(address(), CAPACITY, buffer, length, 0));
	if (result == 0)
		note_sent((int)length, (int)length);
}

static void
reserve(void)
{
	int64_t length = choose(8) == 0 ? some_size() : some_length();
	int64_t result = space_for(length);
	int64_t at = CALL(pshm_ring_reserve(address(), CAPACITY, length, 0));

	if (result < 0) {
		CHECK(at == result);
		return;
	}
	CHECK(at == address() + PSHM_RING_HEADER_SIZE + (predicted.tail + padding_of(predicted.tail, (int)length)) % CAPACITY + 8);
	memset((void *)(uintptr_t)at, 3, (size_t)length);
	predicted.reserved = (int)length;
}

static void
commit(void)
{
	int64_t length = choose(8) == 0 ? some_size() : some_length();
	int64_t result = length < 0 ? -EINVAL : predicted.reserved == NONE ? -EPERM : length > predicted.reserved ? -EMSGSIZE : 0;

	EXPECT(result, pshm_ring_commit(address(), CAPACITY, length));
	if (result == 0)
		note_sent((int)length, predicted.reserved);
}

static void
note_received(int length)
{
	predicted.head += padding_of(predicted.head, length);
	predicted.head += size_of(length);
	predicted.first = (predicted.first + 1) % MESSAGES;
	predicted.count--;
	predicted.peeked = false;
}

static void
peek(void)
{
	int64_t length = PATTERN;
	int64_t at = CALL(pshm_ring_peek(address(), CAPACITY, 0, &length));

	if (predicted.count == 0) {
		CHECK(at == -EAGAIN && length == PATTERN);
		return;
	}
	CHECK(at >= address() + PSHM_RING_HEADER_SIZE + 8 && length == predicted.lengths[predicted.first]);
	CHECK(at + length <= address() + (int64_t)sizeof memory.ring);
	predicted.peeked = true;
}

/* Where a message was committed shorter than its reservation, only the library knows whether there is padding before it. */
static void
follow_head(void)
{
	predicted.head = memory.ring[RECEIVER];
}

static void
release(void)
{
	int64_t result = predicted.peeked ? 0 : -EPERM;

	EXPECT(result, pshm_ring_release(address(), CAPACITY));
	if (result == 0) {
		note_received(predicted.lengths[predicted.first]);
		follow_head();
	}
}

static void
receive(void)
{
	int size = some_length();
	int64_t result = predicted.count == 0 ? -EAGAIN : predicted.lengths[predicted.first];

	if (result > size)
		result = -EMSGSIZE;
	EXPECT(result, pshm_ring_receive(address(), CAPACITY, buffer, size, 0));
	if (result >= 0) {
		note_received((int)result);
		follow_head();
	}
}

/* Every message, every error: as the model says. */
void
op_ring(void)
{
	static void (*const calls[])(void) = { send_one, send_one, reserve, commit, peek, release, receive, receive };

	begin();
	for (int calls_left = choose(64); calls_left > 0; calls_left--) {
		calls[choose(8)]();
		compare_around();
		CHECK(memory.ring[SENDER] == predicted.tail && memory.ring[RECEIVER] == predicted.head);
	}
	EXPECT(0, pshm_ring_leave(address(), CAPACITY, PSHM_RING_SENDER));
	EXPECT(-EPERM, pshm_ring_leave(address(), CAPACITY, PSHM_RING_SENDER));
}

static void
scribble(void)
{
	static const int words[] = { 0,          1,        SENDER,       SENDER + 1,   SENDER + 2,
		                     SENDER + 3, RECEIVER, RECEIVER + 1, RECEIVER + 2, RECEIVER + 3 };
	uint32_t head = memory.ring[RECEIVER];
	uint32_t value = choose(2) == 0 ? head + (uint32_t)choose(64) * 8 : (uint32_t)take_bytes(4);

	if (choose(2) == 0) {
		memory.ring[words[choose(10)]] = value;
	} else {
		memory.ring[RECORDS + head % CAPACITY / 8 * 2] = choose(2) == 0 ? CAPACITY - head % CAPACITY : value;
		memory.ring[RECORDS + head % CAPACITY / 8 * 2 + 1] = (uint32_t)choose(3);
	}
}

static void
check_inside(int64_t at, int64_t length)
{
	if (at >= -4095 && at < 0)
		return;
	CHECK(at >= address() + PSHM_RING_HEADER_SIZE && length >= 0 && at + length <= address() + (int64_t)sizeof memory.ring);
	memset((void *)(uintptr_t)at, 3, (size_t)length);
}

/* Whatever is in the memory: no call leaves it. */
void
op_hostile_ring(void)
{
	begin();
	for (int calls_left = choose(64); calls_left > 0; calls_left--) {
		int length = some_length();
		int64_t found = 0;

		scribble();
		check_inside(CALL(pshm_ring_reserve(address(), CAPACITY, length, 0)), length);
		(void)CALL(pshm_ring_commit(address(), CAPACITY, choose(length + 1)));
		(void)CALL(pshm_ring_send(address(), CAPACITY, buffer, length, 0));
		check_inside(CALL(pshm_ring_peek(address(), CAPACITY, 0, &found)), found);
		(void)CALL(pshm_ring_release(address(), CAPACITY));
		CHECK(CALL(pshm_ring_receive(address(), CAPACITY, buffer, length, 0)) <= length);
		compare_around();
	}
	(void)CALL(pshm_ring_join(address(), CAPACITY, choose(4)));
	(void)CALL(pshm_ring_leave(address(), CAPACITY, choose(4)));
	compare_around();
}
