/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "hostile.h"

int
main(void)
{
	int64_t address = any_ring();
	int64_t length = any_int64();
	int result;

	CALL(result, pshm_ring_commit(address, capacity, length));
	check(result <= 0, "success is 0");
	check(result < 0 || (length >= 0 && length <= CAPACITY / 2 - 8), "a message is at most half of the ring");
	check(result < 0 || is_joined(&RING->sender), "a process has joined");
	check(result < 0 || has_moved_on(&RING->sender), "the end moves by whole records");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
