/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"
#include "hostile.h"

int
main(void)
{
	int64_t address = any_ring();
	int64_t timeout = any_int64();
	int64_t before = any_int64();
	int64_t length = before;
	bool asks = nondet_bool();
	int64_t result;

	CALL(result, pshm_ring_peek(address, capacity, timeout, asks ? &length : NULL));
	check(is_failure(result) || (asks && is_inside(result, length)), "what is peeked at lies in the ring");
	check(!is_failure(result) || length == before, "the output is untouched by a failure");
	check(timeout != 0 || calls == 0, "without a timeout the system is not asked");
	check(timeout >= 0 || !is_by_manual || result != -ETIMEDOUT, "no limit is never over");
	check(is_failure(result) || is_joined(&RING->receiver), "a process has joined");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
