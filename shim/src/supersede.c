/* SPDX-License-Identifier: BSD-3-Clause */
/* A new object in the place of an old one. */
#include "system.h"
#include "native.h"
#include "object.h"
#include "platform.h"

/* Nobody else has the object yet, so its permissions can be lifted for the moment of opening it for reading. */
static int
reader_of(int fd)
{
	struct stat status;
	int reader = sys_fstat(fd, &status);

	if (reader >= 0)
		reader = sys_fchmod(fd, 0400);
	if (reader >= 0)
		reader = native_reopen(fd, O_RDONLY);
	if (reader >= 0) {
		int error = sys_fchmod(fd, (int)(status.st_mode & 0777));

		if (error < 0) {
			sys_close(reader);
			return error;
		}
	}
	return reader;
}

static int
give_name(int fd, const char *name)
{
	for (int race = 0; race < OBJECT_RACES; race++) {
		int error = native_link(fd, name);

		if (error != -EEXIST)
			return error;
		error = sys_shm_unlink(name);
		if (error < 0 && error != -ENOENT)
			return error;
	}
	return -EAGAIN;
}

/* The new object is ready, descriptors and all, before the old one loses its name. */
static int
by_link(const char *name, int direction, int permissions)
{
	int fd = native_tmpfile(permissions);
	int wanted = fd;
	int error;

	if (fd < 0)
		return fd;
	if (direction == PSHM_DIRECTION_INPUT)
		wanted = reader_of(fd);
	error = wanted < 0 ? wanted : give_name(fd, name);
	if (wanted != fd)
		sys_close(fd);
	if (error < 0 && wanted >= 0)
		sys_close(wanted);
	return error < 0 ? error : wanted;
}

static int
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
object_supersede(const char *name, int direction, int permissions)
{
	int fd = can(CAN_LINK) ? by_link(name, direction, permissions) : -ENOTSUP;

	return fd == -ENOTSUP ? by_name(name, direction, permissions) : fd;
}
