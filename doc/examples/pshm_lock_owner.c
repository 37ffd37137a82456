/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>

int
main(void)
{
	int64_t address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);

	if (-4095 <= address && address < 0)
		return 1;
	if (pshm_lock_acquire(address, -1) < 0)
		return 1;
	if (pshm_lock_owner(address) != pshm_process_self())
		return 1;
	return pshm_lock_release(address) < 0;
}
