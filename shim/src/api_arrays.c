/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings for arrays with a header, and stores that change only the bytes of their target. */
#include "system.h"
#include "error.h"
#include "mapping.h"
#include "platform.h"

#include <string.h>

/* In whole pages, so that the data begins on a page. */
static uint64_t
size_of_prefix(int64_t prefix)
{
	uint64_t page = (uint64_t)platform_page_size();

	return ((uint64_t)prefix + page - 1) & -page;
}

/* The size of the prefix and the data, or -EOVERFLOW. */
static int64_t
size_of_range(uint64_t prefix, int64_t length)
{
	uint64_t size = prefix + (uint64_t)length;

	return size <= INT64_MAX && mapping_fits(0, (int64_t)size) ? (int64_t)size : -EOVERFLOW;
}

/*
 * A mapping of the object first reserves the whole range, and shows whether the system allows it. From then on the
 * range belongs to this call: the other two mappings cannot replace mappings of other threads.
 */
static int64_t
map_range(const struct mapping_request *request, int64_t size)
{
	const struct mapping_request *r = request;
	int native = pshm__mapping_native_flags(r->flags);
	int64_t range = sys_mmap(0, size, r->protections, native, r->fd, r->offset);
	int64_t data = range + (size - r->length);
	int64_t error;

	if (is_address_error(range))
		return range;
	error = sys_mmap(data, r->length, r->protections, native | MAP_FIXED, r->fd, r->offset);
	if (!is_address_error(error))
		error = sys_mmap(range, data - range, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!is_address_error(error))
		error = pshm__mapping_finish(request, data);
	if (!is_address_error(error))
		return data;
	pshm__mapping_undo(range, size, r->fd);
	return error;
}

static int64_t
map_prefixed(const struct mapping_request *request, int64_t prefix)
{
	int error = prefix <= 0 || (request->flags & PSHM_MAP_GROWSDOWN) != 0 ? -EINVAL : pshm__mapping_request_error(request);
	int64_t size = error < 0 ? error : size_of_range(size_of_prefix(prefix), request->length);

	return size < 0 ? size : map_range(request, size);
}

int64_t
pshm_map_prefixed(int fd, int64_t length, int protections, int flags, int64_t offset, int64_t prefix)
{
	const struct mapping_request request = { 0, length, protections, flags, fd, offset };

	return record_address(map_prefixed(&request, prefix));
}

static int
unmap_prefixed(int64_t address, int64_t length, int64_t prefix)
{
	uint64_t before = size_of_prefix(prefix);
	int64_t size = size_of_range(before, length);

	if (length <= 0 || prefix <= 0 || is_address_error(address) || (uint64_t)address <= before)
		return -EINVAL;
	if (size < 0 || !mapping_fits(address, size))
		return -EOVERFLOW;
	return sys_munmap((int64_t)((uint64_t)address - before), size);
}

int
pshm_unmap_prefixed(int64_t address, int64_t length, int64_t prefix)
{
	return record(unmap_prefixed(address, length, prefix));
}

/* If no byte is accessed, any address is valid. */
static bool
is_memory(int64_t address, int64_t count)
{
	return count == 0 || mapping_is_address(address);
}

int
pshm_copy(int64_t to, int64_t from, int64_t count)
{
	if (!is_memory(to, count) || !is_memory(from, count))
		return record(-EFAULT);
	if (count < 0)
		return record(-EINVAL);
	if (!mapping_fits(to, count) || !mapping_fits(from, count))
		return record(-EOVERFLOW);
	if (count > 0)
		memmove((void *)(uintptr_t)to, (const void *)(uintptr_t)from, (size_t)count);
	return 0;
}

int
pshm_fill(int64_t address, int byte, int64_t count)
{
	if (!is_memory(address, count))
		return record(-EFAULT);
	if (count < 0 || byte < 0 || byte > 255)
		return record(-EINVAL);
	if (!mapping_fits(address, count))
		return record(-EOVERFLOW);
	if (count > 0)
		memset((void *)(uintptr_t)address, byte, (size_t)count);
	return 0;
}
