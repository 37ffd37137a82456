/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <inttypes.h>
#include <stdio.h>

int
main(void)
{
	int64_t total, available;
	int error = pshm_space(&total, &available);

	if (error < 0) {
		fprintf(stderr, "pshm_space: %s\n", pshm_strerror(error));
		return 1;
	}
	printf("%" PRId64 " of %" PRId64 " bytes are available\n", available, total);
	return 0;
}
