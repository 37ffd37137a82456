/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

struct header {
	int64_t type, length;
};

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	struct header *header;
	int64_t address;

	if (fd < 0 || pshm_truncate(fd, 4096) < 0)
		return 1;
	address = pshm_map_prefixed(fd, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0, sizeof *header);
	if (-4095 <= address && address < 0) {
		fprintf(stderr, "pshm_map_prefixed: %s\n", pshm_strerror((int)address));
		return 1;
	}
	/* The header is private, and ends where the data begins. */
	header = (struct header *)(intptr_t)address - 1;
	header->length = 4096;
	return pshm_unmap_prefixed(address, 4096, sizeof *header) < 0 || pshm_close(fd) < 0;
}
