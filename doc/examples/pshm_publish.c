/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);
	int error = fd < 0 ? fd : pshm_allocate(fd, 4096);

	if (error >= 0 && pshm_write(fd, "ready", 5, 0) == 5)
		error = pshm_publish(fd, "/example", PSHM_IF_EXISTS_ERROR);
	if (error < 0) {
		fprintf(stderr, "pshm_publish: %s\n", pshm_strerror(error));
		return 1;
	}
	/* From here on a process that opens "/example" finds 4096 bytes that begin with "ready". */
	return pshm_delete("/example") < 0 || pshm_close(fd) < 0;
}
