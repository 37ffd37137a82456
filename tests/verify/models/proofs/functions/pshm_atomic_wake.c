/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(4);
	int count = any_int();
	uint64_t before = shared;
	int64_t result;

	asked.rights = MAY_WAIT;
	CALL(result, pshm_atomic_wake(address, count));
	check(result <= 0, "success is 0");
	check(result < 0 || (count > 0 && calls > 0), "some are woken");
	check(shared == before, "the word stays");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
