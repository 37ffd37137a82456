/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int64_t owner = any_int64();
	int64_t group = any_int64();
	int result;

	asked.fd = any_int();
	asked.offset = owner;
	asked.length = group;
	asked.rights = MAY_CHOWN;
	CALL(result, pshm_fchown(asked.fd, owner, group));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the owner is set");
	check(calls == 0 || (owner != UINT32_MAX && group != UINT32_MAX), "only -1 leaves an id as it is");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
