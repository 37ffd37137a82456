/* SPDX-License-Identifier: BSD-3-Clause */
/* When a call that waits gives up: a moment on a clock that does not jump, in nanoseconds. */
#ifndef PSHM_DEADLINE_H
#define PSHM_DEADLINE_H

#include "system.h"

/* Moments of their own: a call that does not wait, and one that waits for ever. */
#define DEADLINE_NOW 0
#define DEADLINE_NEVER INT64_MAX

/* The moment a number of nanoseconds from now, or a negated errno. Negative is never, and so is a sum that overflows. */
int64_t pshm__deadline_after(int64_t timeout);

/* The nanoseconds that are left until then, 0 when it is past, or a negated errno, also that of pshm__deadline_after. */
int64_t pshm__deadline_left(int64_t deadline);

/* The error of a call whose deadline is past. */
static inline int
deadline_error(int64_t deadline)
{
	return deadline == DEADLINE_NOW ? -EAGAIN : -ETIMEDOUT;
}

#endif
