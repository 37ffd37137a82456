/* SPDX-License-Identifier: BSD-3-Clause */
/* The last failure of the calling thread. */
#include "system.h"
#include "error.h"

/*
 * Initial-exec if the C library reserves space for it: by default glibc calls malloc at the first access of a thread, and a
 * runtime that unwinds out of malloc, as SBCL does after a timeout, never releases the locks of malloc. musl cannot
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
