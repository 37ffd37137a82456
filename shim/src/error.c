/* SPDX-License-Identifier: BSD-3-Clause */
/* The last failure of the calling thread. */
#include "system.h"
#include "error.h"

/*
 * Initial-exec where the C library keeps room for that: by default glibc calls malloc when a thread first gets here, and a
 * runtime that unwinds out of malloc, as SBCL does when a timeout comes, leaves its locks taken for ever. musl cannot
 * dlopen a library of that model.
 */
#ifdef __GLIBC__
#define IN_PLACE __attribute__((tls_model("initial-exec")))
#else
#define IN_PLACE
#endif
static _Thread_local int last_error IN_PLACE;

int
pshm__record_failure(int result)
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
		return pshm__record_failure(-EINVAL);
	last_error = error;
	return 0;
}
