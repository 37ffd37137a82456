/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"
#include "identity.h"

/* sync_lock.c */
#define ABANDONED (UINT64_C(1) << 23)

int
main(void)
{
	int64_t address = any_word(8);
	uint64_t before = shared;
	int64_t result;

	this_process = any_process_word();
	CALL(result, pshm_lock_mark_repaired(address));
	check(result <= 0 && calls == 0, "success is 0");
	check(result < 0 || (before & PROCESS_BITS) == this_process, "only the owner repairs");
	check(shared == (result == 0 ? before & ~ABANDONED : before), "only the mark of a death goes; an error changes nothing");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
