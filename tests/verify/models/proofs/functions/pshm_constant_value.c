/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int index = any_int();
	int result;

	CALL(result, pshm_constant_value(index));
	check((result == -EINVAL) == (index < 0 || index >= pshm_constant_count()), "each index below the count has a value");
	check(result >= 0 || result == -EINVAL, "which is not negative");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
