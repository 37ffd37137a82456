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

/* An advice that has an effect, and is no mere hint. */
static inline int
sys_madvise_firmly(int64_t address, int64_t length, int advice)
{
	int error = sys_madvise(address, length, advice);

	return is_missing_call(error) ? -ENOTSUP : error;
}

static inline int
pshm__native_leave_out_of_dumps(int64_t address, int64_t length)
{
	return sys_madvise_firmly(address, length, MADV_DONTDUMP);
}

/* Where touching a page would be a SIGBUS, the answer is EFAULT; a kernel before 5.14 does not support the advice. */
static inline int
pshm__native_populate(int64_t address, int64_t length, bool writing)
{
	int error = sys_madvise_firmly(address, length, writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);

	if (error == -EFAULT)
		return -ENOSPC;
	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
