/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int result;

	CALL(result, pshm_page_size());
	check(result >= 4096 && (result & (result - 1)) == 0, "it is a power of two");
	check(pshm_page_size() == result, "and always the same");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
