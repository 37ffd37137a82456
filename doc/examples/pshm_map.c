/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t address;

	if (fd < 0 || pshm_truncate(fd, 100) < 0)
		return 1;
	address = pshm_map(fd, 10, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 90);
	if (-4095 <= address && address < 0) {
		fprintf(stderr, "pshm_map: %s\n", pshm_strerror((int)address));
		return 1;
	}
	strcpy((char *)(intptr_t)address, "hello");
	return pshm_unmap(address, 10) < 0 || pshm_close(fd) < 0;
}
