/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has. */
#include "system.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#ifdef __linux__

#include <string.h>

/* Newer than some C libraries: linux/memfd.h. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static int
sys_memfd_create(unsigned flags)
{
	int saved = errno;

	return system_result(memfd_create("posix-shm", flags), saved);
}

static bool
is_missing(int error, bool huge)
{
	return is_missing_call(error) || error == -EINVAL || (error == -ENODEV && huge);
}

/*
 * Executable, so that no seal stands in the way of a later fchmod. Kernels before 6.3 do not know that flag. Where the policy
 * vm.memfd_noexec forbids it, an object without x bits is made as the policy requires, and one with x bits is not made at all.
 */
int
pshm__native_memfd(bool executable, bool huge)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (huge ? MFD_HUGETLB : 0);
	int fd = sys_memfd_create(flags | MFD_EXEC);

	if (fd == -EINVAL)
		fd = sys_memfd_create(flags);
	if (fd == -EACCES && !executable)
		fd = sys_memfd_create(flags | MFD_NOEXEC_SEAL);
	return is_missing(fd, huge) ? -ENOTSUP : fd;
}

_Static_assert(EOPNOTSUPP == ENOTSUP, "what the kernel says is what the library says");

/* A file system that cannot says EOPNOTSUPP; a kernel that cannot sees the open of a directory for writing. */
int
pshm__native_tmpfile(int permissions)
{
	int fd = sys_open(platform.directory, O_TMPFILE | O_RDWR, permissions);

	return fd == -EISDIR || fd == -ENOENT ? -ENOTSUP : fd;
}

/* The descriptors of this thread, and those of the first thread of the process, which may have a table of its own. */
#define OF_THREAD "/proc/thread-self/fd/"
#define OF_PROCESS "/proc/self/fd/"

enum { DIGITS = sizeof "2147483647" - 1, PATH_OF_DESCRIPTOR_SIZE = sizeof OF_THREAD + DIGITS };

/* Without snprintf, which would be a large part of the caller's cost. */
static void
path_of_descriptor(char *ret_path, const char *directory, int fd)
{
	char digits[DIGITS];
	int count = 0;

	ret_path += strlen(strcpy(ret_path, directory));
	do
		digits[count++] = (char)('0' + fd % 10);
	while ((fd /= 10) > 0);
	while (count > 0)
		*ret_path++ = digits[--count];
	*ret_path = '\0';
}

static int
open_by(const char *directory, int fd, int flags)
{
	char path[PATH_OF_DESCRIPTOR_SIZE];

	path_of_descriptor(path, directory, fd);
	return sys_open(path, flags, 0);
}

/* A kernel before 3.17 has no directory of the thread. The other one may have something else under the number. */
static int COLD
reopen_by_process(int fd, int flags)
{
	struct stat wanted;
	struct stat got;
	int opened = open_by(OF_PROCESS, fd, flags | O_NONBLOCK);

	if (opened < 0)
		return opened == -ENOENT ? -ENOTSUP : opened;
	if (sys_fstat(fd, &wanted) >= 0 && sys_fstat(opened, &got) >= 0 && object_is_same(&wanted, &got))
		return opened;
	return pshm__object_close_with(opened, -ENOTSUP);
}

int
pshm__native_reopen(int fd, int flags)
{
	int opened = open_by(OF_THREAD, fd, flags);

	return opened == -ENOENT ? reopen_by_process(fd, flags) : opened;
}

static int COLD
sys_linkat(int directory, const char *from, const char *to, int flags)
{
	int saved = errno;

	return system_result(linkat(directory, from, AT_FDCWD, to, flags), saved);
}

/* Whether a path leads to what a descriptor is of. */
static bool COLD
leads_to(const char *path, int fd)
{
	struct stat wanted;
	struct stat found;

	return sys_fstat(fd, &wanted) >= 0 && sys_fstatat(AT_FDCWD, path, &found, 0) >= 0 && object_is_same(&wanted, &found);
}

/* If the descriptor exists, the kernel reports as missing an object that cannot be linked. */
static int COLD
link_by(const char *directory, int fd, const char *to)
{
	char path[PATH_OF_DESCRIPTOR_SIZE];
	int error;

	path_of_descriptor(path, directory, fd);
	if (!leads_to(path, fd))
		return -ENOTSUP;
	error = sys_linkat(AT_FDCWD, path, to, AT_SYMLINK_FOLLOW);
	return error == -ENOENT ? -EXDEV : error;
}

/* A sandbox may answer EPERM to a call that it does not let through. The kernel itself finds first that there is no descriptor. */
static bool
forbids_links(void)
{
	return sys_linkat(-1, "x", "/", 0) == -EPERM;
}

/*
 * By the descriptor itself: a kernel before 6.10 calls that missing without CAP_DAC_READ_SEARCH, open(2). Then by its path in
 * /proc, which may not be mounted.
 */
int
pshm__native_link(int fd, const char *path)
{
	int error = sys_linkat(fd, "", path, AT_EMPTY_PATH);

	if (error == -ENOENT)
		error = link_by(OF_THREAD, fd, path);
	if (error == -ENOTSUP)
		error = link_by(OF_PROCESS, fd, path);
	return error == -ENOSYS || (error == -EPERM && forbids_links()) ? -ENOTSUP : error;
}

static inline int
sys_fallocate(int fd, int mode, int64_t offset, int64_t length)
{
	int state = cancellation_disable();
	int saved = errno;
	int result = system_result(fallocate(fd, mode, offset, length), saved);

	cancellation_restore(state);
	return result == -ENOSYS ? -ENOTSUP : result;
}

/*
 * A sandbox may answer EPERM to a call that it does not let through, as a seal does, or an immutable file. The kernel itself
 * finds first that there is no descriptor.
 */
static int
allocation_result(int result, int mode)
{
	return result == -EPERM && sys_fallocate(-1, mode, 0, 1) == -EPERM ? -ENOTSUP : result;
}

int
pshm__native_fallocate(int fd, int64_t offset, int64_t length)
{
	return allocation_result(sys_fallocate(fd, 0, offset, length), 0);
}

int
pshm__native_discard(int fd, int64_t offset, int64_t length)
{
	int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int result;

	do
		result = sys_fallocate(fd, mode, offset, length);
	while (result == -EINTR);
	return allocation_result(result, mode);
}

int
pshm__native_ask_for_huge_pages(int64_t address, int64_t length)
{
	return sys_madvise(address, length, MADV_HUGEPAGE);
}

#endif
