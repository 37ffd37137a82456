/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(4);
	int64_t value = any_int64();
	uint64_t before = shared;
	int64_t result;

	CALL(result, pshm_atomic_store32(address, value));
	check(result <= 0 && calls == 0, "success is 0");
	check(result < 0 || *(const uint32_t *)(uintptr_t)address == (uint32_t)value, "the word is stored");
	check(result == 0 || shared == before, "an error stores nothing");
	check(result < 0 || (value >= INT32_MIN && value <= UINT32_MAX), "a value of more than 32 bits is an error");
	proof_end(result);
	return 0;
}
