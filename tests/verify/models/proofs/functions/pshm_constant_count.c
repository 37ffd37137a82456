/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	CALL(result, pshm_constant_count());
	check(result > 0 && calls == 0, "it is a constant");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
