/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Named objects, below the public functions: nothing here checks a name or records a failure. What a call passes
 * through when all is well is inline: a call and a return inside the library cost more than what they do.
 */
#ifndef PSHM_OBJECT_H
#define PSHM_OBJECT_H

#include "platform.h"

/* How often a call tries again while other processes create and remove the same name. */
enum { OBJECT_RACES = 4096 };

/* What a file is to us that is no regular one: 0 an object, -EISDIR a directory, -ENODEV anything else. */
SELDOM int pshm__object_kind_error(mode_t mode);

/* Describe what is behind a descriptor, and refuse what is no object. */
static inline int
object_status(int fd, struct stat *ret_status)
{
	int error = sys_fstat(fd, ret_status);

	return error < 0 || S_ISREG(ret_status->st_mode) ? error : pshm__object_kind_error(ret_status->st_mode);
}

/* Close what was opened and is not to be had; the error is the result. */
SELDOM int pshm__object_refuse(int fd, int error);

/* Open what may exist; flags are native. Never blocks, never returns what is no object. */
static inline int
object_open(const char *name, int flags, int mode)
{
	struct stat status;
	int fd = sys_shm_open(name, flags | platform.open_flags, mode);
	int error;

	if (fd < 0)
		return fd;
	error = object_status(fd, &status);
	return error < 0 ? pshm__object_refuse(fd, error) : fd;
}

/* Create what does not exist, exclusively: what is new is an object. */
static inline int
object_create(const char *name, int flags, int mode)
{
	return sys_shm_open(name, flags | O_CREAT | O_EXCL | platform.open_flags, mode);
}

/* Give the name to a new object, whoever had it. */
int pshm__object_supersede(const char *name, int direction, int permissions);

/* Reserve pages and grow. Signals delay it, and do not keep it from ending. */
int pshm__object_reserve(int fd, int64_t offset, int64_t length);

/* -EBADF for a descriptor that is none, else -ENOTSUP: the answer of a call that this platform cannot serve. */
SELDOM int pshm__object_unsupported(int fd);

#endif
