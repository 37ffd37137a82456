/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int protections = any_int();
	int flags = any_int();
	int64_t result;

	choose_page_sizes(PART);
	asked.fd = any_int();
	asked.address = any_int64();
	asked.length = any_int64();
	asked.offset = any_int64();
	asked.rights = MAY_MAP | ((flags & PSHM_MAP_FIXED) != 0 ? MAY_PLACE : 0);
	CALL(result, pshm_mmap(asked.address, asked.length, protections, flags, asked.fd, asked.offset));
	check(result != 0, "no mapping is at 0");
	check(is_failure(result) || (flags & (PSHM_MAP_FIXED | PSHM_MAP_FIXED_NOREPLACE)) == 0 || result == asked.address,
	      "a fixed one is there");
	leaves_mapping(result, 0, asked.length);
	proof_end(result);
	return 0;
}
