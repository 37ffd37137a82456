/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int index = any_int();
	int result;

	CALL(result, pshm_error_at(index));
	check(result == -EINVAL || (result > 0 && result < 4096), "it is a number");
	check((result > 0) == (index >= 0 && index < pshm_error_count()), "each index below the count has one");
	check(result < 0 || pshm_error_name(result)[0] == 'E', "which has a name");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
