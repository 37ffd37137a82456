/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions. */
#include "system.h"
#include "object.h"
#include "platform.h"

/* macOS gives an object no file type at all. */
int
pshm__object_kind_error(mode_t mode)
{
	if ((mode & S_IFMT) == 0)
		return 0;
	return S_ISDIR(mode) ? -EISDIR : -ENODEV;
}

int
pshm__object_refuse(int fd, int error)
{
	sys_close(fd);
	return error;
}

int
pshm__object_unsupported(int fd)
{
	struct stat status;
	int error = sys_fstat(fd, &status);

	return error < 0 ? error : -ENOTSUP;
}
