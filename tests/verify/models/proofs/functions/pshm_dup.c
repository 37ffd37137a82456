/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.rights = MAY_DUPLICATE;
	CALL(result, pshm_dup(asked.fd));
	leaves_descriptor(result);
	proof_end(result);
	return 0;
}
