/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings. */
#include "fuzz.h"

#include <sys/mman.h>

static int
some_map_flags(void)
{
	static const int others[] = { 0,
		                      0,
		                      0,
		                      0,
		                      PSHM_MAP_ANONYMOUS,
		                      PSHM_MAP_NORESERVE,
		                      PSHM_MAP_POPULATE,
		                      PSHM_MAP_LOCK,
		                      PSHM_MAP_HUGE,
		                      PSHM_MAP_GROWSDOWN,
		                      PSHM_MAP_NODUMP };
	int flags = (choose(8) != 0 ? PSHM_MAP_SHARED : choose(4)) | others[choose(11)];

	return choose(16) == 0 ? flags | (some_int() & ~PSHM_MAP_FIXED) : flags;
}

static bool
page_is_mapped(int64_t address)
{
	unsigned char in_core;

	return mincore((void *)(uintptr_t)(address & -page), (size_t)page, &in_core) == 0;
}

static struct mapping *
free_mapping(void)
{
	for (int i = 0; i < MAPPINGS; i++)
		if (model.mappings[i].address == 0)
			return &model.mappings[i];
	return NULL;
}

static bool
is_sealed_against_writing(const struct descriptor *slot)
{
	return (object_behind(slot)->seals & (PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE)) != 0;
}

/* Calls that have no reason to fail. Before Linux 6.7 a shared mapping of what is sealed against writing had, even for reading. */
static bool
is_plain_request(const struct descriptor *slot, int64_t length, int protections, int flags, int64_t offset)
{
	if (slot == NULL || length <= 0 || length > 1 << 18 || offset < 0 || offset > 1 << 20)
		return false;
	if ((protections & ~(PSHM_PROT_READ | PSHM_PROT_WRITE)) != 0)
		return false;
	if (flags == PSHM_MAP_PRIVATE)
		return true;
	return flags == PSHM_MAP_SHARED && !is_sealed_against_writing(slot) &&
	       (slot->writable || (protections & PSHM_PROT_WRITE) == 0);
}

/* Where the file system is full, a hole that is touched is a SIGBUS. */
static bool
may_be_touched(void)
{
	int64_t left;

	CHECK(pshm_space(NULL, &left) == 0);
	return left >= 1 << 16;
}

/* The memory is the object: its bytes are there, and a byte that is stored is in the object. */
static void
touch(int64_t address, int64_t length, int protections, int flags, struct object *object, int64_t offset)
{
	unsigned char *bytes = (unsigned char *)(uintptr_t)address;
	int64_t end = object->size < SHADOW ? object->size : SHADOW;
	int64_t count = length < end - offset ? length : end - offset;

	if (offset >= end || !may_be_touched())
		return;
	if ((protections & PSHM_PROT_READ) != 0)
		CHECK(memcmp(bytes, object->bytes + offset, (size_t)count) == 0);
	if ((protections & PSHM_PROT_WRITE) == 0)
		return;
	bytes[count - 1] = (unsigned char)take();
	if ((flags & PSHM_MAP_SHARED) != 0)
		object->bytes[offset + count - 1] = bytes[count - 1];
}

void
op_map(void)
{
	struct mapping *mapping = free_mapping();
	const struct descriptor *slot = some_slot();
	bool simple = choose(2) == 0; /* within what an object of this fuzzer usually has */
	int64_t length = simple ? 1 + (int64_t)take_bytes(2) % SHADOW : some_affordable_size();
	int64_t offset = simple ? (int64_t)take_bytes(2) % SHADOW : some_size();
	int64_t prefix = choose(2) == 0 ? 0 : some_size();
	int protections = choose(8) == 0 ? some_int() : choose(8);
	int flags = simple ? 1 + choose(2) : some_map_flags();
	int fd = (flags & PSHM_MAP_ANONYMOUS) == PSHM_MAP_ANONYMOUS && choose(2) == 0 ? -1 : fd_of(slot);
	int64_t address;

	if (mapping == NULL || (prefix > 1 << 20 && prefix < (int64_t)1 << 50))
		return;
	address = CALL(prefix == 0 ? pshm_map(fd, length, protections, flags, offset)
	                           : pshm_map_prefixed(fd, length, protections, flags, offset, prefix));
	if (length <= 0 || offset < 0 || prefix < 0 || (prefix == 0 && (flags & PSHM_MAP_FIXED) != 0))
		CHECK(address == -EINVAL);
	else if (prefix == 0 && length > INT64_MAX - offset)
		CHECK(address == -EOVERFLOW || address == -EINVAL);
	if ((flags & PSHM_MAP_FIXED_NOREPLACE) != 0)
		CHECK(address == -EINVAL);
	else if (prefix == 0 || (prefix > 0 && prefix <= 1 << 20 && offset % page == 0))
		CHECK(address > 0 || !is_plain_request(slot, length, protections, flags, offset));
	if (address < 0)
		return;
	CHECK((address - offset) % page == 0 && page_is_mapped(address) && page_is_mapped(address + length - 1));
	if (prefix != 0) {
		memset((void *)(uintptr_t)(address - prefix), 0xff, (size_t)(prefix < 64 ? prefix : 64));
		CHECK(page_is_mapped(address - prefix));
	}
	*mapping = (struct mapping){ address, length, prefix, fd == -1 || slot == NULL ? NONE : slot->object };
	if (fd == -1)
		return;
	CHECK(slot != NULL);
	if ((protections & PSHM_PROT_WRITE) != 0 && (flags & PSHM_MAP_SHARED) != 0)
		CHECK(slot->writable && !is_sealed_against_writing(slot));
	touch(address, length, protections, flags, object_behind(slot), offset);
}

void
op_unmap(void)
{
	struct mapping *mapping = &model.mappings[choose(MAPPINGS)];
	int64_t result;

	if (mapping->address == 0) {
		EXPECT(-EINVAL, pshm_unmap((const int64_t[]){ 0, -1, INT64_MIN, 5 }[choose(4)], some_size()));
		return;
	}
	EXPECT(-EINVAL, pshm_unmap(mapping->address, -1 - (int64_t)take()));
	EXPECT(-EINVAL, pshm_unmap_prefixed(mapping->address, mapping->length, 0));
	result = CALL(mapping->prefix == 0 ? pshm_unmap(mapping->address, mapping->length)
	                                   : pshm_unmap_prefixed(mapping->address, mapping->length, mapping->prefix));
	CHECK(result == 0 && !page_is_mapped(mapping->address) && !page_is_mapped(mapping->address + mapping->length - 1));
	mapping->address = 0;
}

static void
reserve_arena(int64_t address, int64_t length)
{
	CHECK(mmap((void *)(uintptr_t)address, (size_t)length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	      MAP_FAILED);
}

/* At fixed addresses: only in the arena, which is put back at once. Elsewhere only what cannot work. */
void
op_mmap_fixed(void)
{
	const struct descriptor *slot = some_slot();
	int64_t first = choose(ARENA_PAGES / 2);
	int64_t pages = 1 + choose(ARENA_PAGES / 2);
	int64_t address = arena + first * page;
	int64_t bad = (const int64_t[]){ 0, arena + 1, -1, INT64_MIN, INT64_MAX }[choose(5)];
	int protections = choose(8);
	int flags = (choose(2) == 0 ? PSHM_MAP_SHARED : PSHM_MAP_PRIVATE) | PSHM_MAP_FIXED;
	int fd = fd_of(slot);
	int64_t result = CALL(pshm_mmap(bad, page, protections, flags, fd, 0));

	CHECK(result < 0);
	result = CALL(pshm_mmap(address, pages * page, protections, flags, fd, choose(4) * page));
	CHECK(result == address || result < 0);
	if (slot == NULL)
		CHECK(result == -EBADF);
	result = CALL(pshm_mprotect(address, pages * page, choose(4)));
	CHECK(result == 0 || result == -EACCES);
	EXPECT(-EINVAL, pshm_mprotect(address + 1 + choose(100), page, 0));
	EXPECT(-EINVAL, pshm_mprotect(-1 - choose(256), page, 0));
	EXPECT(-EINVAL, pshm_mprotect(0, page, 0));
	CHECK(pshm_mprotect(-page, page, 0) < 0);
	EXPECT(0, pshm_msync(address, choose(2) * page, PSHM_MS_ASYNC));
	EXPECT(-EINVAL, pshm_msync(address, page, PSHM_MS_SYNC | PSHM_MS_ASYNC));
	EXPECT(-EINVAL, pshm_msync(address + 1 + choose(100), page, PSHM_MS_SYNC));
	EXPECT(-EEXIST, pshm_mmap(address, page, 0, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED_NOREPLACE, -1, 0));
	EXPECT(-EINVAL, pshm_mprotect(address, -1, 0));
	EXPECT(-EINVAL, pshm_mprotect(address, page, 8 << choose(20)));
	EXPECT(-EINVAL, pshm_munmap(address + 1 + choose(100), page));
	EXPECT(-EINVAL, pshm_munmap(address, -choose(100)));
	EXPECT(0, pshm_munmap(address, pages * page));
	CHECK(!page_is_mapped(address) && !page_is_mapped(address + (pages - 1) * page));
	EXPECT(-ENOMEM, pshm_mprotect(address, page, 1));
	EXPECT(-ENOMEM, pshm_msync(address, page, PSHM_MS_SYNC));
	EXPECT(address, pshm_mmap(address, page, 0, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED_NOREPLACE, -1, 0));
	reserve_arena(address, pages * page);
}

/* Every argument of mmap at once; what comes out is unmapped. */
void
op_mmap(void)
{
	const struct descriptor *slot = some_slot();
	int64_t hint = (const int64_t[]){ 0, arena, -1, -4096, INT64_MIN, INT64_MAX }[choose(6)];
	int64_t length = some_affordable_size();
	int64_t offset = some_size();
	int protections = choose(4) == 0 ? some_int() : choose(8);
	int flags = some_map_flags() & ~PSHM_MAP_FIXED;
	int64_t address = CALL(pshm_mmap(hint, length, protections, flags, fd_of(slot), offset));

	if (length <= 0 || offset < 0 || offset % page != 0)
		CHECK(address < 0);
	if (address >= 0) {
		CHECK(page_is_mapped(address) && page_is_mapped(address + length - 1));
		EXPECT(0, pshm_munmap(address, length));
		CHECK(!page_is_mapped(address) && !page_is_mapped(address + length - 1));
	}
}
