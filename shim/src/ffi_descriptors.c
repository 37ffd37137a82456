/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors, whatever they are of. */
#include "system.h"
#include "error.h"

int
pshm_close(int fd)
{
	return record(sys_close(fd));
}

int
pshm_dup(int fd)
{
	return record(sys_fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* FD_CLOEXEC is the only flag that a descriptor of ours has, so there is none to read first. */
int
pshm_set_inheritable(int fd, int inheritable)
{
	if (inheritable != 0 && inheritable != 1)
		return record(-EINVAL);
	return record(sys_fcntl(fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC));
}
