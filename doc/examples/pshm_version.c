/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int needed = 1000000 * PSHM_VERSION_MAJOR + 1000 * PSHM_VERSION_MINOR;

	if (pshm_version() < needed) {
		fprintf(stderr, "the loaded library is too old: %d\n", pshm_version());
		return 1;
	}
	return 0;
}
