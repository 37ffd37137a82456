/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <string.h>

int
main(void)
{
	char bytes[] = "abcdef";
	int64_t address = (intptr_t)bytes;

	if (pshm_copy(address + 2, address, 3) < 0)
		return 1;
	return strcmp(bytes, "ababcf") != 0;
}
