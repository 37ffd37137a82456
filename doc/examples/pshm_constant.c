/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>

int
main(void)
{
	return pshm_constant("PSHM_MAP_SHARED") != PSHM_MAP_SHARED;
}
