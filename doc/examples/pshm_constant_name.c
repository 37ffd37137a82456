/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <string.h>

int
main(void)
{
	const char *first = pshm_constant_name(0);

	if (first == NULL || strncmp(first, "PSHM_", 5) != 0)
		return 1;
	return pshm_constant_name(pshm_constant_count()) != NULL;
}
