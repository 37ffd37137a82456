/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"
#include "identity.h"

int
main(void)
{
	int64_t address = any_word(8);
	uint64_t before = shared;
	int64_t result;

	CALL(result, pshm_lock_owner(address));
	check(result < 0 || result == ((before & PROCESS_NUMBER) == 0 ? 0 : (int64_t)(before & PROCESS_BITS)),
	      "it is the owner, or nobody");
	check(shared == before && calls == 0, "the word stays");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
