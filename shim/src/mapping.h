/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings, below the public functions: nothing here records a failure. */
#ifndef PSHM_MAPPING_H
#define PSHM_MAPPING_H

#include "error.h"

#include <sys/mman.h>

/* macOS and the BSDs do not have all flags, or define them as 0. */
#ifndef MAP_GROWSDOWN
#define MAP_GROWSDOWN 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* Whether the platform lacks one of the flags. A macro, so that nothing is left of it where the platform has them all. */
#define mapping_lacks(flags) \
	((MAP_GROWSDOWN == 0 && ((flags)&PSHM_MAP_GROWSDOWN) != 0) || (MAP_NORESERVE == 0 && ((flags)&PSHM_MAP_NORESERVE) != 0))

struct mapping_request {
	int64_t address;
	int64_t length;
	int protections;
	int flags;
	int fd;
	int64_t offset;
};

enum {
	MAPPING_PROTECTIONS = PSHM_PROT_READ | PSHM_PROT_WRITE | PSHM_PROT_EXEC,
	MAPPING_AT_ADDRESS = PSHM_MAP_FIXED | PSHM_MAP_FIXED_NOREPLACE
};

/* The error of an invalid request, or 0: -EINVAL first, then -EOVERFLOW, then -ENOTSUP for a flag that the platform lacks. */
int pshm__mapping_request_error(const struct mapping_request *request);

/* The same for an existing mapping, whose address is never 0 or an error. */
int pshm__mapping_range_error(int64_t address, int64_t length);

/* The native flags of flags that are known. */
int pshm__mapping_native_flags(int flags);

/* Map, and apply the additional flags: all of them, or fail. */
int64_t pshm__mapping_make(const struct mapping_request *request);

/* The same from any offset, by the page that holds it. */
int64_t pshm__mapping_make_from(const struct mapping_request *request);

/* Apply the additional flags to a new mapping at the address. */
int pshm__mapping_finish(const struct mapping_request *request, int64_t address);

/* Leave a mapping out of core dumps; -EINVAL where it is cut within a huge page, or the kernel cannot. */
int pshm__mapping_leave_out_of_dumps(int64_t address, int64_t length);

/* After a call has mapped and then failed: remove the mapping of an object, or the range that begins with it. */
void pshm__mapping_undo(int64_t address, int64_t length, int fd);

/* Remove a mapping that begins at any byte of its first page. */
int pshm__mapping_remove_from(int64_t address, int64_t length);

/* Neither 0 nor an error of a call that should have mapped. Some systems map above 2^63. */
static inline bool
mapping_is_address(int64_t address)
{
	return address != 0 && !is_address_error(address);
}

/* A macro, so that nothing is left of it where the platform's types have 64 bits. */
#define mapping_fits(address, length) ((int64_t)(uintptr_t)(address) == (address) && (int64_t)(size_t)(length) == (length))

#endif
