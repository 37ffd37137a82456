/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>

int
main(void)
{
	return pshm_process_alive(pshm_process_self()) != 1;
}
