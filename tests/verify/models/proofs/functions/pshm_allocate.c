/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.length = any_int64();
	asked.rights = MAY_RESERVE;
	CALL(result, pshm_allocate(asked.fd, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the descriptor is looked at");
	check(result != -ENOSYS && (result != -ENOMEM || !was_reserved), "no memory is no space");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
