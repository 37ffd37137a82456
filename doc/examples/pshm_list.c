/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	char names[65536];
	int64_t size = pshm_list(names, sizeof names);

	if (size < 0) {
		fprintf(stderr, "pshm_list: %s\n", pshm_strerror((int)size));
		return 1;
	}
	if (size > (int64_t)sizeof names)
		return 1;
	for (char *name = names; name < names + size; name += strlen(name) + 1)
		puts(name);
	return 0;
}
