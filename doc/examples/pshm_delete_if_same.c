/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>

static int
create(int if_exists)
{
	return pshm_open("/example", PSHM_DIRECTION_IO, if_exists, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL);
}

int
main(void)
{
	int old = create(PSHM_IF_EXISTS_ERROR);
	int new = create(PSHM_IF_EXISTS_SUPERSEDE);
	int removed = pshm_delete_if_same("/example", old);

	if (removed < 0) {
		fprintf(stderr, "pshm_delete_if_same: %s\n", pshm_strerror(removed));
		return 1;
	}
	/* The name is the new object's, and stays until its owner removes it. */
	if (removed || pshm_delete_if_same("/example", new) != 1)
		return 1;
	return pshm_close(old) < 0 || pshm_close(new) < 0;
}
