/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"
#include "hostile.h"

int
main(void)
{
	static char bytes[CAPACITY];
	int64_t address = any_ring();
	int64_t length = any_int64();
	bool has_bytes = nondet_bool();
	int result;

	/* The caller's bytes are as many as it says. */
	assume(!has_bytes || length <= CAPACITY);
	CALL(result, pshm_ring_send(address, capacity, has_bytes ? bytes : NULL, length, any_int64()));
	check(result <= 0, "success is 0");
	check(result < 0 || has_bytes || length == 0, "no bytes are not sent");
	check(result < 0 || is_joined(&RING->sender), "a process has joined");
	check(result < 0 || has_moved_on(&RING->sender), "the end moves by whole records");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
