/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_close(fd);

	if (error < 0)
		fprintf(stderr, "%s\n", pshm_strerror(error));
	return error < 0;
}
