/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int count = pshm_error_count();

	for (int i = 0; i < count; i++)
		printf("%d %s\n", pshm_error_at(i), pshm_error_name(pshm_error_at(i)));
	return count < 1;
}
