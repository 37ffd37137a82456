/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	CALL(result, pshm_name_max());
	check(result > 0 && result <= 256, "it is a length");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
