/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"
#include "shared.h"
#include "identity.h"

/* sync_lock.c */
#define SLEEPERS (UINT64_C(1) << 22)
#define ABANDONED (UINT64_C(1) << 23)

int
main(void)
{
	int64_t address = any_word(8);
	int64_t timeout = any_int64();
	uint64_t before = shared;
	int64_t result;

	this_process = any_process_word();
	asked.rights = MAY_WAIT;
	asked.word = &shared;
	CALL(result, pshm_lock_acquire(address, timeout));
	check(result <= 1, "success is 0 or 1");
	check(result < 0 || (shared & PROCESS_BITS) == this_process, "who has acquired it holds it");
	check(result < 0 || result == ((shared & ABANDONED) != 0), "the result tells of the death of an owner");
	check(timeout != 0 || calls == 0, "without a timeout the system is not asked");
	check(calls != 0 || result < 0 || (before & ABANDONED) == 0 || result == 1, "the mark of a death stays");
	check(calls != 0 || result < 0 || (before & SLEEPERS) == 0 || (shared & SLEEPERS) != 0, "and so does that of sleepers");
	check(calls != 0 || result >= 0 || shared == before, "an error changes nothing");
	check(timeout >= 0 || !is_by_manual || result != -ETIMEDOUT, "no limit is never over");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
