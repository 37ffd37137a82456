/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings of objects. */
#include "system.h"
#include "error.h"
#include "mapping.h"

int64_t
pshm_mmap(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	const struct mapping_request request = { address, length, protections, flags, fd, offset };

	return record_address(pshm__mapping_make(&request));
}

int
pshm_munmap(int64_t address, int64_t length)
{
	int error = length == 0 ? -EINVAL : pshm__mapping_range_error(address, length);

	return record(error < 0 ? error : sys_munmap(address, length));
}

int
pshm_mprotect(int64_t address, int64_t length, int protections)
{
	int error = (protections & ~MAPPING_PROTECTIONS) != 0 ? -EINVAL : pshm__mapping_range_error(address, length);

	return record(error < 0 ? error : sys_mprotect(address, length, protections));
}

/* Either of the first two, and the third. */
static int
native_sync_flags(int flags)
{
	int invalidate = (flags & PSHM_MS_INVALIDATE) != 0 ? MS_INVALIDATE : 0;

	switch (flags & ~PSHM_MS_INVALIDATE) {
	case PSHM_MS_SYNC:
		return MS_SYNC | invalidate;
	case PSHM_MS_ASYNC:
		return MS_ASYNC | invalidate;
	default:
		return -EINVAL;
	}
}

int
pshm_msync(int64_t address, int64_t length, int flags)
{
	int native = native_sync_flags(flags);
	int error = native < 0 ? native : pshm__mapping_range_error(address, length);

	return record(error < 0 ? error : sys_msync(address, length, native));
}
