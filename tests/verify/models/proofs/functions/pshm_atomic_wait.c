/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(4);
	int64_t timeout = any_int64();
	int64_t result;

	asked.rights = MAY_WAIT;
	asked.word = &shared;
	CALL(result, pshm_atomic_wait(address, any_int64(), timeout));
	check(result <= 0, "success is 0");
	check(timeout != 0 || calls == 0, "without a timeout the system is not asked");
	check(timeout >= 0 || !is_by_manual || result != -ETIMEDOUT, "no limit is never over");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
