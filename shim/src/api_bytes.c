/* SPDX-License-Identifier: BSD-3-Clause */
/* Copy bytes into and out of an object, without a mapping by the caller. */
#include "system.h"
#include "error.h"
#include "mapping.h"
#include "object.h"
#include "platform.h"

#include <string.h>

static int
request_error(const void *bytes, int64_t count, int64_t offset)
{
	if (bytes == NULL && count != 0)
		return -EFAULT;
	if (count < 0 || offset < 0)
		return -EINVAL;
	return (int64_t)(size_t)count == count ? 0 : -EOVERFLOW;
}

/* The number of bytes inside the object: the count, or fewer at its end. */
static inline int64_t
count_inside(int fd, int64_t count, int64_t offset)
{
	struct stat status;
	int error = object_status(fd, &status);

	if (error < 0 || offset >= status.st_size)
		return error;
	return count < status.st_size - offset ? count : status.st_size - offset;
}

/* On a platform without read and write on these descriptors, copy through a mapping. */
static int64_t
map_bytes(int fd, int64_t count, int protections, int64_t offset)
{
	const struct mapping_request request = { 0, count, protections, PSHM_MAP_SHARED, fd, offset };
	int64_t address = pshm__mapping_make_from(&request);

	return address == -EACCES || address == -EPERM ? -EBADF : address;
}

static int64_t
read_mapped(int fd, void *ret_bytes, int64_t count, int64_t offset)
{
	int64_t address = map_bytes(fd, count, PSHM_PROT_READ, offset);

	if (is_address_error(address))
		return address;
	memcpy(ret_bytes, (const void *)(uintptr_t)address, (size_t)count);
	(void)pshm__mapping_remove_from(address, count); /* the copy is done */
	return count;
}

static int64_t
write_mapped(int fd, const void *bytes, int64_t count, int64_t offset)
{
	int64_t address = map_bytes(fd, count, PSHM_PROT_WRITE, offset);

	if (is_address_error(address))
		return address;
	memcpy((void *)(uintptr_t)address, bytes, (size_t)count);
	(void)pshm__mapping_remove_from(address, count); /* the copy is done */
	return count;
}

/* Some systems fail for a count above INT_MAX or SSIZE_MAX, instead of transferring a part of it. */
enum { CHUNK = 1 << 30 };

static size_t
chunk(int64_t count)
{
	return count < CHUNK ? (size_t)count : CHUNK;
}

static int64_t
read_rest(int fd, char *bytes, int64_t count, int64_t offset, int64_t done)
{
	while (done < count) {
		int64_t got = sys_pread(fd, bytes + done, chunk(count - done), offset + done);

		if (got <= 0)
			return done > 0 ? done : got;
		done += got;
	}
	return done;
}

static int64_t
write_rest(int fd, const char *bytes, int64_t count, int64_t offset, int64_t done)
{
	while (done < count) {
		int64_t got = sys_pwrite(fd, bytes + done, chunk(count - done), offset + done);

		if (got <= 0)
			return done;
		done += got;
	}
	return done;
}

/* There are no bytes past the greatest offset; and with a count of 0 the descriptor is checked nevertheless. */
static int64_t
read_otherwise(int fd, void *ret_bytes, int64_t count, int64_t offset)
{
	if (count > INT64_MAX - offset)
		count = INT64_MAX - offset;
	if (can(CAN_DESCRIPTOR_IO) && count > 0)
		return record64(read_rest(fd, ret_bytes, count, offset, 0));
	count = count_inside(fd, count, offset);
	return count <= 0 ? record64(count) : record64(read_mapped(fd, ret_bytes, count, offset));
}

/* Usually one call reads all the bytes. */
int64_t
pshm_read(int fd, void *ret_bytes, int64_t count, int64_t offset)
{
	int error = request_error(ret_bytes, count, offset);
	int64_t got;

	if (error < 0)
		return record64(error);
	if (!can(CAN_DESCRIPTOR_IO) || count <= 0 || count > CHUNK || offset > INT64_MAX - CHUNK)
		return read_otherwise(fd, ret_bytes, count, offset);
	got = sys_pread(fd, ret_bytes, (size_t)count, offset);
	if (got == count)
		return got;
	return got > 0 ? read_rest(fd, ret_bytes, count, offset, got) : record64(got);
}

static int64_t
write_bytes(int fd, const char *bytes, int64_t count, int64_t offset)
{
	int64_t put = sys_pwrite(fd, bytes, chunk(count), offset);

	return put < count && put > 0 ? write_rest(fd, bytes, count, offset, put) : put;
}

/* A write past the end would grow the object, so the size is read first. */
int64_t
pshm_write(int fd, const void *bytes, int64_t count, int64_t offset)
{
	int error = request_error(bytes, count, offset);

	if (error < 0)
		return record64(error);
	count = count_inside(fd, count, offset);
	if (count <= 0)
		return record64(count);
	if (!can(CAN_DESCRIPTOR_IO))
		return record64(write_mapped(fd, bytes, count, offset));
	return record64(write_bytes(fd, bytes, count, offset));
}
