/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

static uint64_t
updated(uint64_t before, int operation, uint64_t operand)
{
	switch (operation) {
	case PSHM_ATOMIC_ADD:
		return before + operand;
	case PSHM_ATOMIC_AND:
		return before & operand;
	case PSHM_ATOMIC_OR:
		return before | operand;
	case PSHM_ATOMIC_XOR:
		return before ^ operand;
	default:
		return operand;
	}
}

int
main(void)
{
	int64_t address = any_word(8);
	int operation = any_int();
	int64_t operand = any_int64();
	uint64_t before = shared;
	int64_t value_before = any_int64();
	int64_t value = value_before;
	bool asks = nondet_bool();
	int64_t result;

	CALL(result, pshm_atomic_update64(address, operation, operand, asks ? &value : NULL));
	check(result <= 0 && calls == 0, "success is 0");
	check(value == (result == 0 && asks ? (int64_t)before : value_before),
	      "the output is the word before, and untouched by an error");
	check(shared == (result == 0 ? updated(before, operation, (uint64_t)operand) : before), "the word is updated, or nothing");
	check(result < 0 || (operation >= PSHM_ATOMIC_ADD && operation <= PSHM_ATOMIC_EXCHANGE), "another operation is an error");
	proof_end(result);
	return 0;
}
