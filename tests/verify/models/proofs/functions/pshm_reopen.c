/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int direction = any_int();
	int result;

	asked.fd = any_int();
	asked.rights = MAY_REOPEN | MAY_DUPLICATE;
	CALL(result, pshm_reopen(asked.fd, direction));
	check(result < 0 || direction == PSHM_DIRECTION_INPUT || direction == PSHM_DIRECTION_IO, "the direction is one");
	check(result < 0 || direction == PSHM_DIRECTION_INPUT || (flags_given & O_ACCMODE) == O_RDWR, "no more access than before");
	check(result < 0 || (flags_given & O_ACCMODE) != O_WRONLY, "nor reading where there was none");
	leaves_descriptor(result);
	proof_end(result);
	return 0;
}
