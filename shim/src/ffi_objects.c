/* SPDX-License-Identifier: BSD-3-Clause */
/* shm_open(3), and operations on an open object. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "name.h"
#include "object.h"
#include "platform.h"

#include <string.h>

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

_Static_assert(PSHM_O_RDONLY == O_RDONLY && PSHM_O_RDWR == O_RDWR, "the access modes are the platform's");

enum { OPEN_FLAGS = PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL | PSHM_O_TRUNC };

/* The native flags, or -EINVAL for an invalid combination. */
static int
native_open_flags(int flags)
{
	if ((flags & ~OPEN_FLAGS) != 0 || (flags & (PSHM_O_CREAT | PSHM_O_EXCL)) == PSHM_O_EXCL)
		return -EINVAL;
	return (flags & PSHM_O_RDWR) | ((flags & PSHM_O_CREAT) != 0 ? O_CREAT : 0) | ((flags & PSHM_O_EXCL) != 0 ? O_EXCL : 0) |
	       ((flags & PSHM_O_TRUNC) != 0 ? O_TRUNC : 0);
}

int
pshm_shm_open(const char *name, int flags, int mode)
{
	int error = name_check(name);
	int native = native_open_flags(flags);

	if (error < 0)
		return record(error);
	if (native < 0 || (mode & ~0777) != 0)
		return record(-EINVAL);
	return record((native & O_EXCL) != 0 ? object_create(name, native, mode) : pshm__object_open(name, native, mode));
}

int
pshm_shm_unlink(const char *name)
{
	return record(pshm__object_unlink(name));
}

int
pshm_ftruncate(int fd, int64_t length)
{
	if (length < 0)
		return record(-EINVAL);
	return record(sys_ftruncate(fd, length));
}

int
pshm_fallocate(int fd, int64_t offset, int64_t length)
{
	if (offset < 0 || length <= 0)
		return record(-EINVAL);
	if (!can(CAN_ALLOCATE))
		return record(pshm__object_unsupported(fd));
	return record(pshm__object_reserve(fd, offset, length));
}

/* -1 leaves an id unchanged; any other id must be passed exactly, and must not become the value that means 'no change'. */
static bool
id_fits(int64_t id, int64_t converted, int64_t leave)
{
	return id == -1 || (id >= 0 && converted == id && converted != leave);
}

/* If a call is not supported on descriptors of objects (macOS), it fails with EINVAL. */
static int
permission_result(int result)
{
	return result == -EINVAL && !can(CAN_PERMIT) ? -ENOTSUP : result;
}

int
pshm_fchown(int fd, int64_t owner, int64_t group)
{
	if (!id_fits(owner, (int64_t)(uid_t)owner, (int64_t)(uid_t)-1) ||
	    !id_fits(group, (int64_t)(gid_t)group, (int64_t)(gid_t)-1))
		return record(-EINVAL);
	return record(permission_result(sys_fchown(fd, (uid_t)owner, (gid_t)group)));
}

int
pshm_fchmod(int fd, int mode)
{
	if ((mode & ~0777) != 0)
		return record(-EINVAL);
	return record(permission_result(sys_fchmod(fd, mode)));
}

enum { FIELDS = PSHM_STAT_CTIME_NSEC + 1 };

static void
flatten(const struct stat *status, int64_t fields[FIELDS])
{
	fields[PSHM_STAT_DEV] = (int64_t)status->st_dev;
	fields[PSHM_STAT_INO] = (int64_t)status->st_ino;
	fields[PSHM_STAT_MODE] = status->st_mode & 0777;
	fields[PSHM_STAT_NLINK] = (int64_t)status->st_nlink;
	fields[PSHM_STAT_UID] = status->st_uid;
	fields[PSHM_STAT_GID] = status->st_gid;
	fields[PSHM_STAT_RDEV] = (int64_t)status->st_rdev;
	fields[PSHM_STAT_SIZE] = status->st_size;
	fields[PSHM_STAT_BLKSIZE] = status->st_blksize;
	fields[PSHM_STAT_BLOCKS] = status->st_blocks;
	fields[PSHM_STAT_ATIME_SEC] = status->st_atim.tv_sec;
	fields[PSHM_STAT_ATIME_NSEC] = status->st_atim.tv_nsec;
	fields[PSHM_STAT_MTIME_SEC] = status->st_mtim.tv_sec;
	fields[PSHM_STAT_MTIME_NSEC] = status->st_mtim.tv_nsec;
	fields[PSHM_STAT_CTIME_SEC] = status->st_ctim.tv_sec;
	fields[PSHM_STAT_CTIME_NSEC] = status->st_ctim.tv_nsec;
}

int
pshm_fstat(int fd, int64_t *ret_fields, int count)
{
	struct stat status;
	int64_t fields[FIELDS];
	int error;

	if (ret_fields == NULL && count != 0)
		return record(-EFAULT);
	if (count < 0)
		return record(-EINVAL);
	error = object_status(fd, &status);
	if (error < 0)
		return record(error);
	if (count >= FIELDS) {
		flatten(&status, ret_fields);
	} else if (count > 0) {
		flatten(&status, fields);
		memcpy(ret_fields, fields, (size_t)count * sizeof fields[0]);
	}
	return FIELDS;
}
