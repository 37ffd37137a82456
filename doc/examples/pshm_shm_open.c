/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int flags = PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL;
	int fd = pshm_shm_open("/example", flags, 0600);

	if (fd < 0) {
		fprintf(stderr, "pshm_shm_open: %s\n", pshm_strerror(fd));
		return 1;
	}
	return pshm_shm_unlink("/example") < 0 || pshm_close(fd) < 0;
}
