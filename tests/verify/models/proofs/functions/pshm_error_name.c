/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* That each name leads back to its number is tried for all of them by a test, the_errors_can_be_enumerated. */
int
main(void)
{
	int error = any_int();
	const char *name;

	proof_begin();
	name = pshm_error_name(error);
	check(ends(name, 16) && name[0] != '\0', "there is a name for every number");
	check(error == INT32_MIN || name == pshm_error_name(-error), "of either sign");
	proof_end(0);
	return 0;
}
