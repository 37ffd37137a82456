/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pshm_open_wait: look at intervals until an object is there that another process has finished. inotify(7) was slower under load,
 * and takes a descriptor of which a user has 128.
 */
#include "system.h"
#include "deadline.h"
#include "error.h"
#include "name.h"
#include "object.h"
#include "platform.h"

enum { FIRST_PAUSE = 100 * 1000, LAST_PAUSE = 10 * 1000 * 1000 };

/* Without permissions, a maker that cannot publish has not finished its object. */
static bool
is_in_the_making(const struct stat *status)
{
	return (status->st_mode & 0777) == 0;
}

static int
open_now(const char *name, int direction)
{
	return sys_shm_open(name, direction | platform.open_flags, 0);
}

/*
 * An object that may not be opened is waited for while it is in the making. If it is not, it is opened again: its maker may have
 * set the permissions since.
 */
static int
open_denied(const char *name, int direction)
{
	char path[NAME_PATH_SIZE];
	struct stat status;

	name_path(path, name);
	if (sys_lstat(path, &status) >= 0 && S_ISREG(status.st_mode) && is_in_the_making(&status))
		return -EAGAIN;
	return open_now(name, direction);
}

/* Where objects are not files, one that may not be opened cannot be examined. */
static int
look(const char *name, int direction, int64_t size)
{
	struct stat status;
	int fd = open_now(name, direction);
	int error;

	if (fd == -EACCES && platform.directory != NULL)
		fd = open_denied(name, direction);
	if (fd < 0)
		return fd;
	error = object_status(fd, &status);
	if (error >= 0 && (is_in_the_making(&status) || status.st_size < size))
		error = -EAGAIN;
	return error < 0 ? pshm__object_close_with(fd, error) : fd;
}

/* Whether a later look may find the object. -EAGAIN is also that of a lease, fcntl(2), which is being broken. */
static bool
may_come(int error)
{
	return error == -EAGAIN || error == -ENOENT || (error == -EACCES && platform.directory == NULL);
}

static int COLD
wait_for(const char *name, int direction, int64_t size, int64_t timeout)
{
	int64_t deadline = pshm__deadline_after(timeout);
	int64_t pause = FIRST_PAUSE;

	for (;;) {
		int fd = look(name, direction, size);
		int64_t left;
		int error;

		if (!may_come(fd))
			return fd;
		left = pshm__deadline_left(deadline);
		if (left == 0)
			return fd == -EACCES ? fd : deadline_error(deadline);
		error = left < 0 ? (int)left : sys_pause((long)(left < pause ? left : pause));
		if (error < 0)
			return error;
		pause = 2 * pause < LAST_PAUSE ? 2 * pause : LAST_PAUSE;
	}
}

int
pshm_open_wait(const char *name, int direction, int64_t size, int64_t timeout)
{
	int error = name_check(name);

	if (error < 0)
		return record(error);
	if ((direction != PSHM_DIRECTION_INPUT && direction != PSHM_DIRECTION_IO) || size < 0)
		return record(-EINVAL);
	return record(wait_for(name, direction, size, timeout));
}
