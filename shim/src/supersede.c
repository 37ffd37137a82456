/* SPDX-License-Identifier: BSD-3-Clause */
/* A new object in the place of an old one. */
#include "system.h"
#include "native.h"
#include "object.h"
#include "platform.h"

/*
 * Trade the descriptor for one that only reads. Nobody else has the object yet, so its permissions can be lifted for the
 * moment of opening it again.
 */
static int ASIDE
reader_of(int fd)
{
	struct stat status;
	int reader = sys_fstat(fd, &status);
	int error;

	if (reader >= 0)
		reader = sys_fchmod(fd, 0400);
	if (reader >= 0)
		reader = pshm__native_reopen(fd, O_RDONLY);
	error = reader < 0 ? reader : sys_fchmod(fd, (int)(status.st_mode & 0777));
	sys_close(fd);
	return error < 0 && reader >= 0 ? pshm__object_refuse(reader, error) : reader;
}

/* The new object is ready, descriptors and all, before the old one loses its name. */
static int
by_link(const char *name, int direction, int permissions)
{
	int fd = pshm__native_tmpfile(permissions);
	int error;

	if (fd >= 0 && direction == PSHM_DIRECTION_INPUT)
		fd = reader_of(fd);
	if (fd < 0)
		return fd;
	error = pshm__native_give_name(fd, name);
	return error < 0 ? pshm__object_refuse(fd, error) : fd;
}

static int ASIDE
by_name(const char *name, int direction, int permissions)
{
	for (int race = 0; race < OBJECT_RACES; race++) {
		int error = sys_shm_unlink(name);
		int fd;

		if (error < 0 && error != -ENOENT)
			return error;
		fd = object_create(name, direction, permissions);
		if (fd != -EEXIST)
			return fd;
	}
	return -EAGAIN;
}

int
pshm__object_supersede(const char *name, int direction, int permissions)
{
	int fd = can(CAN_LINK) ? by_link(name, direction, permissions) : -ENOTSUP;

	return fd == -ENOTSUP ? by_name(name, direction, permissions) : fd;
}
