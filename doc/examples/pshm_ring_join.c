/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

enum { CAPACITY = 4096 };

int
main(void)
{
	int64_t ring = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	int result;

	if (-4095 <= ring && ring < 0)
		return 1;
	/* The memory is zero, so it is an empty ring. */
	result = pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER);
	if (result < 0) {
		fprintf(stderr, "pshm_ring_join: %s\n", pshm_strerror(result));
		return 1;
	}
	if (result == 1)
		puts("the sender before this one has died");
	return pshm_ring_join(ring, CAPACITY, PSHM_RING_RECEIVER) < 0;
}
