/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int result;

	asked.fd = any_int();
	asked.rights = MAY_REMOVE | MAY_OPEN;
	CALL(result, pshm_delete_if_same(name, asked.fd));
	check(result <= 1, "success is 0 or 1");
	check(result < 0 || is_good_name(name), "what is compared has a good name");
	check(removals == (result == 1), "the name is removed, or stays");
	check(result != 1 ||
	              (statuses == 2 && status_given.st_ino == status_before.st_ino && status_given.st_dev == status_before.st_dev),
	      "only the name of the same object is removed");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
