/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	int inheritable = any_int();

	asked.fd = any_int();
	asked.mode = inheritable ? 0 : FD_CLOEXEC;
	asked.rights = MAY_INHERIT;
	CALL(result, pshm_set_inheritable(asked.fd, inheritable));
	check(result <= 0, "success is 0");
	check(result < 0 || calls == 1, "the flag is set");
	check(inheritable == 0 || inheritable == 1 || result == -EINVAL, "nothing else is meant");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
