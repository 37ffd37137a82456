/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* A chunk, which is small under proof, and a part of one. */
enum { ROOM = 6 };

int
main(void)
{
	static char bytes[ROOM];
	static char before[ROOM];
	bool has_bytes = nondet_bool();
	unsigned at = nondet_unsigned();
	int64_t result;

	/* The caller's buffer is as large as it says. */
	asked.fd = any_int();
	asked.length = any_int64();
	asked.offset = any_int64();
	assume(at < ROOM && (!has_bytes || asked.length <= ROOM));
	__CPROVER_havoc_object(bytes);
	before[at] = bytes[at];
	asked.bytes = bytes;
	asked.rights = MAY_TRANSFER;
	CALL(result, pshm_write(asked.fd, has_bytes ? bytes : NULL, asked.length, asked.offset));
	check(result <= asked.length || result < 0, "no more than the count");
	check(result <= 0 || has_bytes, "no bytes without a buffer");
	check(bytes[at] == before[at], "the caller's bytes stay");
	check(result <= 0 || result == most_transferred, "the result is what was written");
	check(result <= 0 || asked.offset + result <= status_given.st_size, "the object does not grow");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
