/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(8);
	int64_t value = any_int64();
	uint64_t before = shared;
	int64_t result;

	CALL(result, pshm_atomic_store64(address, value));
	check(result <= 0 && calls == 0, "success is 0");
	check(shared == (result == 0 ? (uint64_t)value : before), "the word is stored, or nothing");
	proof_end(result);
	return 0;
}
