/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <inttypes.h>
#include <stdio.h>

int
main(void)
{
	int64_t fields[PSHM_STAT_SIZE + 1];
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int count = fd < 0 ? fd : pshm_fstat(fd, fields, PSHM_STAT_SIZE + 1);

	if (count < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(count));
		return 1;
	}
	printf("%" PRId64 " bytes, mode %" PRIo64 "\n",
		fields[PSHM_STAT_SIZE], (uint64_t)fields[PSHM_STAT_MODE]);
	return pshm_close(fd) < 0;
}
