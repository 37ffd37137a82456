/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int mode = pshm_flags_parse(PSHM_KIND_MODE, "user-read user-write");

	if (mode < 0) {
		fprintf(stderr, "pshm_flags_parse: %s\n", pshm_strerror(mode));
		return 1;
	}
	return mode != 0600;
}
