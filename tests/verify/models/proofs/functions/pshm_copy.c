/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* Ranges that overlap in every way. */
enum { ROOM = 6 };

int
main(void)
{
	static char memory[2 * ROOM];
	static char before[2 * ROOM];
	unsigned at = nondet_unsigned();
	unsigned to = nondet_unsigned();
	unsigned from = nondet_unsigned();
	bool is_valid = nondet_bool();
	int64_t to_address = any_int64();
	int64_t from_address = any_int64();
	int64_t count = any_int64();
	int result;

	/* Memory of the caller, or arguments that are wrong. */
	assume(at < 2 * ROOM && to < ROOM && from < ROOM);
	if (is_valid) {
		assume(count <= ROOM);
		to_address = (int64_t)(uintptr_t)&memory[to];
		from_address = (int64_t)(uintptr_t)&memory[from];
	} else {
		assume(count <= 0 || to_address == 0 || is_failure(to_address) || from_address == 0 || is_failure(from_address));
	}
	__CPROVER_havoc_object(memory);
	for (unsigned i = 0; i < 2 * ROOM; i++)
		before[i] = memory[i];
	CALL(result, pshm_copy(to_address, from_address, count));
	check(result <= 0 && calls == 0, "success is 0");
	check(!is_valid || count < 0 || result == 0, "good arguments are good");
	if (result == 0 && is_valid && at >= to && at - to < count)
		check(memory[at] == before[from + at - to], "each byte is where it should be, also where the ranges overlap");
	else
		check(memory[at] == before[at], "no other byte is changed");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
