/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int flags = any_int();
	int result;

	asked.address = any_int64();
	asked.length = any_int64();
	asked.mode = ((flags & PSHM_MS_SYNC) != 0 ? MS_SYNC : MS_ASYNC) | ((flags & PSHM_MS_INVALIDATE) != 0 ? MS_INVALIDATE : 0);
	asked.rights = MAY_PROTECT;
	CALL(result, pshm_msync(asked.address, asked.length, flags));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the data is written");
	check(((flags & PSHM_MS_SYNC) != 0) != ((flags & PSHM_MS_ASYNC) != 0) || result == -EINVAL, "it is one of the two");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
