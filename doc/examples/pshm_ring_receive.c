/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

enum { CAPACITY = 4096 };

int
main(void)
{
	int64_t ring = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	char buffer[CAPACITY / 2];
	int64_t length;

	if (-4095 <= ring && ring < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER) < 0 || pshm_ring_send(ring, CAPACITY, "hello", 5, 0) < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_RECEIVER) < 0)
		return 1;
	length = pshm_ring_receive(ring, CAPACITY, buffer, sizeof buffer, 1000000000);
	if (length < 0) {
		fprintf(stderr, "pshm_ring_receive: %s\n", pshm_strerror((int)length));
		return 1;
	}
	printf("%.*s\n", (int)length, buffer);
	return 0;
}
