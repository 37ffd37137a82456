/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int created;
	int fd = pshm_open("/example", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE,
		PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, &created);

	if (fd < 0) {
		fprintf(stderr, "pshm_open: %s\n", pshm_strerror(fd));
		return 1;
	}
	puts(created ? "created" : "opened");
	return pshm_delete("/example") < 0 || pshm_close(fd) < 0;
}
