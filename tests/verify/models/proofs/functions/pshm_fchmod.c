/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.mode = any_int();
	asked.rights = MAY_CHMOD;
	CALL(result, pshm_fchmod(asked.fd, asked.mode));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the permissions are set");
	check((asked.mode & ~0777) == 0 || result == -EINVAL, "no other bit is set");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
