/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mappings, below the public functions: nothing here records a failure. What a mapping without special flags passes
 * through is inline.
 */
#ifndef PSHM_MAPPING_H
#define PSHM_MAPPING_H

#include "error.h"

enum {
	MAPPING_PROTECTIONS = PSHM_PROT_READ | PSHM_PROT_WRITE | PSHM_PROT_EXEC,
	MAPPING_SHARING = PSHM_MAP_SHARED | PSHM_MAP_PRIVATE,
	MAPPING_SAME_EVERYWHERE = MAPPING_SHARING | PSHM_MAP_FIXED
};

/* The native flags, -EINVAL for a bit that is no flag of ours, or -ENOTSUP for a flag that is not the platform's. */
int pshm__mapping_native_flags(int flags);

/* The same, with what the flags demand of the rest of a request. */
int pshm__mapping_flags_of_request(int64_t address, int protections, int flags, int fd);

/* Map, and do what flags that are not plain ask beyond it: both, or nothing. */
int64_t pshm__mapping_make_by_flags(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset);

/* Do to a new mapping what the flags ask beyond mapping it. */
int pshm__mapping_settle(int64_t address, int64_t length, int protections, int flags);

/* After a call has mapped and then failed: remove the mapping of an object, or the range that begins with it. */
SELDOM void pshm__mapping_undo(int64_t address, int64_t length, int fd);

/* A macro, so that nothing is left of it where the platform's types have 64 bits. */
#define mapping_fits(address, length) \
	((int64_t)(uintptr_t)(address) == (address) && (int64_t)(size_t)(length) == (length))

/* The checks that every request needs. */
static inline int
mapping_request_error(int64_t address, int64_t length, int protections, int64_t offset)
{
	if (length <= 0 || offset < 0 || (protections & ~MAPPING_PROTECTIONS) != 0)
		return -EINVAL;
	return mapping_fits(address, length) ? 0 : -EOVERFLOW;
}

/* Whether the flags are a native one as they stand, and ask for nothing else. */
static inline bool
mapping_is_plain(int flags)
{
	return flags == PSHM_MAP_SHARED || flags == PSHM_MAP_PRIVATE;
}

/* Check a request; its native flags are the result. */
static inline int
mapping_check(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	int error = mapping_request_error(address, length, protections, offset);

	if (error < 0)
		return error;
	return mapping_is_plain(flags) ? flags : pshm__mapping_flags_of_request(address, protections, flags, fd);
}

/* Check a request, map, and do what the flags ask beyond it: both, or nothing. */
static inline int64_t
mapping_make(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	int error = mapping_request_error(address, length, protections, offset);

	if (error < 0)
		return error;
	if (mapping_is_plain(flags))
		return sys_mmap(address, length, protections, flags, fd, offset);
	return pshm__mapping_make_by_flags(address, length, protections, flags, fd, offset);
}

static inline int
mapping_remove(int64_t address, int64_t length)
{
	if (address <= 0 || length <= 0)
		return -EINVAL;
	return mapping_fits(address, length) ? sys_munmap(address, length) : -EOVERFLOW;
}

#endif
