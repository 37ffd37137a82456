/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.socket = any_int();
	asked.rights = MAY_MESSAGE | MAY_WAIT;
	CALL(result, pshm_receive(asked.socket, any_int64()));
	leaves_descriptor(result);
	check(result < 0 || !truncated, "a message that was cut is an error");
	proof_end(result);
	return 0;
}
