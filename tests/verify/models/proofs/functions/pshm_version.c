/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	CALL(result, pshm_version());
	check(result >= 0 && calls == 0, "it is a constant");
	check(result / 1000000 == PSHM_VERSION_MAJOR && result / 1000 % 1000 == PSHM_VERSION_MINOR &&
	              result % 1000 == PSHM_VERSION_PATCH,
	      "it is that of the headers");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
