/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages through a ring: their bytes, their order, and what of them is in the memory. */
#include "rings.h"
#include "suites.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STREAM = 30000, WAYS = 6 };

_Static_assert(sizeof(struct layout) == 256 + CAPACITY && offsetof(struct layout, sender.process) == 80 &&
                       offsetof(struct layout, receiver) == 128 && offsetof(struct layout, receiver_sleeps) == 196,
               "the layout, also of 32 bits");

static unsigned char message[LENGTH_MAX];
static unsigned char received[LENGTH_MAX + 1];

static void
fill_message(int length, int seed)
{
	for (int i = 0; i < length; i++)
		message[i] = (unsigned char)(i * 7 + seed);
}

static void
assert_words(const unsigned char *memory, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t word;

		memcpy(&word, memory + 4 * i, 4);
		ck_assert_msg(word == words[i], "word %zu is %#x, wanted %#x", i, word, words[i]);
	}
}

static void
assert_zeros(const void *memory, size_t size)
{
	for (size_t i = 0; i < size; i++)
		ck_assert_msg(((const unsigned char *)memory)[i] == 0, "byte %zu is not 0", i);
}

/* Words of the machine's order: the same numbers on every one. */
START_TEST(the_layout_is_for_ever)
{
	static const uint32_t joined[] = { 0x70730001, CAPACITY };
	static const uint32_t first[] = { 3, 0, 0x00636261, 0, 0, 0 };
	static const uint32_t padding[] = { 8, 1 };

	if (!ring_share())
		return;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	assert_words((unsigned char *)ring, joined, 2);
	ck_assert_uint_eq(ring->sender.process, ring_self());
	assert_zeros(ring->unused, 56 + 16);
	assert_zeros(&ring->receiver, 64 + 64 + CAPACITY);
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	ck_assert_uint_eq(ring->receiver.process, ring_self());

	assert_result(ring_send("abc", 3, 0), 0);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	assert_words(ring->records, first, 6);
#endif
	ck_assert_mem_eq(ring->records + 8, "abc", 3);
	ck_assert_uint_eq(ring->sender.position, 16);
	ck_assert_uint_eq(ring->receiver.position, 0);
	assert_result(ring_receive(received, 3, 0), 3);
	ck_assert_uint_eq(ring->receiver.position, 16);
	ck_assert_uint_eq(ring->receiver.seen, 16);

	/* Two more messages end 8 bytes before the end of the memory; the next one begins at its start. */
	for (int i = 0; i < 2; i++) {
		assert_result(ring_send(message, 2024, 0), 0);
		assert_result(ring_receive(received, 2024, 0), 2024);
	}
	assert_result(ring_send(message, 8, 0), 0);
	assert_result(ring_receive(received, 8, 0), 8);
	ck_assert_uint_eq(ring->sender.position, CAPACITY + 0);
	ring->sender.position = ring->sender.seen = ring->receiver.position = ring->receiver.seen = CAPACITY - 8;
	assert_result(ring_send("abc", 3, 0), 0);
	assert_words(ring->records + CAPACITY - 8, padding, 2);
	ck_assert_uint_eq(ring->sender.position, CAPACITY + 16);
	assert_result(ring_receive(received, 3, 0), 3);
	ck_assert_uint_eq(ring->receiver.position, CAPACITY + 16);

	assert_result(ring_leave(PSHM_RING_SENDER), 0);
	ck_assert_uint_eq(ring->sender.process, ring_self() | LEFT);
	ck_assert_uint_eq(ring->sender.space, 0);
	assert_zeros(ring->unused, sizeof ring->unused);
	assert_zeros(ring->sender.unused, sizeof ring->sender.unused);
	assert_zeros(&ring->sender_sleeps, 64);
}
END_TEST

static void
send_in_place(int length)
{
	int64_t at = call("pshm_ring_reserve", ring_address(), CAPACITY, length, 0);

	ck_assert(!is_error(at));
	ck_assert_int_eq(at % 8, 0);
	memcpy((void *)(uintptr_t)at, message, (size_t)length);
	assert_result(call("pshm_ring_commit", ring_address(), CAPACITY, length), 0);
}

static void
receive_in_place(int length)
{
	int64_t size = -1;
	int64_t at = call("pshm_ring_peek", ring_address(), CAPACITY, 0, &size);

	ck_assert(!is_error(at));
	ck_assert_int_eq(at % 8, 0);
	ck_assert_int_eq(size, length);
	ck_assert_mem_eq((void *)(uintptr_t)at, message, (size_t)length);
	assert_result(call("pshm_ring_release", ring_address(), CAPACITY), 0);
}

/* The seed is also the way: sent and received, each copied or in place. They repeat after WAYS. */
static void
pass(int length, int seed)
{
	fill_message(length, seed);
	if (seed % 2 == 0)
		assert_result(ring_send(message, length, 0), 0);
	else
		send_in_place(length);
	if (seed % 3 == 0) {
		receive_in_place(length);
		return;
	}
	memset(received, 0xa5, sizeof received);
	assert_result(ring_receive(received, (int64_t)sizeof received, 0), length);
	ck_assert_mem_eq(received, message, (size_t)length);
	for (size_t i = (size_t)length; i < sizeof received; i++)
		ck_assert_uint_eq(received[i], 0xa5);
}

START_TEST(a_message_of_every_length_passes)
{
	if (!ring_share_joined())
		return;
	for (int length = 0; length <= LENGTH_MAX; length++)
		for (int seed = 0; seed < 6; seed += length % 5 == 0 ? 1 : 5)
			pass(length, seed + length);
	assert_error(ring_receive(received, sizeof received, 0), "EAGAIN");
}
END_TEST

/* The positions count beyond 2^32. */
START_TEST(positions_wrap_around)
{
	if (!ring_share_joined())
		return;
	ring->sender.position = ring->sender.seen = ring->receiver.position = ring->receiver.seen = UINT32_MAX - 3 * CAPACITY + 1;
	for (int i = 0; i < 300; i++)
		pass(i * 37 % LENGTH_MAX, i);
	ck_assert_uint_lt(ring->sender.position, UINT32_MAX / 2);
	ck_assert_uint_eq(ring->sender.position, ring->receiver.position);
}
END_TEST

/* How many messages of a length fit, by the layout: at each place of the memory the same, but for the padding. */
START_TEST(a_full_ring_takes_no_more)
{
	if (!ring_share_joined())
		return;
	for (int i = 0; i < CAPACITY / 16; i++)
		assert_result(ring_send_number((uint64_t)i, 0), 0);
	assert_error(ring_send_number(0, 0), "EAGAIN");
	assert_error(ring_send_number(0, 20 * MILLISECOND), "ETIMEDOUT");
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 0, 0), "EAGAIN");
	ck_assert_uint_eq(ring->sender.position - ring->receiver.position, CAPACITY);
	ck_assert_uint_eq(ring_receive_number(0), 0);
	assert_error(ring_send(message, 9, 0), "EAGAIN");
	assert_result(ring_send_number(1000, 0), 0);
	assert_error(ring_send(message, 0, 0), "EAGAIN");
	for (int i = 1; i < CAPACITY / 16; i++)
		ck_assert_uint_eq(ring_receive_number(0), (uint64_t)i);
	ck_assert_uint_eq(ring_receive_number(0), 1000);
	assert_error(ring_receive(received, sizeof received, 0), "EAGAIN");
	assert_error(ring_receive(received, sizeof received, 20 * MILLISECOND), "ETIMEDOUT");
}
END_TEST

/* The longest message fits into an empty ring wherever it begins, and padding needs space, too. */
static void
begin_at(uint32_t position)
{
	ring->sender.position = ring->receiver.position = ring->sender.seen = ring->receiver.seen = position;
}

START_TEST(the_longest_message_fits_everywhere)
{
	if (!ring_share_joined())
		return;
	for (int position = 0; position < CAPACITY / 8; position++)
		for (int way = 0; way < WAYS; way++) {
			begin_at((uint32_t)position * 8);
			pass(LENGTH_MAX, way);
		}
	begin_at(CAPACITY - 16);
	assert_result(ring_send(message, LENGTH_MAX, 0), 0);
	assert_error(ring_send(message, LENGTH_MAX, 0), "EAGAIN");
	assert_result(ring_send(message, LENGTH_MAX - 16, 0), 0);
	assert_error(ring_send(message, 0, 0), "EAGAIN");
}
END_TEST

START_TEST(a_reservation_is_not_a_message)
{
	int64_t first, second;

	if (!ring_share_joined())
		return;
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 0), "EPERM");
	first = call("pshm_ring_reserve", ring_address(), CAPACITY, 100, 0);
	ck_assert_int_eq(first, ring_address() + 256 + 8);
	assert_error(ring_receive(received, sizeof received, 0), "EAGAIN");
	second = call("pshm_ring_reserve", ring_address(), CAPACITY, 9, 0);
	ck_assert_int_eq(second, first);
	memcpy((void *)(uintptr_t)second, "12345", 5);
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 10), "EMSGSIZE");
	ck_assert_uint_eq(ring->sender.position, 0);
	assert_result(call("pshm_ring_commit", ring_address(), CAPACITY, 5), 0);
	ck_assert_uint_eq(ring->sender.position, 16);
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 5), "EPERM");
	assert_result(ring_receive(received, sizeof received, 0), 5);
	ck_assert_mem_eq(received, "12345", 5);
	/* A message that is sent meanwhile takes the place of the reservation. */
	ck_assert(!is_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 100, 0)));
	assert_result(ring_send_number(7, 0), 0);
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 5), "EPERM");
	ck_assert_uint_eq(ring_receive_number(0), 7);
}
END_TEST

START_TEST(a_message_stays_until_its_release)
{
	int64_t length = -1;
	int64_t at;

	if (!ring_share_joined())
		return;
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	assert_result(ring_send("first", 5, 0), 0);
	assert_result(ring_send("2nd", 3, 0), 0);
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	at = call("pshm_ring_peek", ring_address(), CAPACITY, -1, &length);
	ck_assert_int_eq(at, ring_address() + 256 + 8);
	ck_assert_int_eq(length, 5);
	ck_assert_int_eq(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length), at);
	assert_result(ring_receive(NULL, 0, 0), 5);
	assert_result(ring_receive(NULL, 0, -1), 5);
	memset(received, 0xa5, sizeof received);
	assert_error(ring_receive(received, 4, -1), "EMSGSIZE");
	assert_error(ring_receive(received, 0, -1), "EMSGSIZE");
	ck_assert_uint_eq(received[0], 0xa5);
	ck_assert_uint_eq(ring->receiver.position, 0);
	assert_result(call("pshm_ring_release", ring_address(), CAPACITY), 0);
	ck_assert_uint_eq(ring->receiver.position, 16);
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	assert_result(ring_receive(received, 3, 0), 3);
	ck_assert_mem_eq(received, "2nd", 3);
	/* What was peeked at and then received is not released again. */
	assert_result(ring_send("3rd", 3, 0), 0);
	assert_result(ring_send("4th", 3, 0), 0);
	ck_assert(!is_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length)));
	assert_result(ring_receive(received, 3, 0), 3);
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPERM");
	assert_result(ring_receive(received, 3, 0), 3);
	ck_assert_mem_eq(received, "4th", 3);
}
END_TEST

START_TEST(an_empty_message_is_a_message)
{
	int64_t length = -1;

	if (!ring_share_joined())
		return;
	assert_result(ring_send(NULL, 0, 0), 0);
	assert_result(ring_send(message, 0, 0), 0);
	assert_result(ring_receive(NULL, 0, 0), 0);
	ck_assert_uint_eq(ring->receiver.position, 0);
	assert_result(ring_receive(received, 0, 0), 0);
	ck_assert_uint_eq(ring->receiver.position, 8);
	ck_assert(!is_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length)));
	ck_assert_int_eq(length, 0);
	assert_result(call("pshm_ring_release", ring_address(), CAPACITY), 0);
	assert_error(ring_receive(received, 0, 0), "EAGAIN");
}
END_TEST

static uint64_t
sum_of(uint64_t number, int length)
{
	uint64_t sum = number;

	for (int i = 0; i < length; i++)
		sum = sum * 31 + (unsigned char)(number * 13 + (uint64_t)i);
	return sum;
}

static int
length_of(uint64_t number)
{
	return (int)((number * 2654435761U >> 7) % (LENGTH_MAX - 16));
}

/* A message says its number and the sum of its bytes. */
static void
send_stream(void *unused)
{
	(void)unused;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	for (uint64_t number = 0; number < STREAM; number++) {
		int length = length_of(number);
		uint64_t head[2] = { number, sum_of(number, length) };
		int64_t at = call("pshm_ring_reserve", ring_address(), CAPACITY, length + 16, -1);

		ck_assert(!is_error(at));
		memcpy((void *)(uintptr_t)at, head, 16);
		for (int i = 0; i < length; i++)
			((unsigned char *)(uintptr_t)at)[16 + i] = (unsigned char)(number * 13 + (uint64_t)i);
		assert_result(call("pshm_ring_commit", ring_address(), CAPACITY, length + 16), 0);
	}
	assert_result(ring_leave(PSHM_RING_SENDER), 0);
}

static void
assert_stream(uint64_t number, const unsigned char *bytes, int64_t length)
{
	uint64_t head[2];
	uint64_t sum = number;

	memcpy(head, bytes, 16);
	ck_assert_uint_eq(head[0], number);
	ck_assert_int_eq(length, length_of(number) + 16);
	for (int64_t i = 16; i < length; i++)
		sum = sum * 31 + bytes[i];
	ck_assert_uint_eq(head[1], sum);
}

/* The receiver is another process, with a mapping of its own; nothing of the two differs but the width, which cross builds try. */
START_TEST(a_stream_of_messages_arrives_in_order)
{
	pid_t sender;

	if (!ring_share())
		return;
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	sender = child_start(send_stream, NULL);
	for (uint64_t number = 0; number < STREAM; number++) {
		int64_t length = ring_receive(received, sizeof received, -1);

		assert_success(length);
		assert_stream(number, received, length);
	}
	assert_error(ring_receive(received, sizeof received, -1), "ENODATA");
	child_join(sender);
}
END_TEST

/* Nothing around the ring is touched, and one of another capacity is another ring. */
START_TEST(the_capacity_is_the_callers)
{
	static const char *const calls[] = { "pshm_ring_join", "pshm_ring_leave" };
	int64_t length;

	if (!ring_share())
		return;
	for (int timeout = 0; timeout >= -1; timeout--) {
		assert_error(ring_send(message, 1, timeout), "EPROTO");
		assert_error(ring_receive(received, 1, timeout), "EPROTO");
	}
	assert_error(ring_leave(PSHM_RING_SENDER), "EPROTO");
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 0), "EPROTO");
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "EPROTO");
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	for (int i = 0; i < 2; i++)
		assert_error(call(calls[i], ring_address(), 2 * CAPACITY, PSHM_RING_SENDER), "EPROTO");
	assert_error(call("pshm_ring_reserve", ring_address(), 2 * CAPACITY, 1, 0), "EPROTO");
	assert_error(call("pshm_ring_commit", ring_address(), 2 * CAPACITY, 1), "EPROTO");
	assert_error(call("pshm_ring_send", ring_address(), 2 * CAPACITY, message, 1, 0), "EPROTO");
	assert_error(call("pshm_ring_peek", ring_address(), 2 * CAPACITY, 0, &length), "EPROTO");
	assert_error(call("pshm_ring_release", ring_address(), 2 * CAPACITY), "EPROTO");
	assert_error(call("pshm_ring_receive", ring_address(), 2 * CAPACITY, received, 1, 0), "EPROTO");
	ring->version++;
	assert_error(ring_send(message, 1, 0), "EPROTO");
	assert_error(ring_join(PSHM_RING_RECEIVER), "EPROTO");
	ck_assert_uint_eq(ring->capacity, CAPACITY);
	ck_assert_uint_eq(ring->receiver.process, 0);
}
END_TEST

/* The greatest capacity: most of it is never touched. */
START_TEST(the_greatest_ring_works)
{
	int64_t capacity = PSHM_RING_CAPACITY_MAX;
	int64_t address, at, length;

	if (!ring_share())
		return;
	address = call("pshm_mmap", 0, capacity + PSHM_RING_HEADER_SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE,
	               PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS | PSHM_MAP_NORESERVE, -1, 0);
	if (is_error(address)) {
		skip("there is no address space for the greatest ring");
		return;
	}
	assert_result(call("pshm_ring_join", address, capacity, PSHM_RING_SENDER), 0);
	assert_result(call("pshm_ring_join", address, capacity, PSHM_RING_RECEIVER), 0);
	for (int i = 0; i < 5; i++) {
		at = call("pshm_ring_reserve", address, capacity, capacity / 2 - 8, 0);
		ck_assert(!is_error(at));
		*(uint64_t *)(uintptr_t)(at + capacity / 2 - 16) = (uint64_t)i + 5;
		assert_result(call("pshm_ring_commit", address, capacity, capacity / 2 - 8), 0);
		at = call("pshm_ring_peek", address, capacity, 0, &length);
		ck_assert_int_eq(length, capacity / 2 - 8);
		ck_assert_uint_eq(*(uint64_t *)(uintptr_t)(at + capacity / 2 - 16), (uint64_t)i + 5);
		assert_result(call("pshm_ring_release", address, capacity), 0);
	}
	ck_assert_int_eq(munmap((void *)(uintptr_t)address, (size_t)capacity + PSHM_RING_HEADER_SIZE), 0);
}
END_TEST

START_TEST(a_platform_without_wide_words_has_no_ring)
{
	int64_t length = 0;

	if (has("atomic-64"))
		return;
	(void)ring_share();
	assert_error(ring_join(PSHM_RING_SENDER), "ENOTSUP");
	assert_error(ring_leave(PSHM_RING_SENDER), "ENOTSUP");
	assert_error(ring_send(message, 1, 0), "ENOTSUP");
	assert_error(ring_receive(received, 1, 0), "ENOTSUP");
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, 1, 0), "ENOTSUP");
	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 1), "ENOTSUP");
	assert_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &length), "ENOTSUP");
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), "ENOTSUP");
	assert_zeros(ring, sizeof *ring);
}
END_TEST

Suite *
sync_messages_suite(void)
{
	const TTest *tests[] = { the_layout_is_for_ever,
		                 a_message_of_every_length_passes,
		                 positions_wrap_around,
		                 a_full_ring_takes_no_more,
		                 the_longest_message_fits_everywhere,
		                 a_reservation_is_not_a_message,
		                 a_message_stays_until_its_release,
		                 an_empty_message_is_a_message,
		                 a_stream_of_messages_arrives_in_order,
		                 the_capacity_is_the_callers,
		                 the_greatest_ring_works,
		                 a_platform_without_wide_words_has_no_ring,
		                 NULL };

	return suite_of("sync_messages", 120, tests);
}
