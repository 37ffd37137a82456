/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

int
main(void)
{
	int64_t address = any_word(8);
	uint64_t before = shared;
	int64_t value_before = any_int64();
	int64_t value = value_before;
	bool asks = nondet_bool();
	int64_t result;

	CALL(result, pshm_atomic_load64(address, asks ? &value : NULL));
	check(result <= 0 && calls == 0, "success is 0");
	check(value == (result == 0 ? (int64_t)before : value_before), "the value is the word, and untouched by an error");
	check(asks || result == -EFAULT, "there is an output");
	check(shared == before, "the word stays");
	proof_end(result);
	return 0;
}
