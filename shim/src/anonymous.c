/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects without a name. Each fallback is one way to make such an object, and answers -ENOTSUP where this system does not have
 * it, so that the next one is tried. The permissions and the direction are the requested ones on all of them.
 */
#include "system.h"
#include "anonymous.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

/* Give the new object its permissions. Where fchmod does not work it was made with them. */
static int
finish(int fd, int permissions)
{
	int error;

	if (fd < 0)
		return fd;
	error = can(CAN_PERMIT) ? sys_fchmod(fd, permissions) : 0;
	return error < 0 ? pshm__object_refuse(fd, error) : fd;
}

/* A permission error is not the object's, which is this user's and readable: a sandbox forbids /proc. */
static int
open_reader(int fd, const char *name)
{
	int reader = name != NULL ? pshm__object_open(name, O_RDONLY, 0) : pshm__native_reopen(fd, O_RDONLY);

	return name == NULL && (reader == -EACCES || reader == -EPERM) ? -ENOTSUP : reader;
}

/*
 * Trade the descriptor for a read-only one of the same object: by its name where it has one. It has to be readable for that
 * moment, whatever the umask has taken away.
 */
static int
trade_for_reader(int fd, const char *name)
{
	int error = sys_fchmod(fd, 0400);
	int reader = error < 0 ? error : open_reader(fd, name);

	sys_close(fd);
	return reader;
}

static int
finish_unnamed(int fd, const struct anonymous_request *request)
{
	if (fd >= 0 && request->direction == PSHM_DIRECTION_INPUT)
		fd = trade_for_reader(fd, NULL);
	return finish(fd, request->permissions);
}

/* Unlink the name that this process has just made. -ENOENT: another process was faster in tidying up. */
static int
finish_named(int fd, const char *name, const struct anonymous_request *request)
{
	int error = sys_shm_unlink(name);

	if (fd >= 0 && error < 0 && error != -ENOENT)
		return pshm__object_refuse(fd, error);
	return finish(fd, request->permissions);
}

static int
try_memfd(const struct anonymous_request *request)
{
	return finish_unnamed(pshm__native_memfd((request->permissions & 0111) != 0, request->huge), request);
}

static int
try_tmpfile(const struct anonymous_request *request)
{
	return finish_unnamed(pshm__native_tmpfile(0600), request);
}

/* FreeBSD refuses to make such an object for reading only. */
static int
try_shm_anon(const struct anonymous_request *request)
{
	return request->direction == PSHM_DIRECTION_INPUT ? -ENOTSUP : finish_unnamed(pshm__native_shm_anon(0600), request);
}

static int
try_mkstemp(const struct anonymous_request *request)
{
	char name[] = NAME_TEMPORARY "XXXXXXXXXXXX";
	int fd = pshm__native_mkstemp(name);

	if (fd < 0)
		return fd;
	if (request->direction == PSHM_DIRECTION_INPUT)
		fd = trade_for_reader(fd, name);
	return finish_named(fd, name, request);
}

/* Until its name is gone, nobody may open the object; but where fchmod does not work it is made with its permissions. */
static int
try_named(const struct anonymous_request *request)
{
	char name[MADE_NAME_SIZE];
	int fd = pshm__object_create_temporary(request->direction, can(CAN_PERMIT) ? 0 : request->permissions, name);

	return fd < 0 ? fd : finish_named(fd, name, request);
}

int
pshm__anonymous_open(const struct anonymous_request *request, unsigned fallbacks)
{
	static const struct {
		enum fallback fallback;
		int (*make)(const struct anonymous_request *request);
	} table[] = {
		{ FALLBACK_MEMFD, try_memfd },     { FALLBACK_TMPFILE, try_tmpfile }, { FALLBACK_SHM_ANON, try_shm_anon },
		{ FALLBACK_MKSTEMP, try_mkstemp }, { FALLBACK_NAMED, try_named },
	};
	int fd = -ENOTSUP;

	for (size_t i = 0; i < sizeof table / sizeof table[0] && fd == -ENOTSUP; i++)
		if ((platform.fallbacks & fallbacks & (unsigned)table[i].fallback) != 0)
			fd = table[i].make(request);
	return fd;
}
