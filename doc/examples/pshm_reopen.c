/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int reader = fd < 0 ? fd : pshm_reopen(fd, PSHM_DIRECTION_INPUT);

	if (reader < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(reader));
		return 1;
	}
	if (pshm_map(reader, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0) != -pshm_error_number("EACCES"))
		return 1;
	return pshm_close(reader) < 0 || pshm_close(fd) < 0;
}
