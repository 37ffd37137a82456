/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"
#include "hostile.h"

int
main(void)
{
	static char bytes[CAPACITY];
	int64_t address = any_ring();
	int64_t size = any_int64();
	bool has_bytes = nondet_bool();
	unsigned at = nondet_unsigned();
	char before;
	int64_t result;

	/* The caller's buffer is as large as it says. */
	assume(at < CAPACITY && (!has_bytes || size <= CAPACITY));
	__CPROVER_havoc_object(bytes);
	before = bytes[at];
	CALL(result, pshm_ring_receive(address, capacity, has_bytes ? bytes : NULL, size, any_int64()));
	check(result <= CAPACITY / 2 - 8, "a message is at most half of the ring");
	check(result < 0 || !has_bytes || result <= size, "and no longer than the buffer");
	check((int64_t)at < result || bytes[at] == before, "nothing is written past the message, or by a failure");
	check(result < 0 || is_joined(&RING->receiver), "a process has joined");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
