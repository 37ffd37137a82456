/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int64_t fields[PSHM_STAT_MODE + 1];
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_fchmod(fd, 0640);

	if (error < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(error));
		return 1;
	}
	if (pshm_fstat(fd, fields, PSHM_STAT_MODE + 1) < 0)
		return 1;
	return fields[PSHM_STAT_MODE] != 0640 || pshm_close(fd) < 0;
}
