/* SPDX-License-Identifier: BSD-3-Clause */
/* Rings. */
#include "bad_input.h"
#include "rings.h"

#include <limits.h>
#include <string.h>

static char message[LENGTH_MAX + 1];
static int64_t output;

/* Each function, with good values for its other arguments; the first two are the address and the capacity. */
static const struct {
	const char *function;
	int count;
	int64_t values[5];
} calls[] = {
	{ "pshm_ring_join", 3, { 0, 0, PSHM_RING_SENDER } },
	{ "pshm_ring_leave", 3, { 0, 0, PSHM_RING_SENDER } },
	{ "pshm_ring_reserve", 4, { 0, 0, 1, 0 } },
	{ "pshm_ring_commit", 3, { 0, 0, 1 } },
	{ "pshm_ring_peek", 4, { 0, 0, 0, 0 } },
	{ "pshm_ring_release", 2, { 0, 0 } },
	{ "pshm_ring_send", 5, { 0, 0, 0, 1, 0 } },
	{ "pshm_ring_receive", 5, { 0, 0, 0, 1, 0 } },
};

enum { CALLS = sizeof calls / sizeof calls[0] };

static int64_t
call_at(int i, int64_t address, int64_t capacity)
{
	int64_t values[5];

	memcpy(values, calls[i].values, sizeof values);
	values[0] = address;
	values[1] = capacity;
	if (strcmp(calls[i].function, "pshm_ring_peek") == 0)
		values[3] = (int64_t)(uintptr_t)&output;
	if (calls[i].count == 5)
		values[2] = (int64_t)(uintptr_t)message;
	return library_call(calls[i].function, calls[i].count, values);
}

/* New memory, joined where that is possible, and what it is then. */
static struct layout
begin(void)
{
	(void)ring_share();
	(void)ring_join(PSHM_RING_SENDER);
	(void)ring_join(PSHM_RING_RECEIVER);
	return *ring;
}

static void
assert_unchanged(struct layout before)
{
	ck_assert_mem_eq(ring, &before, sizeof before);
}

static void
address_nowhere(void)
{
	for (int i = 0; i < CALLS; i++) {
		assert_error(call_at(i, 0, CAPACITY), "EFAULT");
		assert_error(call_at(i, -1, CAPACITY), "EFAULT");
		assert_error(call_at(i, -4095, CAPACITY), "EFAULT");
	}
}

static void
address_misaligned(void)
{
	struct layout before = begin();

	for (int i = 0; i < CALLS; i++)
		for (int offset = 1; offset < 64; offset++)
			assert_error(call_at(i, ring_address() + offset, CAPACITY), "EINVAL");
	assert_unchanged(before);
}

static void
capacity_wrong(void)
{
	static const int64_t capacities[] = {
		0, -1, 1, 2048, 4095, 4097, 6144, -4096, INT64_MIN, INT64_MAX, (int64_t)1 << 31, (int64_t)1 << 32
	};
	struct layout before = begin();

	for (int i = 0; i < CALLS; i++)
		for (size_t j = 0; j < sizeof capacities / sizeof capacities[0]; j++)
			assert_error(call_at(i, ring_address(), capacities[j]), "EINVAL");
	assert_unchanged(before);
}

static void
end_too_far(void)
{
	int64_t last = (int64_t)(UINTPTR_MAX - 8191);

	for (int i = 0; i < CALLS; i++) {
		assert_error(call_at(i, last & ~(int64_t)63, PSHM_RING_CAPACITY_MAX), "EOVERFLOW");
		assert_error(call_at(i, (int64_t)(UINTPTR_MAX - sizeof *ring + 1), CAPACITY), "EOVERFLOW");
		if (sizeof(void *) == 4)
			assert_error(call_at(i, (int64_t)1 << 32, CAPACITY), "EOVERFLOW");
	}
}

static void
role_unknown(void)
{
	static const int roles[] = { 0, 3, -1, INT_MIN, INT_MAX };
	struct layout before = begin();

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		assert_error(ring_join(roles[i]), "EINVAL");
		assert_error(ring_leave(roles[i]), "EINVAL");
	}
	assert_unchanged(before);
}

static void
memory_nowhere(void)
{
	struct layout before = begin();

	for (int timeout = 0; timeout >= -1; timeout--) {
		assert_error(ring_send(NULL, 1, timeout), "EFAULT");
		assert_error(ring_send(NULL, -1, timeout), "EFAULT");
		assert_error(ring_receive(NULL, 1, timeout), "EFAULT");
		assert_error(ring_receive(NULL, -1, timeout), "EFAULT");
		assert_error(call("pshm_ring_peek", ring_address(), CAPACITY, timeout, NULL), "EFAULT");
	}
	assert_unchanged(before);
}

static void
length_negative(void)
{
	struct layout before = begin();

	for (int i = 0; i < 2; i++) {
		int64_t length = i == 0 ? -1 : INT64_MIN;

		assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, length, -1), "EINVAL");
		assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, length), "EINVAL");
		assert_error(ring_send(message, length, -1), "EINVAL");
		assert_error(ring_receive(message, length, -1), "EINVAL");
	}
	assert_unchanged(before);
}

static const char *
unless_narrow(const char *error)
{
	return has("atomic-64") ? error : "ENOTSUP";
}

static void
message_too_long(void)
{
	struct layout before = begin();

	assert_error(ring_send(message, LENGTH_MAX + 1, -1), unless_narrow("EMSGSIZE"));
	assert_error(ring_send(message, INT64_MAX, -1), unless_narrow("EMSGSIZE"));
	assert_error(ring_send(message, (int64_t)1 << 32, -1), unless_narrow("EMSGSIZE"));
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, LENGTH_MAX + 1, -1), unless_narrow("EMSGSIZE"));
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, (int64_t)1 << 32, -1), unless_narrow("EMSGSIZE"));
	assert_unchanged(before);
}

static void
nothing_reserved(void)
{
	struct layout before = begin();

	assert_error(call("pshm_ring_commit", ring_address(), CAPACITY, 0), unless_narrow("EPERM"));
	assert_error(call("pshm_ring_release", ring_address(), CAPACITY), unless_narrow("EPERM"));
	assert_unchanged(before);
}

static void
no_ring(void)
{
	(void)ring_share();
	memset(ring, 0x20, sizeof *ring);
	for (int i = 0; i < CALLS; i++)
		assert_error(call_at(i, ring_address(), CAPACITY), unless_narrow("EPROTO"));
	for (size_t i = 0; i < sizeof *ring; i++)
		ck_assert_uint_eq(((unsigned char *)ring)[i], 0x20);
}

static void
would_wait(void)
{
	(void)begin();
	assert_error(ring_receive(message, sizeof message, 0), unless_narrow("EAGAIN"));
	assert_error(call("pshm_ring_peek", ring_address(), CAPACITY, 0, &output), unless_narrow("EAGAIN"));
	while (ring_send(message, LENGTH_MAX, 0) == 0)
		continue;
	assert_error(ring_send(message, LENGTH_MAX, 0), unless_narrow("EAGAIN"));
	assert_error(call("pshm_ring_reserve", ring_address(), CAPACITY, LENGTH_MAX, 0), unless_narrow("EAGAIN"));
}

static void
buffer_too_small(void)
{
	(void)begin();
	(void)ring_send("abcd", 4, 0);
	assert_error(ring_receive(message, 3, -1), unless_narrow("EMSGSIZE"));
	if (has("atomic-64"))
		assert_result(ring_receive(message, 4, 0), 4);
}

static void
role_taken(void)
{
	struct layout before = begin();

	assert_error(ring_join(PSHM_RING_SENDER), unless_narrow("EBUSY"));
	assert_error(ring_join(PSHM_RING_RECEIVER), unless_narrow("EBUSY"));
	assert_unchanged(before);
	(void)ring_leave(PSHM_RING_SENDER);
	assert_error(ring_leave(PSHM_RING_SENDER), unless_narrow("EPERM"));
}

const struct bad_row bad_rings[] = {
	{ "rings", "address 0; -1; -4095", "-EFAULT", address_nowhere },
	{ "rings", "an address that is no multiple of 64", "-EINVAL; the ring as before", address_misaligned },
	{ "rings", "a capacity that is no power of two, below 4096 or above 2^30", "-EINVAL; the ring as before", capacity_wrong },
	{ "rings", "an end that the platform's addresses do not hold", "-EOVERFLOW", end_too_far },
	{ "rings", "memory that is no ring", "-EPROTO; the memory as before", no_ring },
	{ "ring_join, ring_leave", "an unknown role", "-EINVAL; the ring as before", role_unknown },
	{ "ring_join, ring_leave", "a role that is taken; one that this process does not have", "-EBUSY; -EPERM", role_taken },
	{ "ring_send, ring_receive, ring_peek", "NULL for the message, the buffer or the length", "-EFAULT; the ring as before",
	  memory_nowhere },
	{ "ring_reserve, ring_commit, ring_send, ring_receive", "a negative length or size", "-EINVAL; the ring as before",
	  length_negative },
	{ "ring_reserve, ring_send", "a length above half of the capacity less 8", "-EMSGSIZE; the ring as before",
	  message_too_long },
	{ "ring_commit, ring_release", "nothing reserved; nothing peeked at", "-EPERM; the ring as before", nothing_reserved },
	{ "ring_reserve, ring_peek, ring_send, ring_receive", "timeout 0, and no space or no message", "-EAGAIN", would_wait },
	{ "ring_receive", "a buffer shorter than the message", "-EMSGSIZE; the message stays", buffer_too_small },
	{ NULL, NULL, NULL, NULL },
};
