/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings that begin at any offset: the page that holds it is found here. */
#include "system.h"
#include "error.h"
#include "mapping.h"
#include "platform.h"

/* The bytes between the start of the page and the position. */
static int64_t
within_page(int64_t position)
{
	return position & (platform_page_size() - 1);
}

/* Out of line: an offset needs more registers than the beginning of the object, where most mappings begin. */
static int64_t ASIDE
map_at_offset(int fd, int64_t length, int protections, int flags, int64_t offset)
{
	int64_t lead;
	int64_t page;

	if (length <= 0 || offset < 0)
		return record64(-EINVAL);
	if (length > INT64_MAX - offset)
		return record64(-EOVERFLOW);
	lead = within_page(offset);
	page = record_address(mapping_make(0, length + lead, protections, flags, fd, offset - lead));
	return is_address_error(page) ? page : page + lead;
}

int64_t
pshm_map(int fd, int64_t length, int protections, int flags, int64_t offset)
{
	if ((flags & PSHM_MAP_FIXED) != 0)
		return record64(-EINVAL);
	if (offset != 0)
		return map_at_offset(fd, length, protections, flags, offset);
	return record_address(mapping_make(0, length, protections, flags, fd, 0));
}

int
pshm_unmap(int64_t address, int64_t length)
{
	int64_t lead = within_page(address);

	if (address - lead <= 0 || length <= 0)
		return record(-EINVAL);
	if (length > INT64_MAX - lead)
		return record(-EOVERFLOW);
	return record(mapping_remove(address - lead, length + lead));
}
