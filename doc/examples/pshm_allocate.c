/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_allocate(fd, 1 << 20);

	if (error < 0) {
		fprintf(stderr, "1 MiB of shared memory: %s\n", pshm_strerror(error));
		return 1;
	}
	/* More than any machine has: an error, and the object is as it was. */
	return pshm_allocate(fd, (int64_t)1 << 60) >= 0 || pshm_close(fd) < 0;
}
