/* SPDX-License-Identifier: BSD-3-Clause */
/* The last failure of the calling thread. */
#include "system.h"
#include "error.h"

/* The default TLS model: musl cannot dlopen a library that uses initial-exec. */
static _Thread_local int last_error;

int
failure(int result)
{
	last_error = -result;
	return result;
}

int
pshm_errno(void)
{
	return last_error;
}

int
pshm_set_errno(int error)
{
	if (error < 0 || error > 4095)
		return failure(-EINVAL);
	last_error = error;
	return 0;
}
