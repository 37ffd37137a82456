/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls that only Linux has. */
#include "system.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#ifdef __linux__

#include <string.h>

int
pshm__native_older_memfd(int error, bool huge)
{
	int fd = error == -EINVAL ? sys_memfd_create(memfd_flags(huge)) : error;

	return fd == -ENOSYS || fd == -EINVAL || (fd == -ENODEV && huge) ? -ENOTSUP : fd;
}

/* A file system that cannot says EOPNOTSUPP; a kernel that cannot sees the open of a directory for writing. */
int
pshm__native_tmpfile(int permissions)
{
	int fd = sys_open(platform.directory, O_TMPFILE | O_RDWR, permissions);

	return fd == -EOPNOTSUPP || fd == -EISDIR || fd == -ENOENT ? -ENOTSUP : fd;
}

/*
 * The descriptors of this process. The first is empty once the first thread has ended, proc_pid_fd(5); the second is not,
 * and takes longer to look up.
 */
#define OF_PROCESS "/proc/self/fd/"
#define OF_THREAD "/proc/thread-self/fd/"

enum { LARGEST = sizeof "2147483647", PATH_OF_DESCRIPTOR_SIZE = sizeof OF_THREAD - 1 + LARGEST };

/* The number of a descriptor, at the end of the room; the result is where it begins. */
static char *
write_number(char room[PATH_OF_DESCRIPTOR_SIZE], int fd)
{
	char *start = &room[PATH_OF_DESCRIPTOR_SIZE - 1];
	unsigned rest = (unsigned)fd;

	*start = '\0';
	do
		*--start = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	return start;
}

/*
 * Written from its end; the result is where it begins. Without snprintf, which would be a large part of the callers' cost.
 * The size is the directory's, with its NUL.
 */
static inline const char *
path_of_descriptor(char room[PATH_OF_DESCRIPTOR_SIZE], const char *directory, size_t size, int fd)
{
	return memcpy(write_number(room, fd) - (size - 1), directory, size - 1);
}

static int
sys_linkat(const char *from, const char *to)
{
	int saved = errno;

	return system_result(linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW), saved);
}

static int
give_name_by(const char *from, const char *name)
{
	char to[NAME_PATH_SIZE];

	name_path(to, name);
	for (int race = 0; race < OBJECT_RACES; race++) {
		int error = sys_linkat(from, to);

		if (error != -EEXIST)
			return error;
		error = sys_shm_unlink(name);
		if (error < 0 && error != -ENOENT)
			return error;
	}
	return -EAGAIN;
}

static int SELDOM
give_name_by_thread(int fd, const char *name)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	int error = give_name_by(path_of_descriptor(room, OF_THREAD, sizeof OF_THREAD, fd), name);

	return error == -ENOENT ? -ENOTSUP : error;
}

/* By way of /proc: AT_EMPTY_PATH would need a capability. Without /proc there is no such file. */
int
pshm__native_give_name(int fd, const char *name)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	int error = give_name_by(path_of_descriptor(room, OF_PROCESS, sizeof OF_PROCESS, fd), name);

	return error == -ENOENT ? give_name_by_thread(fd, name) : error;
}

static int SELDOM
reopen_by_thread(int fd, int flags)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	int opened = sys_open(path_of_descriptor(room, OF_THREAD, sizeof OF_THREAD, fd), flags, 0);

	return opened == -ENOENT ? -ENOTSUP : opened;
}

int
pshm__native_reopen(int fd, int flags)
{
	char room[PATH_OF_DESCRIPTOR_SIZE];
	int opened = sys_open(path_of_descriptor(room, OF_PROCESS, sizeof OF_PROCESS, fd), flags, 0);

	return opened == -ENOENT ? reopen_by_thread(fd, flags) : opened;
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

/* A kernel that was built without huge pages does not know the advice. */
int
pshm__native_ask_for_huge_pages(int64_t address, int64_t length)
{
	int error = sys_madvise(address, length, MADV_HUGEPAGE);

	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
