/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings that begin at any offset. */
#include "system.h"
#include "error.h"
#include "mapping.h"

int64_t
pshm_map(int fd, int64_t length, int protections, int flags, int64_t offset)
{
	const struct mapping_request request = { 0, length, protections, flags, fd, offset };

	return record_address(pshm__mapping_make_from(&request));
}

int
pshm_unmap(int64_t address, int64_t length)
{
	return record(pshm__mapping_remove_from(address, length));
}
