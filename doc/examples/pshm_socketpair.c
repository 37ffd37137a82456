/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int first, second;
	int error = pshm_socketpair(&first, &second);

	if (error < 0) {
		fprintf(stderr, "pshm_socketpair: %s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_close(first) < 0 || pshm_close(second) < 0;
}
