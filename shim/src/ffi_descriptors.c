/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of any kind of file. */
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

/* FD_CLOEXEC is the only flag of a descriptor of this library, so no flags need to be read first. */
int
pshm_set_inheritable(int fd, int inheritable)
{
	if (inheritable != 0 && inheritable != 1)
		return record(-EINVAL);
	return record(sys_fcntl(fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC));
}
