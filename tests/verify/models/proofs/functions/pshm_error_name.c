/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

#include <string.h>

int
main(void)
{
	int error = any_int();
	const char *name;
	int number;

	proof_begin();
	name = pshm_error_name(error);
	check(strnlen(name, 16) < 16 && name[0] != '\0', "there is a name for every number");
	check(error == INT32_MIN || name == pshm_error_name(-error), "of either sign");
	proof_end(0);
	number = pshm_error_number(name);
	check(name[0] != 'E' || number == error || number == -error, "and the name leads back to it");
	return 0;
}
