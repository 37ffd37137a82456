/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects without a name. A ladder: each rung is one way to make such an object, and answers -ENOTSUP when this
 * system does not have it, so that the next one is tried. Whichever rung is taken, the permissions and the
 * direction are what was asked for.
 */
#include "system.h"
#include "anonymous.h"
#include "error.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#include <string.h>

enum { EXEC_BITS = 0111 };

/* Trade the descriptor for a read-only one. The object has to be readable for the moment of opening it again. */
static int ASIDE
settle_for_reading(int fd, int permissions)
{
	int error = sys_fchmod(fd, 0400 | (permissions & EXEC_BITS));
	int reader = error < 0 ? error : pshm__native_reopen(fd, O_RDONLY);

	error = reader < 0 ? reader : sys_fchmod(fd, permissions);
	sys_close(fd);
	return error < 0 && reader >= 0 ? pshm__object_refuse(reader, error) : reader;
}

/* Take over a new object that nobody else can have, as it was asked for. */
static inline int
settle(int fd, const struct anonymous_request *request)
{
	int error;

	if (fd < 0)
		return fd;
	if (request->direction == PSHM_DIRECTION_INPUT)
		return settle_for_reading(fd, request->permissions);
	error = sys_fchmod(fd, request->permissions);
	return error < 0 ? pshm__object_refuse(fd, error) : fd;
}

static inline int
on_memfd(const struct anonymous_request *request)
{
	return settle(pshm__native_memfd((request->permissions & EXEC_BITS) != 0, request->huge), request);
}

static int
on_tmpfile(const struct anonymous_request *request)
{
	return settle(pshm__native_tmpfile(0600), request);
}

/* FreeBSD makes no read-only object of this kind. */
static int
on_shm_anon(const struct anonymous_request *request)
{
	return request->direction == PSHM_DIRECTION_INPUT ? -ENOTSUP : settle(pshm__native_shm_anon(0600), request);
}

/* Unlink a name that this process has just made, and give the object its permissions. */
static int
forget_name(int fd, const char *name, int permissions)
{
	int error = sys_shm_unlink(name);

	if (error == -ENOENT) /* somebody who tidies up was faster */
		error = 0;
	if (error >= 0 && can(CAN_PERMIT))
		error = sys_fchmod(fd, permissions);
	return error < 0 ? pshm__object_refuse(fd, error) : fd;
}

/* The same through the name that the object still has. The umask may have taken away that its owner can read it. */
static int
settle_by_name(int fd, const char *name)
{
	int error = sys_fchmod(fd, 0400);
	int reader = error < 0 ? error : object_open(name, O_RDONLY, 0);

	sys_close(fd);
	if (reader < 0)
		sys_shm_unlink(name);
	return reader;
}

static int
on_mkstemp(const struct anonymous_request *request, char *ret_name)
{
	int fd = pshm__native_mkstemp(strcpy(ret_name, "/pshm-XXXXXXXXXXXX"));

	if (fd >= 0 && request->direction == PSHM_DIRECTION_INPUT)
		fd = settle_by_name(fd, ret_name);
	return fd < 0 ? fd : forget_name(fd, ret_name, request->permissions);
}

/* Until its name is gone, nobody may open the object; but where fchmod does not work it is made as it stays. */
static int
on_name(const struct anonymous_request *request, char *ret_name)
{
	for (int attempt = 0; attempt < request->attempts; attempt++) {
		int fd = pshm__name_random(ret_name);

		if (fd < 0)
			return fd;
		fd = object_create(ret_name, request->direction, can(CAN_PERMIT) ? 0 : request->permissions);
		if (fd >= 0)
			return forget_name(fd, ret_name, request->permissions);
		if (fd != -EEXIST)
			return fd;
	}
	return -EEXIST;
}

/* The rungs below the first. */
static int ASIDE
step_down(const struct anonymous_request *request, unsigned rungs, char *ret_name)
{
	int fd = -ENOTSUP;

	if ((rungs & RUNG_TMPFILE) != 0)
		fd = on_tmpfile(request);
	if (fd == -ENOTSUP && (rungs & RUNG_SHM_ANON) != 0)
		fd = on_shm_anon(request);
	if (fd == -ENOTSUP && (rungs & RUNG_MKSTEMP) != 0)
		fd = on_mkstemp(request, ret_name);
	if (fd == -ENOTSUP && (rungs & RUNG_NAMED) != 0)
		fd = on_name(request, ret_name);
	return fd;
}

static inline int
first_rung(const struct anonymous_request *request, unsigned rungs)
{
	return (rungs & RUNG_MEMFD) != 0 ? on_memfd(request) : -ENOTSUP;
}

int
pshm__anonymous_open(const struct anonymous_request *request, unsigned rungs, char *ret_name)
{
	int fd = first_rung(request, rungs);

	return fd == -ENOTSUP ? step_down(request, rungs, ret_name) : fd;
}

static int
name_room_error(const char *ret_name, int64_t name_size)
{
	if (ret_name == NULL)
		return name_size == 0 ? 0 : -EFAULT;
	return name_size < MADE_NAME_SIZE ? -ERANGE : 0;
}

static int
request_error(int direction, int permissions, int flags, int attempts, const char *ret_name, int64_t name_size)
{
	int error;

	if ((direction != PSHM_DIRECTION_INPUT && direction != PSHM_DIRECTION_IO) || (permissions & ~0777) != 0)
		return -EINVAL;
	if ((flags & ~PSHM_ANONYMOUS_HUGE) != 0 || attempts < 0 || name_size < 0)
		return -EINVAL;
	error = name_room_error(ret_name, name_size);
	return error == 0 && attempts == 0 ? -EEXIST : error;
}

/* Huge pages are a memfd's. A rung that makes a name tells it. */
static int ASIDE
open_on_lower_rungs(const struct anonymous_request *request, char *ret_name)
{
	char name[MADE_NAME_SIZE] = "";
	int fd = step_down(request, request->huge ? 0 : platform.rungs, name);

	if (fd < 0)
		return record(fd);
	if (ret_name != NULL) {
		if (name[0] == '\0')
			pshm__name_for_people(name, fd);
		memcpy(ret_name, name, sizeof name);
	}
	return fd;
}

int
pshm_open_anonymous(int direction, int permissions, int flags, int attempts, char *ret_name, int64_t name_size)
{
	const struct anonymous_request request = { direction, permissions, flags != 0, attempts };
	int error = request_error(direction, permissions, flags, attempts, ret_name, name_size);
	int fd;

	if (error < 0)
		return record(error);
	fd = first_rung(&request, platform.rungs);
	if (fd == -ENOTSUP)
		return open_on_lower_rungs(&request, ret_name);
	if (fd < 0)
		return record(fd);
	if (ret_name != NULL)
		pshm__name_for_people(ret_name, fd);
	return fd;
}
