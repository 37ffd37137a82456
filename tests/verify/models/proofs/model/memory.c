/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on mappings. */
#include "model.h"

#include <sys/mman.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

/* No mapping is as large as a quarter of the address space, or reaches its last page. */
#define LARGEST (UINTPTR_MAX / 4)

static bool
is_in(uint64_t start, uint64_t length)
{
	return followed_byte - start < length;
}

static bool
is_page(uint64_t address)
{
	return (address & (uint64_t)(pshm_page_size() - 1)) == 0;
}

/* A length of 0, or a range that is not there, is an error. */
static bool
is_range(uint64_t start, uint64_t length)
{
	return is_page(start) && length > 0 && length <= LARGEST && start <= UINTPTR_MAX - 0xffff - length && start != 0;
}

/* The caller's range, whose length is from any byte of its first page, to the end of its last page. */
static bool
is_callers(void)
{
	uint64_t page = (uint64_t)(object_page_size() > 0x10000 ? object_page_size() : 0x10000);

	return (asked.rights & (MAY_UNMAP | MAY_PLACE)) != 0 && is_in((uint64_t)asked.address, (uint64_t)asked.length + 2 * page);
}

/* Whole pages are mapped and unmapped. Those of the object may be huge: they are not cut, and its blocks are as large. */
static uint64_t
whole(uint64_t length, int64_t page)
{
	return (length + (uint64_t)page - 1) & -(uint64_t)page;
}

static bool
is_whole(uint64_t address)
{
	return (address & (uint64_t)(object_page_size() - 1)) == 0;
}

static bool has_huge_pages;
static bool has_reserve; /* anonymous memory, which may be before the object */

static bool
cuts_huge_page(uint64_t start, uint64_t length)
{
	return has_huge_pages && (!is_whole(start + length) || (!is_whole(start) && !has_reserve));
}

void *
mmap(void *address, size_t length, int protections, int flags, int fd, off_t offset)
{
	bool fixed = (flags & MAP_FIXED) != 0;
	bool anonymous = (flags & MAP_ANONYMOUS) != 0;
	uint64_t start = (uintptr_t)nondet_uint64();
	uint64_t pages = whole(length, anonymous ? pshm_page_size() : object_page_size());

	if (fixed)
		start = (uintptr_t)address;
	else if (anonymous && asked.page != NULL)
		start = (uintptr_t)asked.page;
	calls++;
	check(anonymous || ((asked.rights & MAY_MAP) != 0 && fd == asked.fd), "the object is the caller's");
	(void)protections, (void)offset;
	if (!is_range(start, pages) || (!anonymous && !is_whole(start)) || nondet_bool()) {
		failure(CALL_mmap);
		return MAP_FAILED;
	}
	has_reserve = has_reserve || anonymous;
	has_huge_pages = has_huge_pages || (!anonymous && object_page_size() > pshm_page_size());
	if (is_in(start, pages)) {
		assume(fixed || !is_mapped);
		check(!fixed || is_mapped || is_callers(), "no other mapping is replaced");
		is_mapped = true;
	}
	return (void *)(uintptr_t)start;
}

/* A good range cannot be unmapped only where that splits a mapping, and there are too many; a huge page is not split. */
int
munmap(void *address, size_t length)
{
	uint64_t start = (uintptr_t)address;
	uint64_t pages = whole(length, pshm_page_size());

	calls++;
	if (!is_range(start, length) || cuts_huge_page(start, pages)) {
		errno = EINVAL;
		was_answered = was_answered || followed_error == EINVAL;
		return -1;
	}
	check(!is_in(start, pages) || is_mapped || is_callers(), "no other mapping is unmapped");
	if (nondet_bool()) {
		unmap_failed = true;
		failure(CALL_munmap);
		assume(errno != EINVAL);
		return -1;
	}
	if (is_in(start, pages))
		is_mapped = false;
	unmapped_start = start;
	unmapped_length = length;
	return 0;
}

static int
on_callers_range(void *address, size_t length, enum interposed function)
{
	within(MAY_PROTECT);
	check((int64_t)(uintptr_t)address == asked.address && (int64_t)length == asked.length, "the range is the caller's");
	return nondet_bool() ? 0 : failure(function);
}

int
mprotect(void *address, size_t length, int protections)
{
	check(protections == asked.mode, "the protections are the caller's");
	return on_callers_range(address, length, CALL_mprotect);
}

int
msync(void *address, size_t length, int flags)
{
	no_cancellation();
	check(flags == asked.mode, "the flags are the caller's");
	return on_callers_range(address, length, CALL_msync);
}

/* What the kernel does not know it does not know the next time either. */
static int
on_own_range(const void *address, size_t length, enum interposed function)
{
	static bool is_unknown;

	calls++;
	if (!is_unknown && nondet_bool()) {
		check(!is_in((uintptr_t)address, length) || is_mapped || is_callers(), "the memory is of this call");
		return 0;
	}
	failure(function);
	assume(!is_unknown || errno == EINVAL);
	is_unknown = errno == EINVAL && (!has_huge_pages || is_whole(length));
	return -1;
}

int
mlock(const void *address, size_t length)
{
	return on_own_range(address, length, CALL_mlock);
}

int
madvise(void *address, size_t length, int advice)
{
	check(advice == MADV_HUGEPAGE || advice == MADV_DONTDUMP || advice == 22 || advice == 23 || advice == MADV_WIPEONFORK,
	      "no advice takes a byte away");
	return on_own_range(address, length, CALL_madvise);
}

long
sysconf(int name)
{
	static const long sizes[] = { 4096, 16384, 65536 };
	unsigned which = nondet_unsigned();

	check(name == _SC_PAGESIZE, "it is the size of a page");
	if (chosen_page_size != 0)
		return (long)chosen_page_size;
	assume(which < 3);
	return sizes[which];
}
