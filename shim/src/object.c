/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions. */
#include "system.h"
#include "object.h"
#include "platform.h"

/* macOS gives an object no file type at all. */
static int
kind_error(mode_t mode)
{
	if (S_ISREG(mode) || (mode & S_IFMT) == 0)
		return 0;
	return S_ISDIR(mode) ? -EISDIR : -ENODEV;
}

int
object_status(int fd, struct stat *ret_status)
{
	int error = sys_fstat(fd, ret_status);

	return error < 0 ? error : kind_error(ret_status->st_mode);
}

int
object_open(const char *name, int flags, int mode)
{
	struct stat status;
	int fd = sys_shm_open(name, flags | platform.open_flags, mode);
	int error;

	if (fd < 0 || (flags & O_EXCL) != 0)
		return fd;
	error = object_status(fd, &status);
	if (error < 0) {
		sys_close(fd);
		return error;
	}
	return fd;
}

int
object_create(const char *name, int direction, int permissions)
{
	return object_open(name, direction | O_CREAT | O_EXCL, permissions);
}

int
object_unsupported(int fd)
{
	struct stat status;
	int error = sys_fstat(fd, &status);

	return error < 0 ? error : -ENOTSUP;
}
