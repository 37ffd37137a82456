/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* More than the names of the model need. */
enum { ROOM = 24 };

int
main(void)
{
	static char names[ROOM];
	char before;
	bool has_names = nondet_bool();
	unsigned at = nondet_unsigned();
	int64_t size = any_int64();
	int64_t result;

	/* The caller's buffer is as large as it says. */
	assume(at < ROOM && (!has_names || size <= ROOM));
	__CPROVER_havoc_object(names);
	before = names[at];
	asked.rights = MAY_LIST;
	CALL(result, pshm_list(has_names ? names : NULL, size));
	check(result >= 0 || names[at] == before, "the buffer is untouched by a failure");
	check((int64_t)at < result || names[at] == before, "nothing is written past the names");
	check(result <= size || names[at] == before, "a buffer that is too small is untouched");
	check(result <= 0 || result > size || (names[0] == '/' && names[result - 1] == '\0'), "a name has its slash and its end");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
