/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int64_t address = pshm_map(-1, 100, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0);
	int error;

	if (-4095 <= address && address < 0)
		return 1;
	error = pshm_unmap(address, 100);
	if (error < 0)
		fprintf(stderr, "pshm_unmap: %s\n", pshm_strerror(error));
	return error < 0;
}
