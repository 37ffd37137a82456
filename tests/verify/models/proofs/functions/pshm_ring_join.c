/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "hostile.h"

int
main(void)
{
	int64_t address = any_ring();
	int result;

	CALL(result, pshm_ring_join(address, capacity, any_int()));
	check(result <= 1 && calls == 0, "success is 0 or 1, and the system is not asked");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
