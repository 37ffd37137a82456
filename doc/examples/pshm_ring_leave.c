/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/sync.h>
#include <stdio.h>

enum { CAPACITY = 4096 };

int
main(void)
{
	int64_t ring = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);
	char byte;
	int error;

	if (-4095 <= ring && ring < 0)
		return 1;
	if (pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER) < 0 || pshm_ring_join(ring, CAPACITY, PSHM_RING_RECEIVER) < 0)
		return 1;
	error = pshm_ring_leave(ring, CAPACITY, PSHM_RING_SENDER);
	if (error < 0) {
		fprintf(stderr, "pshm_ring_leave: %s\n", pshm_strerror(error));
		return 1;
	}
	/* The receiver learns that no message follows: -ENODATA, without waiting. */
	return pshm_ring_receive(ring, CAPACITY, &byte, 1, -1) != -pshm_error_number("ENODATA");
}
