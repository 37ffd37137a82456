/* SPDX-License-Identifier: BSD-3-Clause */
/* Another descriptor of the same object, never with more access. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "object.h"

/*
 * The access that a descriptor has, as a direction; -EACCES for one that cannot be read, which is also what Linux gives for the
 * access mode 3, open(2).
 */
static int
direction_of(int fd)
{
	int flags = sys_fcntl(fd, F_GETFL, 0);

	if (flags < 0)
		return flags;
	if (pshm__native_is_path(flags))
		return -EBADF;
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return PSHM_DIRECTION_INPUT;
	case O_RDWR:
		return PSHM_DIRECTION_IO;
	default:
		return -EACCES;
	}
}

/* If the system cannot reopen an object, a duplicate suffices for the same access. */
static int
reopen(int fd, int direction)
{
	struct stat status;
	int error = object_status(fd, &status);
	int owned = error < 0 ? error : direction_of(fd);
	int fresh;

	if (owned < 0)
		return owned;
	if (direction == PSHM_DIRECTION_IO && owned != PSHM_DIRECTION_IO)
		return -EACCES;
	fresh = pshm__native_reopen(fd, direction);
	return fresh == -ENOTSUP && direction == owned ? sys_fcntl(fd, F_DUPFD_CLOEXEC, 0) : fresh;
}

int
pshm_reopen(int fd, int direction)
{
	if (direction != PSHM_DIRECTION_INPUT && direction != PSHM_DIRECTION_IO)
		return record(-EINVAL);
	return record(reopen(fd, direction));
}
