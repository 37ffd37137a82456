/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>
#include <string.h>

enum { CAPACITY = 4096 };

int
main(void)
{
	int64_t ring = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	int64_t message;
	int error;

	if (-4095 <= ring && ring < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER) < 0)
		return 1;
	message = pshm_ring_reserve(ring, CAPACITY, 100, -1);
	if (-4095 <= message && message < 0)
		return 1;
	memcpy((void *)(intptr_t)message, "shorter", 7);
	error = pshm_ring_commit(ring, CAPACITY, 7);
	if (error < 0) {
		fprintf(stderr, "pshm_ring_commit: %s\n", pshm_strerror(error));
		return 1;
	}
	return 0;
}
