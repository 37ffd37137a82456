/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects behind a private prefix, and stores that touch no byte but their own. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE };

START_TEST(the_prefix_is_private_and_the_data_is_the_object)
{
	const int64_t prefixes[] = { 1, 16, page(), page() + 1 };
	int fd = anonymous_new(2 * page());

	ck_assert_int_eq(pwrite(fd, "data", 4, page()), 4);
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		int64_t address = assert_success(
		        call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, page(), prefixes[i]));
		int64_t start = address - (prefixes[i] + page() - 1) / page() * page();

		ck_assert_int_eq(address % page(), 0);
		ck_assert_str_eq(protections_at(address - 1), "rw-p");
		ck_assert_str_eq(protections_at(start), "rw-p");
		ck_assert_str_eq(protections_at(address), "rw-s");
		for (int64_t byte = start; byte < address; byte++)
			ck_assert_int_eq(*memory_at(byte), 0);
		ck_assert_mem_eq(memory_at(address), "data", 4);
		memset(memory_at(start), 'p', (size_t)(address - start));
		assert_result(call("pshm_unmap_prefixed", address, page() - 1, prefixes[i]), 0);
		assert_nothing_mapped(address);
		assert_nothing_mapped(address - 1);
		assert_nothing_mapped(start);
	}
	ck_assert_int_eq(descriptor_status(fd).st_size, 2 * page());
	close_now(fd);
}
END_TEST

/* What is stored into private data stays out of the object; without an object the data is shared or private all the same. */
START_TEST(the_data_is_shared_or_private_as_asked_for)
{
	int fd = anonymous_new(page());
	int64_t address = assert_success(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_PRIVATE, 0, 16));
	char byte = 'x';

	ck_assert_str_eq(protections_at(address), "rw-p");
	memset(memory_at(address), 'p', (size_t)page());
	ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 0);
	assert_result(call("pshm_unmap_prefixed", address, page(), 16), 0);
	for (int i = 0; i < 2; i++) {
		int sharing = i == 0 ? PSHM_MAP_PRIVATE : PSHM_MAP_SHARED;

		address = assert_success(call("pshm_map_prefixed", -1, page(), READ_WRITE, PSHM_MAP_ANONYMOUS | sharing, 0, 16));
		ck_assert_str_eq(protections_at(address - 1), "rw-p");
		ck_assert_str_eq(protections_at(address), i == 0 ? "rw-p" : "rw-s");
		assert_result(call("pshm_unmap_prefixed", address, page(), 16), 0);
	}
	close_now(fd);
}
END_TEST

/* Of a length that is a byte more than whole pages the last page is mapped and unmapped, too. */
START_TEST(the_last_byte_has_a_page)
{
	int fd = anonymous_new(3 * page());
	int64_t address = assert_success(call("pshm_map_prefixed", fd, page() + 1, READ_WRITE, PSHM_MAP_SHARED, 0, 16));

	ck_assert_str_eq(protections_at(address + page()), "rw-s");
	assert_result(call("pshm_unmap_prefixed", address, page() + 1, 16), 0);
	assert_nothing_mapped(address - 1);
	assert_nothing_mapped(address + page());
	close_now(fd);
}
END_TEST

/* What a runtime writes in front of an array is not the object's. */
START_TEST(the_prefix_of_an_array_for_reading_is_written)
{
	int fd = anonymous_new(page());
	int64_t address = assert_success(call("pshm_map_prefixed", fd, page(), PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 16));

	ck_assert_str_eq(protections_at(address), "r--s");
	ck_assert_str_eq(protections_at(address - 1), "rw-p");
	memset(memory_at(address - 16), 'p', 16);
	assert_result(call("pshm_unmap_prefixed", address, page(), 16), 0);
	close_now(fd);
}
END_TEST

START_TEST(the_flags_of_an_array_reach_the_system)
{
	int fd = anonymous_new(page());
	int64_t address = assert_success(
	        call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_NORESERVE, 0, 16));

	ck_assert(mapping_has_flag(address, "nr") || MAP_NORESERVE == 0);
	assert_result(call("pshm_unmap_prefixed", address, page(), 16), 0);
	close_now(fd);
}
END_TEST

START_TEST(bad_arguments_map_nothing)
{
	int fd = anonymous_new(page());

	assert_error(call("pshm_map_prefixed", fd, 0, READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, -1, READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, 0), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, -1), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 1, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, -page(), 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, 0, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), 8, PSHM_MAP_SHARED, 0, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, 0, 0, 16), "EINVAL");
	assert_error(call("pshm_map_prefixed", -1, page(), READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EBADF");
	assert_error(call("pshm_map_prefixed", -1, page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_GROWSDOWN,
	                  0, 16),
	             "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, INT64_MAX, READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EOVERFLOW");
	assert_error(call("pshm_map_prefixed", fd, 16, READ_WRITE, PSHM_MAP_SHARED, 0, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_map_prefixed", fd, INT64_MAX - page() + 1, READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EOVERFLOW");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
}
END_TEST

START_TEST(bad_ranges_unmap_nothing)
{
	int fd = anonymous_new(page());
	int64_t address = assert_success(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, 16));

	assert_error(call("pshm_unmap_prefixed", 0, page(), 16), "EINVAL");
	interpose_fail(CALL_munmap, 0, EINVAL); /* as the system does; a sanitizer would look there before it is asked */
	assert_error(call("pshm_unmap_prefixed", -page(), page(), 16), UINTPTR_MAX == UINT32_MAX ? "EOVERFLOW" : "EINVAL");
	assert_error(call("pshm_unmap_prefixed", INT64_MIN, page(), 16), UINTPTR_MAX == UINT32_MAX ? "EOVERFLOW" : "EINVAL");
	ck_assert_int_eq(interpose_count(CALL_munmap), UINTPTR_MAX == UINT32_MAX ? 0 : 2);
	interpose_reset();
	assert_error(call("pshm_unmap_prefixed", address + 1, page(), 16), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", address, 0, 16), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", address, page(), 0), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", address, page(), -1), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", page(), page(), 5 * page()), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", 5 * page(), page(), 5 * page()), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", -1, page(), 16), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", -4095, page(), 16), "EINVAL");
	assert_error(call("pshm_unmap_prefixed", address, INT64_MAX, 16), "EOVERFLOW");
	assert_error(call("pshm_unmap_prefixed", address, INT64_MAX - page() + 1, 16), "EOVERFLOW");
	ck_assert_str_eq(protections_at(address), "rw-s");
	ck_assert_str_eq(protections_at(address - 1), "rw-p");
	assert_result(call("pshm_unmap_prefixed", address, page(), 16), 0);
	close_now(fd);
}
END_TEST

/* Whichever step fails, nothing is left of the range. */
START_TEST(a_failed_step_leaves_nothing)
{
	int fd = anonymous_new(page());

	for (int nth = 1; nth <= 3; nth++) {
		int64_t before = assert_success(
		        call("pshm_mmap", 0, 64 * page(), PSHM_PROT_NONE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));

		assert_result(call("pshm_munmap", before, 64 * page()), 0);
		interpose_fail(CALL_mmap, nth, ENOMEM);
		assert_error(call("pshm_map_prefixed", fd, 60 * page(), READ_WRITE, PSHM_MAP_SHARED, 0, 16), "ENOMEM");
		ck_assert(interpose_has_failed());
		interpose_reset();
		for (int i = 0; i < 64; i++)
			assert_nothing_mapped(before + i * page());
	}
	interpose_fail(CALL_mlock, 1, EAGAIN);
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, 0, 16), "EAGAIN");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
}
END_TEST

/* A mapping of whole pages of the object is removed in whole pages. */
static void
fail_on(int fd)
{
	int noreserve = has("noreserve") ? PSHM_MAP_NORESERVE : 0; /* there may be no huge page free */

	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED | noreserve, 0, 16), "EINVAL");
	ck_assert_int_eq(object_mapping_count(), 0);
	interpose_fail(CALL_mlock, 1, EAGAIN);
	assert_error(call("pshm_map", fd, page(), READ_WRITE, PSHM_MAP_SHARED | noreserve | PSHM_MAP_LOCK, 0), "EAGAIN");
	ck_assert(interpose_has_failed());
	interpose_reset();
	ck_assert_int_eq(object_mapping_count(), 0);
}

START_TEST(a_failure_leaves_nothing_of_an_object_of_large_pages)
{
	int fd;

	if (pages_are_large())
		return;
	fd = anonymous_new(4 * page());
	interpose_add_traits(LARGE_PAGES);
	fail_on(fd);
	interpose_fail(CALL_fstat, 1, EIO);
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, 16), "EINVAL");
	ck_assert(interpose_has_failed());
	interpose_remove_traits(LARGE_PAGES);
	object_mappings_remove();
	close_now(fd);
}
END_TEST

START_TEST(a_failure_leaves_nothing_of_an_object_of_huge_pages)
{
	int fd;

	if (!has("huge-objects")) {
		note("no huge object can be made here");
		return;
	}
	fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE));
	assert_result(call("pshm_truncate", fd, descriptor_status(fd).st_blksize), 0);
	fail_on(fd);
	close_now(fd);
}
END_TEST

START_TEST(copying_touches_its_bytes_only)
{
	char bytes[] = "abcdefgh";
	int64_t start = (int64_t)(uintptr_t)bytes;

	assert_result(call("pshm_copy", start + 2, start, 3), 0);
	ck_assert_str_eq(bytes, "ababcfgh");
	assert_result(call("pshm_copy", start, start + 1, 4), 0);
	ck_assert_str_eq(bytes, "babccfgh");
	assert_result(call("pshm_copy", start, start + 5, 0), 0);
	ck_assert_str_eq(bytes, "babccfgh");
	assert_result(call("pshm_copy", start + 7, start + 6, 1), 0);
	ck_assert_str_eq(bytes, "babccfgg");
	assert_error(call("pshm_copy", 0, start, 1), "EFAULT");
	assert_error(call("pshm_copy", start, 0, 1), "EFAULT");
	assert_error(call("pshm_copy", -1, start, 1), "EFAULT");
	assert_error(call("pshm_copy", start, -4095, 1), "EFAULT");
	assert_error(call("pshm_copy", 0, start, -1), "EFAULT");
	assert_result(call("pshm_copy", 0, 0, 0), 0);
	assert_result(call("pshm_copy", start, 0, 0), 0);
	assert_error(call("pshm_copy", start, start, -1), "EINVAL");
	ck_assert_str_eq(bytes, "babccfgg");
}
END_TEST

START_TEST(filling_touches_its_bytes_only)
{
	char bytes[] = "abcdefgh";
	int64_t start = (int64_t)(uintptr_t)bytes;

	assert_result(call("pshm_fill", start + 1, '.', 3), 0);
	ck_assert_str_eq(bytes, "a...efgh");
	assert_result(call("pshm_fill", start, 255, 1), 0);
	ck_assert_int_eq((unsigned char)bytes[0], 255);
	assert_result(call("pshm_fill", start, 'x', 0), 0);
	ck_assert_str_eq(bytes + 1, "...efgh");
	assert_error(call("pshm_fill", 0, 0, 1), "EFAULT");
	assert_error(call("pshm_fill", -1, 0, 1), "EFAULT");
	assert_error(call("pshm_fill", -4095, 0, 1), "EFAULT");
	assert_error(call("pshm_fill", 0, 256, -1), "EFAULT");
	assert_error(call("pshm_fill", 0, 256, 0), "EINVAL");
	assert_result(call("pshm_fill", 0, 0, 0), 0);
	assert_error(call("pshm_fill", start, 256, 1), "EINVAL");
	assert_error(call("pshm_fill", start, -1, 1), "EINVAL");
	assert_error(call("pshm_fill", start, 0, -1), "EINVAL");
	ck_assert_str_eq(bytes + 1, "...efgh");
}
END_TEST

Suite *
api_arrays_suite(void)
{
	const TTest *tests[] = { the_prefix_is_private_and_the_data_is_the_object,
		                 the_data_is_shared_or_private_as_asked_for,
		                 the_last_byte_has_a_page,
		                 the_prefix_of_an_array_for_reading_is_written,
		                 the_flags_of_an_array_reach_the_system,
		                 bad_arguments_map_nothing,
		                 bad_ranges_unmap_nothing,
		                 a_failed_step_leaves_nothing,
		                 a_failure_leaves_nothing_of_an_object_of_large_pages,
		                 a_failure_leaves_nothing_of_an_object_of_huge_pages,
		                 copying_touches_its_bytes_only,
		                 filling_touches_its_bytes_only,
		                 NULL };

	return suite_of("api_arrays", 30, tests);
}
