/* SPDX-License-Identifier: BSD-3-Clause */
/* The size of an object, the memory behind it, and the space for more. */
#include "system.h"
#include "error.h"
#include "memory.h"
#include "native.h"
#include "object.h"
#include "platform.h"

int
pshm_truncate(int fd, int64_t size)
{
	if (size < 0)
		return record(-EINVAL);
	return record(sys_ftruncate(fd, size));
}

/* The missing memory, in whole pages. Pages past the size count as if they were below it: only the kernel knows where they are. */
static uint64_t
missing_bytes(const struct stat *status, int64_t size)
{
	uint64_t page = (uint64_t)platform_page_size();
	uint64_t wanted = ((uint64_t)size + page - 1) / page * page;
	uint64_t present = (uint64_t)status->st_blocks * 512;

	return present < wanted ? wanted - present : 0;
}

/*
 * A request that exceeds the available memory fails before it takes memory from other processes or invokes the OOM killer. If the
 * call itself fails, it releases exactly the pages that it has added: other processes may store into the object meanwhile.
 */
static int
allocate(int fd, const struct stat *status, int64_t size)
{
	uint64_t missing = missing_bytes(status, size);
	int error;

	if (missing > 0 && !pshm__memory_suffices(fd, missing))
		return -ENOSPC;
	error = pshm__object_reserve(fd, 0, size);
	return error == -ENOMEM ? -ENOSPC : error;
}

int
pshm_allocate(int fd, int64_t size)
{
	struct stat status;
	int error;

	if (size < 0)
		return record(-EINVAL);
	error = object_status(fd, &status);
	if (error >= 0 && !can(CAN_ALLOCATE))
		error = -ENOTSUP;
	if (error < 0 || size == 0)
		return record(error);
	return record(allocate(fd, &status, size));
}

int
pshm_discard(int fd, int64_t offset, int64_t length)
{
	struct stat status;

	if (offset < 0 || length < 0)
		return record(-EINVAL);
	if (length > INT64_MAX - offset)
		return record(-EOVERFLOW);
	if (!can(CAN_DISCARD))
		return record(pshm__object_unsupported(fd));
	return record(length == 0 ? object_status(fd, &status) : pshm__native_discard(fd, offset, length));
}

int
pshm_space(int64_t *ret_total, int64_t *ret_free)
{
	struct capacity capacity;
	int error = platform.directory == NULL ? -ENOTSUP : pshm__memory_space(platform.directory, &capacity);

	if (error < 0)
		return record(error);
	if (ret_total != NULL)
		*ret_total = (int64_t)memory_least(capacity.total, INT64_MAX);
	if (ret_free != NULL)
		*ret_free = (int64_t)memory_least(capacity.free, INT64_MAX);
	return 0;
}
