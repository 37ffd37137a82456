/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <unistd.h>

int
main(void)
{
	int64_t address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (-4095 <= address && address < 0)
		return 1;
	child = fork();
	if (child < 0)
		return 1;
	if (child == 0)
		return pshm_atomic_store32(address, 1) < 0 || pshm_atomic_wake(address, 1) < 0;
	/* A change wakes the process, or was made before it could wait. */
	while (pshm_atomic_load32(address) == 0)
		if (pshm_atomic_wait(address, 0, -1) < 0)
			return 1;
	/* Without a change, the timeout ends the wait. */
	return pshm_atomic_wait(address, 1, 1000000) != -pshm_error_number("ETIMEDOUT");
}
