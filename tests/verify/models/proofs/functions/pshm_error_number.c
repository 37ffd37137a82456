/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* The longest name of an error is shorter: a longer text has the same result as one of this length. */
enum { ERROR_NAME = 16 };

int
main(void)
{
	char text[ERROR_NAME + 1];
	const char *name = nondet_bool() ? text : NULL;
	int result;

	__CPROVER_havoc_object(text);
	text[ERROR_NAME] = '\0';
	CALL(result, pshm_error_number(name));
	check(result < 0 || (result > 0 && result < 4096), "it is a number");
	check(result < 0 || name[0] == 'E', "the name is that of an error");
	check(name != NULL || result == -EFAULT, "NULL is no name");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
