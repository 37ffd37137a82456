/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings from any offset. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE };

/* A byte at every offset that is its own. */
static int
patterned(int64_t size)
{
	int fd = anonymous_new(size);

	for (int64_t i = 0; i < size; i++) {
		char byte = (char)(i % 251);

		ck_assert_int_eq(pwrite(fd, &byte, 1, i), 1);
	}
	return fd;
}

START_TEST(any_offset_begins_at_its_byte)
{
	const int64_t offsets[] = { 0, 1, 17, page() - 1, page(), page() + 1, 2 * page() + 100 };
	const int64_t lengths[] = { 1, 2, page() - 1, page(), page() + 1 };
	int fd = patterned(4 * page());

	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
			int64_t address = assert_success(
			        call("pshm_map", fd, lengths[j], PSHM_PROT_READ, PSHM_MAP_SHARED, offsets[i]));
			const unsigned char *bytes = (const unsigned char *)memory_at(address);

			ck_assert_int_eq(address % page(), offsets[i] % page());
			for (int64_t k = 0; k < lengths[j] && offsets[i] + k < 4 * page(); k++)
				ck_assert_int_eq(bytes[k], (offsets[i] + k) % 251);
			assert_result(call("pshm_unmap", address, lengths[j]), 0);
			assert_nothing_mapped(address);
			assert_nothing_mapped(address + lengths[j] - 1);
		}
	}
	close_now(fd);
}
END_TEST

START_TEST(stores_land_at_their_offset)
{
	int fd = patterned(2 * page());
	int64_t address = assert_success(call("pshm_map", fd, 5, READ_WRITE, PSHM_MAP_SHARED, page() - 2));
	char bytes[7];

	memcpy(memory_at(address), "hello", 5);
	ck_assert_int_eq(pread(fd, bytes, 7, page() - 3), 7);
	ck_assert_mem_eq(bytes + 1, "hello", 5);
	ck_assert_int_eq((unsigned char)bytes[0], (page() - 3) % 251);
	ck_assert_int_eq((unsigned char)bytes[6], (page() + 3) % 251);
	assert_result(call("pshm_unmap", address, 5), 0);
	close_now(fd);
}
END_TEST

START_TEST(mapping_past_the_end_works)
{
	int fd = anonymous_new(100);
	int64_t address = assert_success(call("pshm_map", fd, 4 * page(), PSHM_PROT_READ, PSHM_MAP_SHARED, page() + 3));

	ck_assert_str_eq(protections_at(address), "r--s");
	assert_result(call("pshm_unmap", address, 4 * page()), 0);
	close_now(fd);
}
END_TEST

START_TEST(memory_of_no_object)
{
	int64_t address = assert_success(call("pshm_map", -1, page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0));

	ck_assert_str_eq(protections_at(address), "rw-p");
	assert_result(call("pshm_unmap", address, page()), 0);
	assert_nothing_mapped(address);
	assert_error(call("pshm_map", -1, page(), READ_WRITE, PSHM_MAP_PRIVATE, 0), "EBADF");
}
END_TEST

START_TEST(a_flag_that_fails_leaves_no_mapping)
{
	int fd = anonymous_new(page());

	interpose_fail(CALL_mlock, 1, error_of_name("ENOMEM"));
	assert_error(call("pshm_map", fd, 10, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, 5), "ENOMEM");
	if (has("populate"))
		assert_error(call("pshm_map", fd, 10, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, page() + 5), "ENOSPC");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
}
END_TEST

START_TEST(bad_arguments_map_nothing)
{
	int fd = anonymous_new(page());

	assert_error(call("pshm_map", fd, 0, READ_WRITE, PSHM_MAP_SHARED, 0), "EINVAL");
	assert_error(call("pshm_map", fd, -1, READ_WRITE, PSHM_MAP_SHARED, 0), "EINVAL");
	assert_error(call("pshm_map", fd, 0, READ_WRITE, PSHM_MAP_SHARED, 1), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, PSHM_MAP_SHARED, -1), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, 0), "EINVAL");
	assert_error(call("pshm_map", fd, 1, 8, PSHM_MAP_SHARED, 0), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, 0, 0), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, 3, 0), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, INT_MIN, 0), "EINVAL");
	assert_error(call("pshm_map", fd, INT64_MAX, READ_WRITE, PSHM_MAP_SHARED, 1), "EOVERFLOW");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, PSHM_MAP_SHARED, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_map", fd, 2, READ_WRITE, PSHM_MAP_SHARED, INT64_MAX - 1), "EOVERFLOW");
	assert_error(call("pshm_map", fd, INT64_MAX - page(), READ_WRITE, PSHM_MAP_SHARED, 0), "ENOMEM EOVERFLOW");
	assert_error(call("pshm_map", fd, 1, PSHM_PROT_NONE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, 0), "EINVAL");
	ck_assert_int_eq(object_mapping_count(), 0);
	assert_error(call("pshm_unmap", 0, 1), "EINVAL");
	assert_error(call("pshm_unmap", -1, 1), "EINVAL");
	assert_error(call("pshm_unmap", -4095, page()), "EINVAL");
	assert_error(call("pshm_unmap", page() - 1, page()), "EINVAL");
	interpose_fail(CALL_munmap, 0, EINVAL); /* as the system does; an emulator looks there, and ends */
	assert_error(call("pshm_unmap", -page(), 1), UINTPTR_MAX == UINT32_MAX ? "EOVERFLOW" : "EINVAL");
	ck_assert_int_eq(interpose_count(CALL_munmap), UINTPTR_MAX == UINT32_MAX ? 0 : 1);
	interpose_reset();
	assert_error(call("pshm_unmap", page(), 0), "EINVAL");
	assert_error(call("pshm_unmap", page() + 5, 0), "EINVAL");
	if (sizeof(size_t) == sizeof(int64_t)) { /* up to the greatest offset, and no further */
		assert_error(call("pshm_map", -1, 1, READ_WRITE, PSHM_MAP_SHARED, INT64_MAX - 1), "EBADF");
		assert_error(call("pshm_mmap", 0, page() - 1, READ_WRITE, PSHM_MAP_SHARED, -1, INT64_MAX - page() + 1), "EBADF");
	}
	assert_error(call("pshm_unmap", page(), -1), "EINVAL");
	assert_error(call("pshm_unmap", page() + 1, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_unmap", 1, 1), "EINVAL");
	close_now(fd);
}
END_TEST

Suite *
api_mappings_suite(void)
{
	const TTest *tests[] = { any_offset_begins_at_its_byte,
		                 stores_land_at_their_offset,
		                 mapping_past_the_end_works,
		                 memory_of_no_object,
		                 a_flag_that_fails_leaves_no_mapping,
		                 bad_arguments_map_nothing,
		                 NULL };

	return suite_of("api_mappings", 30, tests);
}
