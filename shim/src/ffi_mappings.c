/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is an object. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "mapping.h"

_Static_assert(PSHM_PROT_NONE == PROT_NONE && PSHM_PROT_READ == PROT_READ && PSHM_PROT_WRITE == PROT_WRITE &&
                       PSHM_PROT_EXEC == PROT_EXEC,
               "the protections are the platform's");
_Static_assert(PSHM_MAP_SHARED == MAP_SHARED && PSHM_MAP_PRIVATE == MAP_PRIVATE && PSHM_MAP_FIXED == MAP_FIXED,
               "these flags are the platform's");

/* The BSDs and macOS have not all flags. */
#ifdef MAP_GROWSDOWN
#define LACKS_GROWSDOWN false
#else
#define LACKS_GROWSDOWN true
#define MAP_GROWSDOWN 0
#endif
#ifdef MAP_NORESERVE
#define LACKS_NORESERVE false
#else
#define LACKS_NORESERVE true
#define MAP_NORESERVE 0
#endif

/* Each flag of ours has a bit of its own and one that they share, and counts only as a whole. */
enum {
	OURS = PSHM_MAP_ANONYMOUS | PSHM_MAP_GROWSDOWN | PSHM_MAP_NORESERVE | PSHM_MAP_POPULATE | PSHM_MAP_LOCK | PSHM_MAP_HUGE,
	SHARED_BIT = PSHM_MAP_ANONYMOUS & PSHM_MAP_GROWSDOWN & PSHM_MAP_NORESERVE & PSHM_MAP_POPULATE & PSHM_MAP_LOCK & PSHM_MAP_HUGE
};

static bool
are_ours(int flags)
{
	int special = flags & ~MAPPING_SAME_EVERYWHERE;

	return special == 0 || ((special & ~OURS) == 0 && (special & SHARED_BIT) != 0 && special != SHARED_BIT);
}

static bool
has_flag(int flags, int flag)
{
	return (flags & flag) == flag;
}

int
pshm__mapping_native_flags(int flags)
{
	int native = flags & MAPPING_SAME_EVERYWHERE;

	if ((LACKS_GROWSDOWN && has_flag(flags, PSHM_MAP_GROWSDOWN)) || (LACKS_NORESERVE && has_flag(flags, PSHM_MAP_NORESERVE)))
		return -ENOTSUP;
	if (!are_ours(flags))
		return -EINVAL;
	if ((flags & ~SHARED_BIT & (PSHM_MAP_ANONYMOUS | PSHM_MAP_GROWSDOWN | PSHM_MAP_NORESERVE)) == 0)
		return native;
	if (has_flag(flags, PSHM_MAP_ANONYMOUS))
		native |= MAP_ANONYMOUS;
	if (has_flag(flags, PSHM_MAP_GROWSDOWN))
		native |= MAP_GROWSDOWN;
	if (has_flag(flags, PSHM_MAP_NORESERVE))
		native |= MAP_NORESERVE;
	return native;
}

/* What the flags demand of the rest of a request. */
static int
flags_error(int64_t address, int protections, int flags, int fd)
{
	if ((flags & MAPPING_SHARING) == 0 || (flags & MAPPING_SHARING) == MAPPING_SHARING)
		return -EINVAL;
	if (has_flag(flags, PSHM_MAP_FIXED) && address == 0)
		return -EINVAL;
	if (has_flag(flags, PSHM_MAP_ANONYMOUS) && fd != -1)
		return -EINVAL;
	if (has_flag(flags, PSHM_MAP_POPULATE) && (protections & (PSHM_PROT_READ | PSHM_PROT_WRITE)) == 0)
		return -EINVAL;
	return 0;
}

int
pshm__mapping_flags_of_request(int64_t address, int protections, int flags, int fd)
{
	int error = flags_error(address, protections, flags, fd);

	return error < 0 ? error : pshm__mapping_native_flags(flags);
}

/* Huge pages before any page is there, and locking last. */
int
pshm__mapping_settle(int64_t address, int64_t length, int protections, int flags)
{
	int error = 0;

	if (has_flag(flags, PSHM_MAP_HUGE))
		error = pshm__native_ask_for_huge_pages(address, length);
	if (error >= 0 && has_flag(flags, PSHM_MAP_POPULATE))
		error = pshm__native_populate(address, length, (protections & PSHM_PROT_WRITE) != 0);
	if (error >= 0 && has_flag(flags, PSHM_MAP_LOCK))
		error = sys_mlock(address, length);
	return error;
}

/* An object of huge pages was mapped in whole ones, whose size is its block size, and is not unmapped otherwise. */
void
pshm__mapping_undo(int64_t address, int64_t length, int fd)
{
	struct stat status;

	if (sys_munmap(address, length) == -EINVAL && sys_fstat(fd, &status) >= 0)
		sys_munmap(address, (length + status.st_blksize - 1) & -(int64_t)status.st_blksize);
}

int64_t
pshm__mapping_make_by_flags(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	int native = pshm__mapping_flags_of_request(address, protections, flags, fd);
	int64_t made = native < 0 ? native : sys_mmap(address, length, protections, native, fd, offset);
	int error;

	if (is_address_error(made))
		return made;
	error = pshm__mapping_settle(made, length, protections, flags);
	if (error < 0) {
		pshm__mapping_undo(made, length, fd);
		return error;
	}
	return made;
}

int64_t
pshm_mmap(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	return record_address(mapping_make(address, length, protections, flags, fd, offset));
}

int
pshm_munmap(int64_t address, int64_t length)
{
	return record(mapping_remove(address, length));
}

int
pshm_mprotect(int64_t address, int64_t length, int protections)
{
	if (address < 0 || length < 0 || (protections & ~MAPPING_PROTECTIONS) != 0)
		return record(-EINVAL);
	if (!mapping_fits(address, length))
		return record(-EOVERFLOW);
	return record(sys_mprotect(address, length, protections));
}
