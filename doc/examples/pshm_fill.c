/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <string.h>

int
main(void)
{
	char bytes[] = "abcdef";

	if (pshm_fill((intptr_t)bytes + 1, '.', 2) < 0)
		return 1;
	return strcmp(bytes, "a..def") != 0;
}
