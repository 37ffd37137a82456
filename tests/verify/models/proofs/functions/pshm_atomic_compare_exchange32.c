/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(4);
	int64_t expected = any_int64();
	int64_t desired = any_int64();
	uint64_t before = shared;
	uint32_t old = is_word(address, 4) ? *(const uint32_t *)(uintptr_t)address : 0;
	int64_t result;

	CALL(result, pshm_atomic_compare_exchange32(address, expected, desired));
	check(calls == 0, "the system is not asked");
	check(result < 0 || result == old, "the result is the word before");
	if (result >= 0 && old == (uint32_t)expected)
		check(*(const uint32_t *)(uintptr_t)address == (uint32_t)desired, "the word is exchanged");
	else
		check(shared == before, "another word stays");
	proof_end(result);
	return 0;
}
