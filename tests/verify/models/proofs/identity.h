/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes as the lock sees them: this one is any, and any other may be alive, dead or unknown. The proofs of pshm_process_self
 * and pshm_process_alive show that the functions that this replaces do no more.
 */
#ifndef PROOF_IDENTITY_H
#define PROOF_IDENTITY_H

#include "process.h"

_Atomic(word64 *) pshm__process_kept;
static uint64_t this_process;
static uint64_t found_dead;

static uint64_t
any_process_word(void)
{
	uint64_t number = nondet_uint64();

	assume((number & PROCESS_NUMBER) != 0);
	return process_word(number, nondet_uint64(), nondet_uint64());
}

uint64_t
pshm__process_find_out(void)
{
	return this_process;
}

int
pshm__process_alive(uint64_t process)
{
	int answer = nondet_int();

	assume(answer == 0 || answer == 1 || answer == -ENOTSUP);
	if (process == this_process)
		return 1;
	found_dead = answer == 0 ? process : found_dead;
	return answer;
}

#endif
