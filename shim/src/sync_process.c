/* SPDX-License-Identifier: BSD-3-Clause */
/* A process as one number, and whether it is alive. */
#include "system.h"
#include "error.h"
#include "process.h"

/* A result of process_word: with a number, a start and nothing between them. */
static bool
is_process(uint64_t word)
{
	return (word & PROCESS_NUMBER) != 0 && (word & PROCESS_START << PROCESS_START_SHIFT) != 0 && (word & ~PROCESS_BITS) == 0;
}

int64_t
pshm_process_self(void)
{
	return (int64_t)process_self();
}

int
pshm_process_alive(int64_t process)
{
	return record(is_process((uint64_t)process) ? pshm__process_alive((uint64_t)process) : -EINVAL);
}
