/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on descriptors. A negative one is none. */
#include "model.h"

#include <stdarg.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

static bool
succeeds(int fd)
{
	return fd >= 0 && nondet_bool();
}

int
close(int fd)
{
	bool ours = (asked.rights & MAY_CLOSE) != 0 && fd == asked.fd;

	calls++;
	no_cancellation();
	if (fd == followed_fd) {
		check(is_open || ours, "only a descriptor of this call is closed, and once");
		is_open = false;
		is_closed_ours = is_closed_ours || ours;
	}
	return succeeds(fd) ? 0 : failure(CALL_close);
}

static int
get_flags(int fd)
{
	if (!succeeds(fd))
		return failure(CALL_fcntl);
	flags_given = (int)(nondet_unsigned() & 0x7fffffff);
	return flags_given;
}

int
fcntl(int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	check(fd == asked.fd, "it is the caller's descriptor");
	switch (command) {
	case F_DUPFD_CLOEXEC:
		within(MAY_DUPLICATE);
		check(argument == 0, "any number is good");
		return succeeds(fd) ? new_descriptor() : failure(CALL_fcntl);
	case F_SETFD:
		within(MAY_INHERIT);
		check(argument == asked.mode, "the flags are those of the caller");
		return succeeds(fd) ? 0 : failure(CALL_fcntl);
	case F_ADD_SEALS:
		within(MAY_SEAL);
		check(argument == asked.mode, "the seals are those of the caller");
		return succeeds(fd) ? 0 : failure(CALL_fcntl);
	case F_GETFL:
	case F_GET_SEALS:
		return get_flags(fd);
	default:
		check(false, "no other command is used");
		return failure(CALL_fcntl);
	}
}

/* The size of an object is never negative, and a block is at most some gigabytes. */
int
answer_status(int fd, struct stat *ret_status, enum interposed function)
{
	struct stat status;

	calls++;
	if (!succeeds(fd)) {
		unmap_failed = unmap_failed || (asked.rights & MAY_MAP) != 0; /* the size of its pages is unknown then */
		return failure(function);
	}
	assume(status.st_size >= 0 && status.st_blksize > 0 && status.st_blksize <= INT64_C(1) << 30);
	assume(fd != asked.fd || (asked.rights & MAY_MAP) == 0 || status.st_blksize == object_page_size());
	status_before = status_given;
	statuses++;
	*ret_status = status_given = status;
	return 0;
}

int
fstat(int fd, struct stat *ret_status)
{
	return answer_status(fd, ret_status, CALL_fstat);
}

int
ftruncate(int fd, off_t length)
{
	within(MAY_RESIZE);
	check(fd == asked.fd                     ? length == asked.length
	      : length == 0 && fd == followed_fd ? is_open
	                                         : true,
	      "the size is the caller's");
	return succeeds(fd) ? 0 : failure(CALL_ftruncate);
}

/* A sandbox is found out by a call on no descriptor. */
int
fallocate(int fd, int mode, off_t offset, off_t length)
{
	bool discards = mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);

	within(discards ? MAY_DISCARD : MAY_RESERVE);
	no_cancellation();
	check(discards || mode == 0, "pages are reserved or released");
	check(fd == -1 || (fd == asked.fd && offset == asked.offset && length == asked.length), "the range is the caller's");
	was_reserved = true;
	return succeeds(fd) ? 0 : failure(CALL_fallocate);
}

int
fchmod(int fd, mode_t mode)
{
	within(MAY_CHMOD);
	check(fd == asked.fd ? mode == (mode_t)asked.mode : true, "the permissions are the caller's");
	if (!succeeds(fd))
		return failure(CALL_fchmod);
	mode_given = (int)mode;
	return 0;
}

int
fchown(int fd, uid_t owner, gid_t group)
{
	within(MAY_CHOWN);
	check(fd == asked.fd && (int64_t)owner == (asked.offset == -1 ? UINT32_MAX : asked.offset) &&
	              (int64_t)group == (asked.length == -1 ? UINT32_MAX : asked.length),
	      "the ids are the caller's");
	return succeeds(fd) ? 0 : failure(CALL_fchown);
}

/* The bytes at a position in the buffer are those at the same position after the offset. */
static void
check_transfer(int fd, const void *bytes, size_t count, off_t offset)
{
	within(MAY_TRANSFER);
	no_cancellation();
	check(fd == asked.fd, "it is the caller's descriptor");
	check((const char *)bytes - asked.bytes == offset - asked.offset, "the bytes are at their place");
	check(offset >= asked.offset && (int64_t)count <= asked.length - (offset - asked.offset),
	      "no more than the caller's bytes");
	check(offset <= INT64_MAX - (int64_t)count, "there are no bytes past the greatest offset");
}

/* The bytes of the caller, or a text of the system. */
ssize_t
pread(int fd, void *ret_bytes, size_t count, off_t offset)
{
	size_t got = nondet_uint64();

	calls++;
	if (asked.bytes != NULL)
		check_transfer(fd, ret_bytes, count, offset);
	if (!succeeds(fd))
		return failure(CALL_pread);
	assume(got <= count);
	if (got > 0)
		__CPROVER_havoc_slice(ret_bytes, got);
	most_transferred = offset - asked.offset + (int64_t)got;
	return (ssize_t)got;
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	size_t put = nondet_uint64();

	check_transfer(fd, bytes, count, offset);
	if (!succeeds(fd))
		return failure(CALL_pwrite);
	assume(put <= count);
	most_transferred = offset - asked.offset + (int64_t)put;
	return (ssize_t)put;
}
