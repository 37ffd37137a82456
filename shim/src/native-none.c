/* SPDX-License-Identifier: BSD-3-Clause */
/* What a platform other than Linux answers to the calls of native-linux.c. */
#include "system.h"
#include "native.h"

#ifndef __linux__

int
pshm__native_memfd(bool executable, bool huge)
{
	(void)executable;
	(void)huge;
	return -ENOTSUP;
}

int
pshm__native_tmpfile(int permissions)
{
	(void)permissions;
	return -ENOTSUP;
}

int
pshm__native_reopen(int fd, int flags)
{
	(void)fd;
	(void)flags;
	return -ENOTSUP;
}

bool
pshm__native_is_path(int status_flags)
{
	(void)status_flags;
	return false;
}

/* posix_fallocate returns its error, and leaves errno alone; macOS and OpenBSD have none. */
#if defined __APPLE__ || defined __OpenBSD__
int
pshm__native_fallocate_once(int fd, int64_t offset, int64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return -ENOTSUP;
}
#else
int
pshm__native_fallocate_once(int fd, int64_t offset, int64_t length)
{
	int error = posix_fallocate(fd, offset, length);

	return error == EOPNOTSUPP || error == ENODEV ? -ENOTSUP : -error;
}
#endif

int
pshm__native_fallocate(int fd, int64_t offset, int64_t length)
{
	int result;

	do
		result = pshm__native_fallocate_once(fd, offset, length);
	while (result == -EINTR);
	return result;
}

int
pshm__native_reserve(int fd, int64_t offset, int64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return -ENOTSUP;
}

int
pshm__native_release(int fd, int64_t offset, int64_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return -ENOTSUP;
}

bool
pshm__native_has_memory(uint64_t wanted)
{
	(void)wanted;
	return true;
}

int
pshm__native_add_seals(int fd, int seals)
{
	(void)fd;
	(void)seals;
	return -ENOTSUP;
}

int
pshm__native_get_seals(int fd)
{
	(void)fd;
	return -ENOTSUP;
}

int
pshm__native_populate(int64_t address, int64_t length, bool writing)
{
	(void)address;
	(void)length;
	(void)writing;
	return -ENOTSUP;
}

int
pshm__native_ask_for_huge_pages(int64_t address, int64_t length)
{
	(void)address;
	(void)length;
	return -ENOTSUP;
}

#endif
