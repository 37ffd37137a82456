/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

int
main(void)
{
	int64_t address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	int result;

	if (-4095 <= address && address < 0)
		return 1;
	/* At most one second. */
	result = pshm_lock_acquire(address, 1000000000);
	if (result < 0) {
		fprintf(stderr, "pshm_lock_acquire: %s\n", pshm_strerror(result));
		return 1;
	}
	if (result == 1) {
		/* An owner has died: repair the data here. */
		pshm_lock_mark_repaired(address);
	}
	return pshm_lock_release(address) < 0;
}
