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
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
