/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.length = any_int64();
	asked.rights = MAY_RESIZE;
	CALL(result, pshm_truncate(asked.fd, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the size is set");
	check(calls == 0 || asked.length >= 0, "no size is negative");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
