/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	int page = pshm_page_size();
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t address;

	if (fd < 0 || pshm_ftruncate(fd, 2 * page) < 0)
		return 1;
	/* The second page of the object. */
	address = pshm_mmap(0, page, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, page);
	if (-4095 <= address && address < 0) {
		fprintf(stderr, "pshm_mmap: %s\n", pshm_strerror((int)address));
		return 1;
	}
	strcpy((char *)(intptr_t)address, "hello");
	return pshm_munmap(address, page) < 0 || pshm_close(fd) < 0;
}
