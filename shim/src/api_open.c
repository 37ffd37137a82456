/* SPDX-License-Identifier: BSD-3-Clause */
/* pshm_open: what the two options mean. */
#include "system.h"
#include "error.h"
#include "name.h"
#include "object.h"
#include "platform.h"

static bool
are_valid(int direction, int if_exists, int if_does_not_exist, int permissions)
{
	return (direction == PSHM_DIRECTION_INPUT || direction == PSHM_DIRECTION_IO) && if_exists >= PSHM_IF_EXISTS_DEFAULT &&
	       if_exists <= PSHM_IF_EXISTS_NIL && if_does_not_exist >= PSHM_IF_DOES_NOT_EXIST_DEFAULT &&
	       if_does_not_exist <= PSHM_IF_DOES_NOT_EXIST_NIL && (permissions & ~0777) == 0;
}

/* Whether a missing object is created. If not, an existing one is opened, whatever if_exists is. */
static bool
may_create(int direction, int if_exists, int if_does_not_exist)
{
	if (if_does_not_exist != PSHM_IF_DOES_NOT_EXIST_DEFAULT)
		return if_does_not_exist == PSHM_IF_DOES_NOT_EXIST_CREATE;
	return direction == PSHM_DIRECTION_IO && if_exists != PSHM_IF_EXISTS_DEFAULT && if_exists != PSHM_IF_EXISTS_OVERWRITE &&
	       if_exists != PSHM_IF_EXISTS_TRUNCATE;
}

/* The result of a call, and whether it created the object. */
static int
answer(int fd, int created, int *ret_created)
{
	if (fd < 0)
		return record(fd);
	if (ret_created != NULL)
		*ret_created = created;
	return fd;
}

static int
open_existing(const char *name, int direction, int if_exists)
{
	bool truncate = if_exists == PSHM_IF_EXISTS_TRUNCATE;
	int fd = pshm__object_open(name, direction | (truncate ? O_TRUNC : 0), 0);

	return fd == -EINVAL && truncate && !can(CAN_RESIZE) ? -ENOTSUP : fd;
}

static int
open_only(const char *name, int direction, int if_exists, int if_does_not_exist, int *ret_created)
{
	int fd = open_existing(name, direction, if_exists);

	if (fd == -ENOENT && if_does_not_exist == PSHM_IF_DOES_NOT_EXIST_NIL)
		return fd;
	return answer(fd, 0, ret_created);
}

static int
create_only(const char *name, int direction, int if_exists, int permissions, int *ret_created)
{
	int fd = object_create(name, direction, permissions);

	if (fd == -EEXIST && if_exists == PSHM_IF_EXISTS_NIL)
		return fd;
	return answer(fd, 1, ret_created);
}

/*
 * First without O_CREAT: Linux denies O_CREAT of another user's object in a sticky directory even where the
 * object exists and may be opened (fs.protected_regular, proc(5)).
 */
static int
open_or_create(const char *name, int direction, int if_exists, int permissions, int *ret_created)
{
	for (int race = 0; race < OBJECT_RACES; race++) {
		int fd = open_existing(name, direction, if_exists);

		if (fd != -ENOENT)
			return answer(fd, 0, ret_created);
		fd = object_create(name, direction, permissions);
		if (fd != -EEXIST)
			return answer(fd, 1, ret_created);
	}
	return record(-EAGAIN);
}

int
pshm_open(const char *name, int direction, int if_exists, int if_does_not_exist, int permissions, int *ret_created)
{
	int error = name_check(name);

	if (error < 0)
		return record(error);
	if (!are_valid(direction, if_exists, if_does_not_exist, permissions))
		return record(-EINVAL);
	if (!may_create(direction, if_exists, if_does_not_exist))
		return open_only(name, direction, if_exists, if_does_not_exist, ret_created);
	switch (if_exists) {
	case PSHM_IF_EXISTS_ERROR:
	case PSHM_IF_EXISTS_NIL:
		return create_only(name, direction, if_exists, permissions, ret_created);
	case PSHM_IF_EXISTS_SUPERSEDE:
		return answer(pshm__object_supersede(name, direction, permissions), 1, ret_created);
	default:
		return open_or_create(name, direction, if_exists, permissions, ret_created);
	}
}
