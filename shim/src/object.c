/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions. */
#include "system.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#include <signal.h>

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

/* A freezer or a debugger interrupts even so. */
static int
reserve_undisturbed(int fd, int64_t offset, int64_t length)
{
	sigset_t all;
	sigset_t old;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	do
		error = pshm__native_fallocate(fd, offset, length);
	while (error == -EINTR);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

/* Some kernels give up for any signal, and begin anew when they are called again: with a timer that would never end. */
int
pshm__object_reserve(int fd, int64_t offset, int64_t length)
{
	int error = pshm__native_fallocate(fd, offset, length);

	return error == -EINTR ? reserve_undisturbed(fd, offset, length) : error;
}
