/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdlib.h>
#include <string.h>

int
main(void)
{
	int64_t size = pshm_flags_format(PSHM_KIND_MODE, 0640, NULL, 0);
	char *keywords = size < 0 ? NULL : malloc((size_t)size);
	int failed = keywords == NULL
		|| pshm_flags_format(PSHM_KIND_MODE, 0640, keywords, size) != size
		|| strcmp(keywords, "user-read user-write group-read") != 0;

	free(keywords);
	return failed;
}
