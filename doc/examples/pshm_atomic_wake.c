/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>

int
main(void)
{
	int64_t address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);

	if (-4095 <= address && address < 0)
		return 1;
	if (pshm_atomic_store32(address, 1) < 0)
		return 1;
	/* At most one process that waits on the word; there is none here. */
	return pshm_atomic_wake(address, 1) < 0;
}
