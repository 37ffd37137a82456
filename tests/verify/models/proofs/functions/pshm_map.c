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
	asked.length = any_int64();
	asked.offset = any_int64();
	asked.rights = MAY_MAP;
	CALL(result, pshm_map(asked.fd, asked.length, protections, flags, asked.offset));
	check(result != 0, "no mapping is at 0");
	check(is_failure(result) || (((uint64_t)result - (uint64_t)asked.offset) & (uint64_t)(pshm_page_size() - 1)) == 0,
	      "the address is the offset's in its page");
	leaves_mapping(result, asked.offset & (pshm_page_size() - 1), asked.length);
	proof_end(result);
	return 0;
}
