/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.mode = any_int();
	asked.rights = MAY_SEAL;
	CALL(result, pshm_seal(asked.fd, asked.mode));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the seals are set");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
