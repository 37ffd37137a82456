/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

#include "memory.h"

/* What control groups leave is no more than the rest: memory-cgroup.c only reads files, and lowers the bound. */
uint64_t
pshm__memory_of_group(uint64_t free_swap, uint64_t bound)
{
	uint64_t left = nondet_uint64();

	(void)free_swap;
	assume(left <= bound);
	return left;
}

int
main(void)
{
	int64_t before = any_int64();
	int64_t total = before;
	int64_t free_bytes = before;
	bool asks_total = nondet_bool();
	bool asks_free = nondet_bool();
	int result;

	CALL(result, pshm_space(asks_total ? &total : NULL, asks_free ? &free_bytes : NULL));
	check(result <= 0, "success is 0");
	check(result >= 0 || (total == before && free_bytes == before), "the outputs are untouched by a failure");
	check(result < 0 || ((!asks_total || total >= 0) && (!asks_free || free_bytes >= 0)), "they are not negative");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
