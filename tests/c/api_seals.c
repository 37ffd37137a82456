/* SPDX-License-Identifier: BSD-3-Clause */
/* Seals, and descriptors with less access. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE, SEALS = 0x3f };

START_TEST(shrinking_and_growing_can_be_sealed)
{
	int fd;

	if (lacks("seals"))
		return;
	fd = anonymous_new(4096);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_SHRINK), 0);
	ck_assert_int_eq(fcntl(fd, F_GET_SEALS) & F_SEAL_SHRINK, F_SEAL_SHRINK);
	assert_error(call("pshm_truncate", fd, 100), "EPERM");
	assert_result(call("pshm_truncate", fd, 8192), 0);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_GROW), 0);
	assert_error(call("pshm_truncate", fd, 9000), "EPERM");
	assert_error(call("pshm_allocate", fd, 9000), has("allocate") ? "EPERM" : "ENOTSUP");
	ck_assert_int_eq(descriptor_status(fd).st_size, 8192);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, 0);
	ck_assert_int_eq(assert_success(call("pshm_seals", fd)) & ~PSHM_SEAL_EXEC, PSHM_SEAL_SHRINK | PSHM_SEAL_GROW);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_SEAL), 0);
	assert_error(call("pshm_seal", fd, PSHM_SEAL_WRITE), "EPERM");
	close_now(fd);
}
END_TEST

START_TEST(writing_can_be_sealed)
{
	int64_t address;
	int fd;

	if (lacks("seals"))
		return;
	fd = anonymous_new(4096);
	address = assert_success(call("pshm_map", fd, 4096, READ_WRITE, PSHM_MAP_SHARED, 0));
	assert_error(call("pshm_seal", fd, PSHM_SEAL_WRITE), "EBUSY");
	assert_result(call("pshm_unmap", address, 4096), 0);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_WRITE), 0);
	assert_error(call("pshm_map", fd, 4096, READ_WRITE, PSHM_MAP_SHARED, 0), "EPERM");
	assert_error(call("pshm_write", fd, "x", 1, 0), "EPERM");
	close_now(fd);
}
END_TEST

START_TEST(future_writing_can_be_sealed)
{
	int64_t address;
	int fd;

	if (lacks("seal-future-write"))
		return;
	fd = anonymous_new(4096);
	address = assert_success(call("pshm_map", fd, 4096, READ_WRITE, PSHM_MAP_SHARED, 0));
	assert_result(call("pshm_seal", fd, PSHM_SEAL_FUTURE_WRITE), 0);
	*memory_at(address) = 'x';
	assert_error(call("pshm_map", fd, 4096, READ_WRITE, PSHM_MAP_SHARED, 0), "EPERM");
	assert_error(call("pshm_write", fd, "x", 1, 0), "EPERM");
	assert_result(call("pshm_unmap", address, 4096), 0);
	close_now(fd);
}
END_TEST

/* A shared mapping that only reads counts where mprotect could let it write, and not where the descriptor forbids that. */
START_TEST(a_mapping_that_could_write_keeps_writing_unsealed)
{
	int64_t address;
	int reader;
	int fd;

	if (lacks("seals") || lacks("reopen"))
		return;
	fd = anonymous_new(4096);
	address = assert_success(call("pshm_map", fd, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0));
	assert_error(call("pshm_seal", fd, PSHM_SEAL_WRITE), "EBUSY");
	assert_result(call("pshm_unmap", address, 4096), 0);
	reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
	address = assert_success(call("pshm_map", reader, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0));
	assert_result(call("pshm_seal", fd, PSHM_SEAL_WRITE), 0);
	assert_result(call("pshm_unmap", address, 4096), 0);
	close_now(reader);
	close_now(fd);
}
END_TEST

START_TEST(execution_is_sealed_with_what_is_executed)
{
	enum { CONTENTS = PSHM_SEAL_SHRINK | PSHM_SEAL_GROW | PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE };
	int64_t address;
	int fd;

	if (lacks("seal-exec"))
		return;
	fd = anonymous_new(4096);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_EXEC), 0);
	assert_result(call("pshm_seals", fd) & CONTENTS, 0);
	close_now(fd);
	fd = (int)call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0700, 0);
	if (fd < 0) {
		skip("this system allows no executable object");
		return;
	}
	assert_result(call("pshm_truncate", fd, 4096), 0);
	address = assert_success(call("pshm_map", fd, 4096, READ_WRITE, PSHM_MAP_SHARED, 0));
	assert_error(call("pshm_seal", fd, PSHM_SEAL_EXEC), "EBUSY");
	assert_result(call("pshm_unmap", address, 4096), 0);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_EXEC), 0);
	assert_result(call("pshm_seals", fd) & CONTENTS, CONTENTS);
	close_now(fd);
}
END_TEST

/* fallocate(2): reserved blocks are released, without a change of the size. */
START_TEST(only_the_seals_of_writing_forbid_holes)
{
	static const int seals[] = { PSHM_SEAL_WRITE, PSHM_SEAL_FUTURE_WRITE };
	int fd;

	if (lacks("seal-future-write") || lacks("allocate"))
		return;
	fd = anonymous_new(0);
	assert_result(call("pshm_allocate", fd, page()), 0);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_SHRINK | PSHM_SEAL_GROW), 0);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, page()), 0);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, 0);
	close_now(fd);
	for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++) {
		fd = anonymous_new(0);
		assert_result(call("pshm_allocate", fd, page()), 0);
		assert_result(call("pshm_seal", fd, seals[i]), 0);
		ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, page()), -1);
		ck_assert_int_eq(errno, EPERM);
		close_now(fd);
	}
}
END_TEST

START_TEST(an_older_kernels_ignorance_is_not_an_invalid_argument)
{
	int fd;

	if (lacks("seals"))
		return;
	if (has("seal-exec") && has("seal-future-write")) {
		skip("this kernel knows all seals");
		return;
	}
	fd = anonymous_new(page());
	if (!has("seal-exec"))
		assert_error(call("pshm_seal", fd, PSHM_SEAL_EXEC), "ENOTSUP");
	if (!has("seal-future-write"))
		assert_error(call("pshm_seal", fd, PSHM_SEAL_FUTURE_WRITE), "ENOTSUP");
	close_now(fd);
}
END_TEST

/* A caller finds no bit in the answer that the library has no name for. */
START_TEST(seals_of_later_kernels_are_not_told)
{
	int fd;

	if (lacks("seals"))
		return;
	fd = anonymous_new(0);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_GROW), 0);
	interpose_add_traits(NEWER_SEALS);
	ck_assert_int_eq(assert_success(call("pshm_seals", fd)) & ~PSHM_SEAL_EXEC, PSHM_SEAL_GROW);
	interpose_remove_traits(NEWER_SEALS);
	close_now(fd);
}
END_TEST

START_TEST(a_named_object_is_sealed_against_seals)
{
	int fd = object_open_new(name_of("named"), 4096);

	if (has("seals")) {
		assert_result(call("pshm_seals", fd), PSHM_SEAL_SEAL);
		assert_error(call("pshm_seal", fd, PSHM_SEAL_SHRINK), "EPERM");
	}
	close_now(fd);
	object_remove(name_of("named"));
}
END_TEST

START_TEST(descriptors_without_seals_are_invalid)
{
	int ends[2];
	int fd = anonymous_new(4096);
	int reader;

	assert_error(call("pshm_seal", fd, 0x40), "EINVAL");
	assert_error(call("pshm_seal", fd, -1), "EINVAL");
	assert_error(call("pshm_seal", fd, INT_MIN), "EINVAL");
	assert_error(call("pshm_seal", -1, PSHM_SEAL_SHRINK), "EBADF");
	assert_error(call("pshm_seals", -1), "EBADF");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_seal", ends[1], PSHM_SEAL_SHRINK), "EINVAL");
	assert_error(call("pshm_seals", ends[1]), "EINVAL");
	close(ends[0]);
	close(ends[1]);
	interpose_fail(CALL_fcntl, 0, ENOTSUP);
	assert_error(call("pshm_seal", fd, PSHM_SEAL_SHRINK), "ENOTSUP");
	assert_error(call("pshm_seals", fd), "ENOTSUP");
	assert_error(call("pshm_seals", -1), "EBADF");
	interpose_reset();
	if (has("seals") && has("reopen")) {
		reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
		assert_error(call("pshm_seal", reader, PSHM_SEAL_SHRINK), "EPERM");
		close_now(reader);
	}
	close_now(fd);
}
END_TEST

/* Neither a writable mapping nor a later mprotect gives a reader write access. */
START_TEST(a_reopened_reader_cannot_write)
{
	int64_t address;
	int reader;
	int fd;

	if (lacks("reopen"))
		return;
	fd = anonymous_new(4096);
	reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
	ck_assert_int_ne(reader, fd);
	ck_assert(descriptor_status(reader).st_ino == descriptor_status(fd).st_ino);
	ck_assert(is_close_on_exec(reader));
	ck_assert_int_eq(descriptor_flags(reader) & O_ACCMODE, O_RDONLY);
	assert_error(call("pshm_map", reader, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0), "EACCES");
	assert_error(call("pshm_map", reader, 4096, READ_WRITE, PSHM_MAP_SHARED, 0), "EACCES");
	address = assert_success(call("pshm_map", reader, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0));
	assert_error(call("pshm_mprotect", address, 4096, READ_WRITE), "EACCES");
	ck_assert_str_eq(protections_at(address), "r--s");
	assert_result(call("pshm_unmap", address, 4096), 0);
	assert_error(call("pshm_write", reader, "x", 1, 0), "EBADF");
	assert_error(call("pshm_truncate", reader, 0), "EINVAL EBADF");
	close_now(reader);
	close_now(fd);
}
END_TEST

/* Its number, of any length, is in the path that it is opened by. */
START_TEST(any_descriptor_is_reopened)
{
	static const int numbers[] = { 1000, 100, 99, 10, 9, 10, 99, 100, 1000 };

	if (lacks("reopen"))
		return;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		int first = anonymous_new(4096);
		int fd = fcntl(first, F_DUPFD_CLOEXEC, numbers[i]);
		int reader;

		ck_assert_int_ge(fd, numbers[i]);
		reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
		ck_assert(descriptor_status(reader).st_ino == descriptor_status(first).st_ino);
		close_now(reader);
		close_now(fd);
		close_now(first);
	}
}
END_TEST

START_TEST(reopening_never_raises_access)
{
	const char *name = name_of("raise");
	int reader;
	int again;

	object_make(name, 0666, 4096);
	reader = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0));
	assert_error(call("pshm_reopen", reader, PSHM_DIRECTION_IO), "EACCES");
	again = (int)assert_success(call("pshm_reopen", reader, PSHM_DIRECTION_INPUT));
	ck_assert_int_eq(descriptor_flags(again) & O_ACCMODE, O_RDONLY);
	close_now(again);
	close_now(reader);
	object_remove(name);
}
END_TEST

START_TEST(a_reopened_writer_writes)
{
	int fd = anonymous_new(4096);
	int other = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_IO));
	char byte = 0;

	ck_assert_int_eq(descriptor_flags(other) & O_ACCMODE, O_RDWR);
	ck_assert(is_close_on_exec(other));
	assert_result(call("pshm_write", other, "x", 1, 7), 1);
	ck_assert_int_eq(pread(fd, &byte, 1, 7), 1);
	ck_assert_int_eq(byte, 'x');
	close_now(other);
	close_now(fd);
}
END_TEST

/* Without a way to open an object anew, a duplicate serves where the access stays the same, and only there. */
START_TEST(without_proc_a_duplicate_serves)
{
	int other;
	int fd;

	if (has("reopen")) {
		skip("objects can be opened anew here");
		return;
	}
	fd = anonymous_new(4096);
	assert_error(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT), "ENOTSUP");
	interpose_reset();
	other = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_IO));
	ck_assert_int_eq(interpose_count(CALL_fcntl), 2);
	ck_assert(is_close_on_exec(other));
	close_now(other);
	close_now(fd);
}
END_TEST

START_TEST(non_objects_are_not_reopened)
{
	int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int path = -1;
	int writer = -1;
	int neither = -1;
	int ends[2];
	int fd = anonymous_new(0);

	assert_error(call("pshm_reopen", fd, 1), "EINVAL");
	assert_error(call("pshm_reopen", fd, -1), "EINVAL");
	assert_error(call("pshm_reopen", -1, PSHM_DIRECTION_INPUT), "EBADF");
	assert_error(call("pshm_reopen", directory, PSHM_DIRECTION_INPUT), "EISDIR");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_reopen", ends[0], PSHM_DIRECTION_INPUT), "ENODEV");
	object_make(name_of("path"), 0600, 0);
	path = open(path_of(name_of("path")), O_PATH | O_CLOEXEC);
	assert_error(call("pshm_reopen", path, PSHM_DIRECTION_INPUT), "EBADF");
	writer = open(path_of(name_of("path")), O_WRONLY | O_CLOEXEC);
	assert_error(call("pshm_reopen", writer, PSHM_DIRECTION_INPUT), "EACCES");
	assert_error(call("pshm_reopen", writer, PSHM_DIRECTION_IO), "EACCES");
	neither = open(path_of(name_of("path")), O_ACCMODE | O_CLOEXEC); /* the access mode 3: neither reads nor writes */
	ck_assert_int_eq(fcntl(neither, F_GETFL) & O_ACCMODE, O_ACCMODE);
	assert_error(call("pshm_reopen", neither, PSHM_DIRECTION_INPUT), "EACCES");
	assert_error(call("pshm_reopen", neither, PSHM_DIRECTION_IO), "EACCES");
	close(path);
	close(writer);
	close(neither);
	close(ends[0]);
	close(ends[1]);
	close(directory);
	close_now(fd);
	object_remove(name_of("path"));
}
END_TEST

/* Once the first thread has ended, /proc/self/fd is empty: what goes by way of it goes by the thread's own. */
static void *
outlive_the_first_thread(void *unused)
{
	int64_t fields[PSHM_STAT_CTIME_NSEC + 1];
	int fd = anonymous_new(4096);
	char path[32];
	int reader;

	(void)unused;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	while (access(path, F_OK) == 0)
		(void)usleep(1000);
	assert_result(call("pshm_has", "reopen"), 1);
	assert_result(call("pshm_has", "supersede"), 1);
	reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
	ck_assert(descriptor_status(reader).st_ino == descriptor_status(fd).st_ino);
	ck_assert_int_eq(fcntl(reader, F_GETFL) & O_ACCMODE, O_RDONLY);
	close_now(reader);
	close_now(fd);
	reader = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0400, 0));
	ck_assert_int_eq(fcntl(reader, F_GETFL) & O_ACCMODE, O_RDONLY);
	close_now(reader);
	fd = (int)assert_success(call("pshm_open", name_of("outlive"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE,
	                              PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
	assert_success(call("pshm_fstat", fd, fields, PSHM_STAT_CTIME_NSEC + 1));
	ck_assert_int_eq(fields[PSHM_STAT_NLINK], 1);
	ck_assert(object_status(name_of("outlive")).st_ino == descriptor_status(fd).st_ino);
	object_remove(name_of("outlive"));
	exit(0);
}

static void
end_first_thread(void *unused)
{
	pthread_t second;

	(void)unused;
	ck_assert_int_eq(pthread_create(&second, NULL, outlive_the_first_thread, NULL), 0);
	pthread_exit(NULL);
}

START_TEST(the_first_thread_may_have_ended)
{
	if (lacks("reopen") || lacks("supersede"))
		return;
	in_child(end_first_thread, NULL);
}
END_TEST

Suite *
api_seals_suite(void)
{
	const TTest *tests[] = { shrinking_and_growing_can_be_sealed,
		                 writing_can_be_sealed,
		                 future_writing_can_be_sealed,
		                 a_mapping_that_could_write_keeps_writing_unsealed,
		                 execution_is_sealed_with_what_is_executed,
		                 only_the_seals_of_writing_forbid_holes,
		                 an_older_kernels_ignorance_is_not_an_invalid_argument,
		                 seals_of_later_kernels_are_not_told,
		                 a_named_object_is_sealed_against_seals,
		                 descriptors_without_seals_are_invalid,
		                 a_reopened_reader_cannot_write,
		                 any_descriptor_is_reopened,
		                 reopening_never_raises_access,
		                 a_reopened_writer_writes,
		                 without_proc_a_duplicate_serves,
		                 non_objects_are_not_reopened,
		                 the_first_thread_may_have_ended,
		                 NULL };

	return suite_of("api_seals", 30, tests);
}
