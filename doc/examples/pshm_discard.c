/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int64_t fields[PSHM_STAT_BLOCKS + 1];
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);

	if (fd < 0 || pshm_allocate(fd, 1 << 20) < 0 || pshm_discard(fd, 0, 1 << 20) < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(pshm_errno()));
		return 1;
	}
	if (pshm_fstat(fd, fields, PSHM_STAT_BLOCKS + 1) < 0)
		return 1;
	return fields[PSHM_STAT_SIZE] != 1 << 20 || fields[PSHM_STAT_BLOCKS] != 0 || pshm_close(fd) < 0;
}
