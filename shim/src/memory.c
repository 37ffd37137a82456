/* SPDX-License-Identifier: BSD-3-Clause */
/* The least of the file system, the machine and the control group. */
#include "system.h"
#include "memory.h"

#include <pthread.h>

/* Up to here one system call has to do: opening the files takes as long as reserving several pages. */
enum { SMALL = 1 << 20 };

/* A thread that is cancelled while a file is open would leave its descriptor. */
static uint64_t
available(void)
{
	uint64_t bytes;
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	bytes = pshm__memory_available();
	pthread_setcancelstate(state, &state);
	return bytes;
}

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
	return bytes <= available();
}

int
pshm__memory_space(const char *directory, struct capacity *ret_capacity)
{
	int error = pshm__memory_of_directory(directory, ret_capacity);

	if (error >= 0 && ret_capacity->in_memory)
		ret_capacity->free = memory_least(ret_capacity->free, available());
	return error;
}
