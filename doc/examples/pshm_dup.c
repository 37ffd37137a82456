/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int other = fd < 0 ? fd : pshm_dup(fd);

	if (other < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(other));
		return 1;
	}
	/* Each is closed by itself. */
	return pshm_close(fd) < 0 || pshm_close(other) < 0;
}
