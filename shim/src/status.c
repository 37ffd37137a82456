/* SPDX-License-Identifier: BSD-3-Clause */
/* struct stat, flattened. */
#include "system.h"
#include "error.h"
#include "object.h"

#include <string.h>

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

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

	if (count < 0)
		return record(-EINVAL);
	if (ret_fields == NULL && count != 0)
		return record(-EFAULT);
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
