/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int page = pshm_page_size();
	int64_t address = pshm_mmap(0, page, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0);
	int error;

	if (-4095 <= address && address < 0)
		return 1;
	error = pshm_mprotect(address, page, PSHM_PROT_READ);
	if (error < 0) {
		fprintf(stderr, "pshm_mprotect: %s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_munmap(address, page) < 0;
}
