/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* Two of the short keywords, with spaces around: what comes after them is treated as they are. */
enum { KEYWORDS = 10 };

int
main(void)
{
	char text[KEYWORDS + 1];
	const char *keywords = nondet_bool() ? text : NULL;
	int kind = any_int();
	int result;

	__CPROVER_havoc_object(text);
	text[KEYWORDS] = '\0';
	CALL(result, pshm_flags_parse(kind, keywords));
	check(keywords != NULL || result == -EFAULT, "NULL is no list");
	check(kind != 0 || result < 0, "0 is no kind");
	check(calls == 0, "the system is not asked");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
