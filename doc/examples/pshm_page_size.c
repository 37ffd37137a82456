/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int page = pshm_page_size();
	int wanted = 100000;

	if (page <= 0)
		return 1;
	printf("%d bytes take %d pages\n", wanted, (wanted + page - 1) / page);
	return 0;
}
