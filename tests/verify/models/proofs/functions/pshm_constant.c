/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* The longest name of a constant is shorter: a longer text has the same result as one of this length. */
enum { CONSTANT_NAME = 32 };

int
main(void)
{
	char text[CONSTANT_NAME + 1];
	const char *name = nondet_bool() ? text : NULL;
	int result;

	__CPROVER_havoc_object(text);
	text[CONSTANT_NAME] = '\0';
	CALL(result, pshm_constant(name));
	check(name != NULL || result == -EFAULT, "NULL is no name");
	check(result < 0 || name[0] == 'P', "the name is that of a constant");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
