/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/ffi.h>
#include <stdio.h>

int
main(void)
{
	int seals = pshm_has("seals");

	if (seals < 0)
		return 1;
	puts(seals ? "anonymous objects can be sealed" : "there are no seals here");
	return pshm_has("no-such-feature") != 0;
}
