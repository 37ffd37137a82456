/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open("/example", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_DEFAULT,
		PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL);
	int error = fd < 0 ? fd : pshm_delete("/example");

	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_close(fd) < 0;
}
