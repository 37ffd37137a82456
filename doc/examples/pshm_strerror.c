/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	int fd = pshm_shm_open("/no-such-object", PSHM_O_RDONLY, 0);

	if (fd >= 0)
		return 1;
	fprintf(stderr, "pshm_shm_open: %s\n", pshm_strerror(fd));
	return strcmp(pshm_strerror(fd), "no such object, file or directory") != 0;
}
