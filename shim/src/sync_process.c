/* SPDX-License-Identifier: BSD-3-Clause */
/* A process as one number, and whether it is alive. */
#include "system.h"
#include "error.h"
#include "process.h"

int64_t
pshm_process_self(void)
{
	return (int64_t)process_self();
}

int
pshm_process_alive(int64_t process)
{
	if (process <= 0 || ((uint64_t)process & PROCESS_NUMBER) == 0 || ((uint64_t)process & ~PROCESS_BITS) != 0)
		return record(-EINVAL);
	return record(pshm__process_alive((uint64_t)process));
}
