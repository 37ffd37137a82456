/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int if_exists = any_int();
	int result;

	asked.fd = any_int();
	asked.rights = MAY_LINK | (if_exists == PSHM_IF_EXISTS_SUPERSEDE ? MAY_REPLACE | MAY_MAKE : 0);
	CALL(result, pshm_publish(asked.fd, name, if_exists));
	check(result <= 0, "success is 0");
	check(result < 0 || is_good_name(name), "what is published has a good name");
	leaves_nothing(result);
	if (result == -EEXIST && if_exists == PSHM_IF_EXISTS_NIL)
		proof_end_nil(result);
	else
		proof_end(result);
	return 0;
}
