/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int major, minor, patch;

	if (sscanf(pshm_version_string(), "%d.%d.%d", &major, &minor, &patch) != 3)
		return 1;
	return 1000000 * major + 1000 * minor + patch != pshm_version();
}
