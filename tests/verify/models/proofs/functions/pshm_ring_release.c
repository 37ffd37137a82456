/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "hostile.h"

int
main(void)
{
	int64_t address = any_ring();
	int result;

	CALL(result, pshm_ring_release(address, capacity));
	check(result <= 0, "success is 0");
	check(result < 0 || is_joined(&RING->receiver), "a process has joined");
	check(result < 0 || has_moved_on(&RING->receiver), "the end moves by whole records");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
