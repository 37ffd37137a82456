/* SPDX-License-Identifier: BSD-3-Clause */
/* Two processes, each with one attempt at the same lock, in every order of their steps. */
#define NOBODY_DIES
#include "proof.h"
#include "shared.h"
#include "identity.h"

static int inside;

static void
enter(uint64_t process)
{
	int64_t address = (int64_t)(uintptr_t)&shared;

	this_process = process;
	asked.address = address;
	if (pshm_lock_acquire(address, 0) < 0)
		return;
	check(inside == 0, "nobody else holds it");
	inside = 1;
	check(inside == 1, "and nobody else acquires it");
	inside = 0;
	check(pshm_lock_release(address) == 0, "the owner releases it");
}

int
main(void)
{
	uint64_t first = any_process_word();
	uint64_t second = any_process_word();

	assume(first != second);
	asked.rights = MAY_WAIT;
__CPROVER_ASYNC_1:
	enter(first);
	enter(second);
	return 0;
}
