/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int direction = any_int();
	int if_exists = any_int();
	int if_missing = any_int();
	int before = any_int();
	int created = before;
	bool asks = nondet_bool();
	bool nil;
	int result;

	asked.mode = any_int();
	asked.rights = MAY_OPEN | MAY_WAIT | (if_exists == PSHM_IF_EXISTS_TRUNCATE ? MAY_EMPTY | MAY_RESIZE : 0) |
	               (if_exists == PSHM_IF_EXISTS_SUPERSEDE ? MAY_REPLACE | MAY_MAKE : 0) |
	               (if_missing == PSHM_IF_DOES_NOT_EXIST_ERROR || if_missing == PSHM_IF_DOES_NOT_EXIST_NIL ? 0 : MAY_CREATE);
	CALL(result, pshm_open(name, direction, if_exists, if_missing, asked.mode, asks ? &created : NULL));
	check(result < 0 || is_good_name(name), "what is opened has a good name");
	check(created == before || (asks && result >= 0), "the output is untouched by a failure, and where it is not asked for");
	check(result < 0 || !asks || created == 0 || created == 1, "created is yes or no");
	check(result < 0 || !asks || created == 0 || (asked.rights & MAY_CREATE) != 0, "nothing is created that was not asked for");
	leaves_descriptor(result);
	nil = (result == -EEXIST && if_exists == PSHM_IF_EXISTS_NIL) ||
	      (result == -ENOENT && if_missing == PSHM_IF_DOES_NOT_EXIST_NIL);
	if (nil)
		proof_end_nil(result);
	else
		proof_end(result);
	return 0;
}
