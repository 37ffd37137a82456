/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

enum { ROOM = 6 };

int
main(void)
{
	static char memory[2 * ROOM];
	unsigned at = nondet_unsigned();
	unsigned start = nondet_unsigned();
	bool is_valid = nondet_bool();
	int64_t address = any_int64();
	int64_t count = any_int64();
	int byte = any_int();
	char before;
	int result;

	/* Memory of the caller, or arguments that are wrong. */
	assume(at < 2 * ROOM && start < ROOM);
	if (is_valid) {
		assume(count <= ROOM);
		address = (int64_t)(uintptr_t)&memory[start];
	} else {
		assume(count <= 0 || address == 0 || is_failure(address) || byte < 0 || byte > 255);
	}
	__CPROVER_havoc_object(memory);
	before = memory[at];
	CALL(result, pshm_fill(address, byte, count));
	check(result <= 0 && calls == 0, "success is 0");
	check(!is_valid || count < 0 || byte < 0 || byte > 255 || result == 0, "good arguments are good");
	if (result == 0 && is_valid && at >= start && at - start < count)
		check(memory[at] == (char)byte, "the bytes are filled");
	else
		check(memory[at] == before, "no other byte is changed");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
