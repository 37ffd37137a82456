/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.rights = MAY_CLOSE;
	CALL(result, pshm_close(asked.fd));
	check(result <= 0, "success is 0");
	check(calls == 1, "the descriptor is closed once, and nothing else happens");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
