/* SPDX-License-Identifier: BSD-3-Clause */
/* Replace an object with a new one. */
#include "system.h"
#include "name.h"
#include "object.h"
#include "platform.h"

static int COLD
rename_object(const char *from, const char *to)
{
	char from_path[NAME_PATH_SIZE];
	char to_path[NAME_PATH_SIZE];

	name_path(from_path, from);
	name_path(to_path, to);
	return sys_rename(from_path, to_path);
}

/* The new object and its descriptor are complete before it takes over the name, which is never free. */
static int COLD
by_rename(const char *name, int direction, int permissions)
{
	char temporary[MADE_NAME_SIZE];

	for (int race = 0; race < OBJECT_RACES; race++) {
		int fd = pshm__object_create_temporary(direction, permissions, temporary);
		int error = fd < 0 ? fd : rename_object(temporary, name);

		if (fd < 0 || error >= 0)
			return fd;
		sys_shm_unlink(temporary);
		sys_close(fd);
		if (error != -ENOENT) /* another process has removed the temporary name */
			return error;
	}
	return -EAGAIN;
}

/* Where objects are not files there is no rename. */
static int COLD
by_unlink(const char *name, int direction, int permissions)
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
	return platform.directory != NULL ? by_rename(name, direction, permissions) : by_unlink(name, direction, permissions);
}

bool COLD
pshm__object_can_supersede(void)
{
	char name[MADE_NAME_SIZE];
	int fd = platform.directory != NULL ? pshm__name_random(name) : -ENOTSUP;

	if (fd >= 0)
		fd = by_rename(name, PSHM_DIRECTION_INPUT, 0);
	if (fd < 0)
		return false;
	sys_close(fd);
	sys_shm_unlink(name);
	return true;
}
