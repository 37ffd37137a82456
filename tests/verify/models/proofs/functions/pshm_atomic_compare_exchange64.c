/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(8);
	int64_t expected = any_int64();
	int64_t desired = any_int64();
	uint64_t before = shared;
	int64_t value_before = any_int64();
	int64_t value = value_before;
	bool asks = nondet_bool();
	int64_t result;

	CALL(result, pshm_atomic_compare_exchange64(address, expected, desired, asks ? &value : NULL));
	check(result <= 1 && calls == 0, "success is 0 or 1");
	check(value == (result >= 0 && asks ? (int64_t)before : value_before),
	      "the output is the word before, and untouched by an error");
	check(result < 0 || result == (before == (uint64_t)expected), "the result is whether it was the expected one");
	check(shared == (result == 1 ? (uint64_t)desired : before), "only that is exchanged");
	proof_end(result);
	return 0;
}
