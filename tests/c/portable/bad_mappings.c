/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory. */
#include "portable.h"

static void mmap_anonymous_descriptor(void) { IS(-EINVAL, pshm_mmap(0, 4096, 3, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0, 0)); }

/* mmap and map: the same bad arguments. */
static void
both_maps(int64_t wanted, int64_t length, int protections, int flags, int64_t offset)
{
	int fd = new_object(4096);

	IS(wanted, pshm_mmap(0, length, protections, flags, fd, offset));
	IS(wanted, pshm_map(fd, length, protections, flags, offset));
	IS(0, pshm_close(fd));
}

static void map_lengths(void) { both_maps(-EINVAL, 0, 1, 1, 0), both_maps(-EINVAL, -1, 1, 1, 0); }

static void
mmap_offsets(void)
{
	int fd = reader();

	IS(-EINVAL, pshm_mmap(0, 1, 1, 1, fd, -4096));
	IS(-EINVAL, pshm_mmap(0, 1, 1, 1, fd, 1));
	IS(0, pshm_close(fd));
}

static void
map_offsets(void)
{
	IS(-EINVAL, pshm_map(0, 1, 1, 1, -1));
	IS(-EOVERFLOW, pshm_map(0, 2, 1, 1, INT64_MAX - 1));
}

static void
map_types(void)
{
	char byte;

	if (sizeof(size_t) < sizeof(int64_t)) {
		both_maps(-EOVERFLOW, (int64_t)1 << 32, 1, 1, 0);
		IS(-EOVERFLOW, pshm_mmap((int64_t)1 << 32, 1, 1, 1, 0, 0));
		IS(-EOVERFLOW, pshm_munmap((int64_t)1 << 32, 1));
		IS(-EOVERFLOW, pshm_mprotect(4096, (int64_t)1 << 32, 1));
		IS(-EOVERFLOW, pshm_msync(4096, (int64_t)1 << 32, PSHM_MS_SYNC));
		IS(-EOVERFLOW, pshm_unmap_prefixed((int64_t)1 << 40, 1, (int64_t)1 << 32));
		IS(-EOVERFLOW, pshm_map_prefixed(0, 0xffffe000, 1, 1, 0, 4097));
		IS(-EOVERFLOW, pshm_copy((int64_t)1 << 32, 1, 1));
		IS(-EOVERFLOW, pshm_read(0, &byte, (int64_t)1 << 32, 0));
		IS(-EOVERFLOW, pshm_mmap(0, 1, 1, 1, 0, (int64_t)1 << 44));
		IS(-EOVERFLOW, pshm_map(0, 1, 1, 1, ((int64_t)1 << 44) + 5));
		IS(-EOVERFLOW, pshm_map_prefixed(0, 1, 1, 1, (int64_t)1 << 62, 1));
		IS(-EBADF, pshm_mmap(0, 1, 1, 1, -1, ((int64_t)1 << 44) - 65536));
	} else {
		int fd = reader();

		FAILS(pshm_mmap(0, INT64_MAX - 4095, 1, 1, fd, 0));
		FAILS(pshm_map(fd, INT64_MAX - 4095, 1, 1, 0));
		IS(0, pshm_close(fd));
	}
}

static void
map_past_the_end(void)
{
	int fd = new_object(10);
	char bytes[20];
	int64_t address = pshm_map(fd, 10000, PSHM_PROT_READ, PSHM_MAP_SHARED, 4096);

	GIVES(address);
	IS(0, pshm_unmap(address, 10000));
	IS(10, pshm_read(fd, bytes, sizeof bytes, 0));
	IS(0, pshm_close(fd));
}

static void
map_reader(void)
{
	int fd = reader();

	IS(-EACCES, pshm_mmap(0, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0));
	IS(-EACCES, pshm_map(fd, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0));
	IS(0, pshm_close(fd));
}

static void
map_bits(void)
{
	both_maps(-EINVAL, 4096, 8, PSHM_MAP_SHARED, 0);
	both_maps(-EINVAL, 4096, 1, PSHM_MAP_SHARED | MAP_ANONYMOUS, 0);
	both_maps(-EINVAL, 4096, 1, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, 0);
	both_maps(-EINVAL, 4096, 1, 0, 0);
}

static void
fixed_addresses(void)
{
	IS(-EINVAL, pshm_mmap(0, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED, -1, 0));
	IS(-EINVAL, pshm_mmap(0x10001, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED, -1, 0));
}

static void
unmap_arguments(void)
{
	const int64_t bad[] = { 0, -1, -4095 };

	for (int i = 0; i < 3; i++) {
		IS(-EINVAL, pshm_munmap(bad[i], 4096));
		IS(-EINVAL, pshm_unmap(bad[i], 4096));
		IS(-EINVAL, pshm_mprotect(bad[i], 4096, 1));
		IS(-EINVAL, pshm_munmap(4096, bad[i]));
		IS(-EINVAL, pshm_unmap(4096, bad[i]));
	}
	IS(-EINVAL, pshm_mprotect(4096, -1, 1));
	IS(sizeof(void *) < sizeof(int64_t) ? -EOVERFLOW : -EINVAL, pshm_munmap(INT64_MIN, 4096));
}

static void
msync_flags(void)
{
	int64_t address = pshm_mmap(0, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0);

	IS(-EINVAL, pshm_msync(address, 4096, PSHM_MS_SYNC | PSHM_MS_ASYNC));
	IS(-EINVAL, pshm_msync(address, 4096, 0));
	IS(-EINVAL, pshm_msync(address, 4096, PSHM_MS_ASYNC | 1));
	IS(0, pshm_msync(address, 4096, PSHM_MS_ASYNC | PSHM_MS_INVALIDATE));
	IS(0, pshm_munmap(address, 4096));
}

static void
protect_unmapped(void)
{
	int64_t address = pshm_mmap(0, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0);

	IS(0, pshm_munmap(address, 4096));
	if (getenv("PORTABLE_RESERVED") == NULL) /* qemu keeps the whole address space of a 32-bit machine for itself */
		IS(-ENOMEM, pshm_mprotect(address, 4096, 1));
}

const struct bad_row bad_mappings[] = {
	{ "mmap", "anonymous with fd", mmap_anonymous_descriptor },
	{ "mmap, map", "length 0", map_lengths },
	{ "mmap", "offset negative", mmap_offsets },
	{ "map", "offset negative", map_offsets },
	{ "mmap, map", "length or address", map_types },
	{ "map", "beyond", map_past_the_end },
	{ "mmap, map", "shared write", map_reader },
	{ "mmap", "unknown", map_bits },
	{ "mmap", "fixed", fixed_addresses },
	{ "munmap, unmap, mprotect", "address 0", unmap_arguments },
	{ "msync", "sync and async", msync_flags },
	{ "mprotect", "address not mapped", protect_unmapped },
	{ NULL, NULL, NULL },
};
