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
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
