/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.address = any_int64();
	asked.length = any_int64();
	asked.mode = any_int();
	asked.rights = MAY_PROTECT;
	CALL(result, pshm_mprotect(asked.address, asked.length, asked.mode));
	check(result <= 0, "success is 0");
	check(result < 0 || calls == 1, "the protections are set");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
