/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings for arrays that carry a header, and stores that touch no byte but their own. */
#include "system.h"
#include "error.h"
#include "mapping.h"
#include "platform.h"

#include <string.h>

/* The prefix in whole pages, so that the data begins on a page; or what is wrong with the sizes. */
static inline int64_t
room_for(int64_t length, int64_t prefix)
{
	uint64_t page = (uint64_t)platform_page_size();
	uint64_t room;

	if (length <= 0 || prefix <= 0)
		return -EINVAL;
	room = ((uint64_t)prefix + page - 1) & -page;
	return room + (uint64_t)length > INT64_MAX ? -EOVERFLOW : (int64_t)room;
}

/*
 * The whole range is first taken by a mapping of the object, which shows whether the system has anything against
 * it. From then on it is this call's own: the other two mappings replace nothing of anybody else's.
 */
static int64_t
map_behind(int64_t room, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	int native = mapping_check(0, room + length, protections, flags, fd, offset);
	int64_t base = native < 0 ? native : sys_mmap(0, room + length, protections, native, fd, offset);
	int64_t data;
	int64_t error;

	if (is_address_error(base))
		return base;
	data = base + room;
	error = sys_mmap(data, length, protections, native | MAP_FIXED, fd, offset);
	if (!is_address_error(error))
		error = sys_mmap(base, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!is_address_error(error) && !mapping_is_plain(flags))
		error = pshm__mapping_settle(data, length, protections, flags);
	if (is_address_error(error)) {
		pshm__mapping_undo(base, room + length, fd);
		return error;
	}
	return data;
}

int64_t
pshm_map_prefixed(int fd, int64_t length, int protections, int flags, int64_t offset, int64_t prefix)
{
	int64_t room = offset < 0 || (flags & PSHM_MAP_FIXED) != 0 ? -EINVAL : room_for(length, prefix);

	if (room < 0)
		return record64(room);
	return record_address(map_behind(room, length, protections, flags, fd, offset));
}

int
pshm_unmap_prefixed(int64_t address, int64_t length, int64_t prefix)
{
	int64_t room = room_for(length, prefix);

	if (room < 0)
		return record((int)room);
	if (address <= room)
		return record(-EINVAL);
	return record(mapping_fits(address, room + length) ? sys_munmap(address - room, room + length) : -EOVERFLOW);
}

static int
range_error(int64_t address, int64_t count)
{
	if (address <= 0 || count < 0)
		return -EINVAL;
	return (int64_t)(uintptr_t)address == address && (int64_t)(size_t)count == count ? 0 : -EOVERFLOW;
}

int
pshm_copy(int64_t to, int64_t from, int64_t count)
{
	int error = range_error(to, count);

	if (error >= 0)
		error = range_error(from, count);
	if (error < 0)
		return record(error);
	memmove((void *)(uintptr_t)to, (const void *)(uintptr_t)from, (size_t)count);
	return 0;
}

int
pshm_fill(int64_t address, int byte, int64_t count)
{
	int error = range_error(address, count);

	if (error < 0 || byte < 0 || byte > 255)
		return record(error < 0 ? error : -EINVAL);
	memset((void *)(uintptr_t)address, byte, (size_t)count);
	return 0;
}
