/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions. */
#include "system.h"
#include "native.h"
#include "name.h"
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
pshm__object_close_with(int fd, int error)
{
	sys_close(fd);
	return error;
}

enum { MILLISECOND = 1000000 };

/*
 * With O_NONBLOCK, opening an object with a lease fails immediately and breaks the lease, fcntl(2). Without it the call would wait
 * in the kernel, without limit if the name has become that of a FIFO meanwhile.
 */
static int
open_after_lease(const char *name, int flags, int mode)
{
	int fd = sys_shm_open(name, flags, mode);

	while (fd == -EAGAIN && (flags & O_NONBLOCK) != 0) {
		(void)sys_nanosleep(MILLISECOND);
		fd = sys_shm_open(name, flags, mode);
	}
	return fd;
}

/*
 * Empty an object that was opened for reading, where O_TRUNC does not (FreeBSD). -EAGAIN: the name now refers to another
 * object, which must not be emptied.
 */
static int
empty(const char *name, const struct stat *wanted)
{
	struct stat status;
	int fd = sys_shm_open(name, O_RDWR | platform.open_flags, 0);
	int error;

	if (fd < 0)
		return fd;
	error = sys_fstat(fd, &status);
	if (error >= 0)
		error = object_is_same(&status, wanted) ? sys_ftruncate(fd, 0) : -EAGAIN;
	return pshm__object_close_with(fd, error);
}

static bool
is_to_be_emptied(int flags, const struct stat *status)
{
	return !can(CAN_EMPTY_READING) && (flags & O_TRUNC) != 0 && (flags & O_ACCMODE) == O_RDONLY && status->st_size > 0;
}

static int
open_object(const char *name, int flags, int mode)
{
	struct stat status;
	int fd = open_after_lease(name, flags | platform.open_flags, mode);
	int error;

	if (fd < 0)
		return fd;
	error = object_status(fd, &status);
	if (error >= 0 && is_to_be_emptied(flags, &status))
		error = empty(name, &status);
	return error < 0 ? pshm__object_close_with(fd, error) : fd;
}

int
pshm__object_open(const char *name, int flags, int mode)
{
	int races = OBJECT_RACES;
	int fd;

	do
		fd = open_object(name, flags, mode);
	while (fd == -EAGAIN && --races > 0);
	return fd;
}

int
pshm__object_unlink(const char *name)
{
	int error = name_check(name);

	return error < 0 ? error : sys_shm_unlink(name);
}

int
pshm__object_create_temporary(int direction, int mode, char *ret_name)
{
	enum { ATTEMPTS = 100 };

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		int fd = pshm__name_random(ret_name);

		if (fd >= 0)
			fd = object_create(ret_name, direction, mode);
		if (fd != -EEXIST)
			return fd;
	}
	return -EAGAIN;
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

/* Some kernels abort the call for any signal, and a repeated call starts over: with a timer it would never end. */
int
pshm__object_reserve(int fd, int64_t offset, int64_t length)
{
	int error = pshm__native_fallocate(fd, offset, length);

	return error == -EINTR ? reserve_undisturbed(fd, offset, length) : error;
}
