/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t address = pshm_map_prefixed(fd, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 16);
	int error;

	if (-4095 <= address && address < 0)
		return 1;
	error = pshm_unmap_prefixed(address, 4096, 16);
	if (error < 0) {
		fprintf(stderr, "pshm_unmap_prefixed: %s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_close(fd) < 0;
}
