/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has and that are one system call each: inline, as those of system.h. */
#ifndef PSHM_NATIVE_LINUX_H
#define PSHM_NATIVE_LINUX_H

#include "system.h"

/* Newer than some C libraries: asm-generic/mman-common.h. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static inline bool
pshm__native_is_path(int status_flags)
{
	return (status_flags & O_PATH) != 0;
}

static inline int
sys_fallocate(int fd, int mode, int64_t offset, int64_t length)
{
	int saved = errno;
	int result = system_result(fallocate(fd, mode, offset, length), saved);

	return result == -ENOSYS ? -ENOTSUP : result;
}

static inline int
fallocate_uninterrupted(int fd, int mode, int64_t offset, int64_t length)
{
	int result;

	do
		result = sys_fallocate(fd, mode, offset, length);
	while (result == -EINTR);
	return result;
}

static inline int
pshm__native_fallocate(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, 0, offset, length);
}

static inline int
pshm__native_fallocate_once(int fd, int64_t offset, int64_t length)
{
	return sys_fallocate(fd, 0, offset, length);
}

static inline int
pshm__native_reserve(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

static inline int
pshm__native_release(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length);
}

static inline int
pshm__native_add_seals(int fd, int seals)
{
	return sys_fcntl(fd, F_ADD_SEALS, seals);
}

static inline int
pshm__native_get_seals(int fd)
{
	return sys_fcntl(fd, F_GET_SEALS, 0);
}

static inline int
sys_madvise(int64_t address, int64_t length, int advice)
{
	int saved = errno;
	int result;

	do
		result = madvise((void *)(uintptr_t)address, (size_t)length, advice);
	while (result < 0 && pshm__system_interrupted(saved));
	return system_result(result, saved);
}

/* Where touching a page would be a SIGBUS, the answer is EFAULT; a kernel before 5.14 does not know the advice. */
static inline int
pshm__native_populate(int64_t address, int64_t length, bool writing)
{
	int error = sys_madvise(address, length, writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);

	if (error == -EFAULT)
		return -ENOSPC;
	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
