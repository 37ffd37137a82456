/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_allocate(fd, 4096);

	if (error >= 0)
		error = pshm_seal(fd, PSHM_SEAL_SHRINK | PSHM_SEAL_GROW);
	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	/* From now on the size is fixed. */
	return pshm_truncate(fd, 0) != -pshm_error_number("EPERM") || pshm_close(fd) < 0;
}
