/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has and that are one system call each: inline, as those of system.h. */
#ifndef PSHM_NATIVE_LINUX_H
#define PSHM_NATIVE_LINUX_H

#include "system.h"

/* Newer than some C libraries: linux/memfd.h. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static inline int
sys_memfd_create(unsigned flags)
{
	int saved = errno;

	return system_result(memfd_create("posix-shm", flags), saved);
}

/* Kernels before 6.3 refuse the flag about execution: it is dropped, and only it. */
static inline int
native_memfd(bool executable, bool huge)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (huge ? MFD_HUGETLB : 0);
	int fd = sys_memfd_create(flags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));

	if (fd == -EINVAL)
		fd = sys_memfd_create(flags);
	return fd == -ENOSYS || fd == -EINVAL || (fd == -ENODEV && huge) ? -ENOTSUP : fd;
}

static inline bool
native_is_path(int status_flags)
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
native_fallocate(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, 0, offset, length);
}

static inline int
native_fallocate_once(int fd, int64_t offset, int64_t length)
{
	return sys_fallocate(fd, 0, offset, length);
}

static inline int
native_reserve(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

static inline int
native_release(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length);
}

static inline int
native_add_seals(int fd, int seals)
{
	return sys_fcntl(fd, F_ADD_SEALS, seals);
}

static inline int
native_get_seals(int fd)
{
	return sys_fcntl(fd, F_GET_SEALS, 0);
}

#endif
