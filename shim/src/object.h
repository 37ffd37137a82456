/* SPDX-License-Identifier: BSD-3-Clause */
/* Named objects, below the public functions: nothing here records a failure, and only the removal checks a name. */
#ifndef PSHM_OBJECT_H
#define PSHM_OBJECT_H

#include "name.h"
#include "platform.h"

/* The number of attempts while other processes create and remove the same name. */
enum { OBJECT_RACES = 4096 };

/* The meaning of a file that is not regular: 0 an object, -EISDIR a directory, -ENODEV anything else. */
COLD int pshm__object_kind_error(mode_t mode);

/* Describe the object behind a descriptor; an error for a descriptor of anything else. */
static inline int
object_status(int fd, struct stat *ret_status)
{
	int error = sys_fstat(fd, ret_status);

	return error < 0 || S_ISREG(ret_status->st_mode) ? error : pshm__object_kind_error(ret_status->st_mode);
}

static inline bool
object_is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Close a descriptor that is not returned; the error is the result. */
COLD int pshm__object_close_with(int fd, int error);

/*
 * Open an object that may exist; flags are native. As shm_open(3), it waits until a lease on the object is broken; it never
 * hangs on a FIFO, and never returns a descriptor of anything but an object.
 */
int pshm__object_open(const char *name, int flags, int mode);

/* Create an object that does not exist, exclusively: what is new is an object. */
static inline int
object_create(const char *name, int flags, int mode)
{
	return sys_shm_open(name, flags | O_CREAT | O_EXCL | platform.open_flags, mode);
}

/* Create one under an unpredictable name of MADE_NAME_SIZE bytes; -EAGAIN if every name exists. */
int pshm__object_create_temporary(int direction, int mode, char *ret_name);

/* Check the name, and remove it. */
int pshm__object_unlink(const char *name);

/* Give the name to a new object, replacing an existing one. */
int pshm__object_supersede(const char *name, int direction, int permissions);

/*
 * Give an unnamed object the name, which has been checked: -EEXIST where another object has it, unless that one is to be
 * superseded; -EXDEV for an object that has a name, or cannot have one; -ENOTSUP.
 */
int pshm__object_publish(int fd, const char *name, bool supersede);

/* Whether that works here. */
bool pshm__object_can_publish(void);

/* Reserve pages and grow. Signals delay the call, but cannot keep it from completing. */
int pshm__object_reserve(int fd, int64_t offset, int64_t length);

/* Whether this is atomic here: the name is never free. */
bool pshm__object_can_supersede(void);

/* -EBADF for a bad descriptor, otherwise -ENOTSUP: the result of a call that this platform does not support. */
COLD int pshm__object_unsupported(int fd);

#endif
