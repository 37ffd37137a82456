/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	CALL(result, pshm_seals(asked.fd));
	check(result < 0 || (result & ~0x3f) == 0, "only known seals come out");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
