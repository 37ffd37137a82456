/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"
#include "hostile.h"

int
main(void)
{
	int64_t address = any_ring();
	int64_t length = any_int64();
	int64_t timeout = any_int64();
	int64_t result;

	CALL(result, pshm_ring_reserve(address, capacity, length, timeout));
	check(is_failure(result) || is_inside(result, length), "what is reserved lies in the ring");
	check(timeout != 0 || calls == 0, "without a timeout the system is not asked");
	check(timeout >= 0 || !is_by_manual || result != -ETIMEDOUT, "no limit is never over");
	check(is_failure(result) || is_joined(&RING->sender), "a process has joined");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
