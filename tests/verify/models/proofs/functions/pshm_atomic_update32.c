/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"

static uint32_t
updated(uint32_t before, int operation, uint32_t operand)
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
	int64_t address = any_word(4);
	int operation = any_int();
	int64_t operand = any_int64();
	uint64_t before = shared;
	uint32_t old = is_word(address, 4) ? *(const uint32_t *)(uintptr_t)address : 0;
	int64_t result;

	CALL(result, pshm_atomic_update32(address, operation, operand));
	check(calls == 0, "the system is not asked");
	check(result < 0 || result == old, "the result is the word before");
	check(result < 0 || *(const uint32_t *)(uintptr_t)address == updated(old, operation, (uint32_t)operand),
	      "the word is updated");
	check(result < 0 || (operation >= PSHM_ATOMIC_ADD && operation <= PSHM_ATOMIC_EXCHANGE), "another operation is an error");
	check(result >= 0 || shared == before, "an error changes nothing");
	proof_end(result);
	return 0;
}
