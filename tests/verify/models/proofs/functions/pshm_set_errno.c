/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int error = any_int();
	int result;

	CALL(result, pshm_set_errno(error));
	check(result == (error < 0 || error > 4095 ? -EINVAL : 0), "it takes what can be an error");
	check(pshm_errno() == (result < 0 ? EINVAL : error), "it is kept");
	check(calls == 0, "the system is not asked");
	return 0;
}
