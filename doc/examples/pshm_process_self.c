/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>

int
main(void)
{
	int64_t self = pshm_process_self();

	if (self <= 0)
		return 1;
	return pshm_process_alive(self) != 1;
}
