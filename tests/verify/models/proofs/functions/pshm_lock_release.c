/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "shared.h"
#include "identity.h"

/* sync_lock.c */
#define SLEEPERS (UINT64_C(1) << 22)
#define ABANDONED (UINT64_C(1) << 23)

int
main(void)
{
	int64_t address = any_word(8);
	uint64_t before = shared;
	int64_t result;

	this_process = any_process_word();
	asked.rights = MAY_WAIT;
	CALL(result, pshm_lock_release(address));
	check(result <= 0, "success is 0");
	check(result < 0 || (before & PROCESS_BITS) == this_process, "only the owner releases");
	check(shared == (result == 0 ? before & ABANDONED : before), "what stays is the mark of a death; an error changes nothing");
	check(result < 0 || (calls > 0) == ((before & SLEEPERS) != 0), "sleepers are woken");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
