/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int64_t address = any_int64();
	int64_t length = any_int64();
	int64_t prefix = any_int64();
	uint64_t page = (uint64_t)pshm_page_size();
	uint64_t whole = ((uint64_t)prefix + page - 1) & -page;
	int result;

	asked.address = (int64_t)((uint64_t)address - whole);
	asked.length = (int64_t)((uint64_t)length + whole);
	asked.rights = MAY_UNMAP;
	CALL(result, pshm_unmap_prefixed(address, length, prefix));
	check(result <= 0, "success is 0");
	check(result < 0 || (unmapped_start == (uint64_t)asked.address && unmapped_length == (uint64_t)asked.length),
	      "both parts are removed");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
