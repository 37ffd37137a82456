/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

enum { CAPACITY = 4096 };

int
main(void)
{
	int64_t ring = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	int64_t message, length;

	if (-4095 <= ring && ring < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER) < 0 || pshm_ring_send(ring, CAPACITY, "hello", 5, 0) < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_RECEIVER) < 0)
		return 1;
	message = pshm_ring_peek(ring, CAPACITY, -1, &length);
	if (-4095 <= message && message < 0) {
		fprintf(stderr, "pshm_ring_peek: %s\n", pshm_strerror((int)message));
		return 1;
	}
	/* In place: the message is not copied, and stays until the release. */
	printf("%.*s\n", (int)length, (const char *)(intptr_t)message);
	return pshm_ring_release(ring, CAPACITY) < 0;
}
