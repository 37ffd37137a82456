/* SPDX-License-Identifier: BSD-3-Clause */
/* Take a name away. */
#include "system.h"
#include "error.h"
#include "name.h"
#include "object.h"
#include "platform.h"

int
pshm_delete(const char *name)
{
	return record(pshm__object_unlink(name));
}

/* If objects are files, stat works without the permission to open them. */
static int
status_by_path(const char *name, struct stat *ret_status)
{
	char path[NAME_PATH_SIZE];

	name_path(path, name);
	return sys_lstat(path, ret_status);
}

static int
status_by_name(const char *name, struct stat *ret_status)
{
	int fd = pshm__object_open(name, O_RDONLY, 0);
	int error;

	if (fd < 0)
		return fd;
	error = sys_fstat(fd, ret_status);
	sys_close(fd);
	return error;
}

int
pshm_delete_if_same(const char *name, int fd)
{
	struct stat ours;
	struct stat theirs;
	int error = name_check(name);

	if (error >= 0)
		error = object_status(fd, &ours);
	if (error >= 0 && !can(CAN_IDENTIFY))
		error = -ENOTSUP;
	if (error >= 0)
		error = platform.directory != NULL ? status_by_path(name, &theirs) : status_by_name(name, &theirs);
	if (error < 0)
		return record(error);
	if (!object_is_same(&ours, &theirs))
		return 0;
	error = sys_shm_unlink(name);
	return error < 0 ? record(error) : 1;
}
