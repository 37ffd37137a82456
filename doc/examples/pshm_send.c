/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int here, there;
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_socketpair(&here, &there);

	/* At most one second. */
	if (error >= 0)
		error = pshm_send(here, fd, 1000000000);
	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_close(here) < 0 || pshm_close(there) < 0 || pshm_close(fd) < 0;
}
