/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

#include "memory.h"

/* Whether there is memory: pshm_space has the proof of the functions that this stands for. */
bool
pshm__memory_suffices(int fd, uint64_t bytes)
{
	check(fd == asked.fd && bytes > 0, "it is about the object");
	return nondet_bool();
}

int
main(void)
{
	int result;

	asked.fd = any_int();
	asked.length = any_int64();
	asked.rights = MAY_RESERVE;
	CALL(result, pshm_allocate(asked.fd, asked.length));
	check(result <= 0, "success is 0");
	check(result < 0 || calls > 0, "the descriptor is looked at");
	check(!was_reserved || (result != -ENOSYS && result != -ENOMEM), "no call is no support, and no memory is no space");
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
