/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Anonymous objects. Each fallback is one method of creating such an object, and returns -ENOTSUP if this system does not support
 * it, so that the next one is tried. All of them produce the requested permissions and direction.
 */
#include "system.h"
#include "anonymous.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

/* Set the permissions of the new object. If fchmod is not supported, it was created with them. */
static int
finish(int fd, int permissions)
{
	int error;

	if (fd < 0)
		return fd;
	error = can(CAN_PERMIT) ? sys_fchmod(fd, permissions) : 0;
	return error < 0 ? pshm__object_close_with(fd, error) : fd;
}

/* A permission error cannot be due to the object, which is readable and owned by this user: a sandbox forbids /proc. */
static int
open_reader(int fd, const char *name)
{
	int reader = name != NULL ? pshm__object_open(name, O_RDONLY, 0) : pshm__native_reopen(fd, O_RDONLY);

	return name == NULL && (reader == -EACCES || reader == -EPERM) ? -ENOTSUP : reader;
}

/*
 * Replace the descriptor with a read-only one of the same object: by its name if it has one. The object must be readable at that
 * moment, whatever the umask is.
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

/* Unlink the name that this process has just created. -ENOENT: another process has cleaned it up already. */
static int
finish_named(int fd, const char *name, const struct anonymous_request *request)
{
	int error = sys_shm_unlink(name);

	if (fd >= 0 && error < 0 && error != -ENOENT)
		return pshm__object_close_with(fd, error);
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

/* FreeBSD does not create such an object for reading only. */
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

/* Until its name is unlinked, no other process may open the object; without fchmod it is created with its permissions. */
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
