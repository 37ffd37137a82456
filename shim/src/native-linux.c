/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has. */
#include "system.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#ifdef __linux__

#include <string.h>
#include <sys/sysinfo.h>

int
native_older_memfd(int error, bool huge)
{
	int fd = error == -EINVAL ? sys_memfd_create(memfd_flags(huge)) : error;

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

#define DESCRIPTORS "/proc/self/fd/"

enum { PATH_OF_DESCRIPTOR_SIZE = sizeof DESCRIPTORS "2147483647" };

/*
 * Written from its end, which is the end of the room; the result is where it begins. Without snprintf, which would be a
 * large part of the cost of its callers.
 */
static const char *
path_of_descriptor(char room[PATH_OF_DESCRIPTOR_SIZE], int fd)
{
	char *start = room + PATH_OF_DESCRIPTOR_SIZE - 1;
	unsigned rest = (unsigned)fd;

	*start = '\0';
	do
		*--start = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	start -= sizeof DESCRIPTORS - 1;
	return memcpy(start, DESCRIPTORS, sizeof DESCRIPTORS - 1);
}

static int
sys_linkat(const char *from, const char *to)
{
	int saved = errno;

	return system_result(linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW), saved);
}

/* By way of /proc: AT_EMPTY_PATH would need a capability. Without /proc there is no such file. */
int
native_give_name(int fd, const char *name)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	const char *from = path_of_descriptor(room, fd);
	char to[NAME_PATH_SIZE];

	name_path(to, name);
	for (int race = 0; race < OBJECT_RACES; race++) {
		int error = sys_linkat(from, to);

		if (error != -EEXIST)
			return error == -ENOENT ? -ENOTSUP : error;
		error = sys_shm_unlink(name);
		if (error < 0 && error != -ENOENT)
			return error;
	}
	return -EAGAIN;
}

int
native_reopen(int fd, int flags)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	int opened = sys_open(path_of_descriptor(room, fd), flags, 0);

	return opened == -ENOENT ? -ENOTSUP : opened;
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

/* A kernel that was built without huge pages does not know the advice. */
int
native_ask_for_huge_pages(int64_t address, int64_t length)
{
	int error = sys_madvise(address, length, MADV_HUGEPAGE);

	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
