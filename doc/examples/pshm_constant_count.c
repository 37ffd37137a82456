/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int count = pshm_constant_count();

	for (int i = 0; i < count; i++)
		printf("%s = %d\n", pshm_constant_name(i), pshm_constant_value(i));
	return count < 1;
}
