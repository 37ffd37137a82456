/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors, sizes and what an object has. */
#include "bad_input.h"
#include "fixture.h"
#include "interpose.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

/* Every function of the headers that takes a descriptor, or a socket, which is one. */
static void
each_descriptor_call(int bad)
{
	const struct good good = bad_good();
	static const char *const arguments[] = { "fd", "socket" };

	for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++)
		for (const char *function = NULL; (function = function_with(arguments[i], function)) != NULL;)
			expect_error(__FILE__, __LINE__, function, call_with(function, arguments[i], bad, &good), "EBADF");
	assert_error(call("pshm_allocate", bad, 0), "EBADF");
	assert_error(call("pshm_discard", bad, 0, 0), "EBADF");
	assert_error(call("pshm_read", bad, NULL, 0, 0), "EBADF");
	assert_error(call("pshm_write", bad, NULL, 0, 0), "EBADF");
}

static void
bad_descriptors(void)
{
	int closed = (int)assert_success(call("pshm_dup", bad_fd));

	close_now(closed);
	each_descriptor_call(-1);
	each_descriptor_call(closed);
	each_descriptor_call(INT_MAX);
	each_descriptor_call(INT_MIN);
}

static void
each_call_on(int other)
{
	int64_t fields[FIELDS];
	char byte = 'x';

	ck_assert(is_error(call("pshm_ftruncate", other, 1)));
	ck_assert(is_error(call("pshm_truncate", other, 1)));
	ck_assert(is_error(call("pshm_allocate", other, 1)));
	ck_assert(is_error(call("pshm_map", other, PAGE, READ_WRITE, PSHM_MAP_SHARED, 0)));
	ck_assert(is_error(call("pshm_fstat", other, fields, FIELDS)));
	ck_assert(is_error(call("pshm_seal", other, PSHM_SEAL_SHRINK)));
	ck_assert(is_error(call("pshm_reopen", other, PSHM_DIRECTION_INPUT)));
	ck_assert(is_error(call("pshm_read", other, &byte, 1, 0)));
	ck_assert(is_error(call("pshm_write", other, &byte, 1, 0)));
	ck_assert_int_eq(byte, 'x');
}

/* The calls that look at the kind of file first say which it is, where the system knows. */
static void
each_call_knows(int other, const char *kind)
{
	int64_t fields[FIELDS];

	each_call_on(other);
	if (!has("identity"))
		return;
	assert_error(call("pshm_allocate", other, 0), kind);
	assert_error(call("pshm_allocate", other, 1), kind);
	assert_error(call("pshm_fstat", other, fields, FIELDS), kind);
	assert_error(call("pshm_reopen", other, PSHM_DIRECTION_INPUT), kind);
	assert_error(call("pshm_write", other, "x", 1, 0), kind);
	assert_error(call("pshm_delete_if_same", name_of("bad"), other), kind);
}

static void
other_descriptors(void)
{
	int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ends[2];
	char bytes[4];

	each_call_knows(directory, "EISDIR");
	close(directory);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	each_call_knows(ends[0], "ENODEV");
	each_call_knows(ends[1], "ENODEV");
	ck_assert(read(ends[0], bytes, 4) == -1 && errno == EAGAIN);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	each_call_knows(ends[0], "ENODEV");
	ck_assert(read(ends[1], bytes, 4) == -1 && errno == EAGAIN);
	close(ends[0]);
	close(ends[1]);
}

static void
negative_size(void)
{
	assert_error(call("pshm_ftruncate", bad_fd, -1), "EINVAL");
	assert_error(call("pshm_truncate", bad_fd, INT64_MIN), "EINVAL");
	assert_error(call("pshm_allocate", bad_fd, -1), "EINVAL");
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, PAGE);
}

static void
greatest_size(void)
{
	int64_t result = call("pshm_ftruncate", bad_fd, INT64_MAX);

	if (has("resize")) {
		assert_result(result, 0);
		assert_result(call("pshm_truncate", bad_fd, INT64_MAX), 0);
		ck_assert_int_eq(descriptor_status(bad_fd).st_size, INT64_MAX);
		assert_result(call("pshm_truncate", bad_fd, PAGE), 0);
	} else {
		assert_error(result, "EINVAL");
	}
}

static void
allocate_greatest(void)
{
	struct stat before = descriptor_status(bad_fd);

	assert_error(call("pshm_allocate", bad_fd, INT64_MAX), has("allocate") ? "EFBIG ENOSPC EINVAL" : "ENOTSUP ENOSPC");
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(bad_fd).st_blocks, before.st_blocks);
}

static void
assert_not_allocated(int64_t size)
{
	struct stat before = descriptor_status(bad_fd);

	assert_error(call("pshm_allocate", bad_fd, size), has("allocate") ? "ENOSPC" : "ENOTSUP ENOSPC");
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(bad_fd).st_blocks, before.st_blocks);
}

/* Stores of other processes meanwhile: races.c. */
static void
allocate_too_much(void)
{
	const char *const machine[] = { "/proc/meminfo", "MemAvailable: 3072 kB\nSwapFree: 0 kB\n", NULL };
	const char *const group[] = {
		/* clang-format off */
		"/proc/meminfo", "MemAvailable: 9999999 kB\n", "/proc/self/cgroup", "0::/\n",
		"/sys/fs/cgroup/memory.max", "3145728\n", "/sys/fs/cgroup/memory.current", "4096\n",
		"/sys/fs/cgroup/memory.stat", "inactive_file 4096\nactive_file 0\n",
		"/sys/fs/cgroup/memory.swap.max", "0\n", NULL,
		/* clang-format on */
	};

	assert_not_allocated((int64_t)1 << 46);
	if (!interpose_works())
		return;
	interpose_files(machine);
	assert_not_allocated((3 << 20) + 2 * PAGE);
	interpose_files(group);
	assert_not_allocated((3 << 20) + 2 * PAGE);
	interpose_files(NULL);
}

static void
allocate_nothing(void)
{
	struct stat before = descriptor_status(bad_fd);

	if (has("allocate"))
		assert_result(call("pshm_allocate", bad_fd, 0), 0);
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(bad_fd).st_blocks, before.st_blocks);
}

static void
discard_of_others(void)
{
	int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int pipe_ends[2];
	int ends[2];

	ck_assert_int_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_error(call("pshm_discard", directory, 0, 1), "EBADF ENOTSUP");
	assert_error(call("pshm_discard", directory, 0, 0), "EISDIR ENOTSUP");
	assert_error(call("pshm_discard", pipe_ends[1], 0, 1), "ESPIPE ENOTSUP");
	assert_error(call("pshm_discard", pipe_ends[1], 0, 0), "ENODEV ENOTSUP");
	assert_error(call("pshm_discard", ends[0], 0, 1), "ENODEV ENOTSUP");
	assert_error(call("pshm_discard", ends[0], 0, 0), "ENODEV ENOTSUP");
	close(directory);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	close(ends[0]);
	close(ends[1]);
}

static void
discard_range(void)
{
	assert_error(call("pshm_discard", bad_fd, -1, 1), "EINVAL");
	assert_error(call("pshm_discard", bad_fd, 0, INT64_MIN), "EINVAL");
	assert_error(call("pshm_discard", bad_fd, 1, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_discard", bad_fd, INT64_MAX, 1), "EOVERFLOW");
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, PAGE);
}

static void
discard_nothing(void)
{
	char byte = 0;

	ck_assert_int_eq(pwrite(bad_fd, "x", 1, 0), 1);
	if (has("discard")) {
		assert_result(call("pshm_discard", bad_fd, 0, 0), 0);
		assert_result(call("pshm_discard", bad_fd, PAGE, PAGE), 0);
		assert_result(call("pshm_discard", bad_fd, PAGE, INT64_MAX - PAGE), 0);
	} else {
		assert_error(call("pshm_discard", bad_fd, PAGE, PAGE), "ENOTSUP");
	}
	ck_assert_int_eq(pread(bad_fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, PAGE);
	ck_assert_int_eq(pwrite(bad_fd, "", 1, 0), 1);
}

static void
discard_by_reader(void)
{
	int reader = bad_reader();
	char byte = 0;

	ck_assert_int_eq(pwrite(bad_fd, "x", 1, 0), 1);
	assert_error(call("pshm_discard", reader, 0, PAGE), has("discard") ? "EBADF" : "ENOTSUP");
	ck_assert_int_eq(pread(bad_fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_int_eq(pwrite(bad_fd, "", 1, 0), 1);
	close_now(reader);
}

static void
size_of_reader(void)
{
	int reader = bad_reader();

	assert_error(call("pshm_ftruncate", reader, 0), "EINVAL EBADF");
	assert_error(call("pshm_truncate", reader, 0), "EINVAL EBADF");
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, PAGE);
	close_now(reader);
}

static void
fstat_buffer(void)
{
	int64_t field = -7;

	assert_error(call("pshm_fstat", bad_fd, NULL, 1), "EFAULT");
	assert_error(call("pshm_fstat", bad_fd, &field, -1), "EINVAL");
	assert_error(call("pshm_fstat", bad_fd, NULL, -1), "EFAULT");
	ck_assert_int_eq(field, -7);
}

static void
fstat_count(void)
{
	int64_t fields[FIELDS + 2];

	for (int i = 0; i < FIELDS + 2; i++)
		fields[i] = -7;
	assert_result(call("pshm_fstat", bad_fd, NULL, 0), FIELDS);
	assert_result(call("pshm_fstat", bad_fd, fields + 1, 1000), FIELDS);
	ck_assert(fields[0] == -7 && fields[1] != -7 && fields[FIELDS + 1] == -7);
}

static void
mode_bits(void)
{
	assert_error(call("pshm_fchmod", bad_fd, 01000), "EINVAL");
	assert_error(call("pshm_fchmod", bad_fd, 04777), "EINVAL");
	assert_error(call("pshm_fchmod", bad_fd, -1), "EINVAL");
	ck_assert_int_eq(descriptor_status(bad_fd).st_mode & 07777, 0600);
}

static void
chown_ids(void)
{
	static const int64_t bad[] = { -2, INT64_MIN, 4294967295, 4294967296, INT64_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_fchown", bad_fd, bad[i], -1), "EINVAL");
		assert_error(call("pshm_fchown", bad_fd, -1, bad[i]), "EINVAL");
	}
}

static void
bytes_arguments(void)
{
	char byte = 'x';

	assert_error(call("pshm_read", bad_fd, &byte, -1, 0), "EINVAL");
	assert_error(call("pshm_read", bad_fd, &byte, 1, -1), "EINVAL");
	assert_error(call("pshm_read", bad_fd, NULL, 1, 0), "EFAULT");
	assert_error(call("pshm_write", bad_fd, &byte, -1, 0), "EINVAL");
	assert_error(call("pshm_write", bad_fd, &byte, 1, -1), "EINVAL");
	assert_error(call("pshm_write", bad_fd, NULL, 1, 0), "EFAULT");
	ck_assert_int_eq(byte, 'x');
}

static void
bytes_at_end(void)
{
	char bytes[4] = "abc";

	assert_result(call("pshm_write", bad_fd, bytes, 4, PAGE - 1), 1);
	assert_result(call("pshm_write", bad_fd, bytes, 4, PAGE), 0);
	assert_result(call("pshm_write", bad_fd, bytes, 4, INT64_MAX), 0);
	assert_result(call("pshm_read", bad_fd, bytes, 4, PAGE - 1), 1);
	assert_result(call("pshm_read", bad_fd, bytes, 4, PAGE), 0);
	if (sizeof(size_t) == sizeof(int64_t))
		assert_result(call("pshm_read", bad_fd, bytes, INT64_MAX, INT64_MAX), 0);
	ck_assert_int_eq(descriptor_status(bad_fd).st_size, PAGE);
}

static void
write_to_reader(void)
{
	int reader = bad_reader();
	char byte = '#';

	assert_error(call("pshm_write", reader, "x", 1, 0), "EBADF");
	ck_assert_int_eq(pread(bad_fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 0);
	close_now(reader);
}

const struct bad_row bad_objects[] = {
	{ "every call with fd (not mmap anonymous)", "-1, a closed one, INT_MAX, INT_MIN", "-EBADF", bad_descriptors },
	{ "ftruncate, truncate, allocate, map, stat, seal, reopen, read, write", "a directory, a pipe, a socket",
	  "any; nothing changed", other_descriptors },
	{ "ftruncate, truncate, allocate", "negative size", "-EINVAL", negative_size },
	{ "ftruncate, truncate", "INT64_MAX", "what the system says (tmpfs accepts it)", greatest_size },
	{ "allocate", "INT64_MAX", "-EFBIG, -ENOSPC or -EINVAL; size and blocks as before", allocate_greatest },
	{ "allocate", "more than the file system holds; more than the machine or the own control group has available",
	  "-ENOSPC; size and blocks as before, and every byte that others have stored meanwhile", allocate_too_much },
	{ "allocate", "size 0", "0; nothing done", allocate_nothing },
	{ "discard", "a directory, a pipe, a socket", "any; nothing changed", discard_of_others },
	{ "discard", "negative offset or length; offset + length overflows int64", "-EINVAL; -EOVERFLOW", discard_range },
	{ "discard", "length 0; past the end", "0; nothing done", discard_nothing },
	{ "discard", "descriptor opened read-only", "-EBADF", discard_by_reader },
	{ "ftruncate, truncate", "descriptor opened read-only", "-EINVAL or -EBADF, as the platform says", size_of_reader },
	{ "fstat", "ret_fields NULL with count > 0; count negative", "-EFAULT; -EINVAL", fstat_buffer },
	{ "fstat", "count 0 with NULL; count larger than the number of fields",
	  "works: returns the number of fields; nothing written past either end", fstat_count },
	{ "fchmod, chmod", "bits outside 0777", "-EINVAL", mode_bits },
	{ "fchown", "id below -1, above what the platform holds, or the value that means 'leave' to it", "-EINVAL", chown_ids },
	{ "read, write", "negative count or offset; NULL with a count", "-EINVAL; -EFAULT", bytes_arguments },
	{ "read, write", "at and past the end", "short count, 0; the object has not grown", bytes_at_end },
	{ "write", "to a descriptor opened read-only", "-EBADF", write_to_reader },
	{ NULL, NULL, NULL, NULL },
};
