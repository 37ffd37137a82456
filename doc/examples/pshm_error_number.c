/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>

int
main(void)
{
	int missing = pshm_error_number("ENOENT");

	if (missing < 0)
		return 1;
	return pshm_shm_unlink("/no-such-object") != -missing;
}
