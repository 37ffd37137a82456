/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.socket = any_int();
	asked.fd = any_int();
	asked.rights = MAY_MESSAGE | MAY_WAIT;
	CALL(result, pshm_send(asked.socket, asked.fd, any_int64()));
	check(result <= 0, "success is 0");
	check(result < 0 || sent == 1, "the message is sent, and once");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
