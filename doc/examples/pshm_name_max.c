/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	const char *name = "/measurements";

	if ((int)strlen(name) > pshm_name_max()) {
		fprintf(stderr, "%s is too long a name\n", name);
		return 1;
	}
	return 0;
}
