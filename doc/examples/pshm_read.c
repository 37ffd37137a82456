/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	char bytes[10];
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t count;

	if (fd < 0 || pshm_truncate(fd, 100) < 0 || pshm_write(fd, "hello", 5, 95) != 5)
		return 1;
	/* The object ends after five of the ten bytes. */
	count = pshm_read(fd, bytes, sizeof bytes, 95);
	if (count < 0) {
		fprintf(stderr, "pshm_read: %s\n", pshm_strerror((int)count));
		return 1;
	}
	return count != 5 || memcmp(bytes, "hello", 5) != 0 || pshm_close(fd) < 0;
}
