/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes in and out, without a mapping of the caller's. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The bytes of the object behind the descriptor, by plain system calls; where a size is a page's multiple, of that. */
static int64_t
size_of(int fd)
{
	return descriptor_status(fd).st_size;
}

START_TEST(bytes_go_in_and_come_out)
{
	int fd = anonymous_new(8192);
	char bytes[16];

	assert_result(call("pshm_write", fd, "hello", 5, 4094), 5);
	ck_assert_int_eq(pread(fd, bytes, 5, 4094), 5);
	ck_assert_mem_eq(bytes, "hello", 5);
	memset(bytes, '#', sizeof bytes);
	assert_result(call("pshm_read", fd, bytes, 7, 4093), 7);
	ck_assert_mem_eq(bytes, "\0hello\0#", 8);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	close_now(fd);
}
END_TEST

START_TEST(the_end_is_the_end)
{
	int fd = anonymous_new(4096);
	char bytes[16] = "0123456789abcde";

	assert_result(call("pshm_write", fd, "abcdef", 6, 4093), 3);
	assert_result(call("pshm_write", fd, "abcdef", 6, 4096), 0);
	assert_result(call("pshm_write", fd, "abcdef", 6, 9999), 0);
	assert_result(call("pshm_write", fd, "abcdef", 6, INT64_MAX), 0);
	assert_result(call("pshm_write", fd, "abcdef", 0, 0), 0);
	assert_result(call("pshm_read", fd, bytes, 6, 4093), 3);
	ck_assert_mem_eq(bytes, "abc3456", 7);
	assert_result(call("pshm_read", fd, bytes, 6, 4096), 0);
	assert_result(call("pshm_read", fd, bytes, 6, 9999), 0);
	assert_result(call("pshm_read", fd, bytes, 6, INT64_MAX), 0);
	assert_result(call("pshm_read", fd, bytes, 6, INT64_MAX - 1), 0);
	assert_result(call("pshm_read", fd, NULL, 0, 0), 0);
	assert_result(call("pshm_write", fd, NULL, 0, 0), 0);
	ck_assert_mem_eq(bytes, "abc3456", 7);
	ck_assert_int_eq(size_of(fd), 4096);
	close_now(fd);
}
END_TEST

START_TEST(much_is_copied_in_one_call)
{
	static char in[300000];
	static char out[sizeof in + 1];
	int fd = anonymous_new(sizeof in + 4096);

	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (char)(i * 7 % 253);
	out[sizeof in] = '#';
	assert_result(call("pshm_write", fd, in, sizeof in, 123), (int64_t)sizeof in);
	assert_result(call("pshm_read", fd, out, sizeof in, 123), (int64_t)sizeof in);
	ck_assert(memcmp(in, out, sizeof in) == 0);
	ck_assert_int_eq(out[sizeof in], '#');
	close_now(fd);
}
END_TEST

START_TEST(bad_arguments_copy_nothing)
{
	int fd = anonymous_new(4096);
	char bytes[4] = "abc";

	assert_error(call("pshm_read", fd, bytes, -1, 0), "EINVAL");
	assert_error(call("pshm_read", fd, bytes, 1, -1), "EINVAL");
	assert_error(call("pshm_read", fd, NULL, 1, 0), "EFAULT");
	assert_error(call("pshm_write", fd, bytes, -1, 0), "EINVAL");
	assert_error(call("pshm_write", fd, bytes, 1, -1), "EINVAL");
	assert_error(call("pshm_write", fd, bytes, INT64_MIN, INT64_MIN), "EINVAL");
	assert_error(call("pshm_write", fd, NULL, 1, 0), "EFAULT");
	assert_error(call("pshm_read", -1, bytes, 1, 0), "EBADF");
	assert_error(call("pshm_read", -1, bytes, 0, 0), "EBADF");
	assert_error(call("pshm_write", -1, bytes, 1, 0), "EBADF");
	ck_assert_str_eq(bytes, "abc");
	ck_assert_int_eq(pread(fd, bytes, 4, 0), 4);
	ck_assert_mem_eq(bytes, "\0\0\0\0", 4);
	close_now(fd);
}
END_TEST

START_TEST(a_reader_reads_and_does_not_write)
{
	const char *name = name_of("reader");
	char bytes[4] = "";
	int fd;

	object_make(name, 0600, 4096);
	fd = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0));
	assert_result(call("pshm_read", fd, bytes, 4, 0), 4);
	assert_error(call("pshm_write", fd, "abcd", 4, 0), "EBADF");
	assert_result(call("pshm_write", fd, "abcd", 0, 0), 0);
	assert_result(call("pshm_write", fd, "abcd", 4, 4096), 0);
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(a_pipe_has_no_bytes_to_copy)
{
	char bytes[4] = "abc";
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_read", ends[0], bytes, 4, 0), has("descriptor-io") ? "ESPIPE" : "ENODEV");
	assert_error(call("pshm_read", ends[0], bytes, 0, 0), "ENODEV");
	assert_error(call("pshm_write", ends[1], bytes, 4, 0), "ENODEV");
	assert_error(call("pshm_write", ends[1], bytes, 0, 0), "ENODEV");
	ck_assert_str_eq(bytes, "abc");
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(no_mapping_is_left)
{
	char bytes[10];
	int fd = anonymous_new(4096);

	interpose_reset();
	assert_result(call("pshm_write", fd, "abcd", 4, 4000), 4);
	assert_result(call("pshm_read", fd, bytes, 4, 4000), 4);
	ck_assert_int_eq(interpose_count(CALL_mmap) > 0, !has("descriptor-io"));
	interpose_fail(CALL_mmap, 0, ENOMEM);
	if (!has("descriptor-io")) {
		assert_error(call("pshm_read", fd, bytes, 4, 4000), "ENOMEM");
		assert_error(call("pshm_write", fd, bytes, 4, 4000), "ENOMEM");
	}
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
}
END_TEST

START_TEST(interrupted_copies_go_on)
{
	char bytes[5] = "";
	int fd;

	if (lacks("descriptor-io"))
		return;
	fd = anonymous_new(4096);
	interpose_fail(CALL_pwrite, 1, EINTR);
	assert_result(call("pshm_write", fd, "abcd", 4, 0), 4);
	ck_assert_int_eq(interpose_count(CALL_pwrite), 2);
	interpose_fail(CALL_pread, 1, EINTR);
	assert_result(call("pshm_read", fd, bytes, 4, 0), 4);
	ck_assert_str_eq(bytes, "abcd");
	interpose_fail(CALL_pwrite, 1, EIO);
	assert_error(call("pshm_write", fd, "efgh", 4, 0), "EIO");
	interpose_fail(CALL_pread, 1, EIO);
	assert_error(call("pshm_read", fd, bytes, 4, 0), "EIO");
	close_now(fd);
}
END_TEST

/* A system call may move a part of the bytes: the rest follows, and what was moved before a failure counts. */
START_TEST(partial_copies_go_on)
{
	char bytes[11] = "";
	int fd = anonymous_new(4096);

	if (has("descriptor-io")) {
		interpose_add_traits(SHORT_TRANSFERS);
		assert_result(call("pshm_write", fd, "abcdefghij", 10, 4091), 5);
		interpose_reset();
		assert_result(call("pshm_write", fd, "abcdefghij", 10, 7), 10);
		ck_assert_int_eq(interpose_count(CALL_pwrite), 4);
		assert_result(call("pshm_read", fd, bytes, 10, 7), 10);
		ck_assert_str_eq(bytes, "abcdefghij");
		ck_assert_int_eq(interpose_count(CALL_pread), 4);
		interpose_fail(CALL_pwrite, 3, EIO);
		assert_result(call("pshm_write", fd, "ABCDEFGHIJ", 10, 7), 6);
		interpose_fail(CALL_pread, 2, EIO);
		assert_result(call("pshm_read", fd, bytes, 10, 7), 3);
		interpose_reset();
		assert_result(call("pshm_read", fd, bytes, 10, 7), 10);
		ck_assert_str_eq(bytes, "ABCDEFghij");
		assert_result(call("pshm_read", fd, bytes, 10, 4096 - 5), 5);
		interpose_remove_traits(SHORT_TRANSFERS);
	}
	close_now(fd);
}
END_TEST

/* One system call moves at most 1 GiB; nothing is copied here, since the first call fails. */
START_TEST(enormous_counts_are_split)
{
	const int64_t enormous = ((int64_t)1 << 31) + 5;
	char byte = 'x';
	int fd;

	if (lacks("descriptor-io") || sizeof(size_t) < sizeof(int64_t))
		return;
	fd = anonymous_new(enormous + 10);
	interpose_fail(CALL_pread, 1, EIO);
	assert_error(call("pshm_read", fd, &byte, enormous, 0), "EIO");
	ck_assert_int_eq(interpose_last_count(), 1 << 30);
	interpose_fail(CALL_pwrite, 1, EIO);
	assert_error(call("pshm_write", fd, &byte, enormous, 0), "EIO");
	ck_assert_int_eq(interpose_last_count(), 1 << 30);
	close_now(fd);
}
END_TEST

static void
write_without_space(void *unused)
{
	static char bytes[2 << 20];
	int64_t written;
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = object_open_new(name_of("full"), sizeof bytes);
	written = assert_success(call("pshm_write", fd, bytes, sizeof bytes, 0));
	ck_assert_msg(written > 0 && written <= 1 << 20, "%lld bytes were written", (long long)written);
	assert_error(call("pshm_write", fd, bytes, 8192, written + 4096), "ENOSPC");
	ck_assert_int_eq(size_of(fd), sizeof bytes);
	close_now(fd);
}

/* No space left in the middle: what was copied counts, and the next call says why no more was. */
START_TEST(no_room_is_a_short_count_and_then_an_error)
{
	if (lacks("descriptor-io") || lacks("list"))
		return;
	in_child(write_without_space, NULL);
}
END_TEST

/* Linux heeds the flag and not the offset: the one way for a write to let an object grow. */
START_TEST(a_descriptor_set_to_append_appends)
{
	int fd;

	if (strcmp(interpose_platform_name(), "native") != 0)
		return;
	fd = anonymous_new(10);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_APPEND), 0);
	assert_result(call("pshm_write", fd, "xyz", 3, 0), 3);
	ck_assert_int_eq(descriptor_status(fd).st_size, 13);
	close_now(fd);
}
END_TEST

Suite *
api_bytes_suite(void)
{
	const TTest *tests[] = { bytes_go_in_and_come_out,
		                 the_end_is_the_end,
		                 much_is_copied_in_one_call,
		                 bad_arguments_copy_nothing,
		                 a_reader_reads_and_does_not_write,
		                 a_pipe_has_no_bytes_to_copy,
		                 no_mapping_is_left,
		                 interrupted_copies_go_on,
		                 partial_copies_go_on,
		                 enormous_counts_are_split,
		                 no_room_is_a_short_count_and_then_an_error,
		                 a_descriptor_set_to_append_appends,
		                 NULL };

	return suite_of("api_bytes", 30, tests);
}
