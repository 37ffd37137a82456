/* SPDX-License-Identifier: BSD-3-Clause */
/* The least of the file system, the machine and the control group. */
#include "system.h"
#include "memory.h"

/* Up to this size one system call must suffice: opening the files takes as long as reserving several pages. */
enum { SMALL = 1 << 20 };

bool
pshm__memory_suffices(int fd, uint64_t bytes)
{
	struct capacity capacity;

	if (pshm__memory_of_object(fd, &capacity) < 0)
		return true;
	if (bytes > capacity.free)
		return false;
	if (!capacity.in_memory || (bytes <= SMALL && bytes <= pshm__memory_unused()))
		return true;
	return bytes <= pshm__memory_available();
}

int
pshm__memory_space(const char *directory, struct capacity *ret_capacity)
{
	int error = pshm__memory_of_directory(directory, ret_capacity);

	if (error >= 0 && ret_capacity->in_memory)
		ret_capacity->free = memory_least(ret_capacity->free, pshm__memory_available());
	return error;
}
