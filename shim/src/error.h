/* SPDX-License-Identifier: BSD-3-Clause */
/* The last failure of the calling thread. */
#ifndef PSHM_ERROR_H
#define PSHM_ERROR_H

#include "system.h"

/* Keep a negative result as this thread's last failure, and return it. */
COLD int pshm__record_failure(int result);

/* Every public function returns through this one: it records a failure, and returns its argument. */
static inline int
record(int result)
{
	return result < 0 ? pshm__record_failure(result) : result;
}

static inline int64_t
record64(int64_t result)
{
	return result < 0 ? pshm__record_failure((int)result) : result;
}

/* Of an address only the values -4095 to -1 are errors: some systems map above 2^63. */
static inline bool
is_address_error(int64_t result)
{
	return result < 0 && result >= -4095;
}

static inline int64_t
record_address(int64_t result)
{
	return is_address_error(result) ? pshm__record_failure((int)result) : result;
}

#endif
