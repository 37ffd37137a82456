/* SPDX-License-Identifier: BSD-3-Clause */
/* pshm_open: what the two options mean. */
#include "system.h"
#include "error.h"
#include "name.h"
#include "object.h"
#include "platform.h"

struct options {
	int direction;
	int if_exists;
	int if_does_not_exist;
	int permissions;
};

static bool
are_valid(const struct options *options)
{
	return (options->direction == PSHM_DIRECTION_INPUT || options->direction == PSHM_DIRECTION_IO) &&
	       options->if_exists >= PSHM_IF_EXISTS_DEFAULT && options->if_exists <= PSHM_IF_EXISTS_NIL &&
	       options->if_does_not_exist >= PSHM_IF_DOES_NOT_EXIST_DEFAULT &&
	       options->if_does_not_exist <= PSHM_IF_DOES_NOT_EXIST_NIL && (options->permissions & ~0777) == 0;
}

/* Whether a missing object is created. Where it is not, an existing one is opened whatever if_exists says. */
static bool
may_create(const struct options *options)
{
	if (options->if_does_not_exist != PSHM_IF_DOES_NOT_EXIST_DEFAULT)
		return options->if_does_not_exist == PSHM_IF_DOES_NOT_EXIST_CREATE;
	return options->direction == PSHM_DIRECTION_IO && options->if_exists != PSHM_IF_EXISTS_DEFAULT &&
	       options->if_exists != PSHM_IF_EXISTS_OVERWRITE && options->if_exists != PSHM_IF_EXISTS_TRUNCATE;
}

static int
open_existing(const char *name, const struct options *options)
{
	bool truncate = options->if_exists == PSHM_IF_EXISTS_TRUNCATE;
	int fd = object_open(name, options->direction | (truncate ? O_TRUNC : 0), 0);

	return fd == -EINVAL && truncate && !can(CAN_RESIZE) ? -ENOTSUP : fd;
}

/*
 * First without O_CREAT: Linux refuses O_CREAT of another user's object in a sticky directory even where the
 * object exists and may be opened (fs.protected_regular, proc(5)).
 */
static int
open_or_create(const char *name, const struct options *options, int *ret_created)
{
	for (int race = 0; race < OBJECT_RACES; race++) {
		int fd = open_existing(name, options);

		if (fd != -ENOENT)
			return fd;
		fd = object_create(name, options->direction, options->permissions);
		if (fd != -EEXIST) {
			*ret_created = 1;
			return fd;
		}
	}
	return -EAGAIN;
}

static int
open_by_options(const char *name, const struct options *options, int *ret_created)
{
	*ret_created = 0;
	if (!may_create(options))
		return open_existing(name, options);
	switch (options->if_exists) {
	case PSHM_IF_EXISTS_ERROR:
	case PSHM_IF_EXISTS_NIL:
		*ret_created = 1;
		return object_create(name, options->direction, options->permissions);
	case PSHM_IF_EXISTS_SUPERSEDE:
		*ret_created = 1;
		return object_supersede(name, options->direction, options->permissions);
	default:
		return open_or_create(name, options, ret_created);
	}
}

int
pshm_open(const char *name, int direction, int if_exists, int if_does_not_exist, int permissions, int *ret_created)
{
	const struct options options = { direction, if_exists, if_does_not_exist, permissions };
	int error = name_check(name);
	int created;
	int fd;

	if (error < 0)
		return record(error);
	if (!are_valid(&options))
		return record(-EINVAL);
	fd = open_by_options(name, &options, &created);
	if ((fd == -EEXIST && if_exists == PSHM_IF_EXISTS_NIL) ||
	    (fd == -ENOENT && if_does_not_exist == PSHM_IF_DOES_NOT_EXIST_NIL))
		return fd;
	if (fd >= 0 && ret_created != NULL)
		*ret_created = created;
	return record(fd);
}
