/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has. */
#include "system.h"
#include "name.h"
#include "native.h"
#include "platform.h"

#ifdef __linux__

#include <string.h>
#include <sys/sysinfo.h>

/* Newer than some C libraries: linux/memfd.h, linux/fcntl.h, asm-generic/mman-common.h. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static int
memfd(unsigned flags)
{
	int saved = errno;

	return system_result(memfd_create("posix-shm", flags), saved);
}

/* Kernels before 6.3 refuse the flag about execution: it is dropped, and only it. */
int
native_memfd(bool executable, bool huge)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (huge ? MFD_HUGETLB : 0);
	int fd = memfd(flags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));

	if (fd == -EINVAL)
		fd = memfd(flags);
	return fd == -ENOSYS || fd == -EINVAL || (fd == -ENODEV && huge) ? -ENOTSUP : fd;
}

static int
sys_open(const char *path, int flags, int mode)
{
	int saved = errno;
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && system_interrupted(saved));
	return system_result(fd, saved);
}

/* A file system that cannot says EOPNOTSUPP; a kernel that cannot sees the open of a directory for writing. */
int
native_tmpfile(int permissions)
{
	int fd = sys_open(platform.directory, O_TMPFILE | O_RDWR, permissions);

	return fd == -EOPNOTSUPP || fd == -EISDIR || fd == -ENOENT ? -ENOTSUP : fd;
}

enum { PATH_OF_DESCRIPTOR_SIZE = sizeof "/proc/self/fd/2147483647" };

/* Without snprintf, which would be a large part of the cost of its callers. */
static void
path_of_descriptor(char *ret_path, int fd)
{
	char digits[PATH_OF_DESCRIPTOR_SIZE];
	char *digit = digits + sizeof digits - 1;

	*digit = '\0';
	do
		*--digit = (char)('0' + fd % 10);
	while ((fd /= 10) > 0);
	(void)stpcpy(stpcpy(ret_path, "/proc/self/fd/"), digit);
}

/* By way of /proc: AT_EMPTY_PATH would need a capability. Without /proc there is no such file. */
int
native_link(int fd, const char *name)
{
	char from[PATH_OF_DESCRIPTOR_SIZE];
	char to[NAME_PATH_SIZE];
	int saved = errno;
	int error;

	path_of_descriptor(from, fd);
	name_path(to, name);
	error = system_result(linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW), saved);
	return error == -ENOENT ? -ENOTSUP : error;
}

int
native_reopen(int fd, int flags)
{
	char path[PATH_OF_DESCRIPTOR_SIZE];
	int opened;

	path_of_descriptor(path, fd);
	opened = sys_open(path, flags, 0);
	return opened == -ENOENT ? -ENOTSUP : opened;
}

bool
native_is_path(int status_flags)
{
	return (status_flags & O_PATH) != 0;
}

static int
sys_fallocate(int fd, int mode, int64_t offset, int64_t length)
{
	int saved = errno;
	int result = system_result(fallocate(fd, mode, offset, length), saved);

	return result == -ENOSYS ? -ENOTSUP : result;
}

static int
fallocate_uninterrupted(int fd, int mode, int64_t offset, int64_t length)
{
	int result;

	do
		result = sys_fallocate(fd, mode, offset, length);
	while (result == -EINTR);
	return result;
}

int
native_fallocate(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, 0, offset, length);
}

int
native_fallocate_once(int fd, int64_t offset, int64_t length)
{
	return sys_fallocate(fd, 0, offset, length);
}

int
native_reserve(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

int
native_release(int fd, int64_t offset, int64_t length)
{
	return fallocate_uninterrupted(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length);
}

uint64_t
native_memory(void)
{
	struct sysinfo machine;
	int saved = errno;

	if (system_result(sysinfo(&machine), saved) < 0)
		return UINT64_MAX;
	return ((uint64_t)machine.totalram + machine.totalswap) * machine.mem_unit;
}

int
native_add_seals(int fd, int seals)
{
	return sys_fcntl(fd, F_ADD_SEALS, seals);
}

int
native_get_seals(int fd)
{
	return sys_fcntl(fd, F_GET_SEALS, 0);
}

static int
sys_madvise(int64_t address, int64_t length, int advice)
{
	int saved = errno;
	int result;

	do
		result = madvise((void *)(uintptr_t)address, (size_t)length, advice);
	while (result < 0 && system_interrupted(saved));
	return system_result(result, saved);
}

/* Where touching a page would be a SIGBUS, the answer is EFAULT; a kernel before 5.14 does not know the advice. */
int
native_populate(int64_t address, int64_t length, bool writing)
{
	int error = sys_madvise(address, length, writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);

	if (error == -EFAULT)
		return -ENOSPC;
	return error == -EINVAL ? -ENOTSUP : error;
}

/* A kernel that was built without huge pages does not know the advice. */
int
native_ask_for_huge_pages(int64_t address, int64_t length)
{
	int error = sys_madvise(address, length, MADV_HUGEPAGE);

	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
