/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	const char *name = any_name();
	int direction = any_int();
	int64_t size = any_int64();
	int64_t timeout = any_int64();
	int result;

	asked.rights = MAY_OPEN | MAY_WAIT;
	CALL(result, pshm_open_wait(name, direction, size, timeout));
	check(result < 0 || is_good_name(name), "what is opened has a good name");
	check(result < 0 || (status_given.st_size >= size && (status_given.st_mode & 0777) != 0), "it is complete");
	check(timeout >= 0 || !is_by_manual || result != -ETIMEDOUT, "no limit is never over");
	leaves_descriptor(result);
	proof_end(result);
	return 0;
}
