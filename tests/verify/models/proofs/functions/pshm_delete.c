/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int result;

	asked.rights = MAY_REMOVE;
	CALL(result, pshm_delete(name));
	check(result <= 0, "success is 0");
	check(result < 0 || is_good_name(name), "what is removed has a good name");
	check(result < 0 || calls > 0, "the name is removed");
	check(result != -EPERM, "what the kernel calls EPERM is EACCES");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
