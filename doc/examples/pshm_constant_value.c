/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>

int
main(void)
{
	for (int i = 0; i < pshm_constant_count(); i++)
		if (pshm_constant_value(i) != pshm_constant(pshm_constant_name(i)))
			return 1;
	return 0;
}
