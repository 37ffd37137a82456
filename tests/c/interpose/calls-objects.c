/* SPDX-License-Identifier: BSD-3-Clause */
/* In between: what opens, names and describes objects. */
#include "calls.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	POSIX_FLAGS = O_RDWR | O_CREAT | O_EXCL | O_TRUNC,
	SHORT_NAME_MAX = 31,
	OLD_GLIBC_NAME_MAX = 254,
	NOEXEC_SEAL = 0x08,
	EXEC = 0x10
};

/* FreeBSD's SHM_ANON: an object without a name, never for reading only, under the umask. */
static int
shm_anon(int flags, mode_t mode)
{
	if ((flags & O_ACCMODE) == O_RDONLY)
		return fail_with(EINVAL);
	return openat(AT_FDCWD, "/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

/* An object that has its size is not emptied where the size is set once. */
static bool
is_sized(const char *name)
{
	char path[300];
	struct stat status;
	int saved = errno;
	bool sized;

	(void)snprintf(path, sizeof path, "/dev/shm%s", name);
	sized = stat(path, &status) == 0 && status.st_size > 0;
	errno = saved;
	return sized;
}

#ifdef __GLIBC__
const char *
gnu_get_libc_version(void)
{
	REAL(gnu_get_libc_version);
	return interpose_simulates(OLD_GLIBC) ? "2.31" : real();
}
#endif

static int
shm_open_by_old_glibc(int fd)
{
	errno = ENOENT;
	return fd;
}

int
shm_open(const char *name, int flags, mode_t mode)
{
	int fd;

	REAL(shm_open);
	if (interpose_fails(CALL_shm_open))
		return -1;
	if (name == (const char *)1)
		return shm_anon(flags, mode);
	if (interpose_simulates(STRICT_FLAGS) && (flags & ~POSIX_FLAGS) != 0)
		return fail_with(EINVAL);
	if (interpose_simulates(SHORT_NAMES) && strlen(name) > SHORT_NAME_MAX)
		return fail_with(ENAMETOOLONG);
	if (interpose_simulates(OLD_GLIBC) && strlen(name) > OLD_GLIBC_NAME_MAX)
		return fail_with(EINVAL);
	if (interpose_simulates(SIZE_ONCE) && (flags & (O_TRUNC | O_EXCL)) == O_TRUNC && is_sized(name))
		return fail_with(EINVAL);
	if (interpose_simulates(LATE_OBJECTS) && interpose_count(CALL_shm_open) == 1)
		return fail_with(ENOENT);
	if (interpose_simulates(FLICKERING))
		return fail_with((flags & O_CREAT) != 0 ? EEXIST : ENOENT);
	if (interpose_simulates(READER_KEEPS_SIZE) && (flags & O_ACCMODE) == O_RDONLY)
		flags &= ~O_TRUNC;
	fd = real(name, flags, mode);
	return fd >= 0 && interpose_simulates(OLD_GLIBC) ? shm_open_by_old_glibc(fd) : fd;
}

static char failed_name[300];

/* The C library here says EACCES for the kernel's EPERM. */
static int
unlink_result(int result)
{
	return result < 0 && errno == EACCES && interpose_simulates(UNLINK_IS_EPERM) ? fail_with(EPERM) : result;
}

int
shm_unlink(const char *name)
{
	REAL(shm_unlink);
	if (!interpose_fails(CALL_shm_unlink))
		return unlink_result(real(name));
	(void)snprintf(failed_name, sizeof failed_name, "%s", name);
	return -1;
}

void
interpose_unlink_failed(void)
{
	REAL(shm_unlink);
	if (failed_name[0] != '\0')
		(void)real(failed_name);
	failed_name[0] = '\0';
}

/* OpenBSD's, shm_open(3): a name from a template, and an object of mode 0600. */
int
shm_mkstemp(char *template)
{
	char *end = template + strlen(template);
	char path[300];

	if (interpose_fails(CALL_shm_mkstemp))
		return -1;
	while (end > template && end[-1] == 'X')
		*--end = (char)('a' + random() % 26);
	(void)snprintf(path, sizeof path, "/dev/shm%s", template);
	return openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* A kernel that knows no flags about execution has no policy about it either: the one that plays it may have. */
static int
memfd_without_policy(int (*real)(const char *name, unsigned flags), const char *name, unsigned flags)
{
	int saved = errno;
	int fd = real(name, flags | EXEC);

	if (fd >= 0 || errno != EINVAL)
		return fd;
	errno = saved;
	return real(name, flags);
}

int
memfd_create(const char *name, unsigned flags)
{
	REAL(memfd_create);
	if (interpose_fails(CALL_memfd_create))
		return -1;
	if (interpose_simulates(NO_MEMFD))
		return fail_with(ENOSYS);
	if (interpose_simulates(FORBIDDEN_MEMFD))
		return fail_with(EPERM);
	if (interpose_simulates(NO_EXEC_FLAGS))
		return (flags & (EXEC | NOEXEC_SEAL)) != 0 ? fail_with(EINVAL) : memfd_without_policy(real, name, flags);
	if (interpose_simulates(NOEXEC_ONLY) && (flags & EXEC) != 0)
		return fail_with(EACCES);
	if (interpose_simulates(NOEXEC_SEALED) && (flags & EXEC) == 0)
		flags |= NOEXEC_SEAL;
	return real(name, flags);
}

static const char *const *files;

void
interpose_files(const char *const *paths_and_texts)
{
	files = paths_and_texts;
}

/* Whether a path is one of those whose files a test has chosen. */
static bool
is_chosen(const char *path)
{
	return files != NULL && interpose_inside() && (strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0);
}

static int
open_chosen(const char *path)
{
	for (const char *const *file = files; *file != NULL; file += 2) {
		int fd;

		if (strcmp(file[0], path) != 0)
			continue;
		interpose_leave();
		fd = memfd_create("chosen", MFD_CLOEXEC);
		if (fd >= 0 && write(fd, file[1], strlen(file[1])) < 0)
			abort();
		interpose_enter();
		return fd;
	}
	return fail_with(ENOENT);
}

/* A directory is there when a file is in it. */
static int
lstat_chosen(const char *path, struct stat *ret_status)
{
	size_t length = strlen(path);

	memset(ret_status, 0, sizeof *ret_status);
	ret_status->st_mode = S_IFDIR | 0755;
	for (const char *const *file = files; *file != NULL; file += 2)
		if (strncmp(file[0], path, length) == 0 && file[0][length] == '/')
			return 0;
	return fail_with(ENOENT);
}

/* Whether what is simulated has no such file. */
static bool
is_hidden(const char *path)
{
	return (interpose_simulates(NO_PROC) && strncmp(path, "/proc/", 6) == 0) ||
	       (interpose_simulates(NO_THREAD_SELF) && strncmp(path, "/proc/thread-self/", 18) == 0);
}

static int
open_as_played(const char *path, int flags, mode_t mode)
{
	REAL(open);
	if (is_chosen(path))
		return open_chosen(path);
	return is_hidden(path) ? fail_with(ENOENT) : real(path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;
	int fd;

	va_start(arguments, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (interpose_fails(CALL_open))
		return -1;
	if (interpose_simulates(NO_TMPFILE) && (flags & O_TMPFILE) == O_TMPFILE)
		return fail_with(EOPNOTSUPP);
	fd = open_as_played(path, flags, mode);
	if (interpose_simulates(CANCELLED))
		pthread_cancel(pthread_self());
	return fd;
}

int
rename(const char *from, const char *to)
{
	REAL(rename);
	return interpose_fails(CALL_rename) ? -1 : real(from, to);
}

int
linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	REAL(linkat);
	if (interpose_fails(CALL_linkat))
		return -1;
	if (is_hidden(from) || (interpose_simulates(NO_EMPTY_PATH) && (flags & AT_EMPTY_PATH) != 0))
		return fail_with(ENOENT);
	return real(from_directory, from, to_directory, to, flags);
}

static void
forget_identity(struct stat *status)
{
	mode_t permissions = status->st_mode & 0777;
	off_t size = status->st_size;
	uid_t owner = status->st_uid;
	gid_t group = status->st_gid;

	memset(status, 0, sizeof *status);
	status->st_mode = permissions;
	status->st_size = size;
	status->st_uid = owner;
	status->st_gid = group;
}

/* The result of fstat, as on the simulated platform. */
static int
fstat_as_played(int result, struct stat *ret_status)
{
	if (result == 0 && interpose_simulates(NO_IDENTITY) && S_ISREG(ret_status->st_mode))
		forget_identity(ret_status);
	if (result == 0 && interpose_simulates(LARGE_PAGES))
		ret_status->st_blksize = LARGE_PAGE;
	return result;
}

ssize_t
readlink(const char *path, char *ret_text, size_t size)
{
	REAL(readlink);
	if (interpose_fails(CALL_readlink))
		return -1;
	return is_hidden(path) ? fail_with(ENOENT) : real(path, ret_text, size);
}

#ifdef _STAT_VER
/* Before 2.33, what glibc calls fstat is linked into whatever calls it, over these functions of the library. */
int
__xstat(int version, const char *path, struct stat *ret_status)
{
	REAL(__xstat);
	if (interpose_fails(CALL_stat))
		return -1;
	return is_hidden(path) ? fail_with(ENOENT) : real(version, path, ret_status);
}

int
__fxstat(int version, int fd, struct stat *ret_status)
{
	REAL(__fxstat);
	return interpose_fails(CALL_fstat) ? -1 : fstat_as_played(real(version, fd, ret_status), ret_status);
}

int
__lxstat(int version, const char *path, struct stat *ret_status)
{
	REAL(__lxstat);
	if (interpose_fails(CALL_lstat))
		return -1;
	return is_chosen(path) ? lstat_chosen(path, ret_status) : real(version, path, ret_status);
}

int
__fxstatat(int version, int directory, const char *path, struct stat *ret_status, int flags)
{
	REAL(__fxstatat);
	if (interpose_fails(CALL_fstatat))
		return -1;
	return is_hidden(path) ? fail_with(ENOENT) : real(version, directory, path, ret_status, flags);
}
#else
int
fstat(int fd, struct stat *ret_status)
{
	REAL(fstat);
	return interpose_fails(CALL_fstat) ? -1 : fstat_as_played(real(fd, ret_status), ret_status);
}

int
lstat(const char *path, struct stat *ret_status)
{
	REAL(lstat);
	if (interpose_fails(CALL_lstat))
		return -1;
	return is_chosen(path) ? lstat_chosen(path, ret_status) : real(path, ret_status);
}

int
stat(const char *path, struct stat *ret_status)
{
	REAL(stat);
	if (interpose_fails(CALL_stat))
		return -1;
	return is_hidden(path) ? fail_with(ENOENT) : real(path, ret_status);
}

int
fstatat(int directory, const char *path, struct stat *ret_status, int flags)
{
	REAL(fstatat);
	if (interpose_fails(CALL_fstatat))
		return -1;
	return is_hidden(path) ? fail_with(ENOENT) : real(directory, path, ret_status, flags);
}
#endif

/* Blocks of 512 bytes that are best read by 64 KiB, of which the superuser can have more. */
static int
statfs_as_played(int result, struct statfs *ret_status)
{
	enum { DISK = 0xef53, BLOCK = 512 };

	if (result < 0 || !interpose_simulates(SMALL_DISK))
		return result;
	ret_status->f_type = DISK;
	ret_status->f_bsize = 65536;
	ret_status->f_frsize = BLOCK;
	ret_status->f_blocks = 4 * SMALL_DISK_FREE / BLOCK;
	ret_status->f_bfree = 2 * SMALL_DISK_FREE / BLOCK;
	ret_status->f_bavail = SMALL_DISK_FREE / BLOCK;
	return result;
}

int
statfs(const char *path, struct statfs *ret_status)
{
	REAL(statfs);
	return interpose_fails(CALL_statfs) ? -1 : statfs_as_played(real(path, ret_status), ret_status);
}

int
fstatfs(int fd, struct statfs *ret_status)
{
	REAL(fstatfs);
	return interpose_fails(CALL_fstatfs) ? -1 : statfs_as_played(real(fd, ret_status), ret_status);
}
