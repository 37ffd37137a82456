/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int error = fd < 0 ? fd : pshm_seal(fd, PSHM_SEAL_SHRINK);
	int seals = error < 0 ? error : pshm_seals(fd);

	if (seals < 0) {
		fprintf(stderr, "%s\n", pshm_strerror(seals));
		return 1;
	}
	return !(seals & PSHM_SEAL_SHRINK) || pshm_close(fd) < 0;
}
