/* SPDX-License-Identifier: BSD-3-Clause */
/* From a request to a mapping, and back. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "mapping.h"
#include "platform.h"

_Static_assert(PSHM_PROT_NONE == PROT_NONE && PSHM_PROT_READ == PROT_READ && PSHM_PROT_WRITE == PROT_WRITE &&
                       PSHM_PROT_EXEC == PROT_EXEC,
               "the protections are the platform's");
_Static_assert(PSHM_MAP_SHARED == MAP_SHARED && PSHM_MAP_PRIVATE == MAP_PRIVATE, "these flags are the platform's");

/*
 * Without a native flag, or if the kernel does not support it (Linux before 4.17), the address is a hint, which replaces
 * no mapping either: a mapping elsewhere is removed again. FreeBSD returns EINVAL if a mapping exists.
 */
#if defined __linux__ && !defined MAP_FIXED_NOREPLACE /* newer than some C libraries: asm-generic/mman-common.h */
#ifdef __alpha__
#define MAP_FIXED_NOREPLACE 0x200000
#else
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#endif
#if defined MAP_FIXED_NOREPLACE
enum { NATIVE_NOREPLACE = MAP_FIXED_NOREPLACE, TAKEN = EEXIST };
#elif defined MAP_EXCL
enum { NATIVE_NOREPLACE = MAP_FIXED | MAP_EXCL, TAKEN = EINVAL };
#else
enum { NATIVE_NOREPLACE = 0, TAKEN = EEXIST };
#endif

/* OpenBSD keeps memory out of core dumps by a flag, others by advice. */
#ifdef MAP_CONCEAL
enum { NATIVE_NODUMP = MAP_CONCEAL };
#else
enum { NATIVE_NODUMP = 0 };
#endif

static const struct {
	int ours;
	int native;
} flag_rows[] = {
	/* clang-format off */
	{ PSHM_MAP_FIXED, MAP_FIXED },
	{ PSHM_MAP_FIXED_NOREPLACE, NATIVE_NOREPLACE },
	{ PSHM_MAP_ANONYMOUS, MAP_ANONYMOUS },
	{ PSHM_MAP_GROWSDOWN, MAP_GROWSDOWN },
	{ PSHM_MAP_NORESERVE, MAP_NORESERVE },
	{ PSHM_MAP_NODUMP, NATIVE_NODUMP },
	/* clang-format on */
};

enum {
	SHARING = PSHM_MAP_SHARED | PSHM_MAP_PRIVATE,
	FLAGS = SHARING | MAPPING_AT_ADDRESS | PSHM_MAP_ANONYMOUS | PSHM_MAP_GROWSDOWN | PSHM_MAP_NORESERVE | PSHM_MAP_POPULATE |
	        PSHM_MAP_LOCK | PSHM_MAP_HUGE | PSHM_MAP_NODUMP,
	ACCESSIBLE = PSHM_PROT_READ | PSHM_PROT_WRITE,
	STACK = PSHM_MAP_ANONYMOUS | PSHM_MAP_PRIVATE,
	AFTERWARDS = PSHM_MAP_POPULATE | PSHM_MAP_LOCK | PSHM_MAP_HUGE | PSHM_MAP_NODUMP
};

int
pshm__mapping_native_flags(int flags)
{
	int native = flags & SHARING;

	if (native == flags)
		return native;
	for (size_t i = 0; i < sizeof flag_rows / sizeof flag_rows[0]; i++)
		if ((flags & flag_rows[i].ours) != 0)
			native |= flag_rows[i].native;
	return native;
}

/* The bytes between the start of the page and the position. */
static int64_t
within_page(int64_t position)
{
	return position & (platform_page_size() - 1);
}

static bool
has_exactly_one(int flags, int pair)
{
	return (flags & pair) != 0 && (flags & pair) != pair;
}

static bool
is_valid_address(int64_t address, int flags)
{
	if ((flags & MAPPING_AT_ADDRESS) == 0)
		return !is_address_error(address);
	return has_exactly_one(flags, MAPPING_AT_ADDRESS) && mapping_is_address(address) && within_page(address) == 0;
}

/* The dependencies between the flags, and on the rest of the request. */
static bool
are_good_flags(const struct mapping_request *request)
{
	int flags = request->flags;

	if ((flags & ~FLAGS) != 0 || !has_exactly_one(flags, SHARING) || !is_valid_address(request->address, flags))
		return false;
	if ((flags & PSHM_MAP_ANONYMOUS) != 0 && request->fd != -1)
		return false;
	if ((flags & PSHM_MAP_POPULATE) != 0 && (request->protections & ACCESSIBLE) == 0)
		return false;
	return (flags & PSHM_MAP_GROWSDOWN) == 0 || (flags & STACK) == STACK;
}

/* A 32-bit Linux takes the offset in units of 4096 bytes, in a register: mmap2(2). A macro, as mapping_fits. */
#if defined __linux__ && UINTPTR_MAX == UINT32_MAX && !defined __x86_64__
#define offset_fits(offset) ((offset) >> 44 == 0)
#else
#define offset_fits(offset) true
#endif

int
pshm__mapping_request_error(const struct mapping_request *request)
{
	if (request->length <= 0 || request->offset < 0 || within_page(request->offset) != 0 ||
	    (request->protections & ~MAPPING_PROTECTIONS) != 0 || !are_good_flags(request))
		return -EINVAL;
	if (!mapping_fits(request->address, request->length) || !offset_fits(request->offset) ||
	    request->length > INT64_MAX - request->offset)
		return -EOVERFLOW;
	return mapping_lacks(request->flags) ? -ENOTSUP : 0;
}

int
pshm__mapping_range_error(int64_t address, int64_t length)
{
	if (!mapping_is_address(address) || length < 0)
		return -EINVAL;
	return mapping_fits(address, length) ? 0 : -EOVERFLOW;
}

/* An object of huge pages is mapped in whole ones, whose size is its block size, and is not cut. */
static int64_t
whole_pages(int64_t length, int fd)
{
	struct stat status;

	if (sys_fstat(fd, &status) < 0)
		return length;
	return (length + status.st_blksize - 1) & -(int64_t)status.st_blksize;
}

void
pshm__mapping_undo(int64_t address, int64_t length, int fd)
{
	if (sys_munmap(address, length) == -EINVAL)
		sys_munmap(address, whole_pages(length, fd));
}

int
pshm__mapping_leave_out_of_dumps(int64_t address, int64_t length)
{
	return NATIVE_NODUMP != 0 ? 0 : pshm__native_leave_out_of_dumps(address, length);
}

/* The part of a huge page is EINVAL, and so is an advice that the kernel does not support. */
static int
leave_out_of_dumps(const struct mapping_request *request, int64_t address)
{
	int error = pshm__mapping_leave_out_of_dumps(address, request->length);

	if (error == -EINVAL)
		error = pshm__mapping_leave_out_of_dumps(address, whole_pages(request->length, request->fd));
	return error == -EINVAL ? -ENOTSUP : error;
}

/* Advice about pages comes before any page exists; locking, which allocates them, comes last. */
int
pshm__mapping_finish(const struct mapping_request *request, int64_t address)
{
	int flags = request->flags;
	int error = 0;

	if ((flags & AFTERWARDS) == 0)
		return 0;
	if ((flags & PSHM_MAP_HUGE) != 0) /* a hint */
		(void)pshm__native_ask_for_huge_pages(address, request->length);
	if ((flags & PSHM_MAP_NODUMP) != 0)
		error = leave_out_of_dumps(request, address);
	if (error >= 0 && (flags & PSHM_MAP_POPULATE) != 0)
		error = pshm__native_populate(address, request->length, (request->protections & PSHM_PROT_WRITE) != 0);
	if (error >= 0 && (flags & PSHM_MAP_LOCK) != 0)
		error = sys_mlock(address, request->length);
	return error;
}

/* Map with native flags. With the flag, an existing mapping is not replaced. */
static int64_t
map(const struct mapping_request *request, int native)
{
	bool replaces = (request->flags & PSHM_MAP_FIXED_NOREPLACE) == 0;
	int64_t address = sys_mmap(request->address, request->length, request->protections, native, request->fd, request->offset);

	if (replaces || address == request->address)
		return address;
	if (is_address_error(address))
		return address == -TAKEN ? -EEXIST : address;
	pshm__mapping_undo(address, request->length, request->fd);
	return -EEXIST;
}

static int64_t
make_checked(const struct mapping_request *request)
{
	int64_t address = map(request, pshm__mapping_native_flags(request->flags));
	int error;

	if (is_address_error(address))
		return address;
	error = pshm__mapping_finish(request, address);
	if (error >= 0)
		return address;
	pshm__mapping_undo(address, request->length, request->fd);
	return error;
}

int64_t
pshm__mapping_make(const struct mapping_request *request)
{
	int error = pshm__mapping_request_error(request);

	return error < 0 ? error : make_checked(request);
}

/* The request is checked before its length grows, which could make an invalid one valid. */
int64_t
pshm__mapping_make_from(const struct mapping_request *request)
{
	int64_t lead = within_page(request->offset);
	struct mapping_request whole = *request;
	int64_t address;
	int error;

	whole.offset -= lead;
	error = pshm__mapping_request_error(&whole);
	if (error < 0)
		return error;
	if (request->length > INT64_MAX - request->offset || !mapping_fits(0, request->length + lead))
		return -EOVERFLOW;
	whole.length += lead;
	address = make_checked(&whole);
	return is_address_error(address) ? address : address + lead;
}

int
pshm__mapping_remove_from(int64_t address, int64_t length)
{
	int64_t lead = within_page(address);

	if (!mapping_is_address(address) || address == lead || length <= 0)
		return -EINVAL;
	if (length > INT64_MAX - lead || !mapping_fits(address - lead, length + lead))
		return -EOVERFLOW;
	return sys_munmap(address - lead, length + lead);
}
