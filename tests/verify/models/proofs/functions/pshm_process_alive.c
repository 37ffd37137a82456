/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"
#include "process.h"

int
main(void)
{
	static word64 page;
	int64_t process = any_int64();
	int result;

	asked.rights = MAY_REOPEN;
	asked.page = &page;
	CALL(result, pshm_process_alive(process));
	check(result <= 1, "the result is yes or no");
	check(result < 0 || ((uint64_t)process & ~PROCESS_BITS) == 0, "it is the word of a process");
	check(result != 0 || calls > 0, "nobody is dead without a proof");
	check(!is_open, "every descriptor is closed");
	proof_end(result);
	return 0;
}
