/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

#include <string.h>

int
main(void)
{
	int index = any_int();
	const char *name;

	proof_begin();
	name = pshm_constant_name(index);
	check((name != NULL) == (index >= 0 && index < pshm_constant_count()), "each index below the count has a name");
	check(name == NULL || (strnlen(name, 32) < 32 && name[0] == 'P'), "which ends");
	proof_end(0);
	return 0;
}
