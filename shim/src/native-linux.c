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
pshm__native_older_memfd(int error, bool huge)
{
	int fd = error == -EINVAL ? sys_memfd_create(memfd_flags(huge)) : error;

	return fd == -ENOSYS || fd == -EINVAL || (fd == -ENODEV && huge) ? -ENOTSUP : fd;
}

static inline int
sys_open(const char *path, int flags, int mode)
{
	int state = cancellation_disable();
	int saved = errno;
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return system_result(fd, saved);
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

/* The beginning of a file, as a text; an empty one where it cannot be read. */
static void
read_beginning(const char *path, char *ret_text, size_t size)
{
	int fd = sys_open(path, O_RDONLY, 0);
	int64_t length = fd < 0 ? fd : sys_pread(fd, ret_text, size - 1, 0);

	if (fd >= 0)
		sys_close(fd);
	ret_text[length < 0 ? 0 : length] = '\0';
}

/* The kernel's estimate, proc_meminfo(5), counts what it can give up; where there is none, all that the machine has. */
static uint64_t SELDOM
available_memory(const struct sysinfo *machine)
{
	static const char key[] = "MemAvailable:";
	char text[1024];
	const char *figure;

	read_beginning("/proc/meminfo", text, sizeof text);
	figure = strstr(text, key);
	if (figure == NULL)
		return ((uint64_t)machine->totalram + machine->totalswap) * machine->mem_unit;
	return (uint64_t)strtoull(figure + sizeof key - 1, NULL, 10) * 1024 + (uint64_t)machine->freeswap * machine->mem_unit;
}

/* What is free is told by one system call, and is enough for most. */
bool
pshm__native_has_memory(uint64_t wanted)
{
	struct sysinfo machine;
	int saved = errno;

	if (system_result(sysinfo(&machine), saved) < 0)
		return true;
	return wanted <= ((uint64_t)machine.freeram + machine.freeswap) * machine.mem_unit || wanted <= available_memory(&machine);
}

/* A kernel that was built without huge pages does not know the advice. */
int
pshm__native_ask_for_huge_pages(int64_t address, int64_t length)
{
	int error = sys_madvise(address, length, MADV_HUGEPAGE);

	return error == -EINVAL ? -ENOTSUP : error;
}

#endif
