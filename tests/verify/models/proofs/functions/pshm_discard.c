/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.offset = any_int64();
	asked.length = any_int64();
	asked.rights = MAY_DISCARD;
	CALL(result, pshm_discard(asked.fd, asked.offset, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the descriptor is looked at");
	check(!was_reserved || result != -ENOSYS, "a call that is not there is not supported");
	check(!was_reserved || (asked.offset >= 0 && asked.length <= INT64_MAX - asked.offset), "the range has an end");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
