/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int protections = any_int();
	int flags = any_int();
	int64_t prefix = any_int64();
	int64_t before;
	int64_t page;
	int64_t result;

	choose_page_sizes(PART);
	page = pshm_page_size();
	asked.fd = any_int();
	asked.length = any_int64();
	asked.offset = any_int64();
	asked.rights = MAY_MAP;
	CALL(result, pshm_map_prefixed(asked.fd, asked.length, protections, flags, asked.offset, prefix));
	check(result != 0, "no mapping is at 0");
	check(is_failure(result) || (prefix > 0 && asked.length > 0), "both parts have a length");
	before = (int64_t)(((uint64_t)prefix + (uint64_t)page - 1) & -(uint64_t)page);
	leaves_mapping(result, is_failure(result) ? 0 : before, asked.length);
	proof_end(result);
	return 0;
}
