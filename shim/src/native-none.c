/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of native-linux.c and memory-linux.c on other platforms. */
#include "system.h"
#include "memory.h"
#include "native.h"

#ifndef __linux__

int
pshm__native_memfd(bool executable, bool huge)
{
	(void)executable;
	(void)huge;
	return -ENOTSUP;
}

int
pshm__native_tmpfile(int permissions)
{
	(void)permissions;
	return -ENOTSUP;
}

int
pshm__native_reopen(int fd, int flags)
{
	(void)fd;
	(void)flags;
	return -ENOTSUP;
}

int
pshm__native_link(int fd, const char *path)
{
	(void)fd;
	(void)path;
	return -ENOTSUP;
}

bool
pshm__native_is_path(int status_flags)
{
	(void)status_flags;
	return false;
}

/* posix_fallocate returns its error, and leaves errno alone; macOS and OpenBSD have none. */
#if defined __APPLE__ || defined __OpenBSD__
int
pshm__native_fallocate(int fd, int64_t offset, int64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return -ENOTSUP;
}
#else
int
pshm__native_fallocate(int fd, int64_t offset, int64_t length)
{
	int state = cancellation_disable();
	int error = posix_fallocate(fd, offset, length);

	cancellation_restore(state);
	return error == EOPNOTSUPP || error == ENODEV ? -ENOTSUP : -error;
}
#endif

/* FreeBSD, from 14 on; the range is what is left to do. */
#ifdef SPACECTL_DEALLOC
int
pshm__native_discard(int fd, int64_t offset, int64_t length)
{
	struct spacectl_range range = { offset, length };
	int saved = errno;
	int result = 0;

	while (range.r_len > 0 && result >= 0)
		if (fspacectl(fd, SPACECTL_DEALLOC, &range, 0, &range) < 0 && !pshm__system_interrupted(saved))
			result = pshm__system_error(saved);
	return result == -ENOSYS || result == -ENODEV ? -ENOTSUP : result;
}
#else
int
pshm__native_discard(int fd, int64_t offset, int64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return -ENOTSUP;
}
#endif

/* Elsewhere the file system alone is asked. */
int
pshm__memory_of_object(int fd, struct capacity *ret_capacity)
{
	struct statvfs status;
	int error = sys_fstatvfs(fd, &status);

	if (error < 0)
		return error;
	ret_capacity->total = (uint64_t)status.f_blocks * status.f_frsize;
	ret_capacity->free = status.f_blocks == 0 ? MEMORY_UNBOUNDED : (uint64_t)status.f_bavail * status.f_frsize;
	ret_capacity->in_memory = false;
	return 0;
}

int
pshm__memory_of_directory(const char *directory, struct capacity *ret_capacity)
{
	(void)directory;
	(void)ret_capacity;
	return -ENOTSUP;
}

uint64_t
pshm__memory_unused(void)
{
	return MEMORY_UNBOUNDED;
}

uint64_t
pshm__memory_available(void)
{
	return MEMORY_UNBOUNDED;
}

int
pshm__native_add_seals(int fd, int seals)
{
	(void)fd;
	(void)seals;
	return -ENOTSUP;
}

int
pshm__native_get_seals(int fd)
{
	(void)fd;
	return -ENOTSUP;
}

int
pshm__native_populate(int64_t address, int64_t length, bool writing)
{
	(void)address;
	(void)length;
	(void)writing;
	return -ENOTSUP;
}

int
pshm__native_ask_for_huge_pages(int64_t address, int64_t length)
{
	(void)address;
	(void)length;
	return -ENOTSUP;
}

#endif
