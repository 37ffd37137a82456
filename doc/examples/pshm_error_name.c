/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <string.h>

int
main(void)
{
	int error = pshm_shm_open("name-without-a-slash", PSHM_O_RDONLY, 0);

	return strcmp(pshm_error_name(error), "EINVAL") != 0;
}
