/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(4);
	uint64_t before = shared;
	int64_t result;

	CALL(result, pshm_atomic_load32(address));
	check(result <= UINT32_MAX, "the result is 32 bits");
	check(result < 0 || result == *(const uint32_t *)(uintptr_t)address, "it is the word");
	check(shared == before && calls == 0, "which stays");
	proof_end(result);
	return 0;
}
