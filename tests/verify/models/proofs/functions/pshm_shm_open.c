/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int flags = any_int();
	int result;

	asked.mode = any_int();
	asked.rights = MAY_OPEN | MAY_WAIT | ((flags & PSHM_O_CREAT) != 0 ? MAY_CREATE : 0) |
	               ((flags & PSHM_O_TRUNC) != 0 ? MAY_EMPTY : 0);
	CALL(result, pshm_shm_open(name, flags, asked.mode));
	leaves_descriptor(result);
	check(result < 0 || is_good_name(name), "what is opened has a good name");
	check(result < 0 || (asked.mode & ~0777) == 0, "the permissions are some");
	proof_end(result);
	return 0;
}
