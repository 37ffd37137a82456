/* SPDX-License-Identifier: BSD-3-Clause */
/* What waits.h says of deadlines, of the real ones: a deadline is never before its timeout, and what is left of it becomes less. */
#include "proof.h"
#include "deadline.h"

int
main(void)
{
	int64_t timeout = any_int64();
	int64_t deadline;
	int64_t left;
	int64_t later;

	proof_begin();
	deadline = pshm__deadline_after(timeout);
	check(timeout != 0 || deadline == DEADLINE_NOW, "no time is no wait");
	check(timeout >= 0 || deadline == DEADLINE_NEVER, "a negative time is no limit");
	check(timeout <= 0 || is_failure(deadline) || (deadline > DEADLINE_NOW && deadline >= timeout),
	      "a deadline is not too early");
	left = pshm__deadline_left(deadline);
	later = pshm__deadline_left(deadline);
	if (deadline <= DEADLINE_NOW || deadline == DEADLINE_NEVER) {
		check(left == deadline && later == deadline, "what is no time stays");
		return 0;
	}
	check(is_failure(left) || (left >= 0 && left < deadline), "less is left than the whole");
	check(is_failure(left) || is_failure(later) || later <= left, "and becomes less");
	goal(left > 0 && later == 0, "ends");
	return 0;
}
