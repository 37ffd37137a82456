/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory. */
#include "bad_input.h"
#include "fixture.h"
#include "interpose.h"

#include <string.h>
#include <unistd.h>

static void
mmap_anonymous_descriptor(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -2, 0), "EINVAL");
	assert_error(call("pshm_map", bad_fd, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0), "EINVAL");
}

static void
length_not_positive(void)
{
	static const int64_t bad[] = { 0, -1, INT64_MIN };

	for (size_t i = 0; i < 3; i++) {
		assert_error(call("pshm_mmap", 0, bad[i], READ_WRITE, PSHM_MAP_SHARED, bad_fd, 0), "EINVAL");
		assert_error(call("pshm_map", bad_fd, bad[i], READ_WRITE, PSHM_MAP_SHARED, 0), "EINVAL");
	}
}

static void
mmap_offset(void)
{
	static const int64_t bad[] = { -1, -PAGE, 1, PAGE - 1, PAGE + 1, INT64_MIN, INT64_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, bad_fd, bad[i]), "EINVAL");
}

static void
map_offset(void)
{
	assert_error(call("pshm_map", bad_fd, 1, READ_WRITE, PSHM_MAP_SHARED, -1), "EINVAL");
	assert_error(call("pshm_map", bad_fd, 1, READ_WRITE, PSHM_MAP_SHARED, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_map", bad_fd, INT64_MAX, READ_WRITE, PSHM_MAP_SHARED, 1), "EOVERFLOW");
}

static void
types_too_small(void)
{
	if (sizeof(size_t) == sizeof(int64_t)) {
		note("addresses and lengths of 64 bits: what does not fit them cannot be passed");
		return;
	}
	assert_error(call("pshm_mmap", 0, (int64_t)1 << 32, READ_WRITE, PSHM_MAP_SHARED, bad_fd, 0), "EOVERFLOW");
	assert_error(call("pshm_mmap", (int64_t)1 << 32, PAGE, READ_WRITE, PSHM_MAP_SHARED, bad_fd, 0), "EOVERFLOW");
	assert_error(call("pshm_map", bad_fd, (int64_t)1 << 32, READ_WRITE, PSHM_MAP_SHARED, 0), "EOVERFLOW");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, bad_fd, (int64_t)1 << 44), "EOVERFLOW");
	assert_error(call("pshm_map", bad_fd, 1, READ_WRITE, PSHM_MAP_SHARED, ((int64_t)1 << 44) + 5), "EOVERFLOW");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, -1, ((int64_t)1 << 44) - 65536), "EBADF");
	assert_error(call("pshm_mmap", 0, (int64_t)1 << 32, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_munmap", (int64_t)1 << 32, PAGE), "EOVERFLOW");
	assert_error(call("pshm_unmap", (int64_t)1 << 40, PAGE), "EOVERFLOW");
	assert_error(call("pshm_msync", PAGE, (int64_t)1 << 32, PSHM_MS_SYNC), "EOVERFLOW");
	assert_error(call("pshm_mprotect", PAGE, (int64_t)1 << 32, READ_WRITE), "EOVERFLOW");
}

static void
map_past_end(void)
{
	int64_t address = assert_success(call("pshm_map", bad_fd, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, 10 * PAGE));
	char bytes[4];

	assert_result(call("pshm_unmap", address, PAGE), 0);
	assert_result(call("pshm_read", bad_fd, bytes, 4, PAGE - 2), 2);
	assert_result(call("pshm_read", bad_fd, bytes, 4, 10 * PAGE), 0);
}

static void
map_reader(void)
{
	const char *error = strcmp(interpose_platform_name(), "macos") == 0 ? "EPERM" : "EACCES";
	int reader = bad_reader();

	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, reader, 0), error);
	assert_error(call("pshm_map", reader, PAGE, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0), error);
	close_now(reader);
}

static void
mmap_bits(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, 8, PSHM_MAP_SHARED, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | 4, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | 0x20, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, 0, bad_fd, 0), "EINVAL");
}

static void
mmap_fixed(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, bad_fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", PAGE + 1, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, bad_fd, 0), "EINVAL");
}

static void
unmap_range(void)
{
	static const int64_t bad[] = { 0, -1, -2, -4094, -4095 };

	int64_t address = assert_success(call("pshm_mmap", 0, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, bad_fd, 0));

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_munmap", bad[i], PAGE), "EINVAL");
		assert_error(call("pshm_unmap", bad[i], PAGE), "EINVAL");
		assert_error(call("pshm_mprotect", bad[i], PAGE, PSHM_PROT_READ), "EINVAL");
		assert_error(call("pshm_mprotect", bad[i], 0, PSHM_PROT_READ), "EINVAL");
	}
	for (int length = 0; length >= -1; length--) {
		assert_error(call("pshm_munmap", address, length), "EINVAL");
		assert_error(call("pshm_unmap", address, length), "EINVAL");
	}
	assert_error(call("pshm_mprotect", address, -1, READ_WRITE), "EINVAL");
	assert_error(call("pshm_mprotect", address, INT64_MIN, READ_WRITE), "EINVAL");
	ck_assert_str_eq(protections_at(address), "r--s");
	assert_result(call("pshm_munmap", address, PAGE), 0);
}

static void
msync_flags(void)
{
	int64_t address = assert_success(call("pshm_mmap", 0, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, bad_fd, 0));

	assert_error(call("pshm_msync", address, PAGE, PSHM_MS_SYNC | PSHM_MS_ASYNC), "EINVAL");
	assert_error(call("pshm_msync", address, PAGE, 0), "EINVAL");
	assert_error(call("pshm_msync", address, PAGE, PSHM_MS_INVALIDATE), "EINVAL");
	assert_error(call("pshm_msync", address, PAGE, PSHM_MS_SYNC | 1), "EINVAL");
	assert_result(call("pshm_msync", address, PAGE, PSHM_MS_SYNC), 0);
	assert_result(call("pshm_munmap", address, PAGE), 0);
}

static void
mprotect_unmapped(void)
{
	assert_error(call("pshm_mprotect", free_range(PAGE), PAGE, PSHM_PROT_READ), "ENOMEM");
}

const struct bad_row bad_mappings[] = {
	{ "mmap", "anonymous with fd other than -1", "-EINVAL", mmap_anonymous_descriptor },
	{ "mmap, map", "length 0 or negative", "-EINVAL", length_not_positive },
	{ "mmap", "offset negative or not a multiple of the page size", "-EINVAL", mmap_offset },
	{ "map", "offset negative; offset + length overflows int64", "-EINVAL; -EOVERFLOW", map_offset },
	{ "mmap, map", "length or address that the platform's types cannot hold (32-bit)", "-EOVERFLOW", types_too_small },
	{ "map", "beyond the end of the object", "works; documented; pshm_read there gives a short count", map_past_end },
	{ "mmap, map", "shared write access to a descriptor opened read-only", "-EACCES", map_reader },
	{ "mmap", "unknown protection or flag bit; shared and private together; neither", "-EINVAL", mmap_bits },
	{ "mmap", "fixed at address 0 or at a misaligned address", "-EINVAL", mmap_fixed },
	{ "munmap, unmap, mprotect", "address 0 or -4095 to -1; length negative, and 0 for munmap and unmap", "-EINVAL",
	  unmap_range },
	{ "msync", "sync and async together, or neither; an unknown flag", "-EINVAL", msync_flags },
	{ "mprotect", "address not mapped", "-ENOMEM", mprotect_unmapped },
	{ NULL, NULL, NULL, NULL },
};
