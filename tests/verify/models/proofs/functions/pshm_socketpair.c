/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

int
main(void)
{
	int before = any_int();
	int first = before;
	int second = before;
	bool asks_first = nondet_bool();
	bool asks_second = nondet_bool();
	int result;

	CALL(result, pshm_socketpair(asks_first ? &first : NULL, asks_second ? &second : NULL));
	check(result <= 0, "success is 0");
	check(result >= 0 || (first == before && second == before), "the outputs are untouched by a failure");
	check(result < 0 || (asks_first && asks_second), "there are two outputs");
	check(is_open == (result >= 0 && (followed_fd == first || followed_fd == second)),
	      "the results are open, and nothing else");
	proof_end(result);
	return 0;
}
