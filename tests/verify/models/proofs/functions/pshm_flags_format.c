/* SPDX-License-Identifier: BSD-3-Clause */
#include "kinds.h"

/*
 * The size of the longest text, which the proof shows. That every text is parsed into the same flags is tried for all flags by a
 * test, every_value_survives_both_ways.
 */
enum { TEXT = 110 };

int
main(void)
{
	static char text[TEXT];
	static char before[TEXT];
	int kind = any_kind();
	int flags = any_int();
	int64_t size = any_int64();
	char *buffer = nondet_bool() ? text : NULL;
	unsigned at = nondet_unsigned();
	int64_t result;

	/* The caller's buffer is as large as it says. */
	assume(at < TEXT && (buffer == NULL || size <= TEXT));
	__CPROVER_havoc_object(text);
	before[at] = text[at];
	CALL(result, pshm_flags_format(kind, flags, buffer, size));
	check(result < 0 || result <= TEXT, "the longest text is not longer");
	check(result >= 0 || text[at] == before[at], "the buffer is untouched by a failure");
	check((int64_t)at < size || text[at] == before[at], "nothing is written past the buffer");
	check(result <= 0 || buffer == NULL || text[result - 1] == '\0', "the text ends");
	check(result != 0, "and has an end");
	check(!IS_NO_KIND || result == -EINVAL || result == -EFAULT, "there are no other kinds");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
