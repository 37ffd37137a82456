/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>
#include <string.h>

/* A regular file, mapped like an object. */
int
main(void)
{
	FILE *file = tmpfile();
	int page = pshm_page_size();
	int64_t address;
	int error;

	if (file == NULL || pshm_ftruncate(fileno(file), page) < 0)
		return 1;
	address = pshm_mmap(0, page, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fileno(file), 0);
	if (-4095 <= address && address < 0)
		return 1;
	strcpy((char *)(intptr_t)address, "hello");
	error = pshm_msync(address, page, PSHM_MS_SYNC);
	if (error < 0) {
		fprintf(stderr, "pshm_msync: %s\n", pshm_strerror(error));
		return 1;
	}
	return pshm_munmap(address, page) < 0 || fclose(file) != 0;
}
