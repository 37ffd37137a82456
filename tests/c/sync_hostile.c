/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring that another process has overwritten: a call may fail or give wrong messages, but accesses nothing else. The
 * memory ends at a page that nobody may touch, and what is before it is compared.
 */
#include "rings.h"
#include "suites.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { ROUNDS = 10000, SCRIBBLED_ROUNDS = 10000, BEFORE = 256 };

static unsigned char buffer[2 * CAPACITY];

static int64_t
reserve(int64_t length)
{
	return call("pshm_ring_reserve", ring_address(), CAPACITY, length, 0);
}

static int64_t
commit(int64_t length)
{
	return call("pshm_ring_commit", ring_address(), CAPACITY, length);
}

static int64_t
peek(int64_t *ret_length)
{
	return call("pshm_ring_peek", ring_address(), CAPACITY, 0, ret_length);
}

static int64_t
release(void)
{
	return call("pshm_ring_release", ring_address(), CAPACITY);
}

static void
set_positions(uint32_t tail, uint32_t head)
{
	ring->sender.position = ring->receiver.seen = tail;
	ring->receiver.position = ring->sender.seen = head;
}

/* A record at a position of the memory. */
static void
set_record(uint32_t position, uint32_t length, uint32_t kind)
{
	const uint32_t header[] = { length, kind };

	memcpy(ring->records + position, header, sizeof header);
}

static void
set_reservation(struct end *end, uint32_t start, uint32_t space)
{
	end->start = start;
	end->space = space;
}

/* Both ways to receive find the fault, and the ring is as it was. */
static void
assert_corrupt_record(void)
{
	uint32_t head = ring->receiver.position;
	int64_t length = -7;

	assert_error(peek(&length), "EPROTO");
	assert_error(ring_receive(buffer, sizeof buffer, 0), "EPROTO");
	assert_error(ring_receive(NULL, 0, -1), "EPROTO");
	ck_assert_int_eq(length, -7);
	ck_assert_uint_eq(ring->receiver.position, head);
	ck_assert_uint_eq(ring->receiver.space, 0);
}

/* One record in a ring with so many bytes of records. */
static void
assert_corrupt(uint32_t head, uint32_t available, uint32_t length, uint32_t kind)
{
	set_positions(head + available, head);
	set_record(head % CAPACITY, length, kind);
	assert_corrupt_record();
}

/* Just a little else is good: see the test after. */
START_TEST(a_corrupt_record_is_found)
{
	if (!ring_share_joined())
		return;
	assert_corrupt(0, 64, 57, 0);                            /* longer than what there is */
	assert_corrupt(0, 56, 56, 0);                            /* but for its header */
	assert_corrupt(0, CAPACITY, LENGTH_MAX + 1, 0);          /* than any */
	assert_corrupt(0, CAPACITY, UINT32_MAX, 0);              /* whose size wraps around to 8 */
	assert_corrupt(0, CAPACITY, UINT32_MAX - 7, 0);          /* or to 0 */
	assert_corrupt(0, 64, 8, 2);                             /* of an unknown kind */
	assert_corrupt(0, 64, 8, UINT32_MAX);                    /* the same */
	assert_corrupt(CAPACITY - 64, 128, 57, 0);               /* beyond the end of the memory */
	assert_corrupt(CAPACITY - 8, 128, 1, 0);                 /* the same */
	set_record(0, 8, 0);                                     /* before what would be a message: */
	assert_corrupt(CAPACITY - 64, 128, 56, 1);               /* padding that ends early */
	assert_corrupt(CAPACITY - 64, 128, 72, 1);               /* and late */
	assert_corrupt(CAPACITY - 64, 64, 64, 1);                /* and with nothing after it */
	assert_corrupt(CAPACITY - 64, 56, 64, 1);                /* and longer than what there is */
	assert_corrupt(CAPACITY / 2, CAPACITY, CAPACITY / 2, 1); /* and as long as no message needs it */
	assert_corrupt(0, CAPACITY, CAPACITY, 1);                /* and all of the memory */
	set_record(0, CAPACITY, 1);                              /* and after padding */
	assert_corrupt(CAPACITY - 64, CAPACITY, 64, 1);
	set_record(0, 65, 0); /* and before what is longer than what there is */
	assert_corrupt(CAPACITY - 64, 64 + 72, 64, 1);
	set_record(0, 8, 2); /* and before an unknown kind */
	assert_corrupt(CAPACITY - 64, CAPACITY, 64, 1);
}
END_TEST

START_TEST(the_nearest_good_records_are_taken)
{
	if (!ring_share_joined())
		return;
	set_positions(64, 0);
	set_record(0, 56, 0);
	assert_result(ring_receive(buffer, sizeof buffer, 0), 56);
	set_positions(CAPACITY, 0);
	set_record(0, LENGTH_MAX, 0);
	assert_result(ring_receive(buffer, sizeof buffer, 0), LENGTH_MAX);
	set_positions(CAPACITY, CAPACITY - 64);
	set_record(CAPACITY - 64, 56, 0);
	assert_result(ring_receive(buffer, sizeof buffer, 0), 56);
	set_positions(CAPACITY + 72, CAPACITY - 64);
	set_record(CAPACITY - 64, 64, 1);
	set_record(0, 64, 0);
	assert_result(ring_receive(buffer, sizeof buffer, 0), 64);
	ck_assert_uint_eq(ring->receiver.position, CAPACITY + 72);
	set_positions(CAPACITY + 8, CAPACITY / 2 + 8);
	set_record(CAPACITY / 2 + 8, CAPACITY / 2 - 8, 1);
	set_record(0, 0, 0);
	assert_result(ring_receive(buffer, sizeof buffer, 0), 0);
}
END_TEST

static void
assert_no_peek(void)
{
	int64_t length = -7;

	assert_error(peek(&length), "EPROTO");
	assert_error(ring_receive(buffer, sizeof buffer, 0), "EPROTO");
}

static void
assert_no_reserve(void)
{
	uint32_t tail = ring->sender.position;

	assert_error(reserve(1), "EPROTO");
	assert_error(ring_send(buffer, 1, 0), "EPROTO");
	ck_assert_uint_eq(ring->sender.position, tail);
	ck_assert_uint_eq(ring->sender.space, 0);
}

START_TEST(corrupt_positions_are_found)
{
	if (!ring_share_joined())
		return;
	for (uint32_t offset = 1; offset < 8; offset++) {
		set_positions(64 + offset, 64 + offset);
		assert_no_peek();
		assert_no_reserve();
	}
	set_positions(CAPACITY + 8, 0);
	assert_no_peek();
	assert_no_reserve();
	set_positions(0, 8);
	assert_no_peek();
	assert_no_reserve();
	/* What was seen is a hint: a wrong one is looked up again. */
	set_positions(16, 0);
	set_record(0, 8, 0);
	ring->receiver.seen = CAPACITY + 8;
	ring->sender.seen = 24;
	assert_result(ring_receive(NULL, 0, 0), 8);
	ck_assert_uint_eq(ring->receiver.seen, 16);
	assert_result(ring_send(buffer, 8, 0), 0);
	ck_assert_uint_eq(ring->sender.seen, 0);
	/* The ring is full, whatever was seen before. */
	set_positions(CAPACITY, 0);
	ring->sender.seen = UINT32_MAX - 7;
	assert_error(reserve(0), "EAGAIN");
}
END_TEST

static void
assert_no_commit(uint32_t tail, uint32_t start, uint32_t space, int64_t length)
{
	set_positions(tail, tail);
	set_reservation(&ring->sender, start, space);
	assert_error(commit(length), "EPROTO");
	ck_assert_uint_eq(ring->sender.position, tail);
}

static void
assert_no_release(uint32_t head, uint32_t start, uint32_t space)
{
	set_positions(head + 64, head);
	set_reservation(&ring->receiver, start, space);
	assert_error(release(), "EPROTO");
	ck_assert_uint_eq(ring->receiver.position, head);
}

START_TEST(corrupt_reservations_are_found)
{
	if (!ring_share_joined())
		return;
	for (uint32_t offset = 1; offset < 8; offset++) {
		assert_no_commit(64, 64 + offset, 16, 8);
		assert_no_release(64, 64 + offset, 16);
	}
	assert_no_commit(64, 56, 16, 8);
	assert_no_commit(64, 64 + CAPACITY / 2, 16, 8);
	assert_no_commit(64, 64, UINT32_MAX, LENGTH_MAX + 1);
	assert_no_commit(64, 64, UINT32_MAX, UINT32_MAX - 8);
	assert_no_commit(CAPACITY - 16, CAPACITY - 16, 64, 9);
	assert_no_release(64, 56, 16);
	assert_no_release(64, 64 + CAPACITY / 2, 16);
	for (uint32_t space = 1; space < 8; space++)
		assert_no_release(64, 64, space);
	assert_no_release(64, 64, CAPACITY / 2 + 1);
	assert_no_release(64, 64, UINT32_MAX);

	set_positions(CAPACITY - 16, CAPACITY - 16);
	set_reservation(&ring->sender, CAPACITY - 16, 64);
	assert_result(commit(8), 0);
	set_positions(64, 64);
	set_reservation(&ring->sender, 56 + CAPACITY / 2, UINT32_MAX);
	assert_result(commit(8), 0);
	set_positions(CAPACITY, 64);
	set_reservation(&ring->receiver, 64, 8);
	assert_result(release(), 0);
	ck_assert_uint_eq(ring->receiver.position, 72);
	set_reservation(&ring->receiver, 72, CAPACITY / 2);
	assert_result(release(), 0);
	ck_assert_uint_eq(ring->receiver.position, 72 + CAPACITY / 2);
}
END_TEST

static bool
is_inside(int64_t address, int64_t length)
{
	int64_t records = (int64_t)(uintptr_t)ring->records;

	return address >= records && address + length <= records + CAPACITY;
}

static bool
is_filled(const unsigned char *bytes, size_t count, unsigned char value)
{
	return count == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, count - 1) == 0);
}

/* Each function, with the memory as it is. */
static void
call_all(int length)
{
	int64_t size = -7;
	int64_t at = reserve(length);

	if (!is_error(at)) {
		ck_assert(is_inside(at, length));
		memset((void *)(uintptr_t)at, 0x5a, (size_t)length);
	}
	(void)commit(length / 2);
	(void)ring_send(buffer, length, 0);
	at = peek(&size);
	if (!is_error(at)) {
		ck_assert_int_ge(size, 0);
		ck_assert_int_le(size, LENGTH_MAX);
		ck_assert(is_inside(at, size));
	}
	(void)release();
	memset(buffer, 0xa5, sizeof buffer);
	size = ring_receive(buffer, length, 0);
	ck_assert_int_le(size, length);
	size = size < 0 ? 0 : size;
	ck_assert(is_filled(buffer + size, sizeof buffer - (size_t)size, 0xa5));
}

/* Values that are good, or nearly. */
static uint32_t
some_value(uint32_t near)
{
	static const uint32_t steps[] = { 0, 1, 7, 8, 16, CAPACITY / 2 - 8, CAPACITY / 2, CAPACITY - 8, CAPACITY, CAPACITY + 8 };
	uint32_t step = steps[(size_t)rand() % (sizeof steps / sizeof steps[0])];

	switch (rand() % 6) {
	case 0:
		return near - step;
	case 1:
		return (uint32_t)rand() * 3;
	case 2:
		return (uint32_t)(rand() % CAPACITY) & ~7U;
	case 3:
		return step;
	default:
		return near + step;
	}
}

/* One word of the ring: of an end, or the header of a record, mostly of the next one. */
static void
scribble(void)
{
	uint32_t *ends[] = { (uint32_t *)(void *)&ring->sender, (uint32_t *)(void *)&ring->receiver };
	uint32_t head = ring->receiver.position;
	uint32_t value = some_value(rand() % 2 == 0 ? ring->sender.position : head);
	uint32_t position = (rand() % 4 == 0 ? (uint32_t)rand() % CAPACITY : head % CAPACITY) & ~7U;

	switch (rand() % 8) {
	case 0:
	case 1:
	case 2:
	case 3:
		ends[rand() % 2][rand() % 4] = value;
		break;
	case 4:
		set_record(position, CAPACITY - position, 1);
		break;
	case 5:
		set_record(position, some_value(0), (uint32_t)rand() % 3);
		break;
	default:
		set_record(position, (uint32_t)rand() % CAPACITY, 0);
		break;
	}
}

static void
mend(void)
{
	uint32_t position = (uint32_t)rand() & ~7U;

	memset(&ring->sender, 0, sizeof ring->sender + sizeof ring->receiver);
	set_positions(position, position);
}

START_TEST(no_memory_can_deceive)
{
	unsigned char *before;

	if (!ring_share_joined())
		return;
	before = (unsigned char *)ring - BEFORE;
	memset(before, 0x77, BEFORE);
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 16 == 0)
			mend();
		scribble();
		call_all(rand() % (LENGTH_MAX + 1));
		ck_assert(is_filled(before, BEFORE, 0x77));
	}
}
END_TEST

static void
scribble_for_ever(void *unused)
{
	(void)unused;
	for (unsigned turn = 0;; turn++)
		if (turn % 64 == 0)
			set_positions(ring->sender.position & ~7U, ring->sender.position & ~7U);
		else
			scribble();
}

/* Meanwhile, between the check of a value and its use. */
START_TEST(no_peer_can_deceive)
{
	pid_t peer;

	if (!ring_share_joined())
		return;
	peer = child_start(scribble_for_ever, NULL);
	for (int i = 0; i < SCRIBBLED_ROUNDS; i++)
		call_all(rand() % (LENGTH_MAX + 1));
	ck_assert_int_eq(kill(peer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(peer, NULL, 0), peer);
}
END_TEST

/* A word of any bits instead of a process. */
START_TEST(no_process_can_deceive)
{
	if (!ring_share_joined())
		return;
	for (int i = 0; i < 3000; i++) {
		uint64_t word = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
		int64_t joined;

		ring->sender.process = i % 3 == 0   ? word
		                       : i % 3 == 1 ? ring_self() ^ (uint64_t)1 << i % 64
		                                    : word & ~(uint64_t)0x3fffff;
		assert_error(ring_receive(buffer, sizeof buffer, 0), "EAGAIN ENODATA EOWNERDEAD");
		joined = ring_join(PSHM_RING_SENDER);
		if (joined < 0)
			assert_error(joined, "EBUSY");
		else
			ck_assert_uint_eq(ring->sender.process, ring_self());
	}
}
END_TEST

Suite *
sync_hostile_suite(void)
{
	const TTest *tests[] = { a_corrupt_record_is_found,   the_nearest_good_records_are_taken,
		                 corrupt_positions_are_found, corrupt_reservations_are_found,
		                 no_memory_can_deceive,       no_peer_can_deceive,
		                 no_process_can_deceive,      NULL };

	return suite_of("sync_hostile", 120, tests);
}
