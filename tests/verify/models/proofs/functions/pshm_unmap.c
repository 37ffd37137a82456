/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int64_t address = any_int64();
	int64_t length = any_int64();
	int result;

	asked.address = address & -(int64_t)pshm_page_size();
	asked.length = length;
	asked.rights = MAY_UNMAP;
	CALL(result, pshm_unmap(address, length));
	check(result <= 0, "success is 0");
	check(result < 0 || unmapped_start == (uint64_t)asked.address, "the mapping is removed from its beginning");
	check(result < 0 || unmapped_start + unmapped_length == (uint64_t)address + (uint64_t)length, "to its end");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
