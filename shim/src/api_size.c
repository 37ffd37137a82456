/* SPDX-License-Identifier: BSD-3-Clause */
/* The size of an object, and the room where objects live. */
#include "system.h"
#include "error.h"
#include "platform.h"

int
pshm_truncate(int fd, int64_t size)
{
	return record(size < 0 ? -EINVAL : sys_ftruncate(fd, size));
}

int
pshm_space(int64_t *ret_total, int64_t *ret_free)
{
	struct statvfs place;
	int error = platform.directory == NULL ? -ENOTSUP : sys_statvfs(platform.directory, &place);

	if (error < 0)
		return record(error);
	if (ret_total != NULL)
		*ret_total = (int64_t)((uint64_t)place.f_blocks * place.f_frsize);
	if (ret_free != NULL)
		*ret_free = (int64_t)((uint64_t)place.f_bavail * place.f_frsize);
	return 0;
}
