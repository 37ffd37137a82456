/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.offset = any_int64();
	asked.length = any_int64();
	asked.rights = MAY_RESERVE;
	CALL(result, pshm_fallocate(asked.fd, asked.offset, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the pages are reserved");
	check(result != -ENOSYS, "a call that is not there is not supported");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
