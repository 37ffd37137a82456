/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <string.h>

int
main(void)
{
	if (pshm_close(-1) >= 0)
		return 1;
	return strcmp(pshm_error_name(pshm_errno()), "EBADF") != 0;
}
