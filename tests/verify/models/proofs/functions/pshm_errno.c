/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;
	int set = any_int();
	bool is_set;

	proof_begin();
	is_set = pshm_set_errno(set) == 0;
	result = pshm_errno();
	check(result == (is_set ? set : EINVAL), "it is what was set last");
	check(result >= 0 && result < 4096 && calls == 0, "it is an error, or 0");
	check(pshm_errno() == result, "asking changes nothing");
	return 0;
}
