/* SPDX-License-Identifier: BSD-3-Clause */
/* The deadline of a call that waits: a time on a clock that does not jump, in nanoseconds. */
#ifndef PSHM_DEADLINE_H
#define PSHM_DEADLINE_H

#include "system.h"

/* Special deadlines: a call that does not wait, and one that waits without limit. */
#define DEADLINE_NOW 0
#define DEADLINE_NEVER INT64_MAX

/* The time after a number of nanoseconds, or a negated errno. A negative number is no limit, and so is a sum that overflows. */
int64_t pshm__deadline_after(int64_t timeout);

/* The remaining nanoseconds, 0 after the deadline, or a negated errno, also that of pshm__deadline_after. */
int64_t pshm__deadline_left(int64_t deadline);

/* The error of a call whose deadline is past. */
static inline int
deadline_error(int64_t deadline)
{
	return deadline == DEADLINE_NOW ? -EAGAIN : -ETIMEDOUT;
}

#endif
