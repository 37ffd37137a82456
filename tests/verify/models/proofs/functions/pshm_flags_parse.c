/* SPDX-License-Identifier: BSD-3-Clause */
#include "kinds.h"

/* Two of the short keywords, with spaces around: what comes after them is treated as they are. */
enum { TEXT = 10 };

int
main(void)
{
	char text[TEXT + 1];
	const char *keywords = nondet_bool() ? text : NULL;
	int kind = any_kind();
	int result;

	__CPROVER_havoc_object(text);
	text[TEXT] = '\0';
	CALL(result, pshm_flags_parse(kind, keywords));
	check(keywords != NULL || result == -EFAULT, "NULL is no list");
	check(!IS_NO_KIND || result < 0, "there are no other kinds");
	check(calls == 0, "the system is not asked");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
