/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>

int
main(void)
{
	int64_t address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	int64_t value;

	if (-4095 <= address && address < 0)
		return 1;
	if (pshm_atomic_store64(address, 40) < 0)
		return 1;
	if (pshm_atomic_load64(address, &value) < 0)
		return 1;
	return value != 40;
}
