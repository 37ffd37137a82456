/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.address = any_int64();
	asked.length = any_int64();
	asked.rights = MAY_UNMAP;
	CALL(result, pshm_munmap(asked.address, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the range is unmapped");
	check(calls == 0 || asked.address != 0, "no mapping is at 0");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
