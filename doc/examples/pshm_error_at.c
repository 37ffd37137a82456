/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <string.h>

/* The table of errors has ENOSPC. */
int
main(void)
{
	for (int i = 0; i < pshm_error_count(); i++)
		if (strcmp(pshm_error_name(pshm_error_at(i)), "ENOSPC") == 0)
			return 0;
	return 1;
}
