/* SPDX-License-Identifier: BSD-3-Clause */
/* A word of shared memory, and its address: or any that no word can have. */
#ifndef PROOF_SHARED_H
#define PROOF_SHARED_H

static _Alignas(8) uint64_t shared;

static bool
is_word(int64_t address, unsigned size)
{
	return address == (int64_t)(uintptr_t)&shared || (size == 4 && address == (int64_t)(uintptr_t)&shared + 4);
}

static int64_t
any_word(unsigned size)
{
	int64_t address = nondet_int64();
	bool refused = address == 0 || (address < 0 && address >= -4095) || address % size != 0 ||
	               (int64_t)(uintptr_t)address != address;

	__CPROVER_havoc_object(&shared);
	assume(refused || is_word(address, size));
	if (is_word(address, size))
		address = (int64_t)(uintptr_t)((char *)&shared + (address - (int64_t)(uintptr_t)&shared));
	asked.address = address;
	return address;
}

#endif
