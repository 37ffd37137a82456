/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "process.h"

int
main(void)
{
	static word64 page;
	int64_t result;

	asked.rights = MAY_REOPEN;
	asked.page = &page;
	CALL(result, pshm_process_self());
	check(result > 0 && ((uint64_t)result & ~PROCESS_BITS) == 0, "it is the word of a process");
	check(((uint64_t)result & PROCESS_NUMBER) == ((uint64_t)getpid() & PROCESS_NUMBER), "of this one");
	check(((uint64_t)result >> PROCESS_START_SHIFT & PROCESS_START) != 0, "with a start");
	check(!is_open, "every descriptor is closed");
	proof_end(result);
	check(pshm_process_self() == result, "and always the same");
	return 0;
}
