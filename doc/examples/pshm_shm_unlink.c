/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_shm_open("/example", PSHM_O_RDWR | PSHM_O_CREAT, 0600);
	int error = fd < 0 ? fd : pshm_shm_unlink("/example");

	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	/* The descriptor stays valid. */
	return pshm_ftruncate(fd, 100) < 0 || pshm_close(fd) < 0;
}
