/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>

int
main(void)
{
	pshm_close(-1);
	if (pshm_set_errno(0) < 0)
		return 1;
	return pshm_errno() != 0;
}
