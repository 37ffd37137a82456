/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int flags = any_int();
	int direction = any_int();
	int result;

	asked.fd = -1;
	asked.mode = any_int();
	asked.rights = MAY_MAKE | MAY_CHMOD | (direction == PSHM_DIRECTION_INPUT ? MAY_REOPEN : 0);
	CALL(result, pshm_open_anonymous(direction, asked.mode, flags));
	check(result < 0 || direction == PSHM_DIRECTION_INPUT || direction == PSHM_DIRECTION_IO, "the direction is one");
	check(result < 0 || (asked.mode & ~0777) == 0, "the permissions are some");
	check(!is_by_manual || result != -ENOSYS, "a call that is not there is not supported");
	check(result < 0 || mode_given == asked.mode, "the object has them");
	leaves_descriptor(result);
	proof_end(result);
	return 0;
}
