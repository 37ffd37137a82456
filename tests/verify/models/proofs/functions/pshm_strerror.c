/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int error = any_int();
	const char *text;

	proof_begin();
	text = pshm_strerror(error);
	check(text[0] != '\0', "there is a sentence for every number");
	check(ends(text, 52), "which ends");
	check(error == INT32_MIN || text == pshm_strerror(-error), "of either sign");
	proof_end(0);
	return 0;
}
