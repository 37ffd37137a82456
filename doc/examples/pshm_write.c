/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t count;

	if (fd < 0 || pshm_truncate(fd, 100) < 0)
		return 1;
	/* The object ends after six of the ten bytes, and does not grow. */
	count = pshm_write(fd, "0123456789", 10, 94);
	if (count < 0) {
		fprintf(stderr, "pshm_write: %s\n", pshm_strerror((int)count));
		return 1;
	}
	return count != 6 || pshm_close(fd) < 0;
}
