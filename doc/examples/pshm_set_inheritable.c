/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
	char command[64];
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_set_inheritable(fd, 1);

	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	/* The child has the descriptor under the same number. */
	snprintf(command, sizeof command, "echo hello >&%d", fd);
	return system(command) != 0 || pshm_close(fd) < 0;
}
