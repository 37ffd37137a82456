/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* The longest name of a feature is shorter. */
enum { FEATURE = 20 };

int
main(void)
{
	char text[FEATURE + 1];
	const char *feature = nondet_bool() ? text : NULL;
	int result;

	__CPROVER_havoc_object(text);
	text[FEATURE] = '\0';
	asked.rights = ~0U;
	asked.fd = followed_fd;
	CALL(result, pshm_has(feature));
	check(result == 0 || result == 1 || result == -EFAULT, "it is yes or no");
	check(feature != NULL || result == -EFAULT, "NULL is no feature");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
