/* SPDX-License-Identifier: BSD-3-Clause */
/* The deadline of a call that waits. */
#include "system.h"
#include "deadline.h"

enum { NANOSECONDS = 1000000000 };

/* The clock counts from an unspecified start, such as boot, and is positive: a past deadline is not DEADLINE_NOW. */
static int64_t
now(void)
{
	struct timespec time;
	int error = sys_clock_gettime(CLOCK_MONOTONIC, &time);

	return error < 0 ? error : (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

int64_t
pshm__deadline_after(int64_t timeout)
{
	int64_t start;

	if (timeout == 0)
		return DEADLINE_NOW;
	if (timeout < 0)
		return DEADLINE_NEVER;
	start = now();
	if (start < 0)
		return start;
	return timeout > DEADLINE_NEVER - start ? DEADLINE_NEVER : start + timeout;
}

int64_t
pshm__deadline_left(int64_t deadline)
{
	int64_t moment;

	if (deadline <= DEADLINE_NOW || deadline == DEADLINE_NEVER)
		return deadline;
	moment = now();
	if (moment < 0)
		return moment;
	return deadline > moment ? deadline - moment : 0;
}
