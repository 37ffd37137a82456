/* SPDX-License-Identifier: BSD-3-Clause */
/* Every row of bad-input.tsv that is not about Lisp, by a table from its text to the code that tries it. */
#include "fixture.h"
#include "interpose.h"
#include "message.h"
#include "suites.h"
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE, PAGE = 4096, FIELDS = 16 };

static int fd; /* an object of one page, open for reading and writing */

/* Every function that takes a name, where the name is what is wrong. */
static void
each_name_call(const char *name, const char *errors)
{
	int created = -7;

	assert_error(call("pshm_shm_open", name, PSHM_O_RDWR | PSHM_O_CREAT, 0600), errors);
	assert_error(call("pshm_shm_unlink", name), errors);
	for (int if_exists = 0; if_exists <= PSHM_IF_EXISTS_NIL; if_exists++)
		assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, if_exists, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, &created),
		             errors);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, PSHM_IF_DOES_NOT_EXIST_NIL, 0600, NULL), errors);
	assert_error(call("pshm_delete", name), errors);
	assert_error(call("pshm_delete_if_same", name, fd), errors);
	ck_assert_int_eq(created, -7);
}

static void
name_null(void)
{
	each_name_call(NULL, "EFAULT");
}

static void
name_empty(void)
{
	each_name_call("", "EINVAL");
}

static void
name_slash(void)
{
	each_name_call("/", "EINVAL");
}

static void
name_no_slash(void)
{
	each_name_call("noslash", "EINVAL");
	each_name_call(".", "EINVAL");
}

static void
name_two_slashes(void)
{
	each_name_call("/a/b", "EINVAL");
	each_name_call("/a/", "EINVAL");
	each_name_call("/../dev/shm/x", "EINVAL");
}

static void
name_double_slash(void)
{
	each_name_call("//a", "EINVAL");
	each_name_call("//", "EINVAL");
}

static void
name_dots(void)
{
	each_name_call("/.", "EINVAL");
	each_name_call("/..", "EINVAL");
}

static char *
name_of_length(int64_t length, char fill)
{
	char *name = malloc((size_t)length + 1);

	memset(name, fill, (size_t)length);
	name[0] = '/';
	name[length] = '\0';
	return name;
}

static void
name_too_long(void)
{
	int64_t most = call("pshm_name_max");
	char *name = name_of_length(most + 1, 'n');
	char *longer = name_of_length(100000, 'n');

	each_name_call(name, "ENAMETOOLONG");
	each_name_call(longer, "ENAMETOOLONG");
	free(name);
	free(longer);
}

static void
name_longest(void)
{
	int64_t most = call("pshm_name_max");

	for (int byte = 1; byte < 256; byte++) {
		char *name = name_of_length(most > 256 ? 256 : most, (char)byte);

		if (byte != '/') {
			close_now(object_open_new(name, 0));
			ck_assert(object_exists(name));
			close_now((int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600,
			                                   NULL)));
			assert_result(call("pshm_delete", name), 0);
			ck_assert(!object_exists(name));
		}
		free(name);
	}
}

static void
name_of_fifo_or_directory(void)
{
	const char *name = name_of("other");

	(void)alarm(5);
	for (int kind = 0; kind < 2; kind++) {
		ck_assert_int_eq(kind == 0 ? mkfifo(path_of(name), 0600) : mkdir(path_of(name), 0700), 0);
		for (int direction = 0; direction <= 2; direction += 2) {
			if (!has("list") && kind == 0)
				continue; /* such a system does not keep objects beside FIFOs: nothing to defend against */
			ck_assert(is_error(call("pshm_shm_open", name, direction, 0600)));
			ck_assert(is_error(call("pshm_open", name, direction, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL)));
		}
		ck_assert_int_eq(kind == 0 ? unlink(path_of(name)) : rmdir(path_of(name)), 0);
	}
	(void)alarm(0);
}

static void
shm_open_flags(void)
{
	static const int bad[] = { O_CREAT, O_EXCL, O_TRUNC, O_CREAT | O_RDWR, 1, 4, INT_MIN, PSHM_O_EXCL, PSHM_O_EXCL | PSHM_O_RDWR };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_shm_open", name_of("flags"), bad[i], 0600), "EINVAL");
}

static void
permission_bits(void)
{
	static const int bad[] = { 01000, 02000, 04000, 010000, -1, INT_MIN, INT_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_shm_open", name_of("bits"), PSHM_O_RDWR | PSHM_O_CREAT, bad[i]), "EINVAL");
		assert_error(call("pshm_open", name_of("bits"), PSHM_DIRECTION_IO, 0, 2, bad[i], NULL), "EINVAL");
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, bad[i], 0, 100, NULL, 0), "EINVAL");
	}
}

static void
open_options(void)
{
	assert_error(call("pshm_open", name_of("options"), 1, 0, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 6, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, -1, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 0, 4, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 0, -1, 0600, NULL), "EINVAL");
}

static void
anonymous_no_attempts(void)
{
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 0, NULL, 0), "EEXIST");
}

static void
anonymous_bad(void)
{
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, -1, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 2, 100, NULL, 0), "EINVAL");
}

static void
anonymous_small_buffer(void)
{
	char name[4] = "abc";

	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 100, name, 4), "ERANGE");
	ck_assert_str_eq(name, "abc");
}

/* Every function that takes a descriptor. */
static void
each_descriptor_call(int bad)
{
	int64_t fields[FIELDS];
	char byte = 0;

	assert_error(call("pshm_ftruncate", bad, 1), "EBADF");
	assert_error(call("pshm_fallocate", bad, 0, 1), "EBADF");
	assert_error(call("pshm_fstat", bad, fields, FIELDS), "EBADF");
	assert_error(call("pshm_fchown", bad, -1, -1), "EBADF");
	assert_error(call("pshm_fchmod", bad, 0600), "EBADF");
	assert_error(call("pshm_mmap", 0, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, bad, 0), "EBADF");
	assert_error(call("pshm_close", bad), "EBADF");
	assert_error(call("pshm_dup", bad), "EBADF");
	assert_error(call("pshm_set_inheritable", bad, 1), "EBADF");
	assert_error(call("pshm_delete_if_same", name_of("none"), bad), "EBADF");
	assert_error(call("pshm_truncate", bad, 1), "EBADF");
	assert_error(call("pshm_allocate", bad, 1), "EBADF");
	assert_error(call("pshm_allocate", bad, 0), "EBADF");
	assert_error(call("pshm_map", bad, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, 0), "EBADF");
	assert_error(call("pshm_map_prefixed", bad, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 16), "EBADF");
	assert_error(call("pshm_send", bad, fd), "EBADF");
	assert_error(call("pshm_receive", bad), "EBADF");
	assert_error(call("pshm_seal", bad, PSHM_SEAL_SHRINK), "EBADF");
	assert_error(call("pshm_seals", bad), "EBADF");
	assert_error(call("pshm_reopen", bad, PSHM_DIRECTION_INPUT), "EBADF");
	assert_error(call("pshm_read", bad, &byte, 1, 0), "EBADF");
	assert_error(call("pshm_write", bad, &byte, 1, 0), "EBADF");
}

static void
bad_descriptors(void)
{
	int closed = (int)assert_success(call("pshm_dup", fd));

	close_now(closed);
	each_descriptor_call(-1);
	each_descriptor_call(closed);
	each_descriptor_call(INT_MAX);
	each_descriptor_call(INT_MIN);
}

static void
mmap_anonymous_descriptor(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -2, 0), "EINVAL");
	assert_error(call("pshm_map", fd, PAGE, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0), "EINVAL");
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

static void
other_descriptors(void)
{
	int directory = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ends[2];
	char bytes[4];

	each_call_on(directory);
	close(directory);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	each_call_on(ends[0]);
	each_call_on(ends[1]);
	ck_assert_int_eq(read(ends[0], bytes, 4), -1);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	each_call_on(ends[0]);
	ck_assert_int_eq(read(ends[1], bytes, 4), -1);
	close(ends[0]);
	close(ends[1]);
}

static void
negative_size(void)
{
	assert_error(call("pshm_ftruncate", fd, -1), "EINVAL");
	assert_error(call("pshm_truncate", fd, INT64_MIN), "EINVAL");
	assert_error(call("pshm_allocate", fd, -1), "EINVAL");
	ck_assert_int_eq(descriptor_status(fd).st_size, PAGE);
}

static void
greatest_size(void)
{
	int64_t result = call("pshm_ftruncate", fd, INT64_MAX);

	if (has("resize")) {
		assert_result(result, 0);
		assert_result(call("pshm_truncate", fd, INT64_MAX), 0);
		ck_assert_int_eq(descriptor_status(fd).st_size, INT64_MAX);
		assert_result(call("pshm_truncate", fd, PAGE), 0);
	} else {
		assert_error(result, "EINVAL");
	}
}

static void
allocate_greatest(void)
{
	struct stat before = descriptor_status(fd);

	assert_error(call("pshm_allocate", fd, INT64_MAX), has("allocate") ? "EFBIG ENOSPC EINVAL" : "ENOTSUP ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, before.st_blocks);
}

static void
allocate_too_much(void)
{
	struct stat before = descriptor_status(fd);

	assert_error(call("pshm_allocate", fd, (int64_t)1 << 46), has("allocate") ? "ENOSPC" : "ENOTSUP ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, before.st_blocks);
}

static void
allocate_nothing(void)
{
	struct stat before = descriptor_status(fd);

	if (has("allocate"))
		assert_result(call("pshm_allocate", fd, 0), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, before.st_blocks);
}

static int
reader_of_object(void)
{
	return (int)assert_success(call("pshm_shm_open", name_of("bad"), PSHM_O_RDONLY, 0));
}

static void
size_of_reader(void)
{
	int reader = reader_of_object();

	assert_error(call("pshm_ftruncate", reader, 0), "EINVAL EBADF");
	assert_error(call("pshm_truncate", reader, 0), "EINVAL EBADF");
	ck_assert_int_eq(descriptor_status(fd).st_size, PAGE);
	close_now(reader);
}

static void
length_not_positive(void)
{
	static const int64_t bad[] = { 0, -1, INT64_MIN };

	for (size_t i = 0; i < 3; i++) {
		assert_error(call("pshm_mmap", 0, bad[i], READ_WRITE, PSHM_MAP_SHARED, fd, 0), "EINVAL");
		assert_error(call("pshm_map", fd, bad[i], READ_WRITE, PSHM_MAP_SHARED, 0), "EINVAL");
	}
}

static void
mmap_offset(void)
{
	static const int64_t bad[] = { -1, -PAGE, 1, PAGE - 1, PAGE + 1, INT64_MIN, INT64_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, fd, bad[i]), "EINVAL");
}

static void
map_offset(void)
{
	assert_error(call("pshm_map", fd, 1, READ_WRITE, PSHM_MAP_SHARED, -1), "EINVAL");
	assert_error(call("pshm_map", fd, 1, READ_WRITE, PSHM_MAP_SHARED, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_map", fd, INT64_MAX, READ_WRITE, PSHM_MAP_SHARED, 1), "EOVERFLOW");
}

static void
types_too_small(void)
{
	if (sizeof(size_t) == sizeof(int64_t)) {
		note("addresses and lengths of 64 bits: what does not fit them cannot be passed");
		return;
	}
	assert_error(call("pshm_mmap", 0, (int64_t)1 << 32, READ_WRITE, PSHM_MAP_SHARED, fd, 0), "EOVERFLOW");
	assert_error(call("pshm_mmap", (int64_t)1 << 32, PAGE, READ_WRITE, PSHM_MAP_SHARED, fd, 0), "EOVERFLOW");
	assert_error(call("pshm_map", fd, (int64_t)1 << 32, READ_WRITE, PSHM_MAP_SHARED, 0), "EOVERFLOW");
}

static void
map_past_end(void)
{
	int64_t address = assert_success(call("pshm_map", fd, PAGE, PSHM_PROT_READ, PSHM_MAP_SHARED, 10 * PAGE));
	char bytes[4];

	assert_result(call("pshm_unmap", address, PAGE), 0);
	assert_result(call("pshm_read", fd, bytes, 4, PAGE - 2), 2);
	assert_result(call("pshm_read", fd, bytes, 4, 10 * PAGE), 0);
}

static void
map_reader(void)
{
	const char *error = strcmp(interpose_personality_name(), "macos") == 0 ? "EPERM" : "EACCES";
	int reader = reader_of_object();

	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, reader, 0), error);
	assert_error(call("pshm_map", reader, PAGE, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0), error);
	close_now(reader);
}

static void
mmap_bits(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, 8, PSHM_MAP_SHARED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | 4, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | 0x20, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, 0, fd, 0), "EINVAL");
}

static void
mmap_fixed(void)
{
	assert_error(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", PAGE + 1, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, fd, 0), "EINVAL");
}

static void
unmap_range(void)
{
	static const int64_t bad[][2] = { { 0, PAGE }, { -1, PAGE }, { -PAGE, PAGE }, { INT64_MIN, PAGE }, { PAGE, 0 }, { PAGE, -1 } };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_munmap", bad[i][0], bad[i][1]), "EINVAL");
		assert_error(call("pshm_unmap", bad[i][0], bad[i][1]), "EINVAL");
	}
}

static void
mprotect_unmapped(void)
{
	int64_t address = assert_success(call("pshm_mmap", 0, PAGE, READ_WRITE, PSHM_MAP_SHARED, fd, 0));

	assert_result(call("pshm_munmap", address, PAGE), 0);
	assert_error(call("pshm_mprotect", address, PAGE, PSHM_PROT_READ), "ENOMEM");
}

static void
fstat_buffer(void)
{
	int64_t field = -7;

	assert_error(call("pshm_fstat", fd, NULL, 1), "EFAULT");
	assert_error(call("pshm_fstat", fd, &field, -1), "EINVAL");
	assert_error(call("pshm_fstat", fd, NULL, -1), "EINVAL");
	ck_assert_int_eq(field, -7);
}

static void
fstat_count(void)
{
	int64_t fields[FIELDS + 2];

	for (int i = 0; i < FIELDS + 2; i++)
		fields[i] = -7;
	assert_result(call("pshm_fstat", fd, NULL, 0), FIELDS);
	assert_result(call("pshm_fstat", fd, fields + 1, 1000), FIELDS);
	ck_assert(fields[0] == -7 && fields[1] != -7 && fields[FIELDS + 1] == -7);
}

static void
mode_bits(void)
{
	assert_error(call("pshm_fchmod", fd, 01000), "EINVAL");
	assert_error(call("pshm_fchmod", fd, 04777), "EINVAL");
	assert_error(call("pshm_fchmod", fd, -1), "EINVAL");
	ck_assert_int_eq(descriptor_status(fd).st_mode & 07777, 0600);
}

static void
chown_ids(void)
{
	static const int64_t bad[] = { -2, INT64_MIN, 4294967295, 4294967296, INT64_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_fchown", fd, bad[i], -1), "EINVAL");
		assert_error(call("pshm_fchown", fd, -1, bad[i]), "EINVAL");
	}
}

static void
send_nowhere(void)
{
	int ends[2];

	assert_error(call("pshm_send", fd, fd), "ENOTSOCK");
	assert_error(call("pshm_send", -1, fd), "EBADF");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[1]);
	ck_assert(is_error(call("pshm_send", ends[0], fd)));
	ck_assert(is_error(call("pshm_send", ends[0], -1)));
	close(ends[0]);
}

static void
receive_wrong_count(void)
{
	int fds[2] = { fd, fd };
	int before;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	before = descriptor_count();
	message_send(ends[0], NULL, 0, 1);
	assert_error(call("pshm_receive", ends[1]), "EPROTO");
	message_send(ends[0], fds, 2, 1);
	assert_error(call("pshm_receive", ends[1]), "EPROTO");
	ck_assert_int_eq(descriptor_count(), before);
	close(ends[0]);
	close(ends[1]);
}

static void
receive_closed(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[0]);
	assert_error(call("pshm_receive", ends[1]), "ENODATA");
	close(ends[1]);
}

static void
receive_no_room(void)
{
	struct rlimit old;
	struct rlimit few;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	message_send(ends[0], &fd, 1, 1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)descriptor_next();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_error(call("pshm_receive", ends[1]), "EMFILE");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(ends[0]);
	close(ends[1]);
}

static void
seal_refused(void)
{
	int anonymous;
	int ends[2];

	assert_error(call("pshm_seal", fd, 0x40), "EINVAL");
	if (!has("seals"))
		return;
	assert_error(call("pshm_seal", fd, PSHM_SEAL_SHRINK), "EPERM");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_seal", ends[1], PSHM_SEAL_SHRINK), "EINVAL");
	close(ends[0]);
	close(ends[1]);
	anonymous = anonymous_new(PAGE);
	assert_result(call("pshm_seal", anonymous, PSHM_SEAL_SEAL), 0);
	assert_error(call("pshm_seal", anonymous, PSHM_SEAL_SHRINK), "EPERM");
	close_now(anonymous);
}

static void
reopen_raising(void)
{
	int reader = reader_of_object();

	assert_error(call("pshm_reopen", reader, PSHM_DIRECTION_IO), "EACCES");
	close_now(reader);
}

static void
bytes_arguments(void)
{
	char byte = 'x';

	assert_error(call("pshm_read", fd, &byte, -1, 0), "EINVAL");
	assert_error(call("pshm_read", fd, &byte, 1, -1), "EINVAL");
	assert_error(call("pshm_read", fd, NULL, 1, 0), "EFAULT");
	assert_error(call("pshm_write", fd, &byte, -1, 0), "EINVAL");
	assert_error(call("pshm_write", fd, &byte, 1, -1), "EINVAL");
	assert_error(call("pshm_write", fd, NULL, 1, 0), "EFAULT");
	ck_assert_int_eq(byte, 'x');
}

static void
bytes_at_end(void)
{
	char bytes[4] = "abc";

	assert_result(call("pshm_write", fd, bytes, 4, PAGE - 1), 1);
	assert_result(call("pshm_write", fd, bytes, 4, PAGE), 0);
	assert_result(call("pshm_write", fd, bytes, 4, INT64_MAX), 0);
	assert_result(call("pshm_read", fd, bytes, 4, PAGE - 1), 1);
	assert_result(call("pshm_read", fd, bytes, 4, PAGE), 0);
	if (sizeof(size_t) == sizeof(int64_t))
		assert_result(call("pshm_read", fd, bytes, INT64_MAX, INT64_MAX), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, PAGE);
}

static void
write_to_reader(void)
{
	int reader = reader_of_object();

	assert_error(call("pshm_write", reader, "x", 1, 0), "EBADF");
	close_now(reader);
}

static void
list_buffer(void)
{
	char byte = 'x';

	if (!has("list")) {
		assert_error(call("pshm_list", NULL, 0), "ENOTSUP");
		return;
	}
	ck_assert_int_gt(assert_success(call("pshm_list", NULL, 0)), 0);
	assert_error(call("pshm_list", &byte, 1), "ERANGE");
	ck_assert_int_eq(byte, 'x');
}

static void
delete_anothers(void)
{
	int anonymous = anonymous_new(0);

	if (has("identity")) {
		assert_result(call("pshm_delete_if_same", name_of("bad"), anonymous), 0);
		assert_error(call("pshm_delete_if_same", name_of("none"), anonymous), "ENOENT");
	}
	ck_assert(object_exists(name_of("bad")));
	close_now(anonymous);
}

static void
error_texts(void)
{
	ck_assert_str_eq(call_text("pshm_error_name", 0), "OK");
	ck_assert_str_eq(call_text("pshm_error_name", 4000), "UNKNOWN");
	ck_assert_str_eq(call_text("pshm_error_name", INT_MIN), "UNKNOWN");
	ck_assert_str_eq(call_text("pshm_strerror", 0), "success");
	ck_assert_str_eq(call_text("pshm_strerror", 4000), "unknown error");
	ck_assert_str_eq(call_text("pshm_strerror", INT_MIN), "unknown error");
}

static void
error_numbers(void)
{
	assert_error(call("pshm_error_number", NULL), "EFAULT");
	assert_error(call("pshm_error_number", "ENOTHING"), "EINVAL");
}

static void
constant_indices(void)
{
	ck_assert_ptr_null(call_text("pshm_constant_name", -1));
	ck_assert_ptr_null(call_text("pshm_constant_name", INT_MAX));
	assert_error(call("pshm_constant_value", -1), "EINVAL");
	assert_error(call("pshm_constant_value", INT_MAX), "EINVAL");
	assert_error(call("pshm_constant", "PSHM_NOTHING"), "EINVAL");
	assert_error(call("pshm_constant", NULL), "EFAULT");
}

static void
flags_parse(void)
{
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "wings"), "EINVAL");
	assert_error(call("pshm_flags_parse", 99, "user-read"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, NULL), "EFAULT");
	assert_result(call("pshm_flags_parse", PSHM_KIND_MODE, ""), 0);
}

static void
unknown_feature(void)
{
	assert_error(call("pshm_has", "wings"), "EINVAL");
	assert_error(call("pshm_has", NULL), "EFAULT");
}

#define NAMES "every call with a name"

static const struct {
	const char *call;
	const char *arguments;
	const char *expected;
	void (*try_it)(void);
} handlers[] = {
	{ NAMES, "NULL", "-EFAULT", name_null },
	{ NAMES, "\"\"", "-EINVAL", name_empty },
	{ NAMES, "\"/\"", "-EINVAL", name_slash },
	{ NAMES, "\"noslash\"", "-EINVAL", name_no_slash },
	{ NAMES, "\"/a/b\"", "-EINVAL", name_two_slashes },
	{ NAMES, "\"//a\"", "-EINVAL", name_double_slash },
	{ NAMES, "\"/.\" and \"/..\"", "-EINVAL", name_dots },
	{ NAMES, "pshm_name_max()+1 bytes", "-ENAMETOOLONG", name_too_long },
	{ NAMES, "exactly pshm_name_max() bytes, any bytes 1..255 but '/'", "works", name_longest },
	{ NAMES, "the name of a FIFO or a directory in the place where objects live",
	  "any; never blocks, never returns a descriptor of a directory", name_of_fifo_or_directory },
	{ "shm_open", "flags with an unknown bit; a native O_CREAT, O_EXCL or O_TRUNC of this platform; excl without creat",
	  "-EINVAL", shm_open_flags },
	{ "shm_open, open, open_anonymous", "permission bits outside 0777", "-EINVAL", permission_bits },
	{ "open", "direction, if_exists or if_does_not_exist out of range", "-EINVAL", open_options },
	{ "open_anonymous", "attempts 0", "-EEXIST", anonymous_no_attempts },
	{ "open_anonymous", "attempts negative; unknown flag", "-EINVAL", anonymous_bad },
	{ "open_anonymous", "buffer too small for the name", "-ERANGE, nothing created", anonymous_small_buffer },
	{ "every call with fd (not mmap anonymous)", "-1, a closed one, INT_MAX, INT_MIN", "-EBADF", bad_descriptors },
	{ "mmap", "anonymous with fd other than -1", "-EINVAL", mmap_anonymous_descriptor },
	{ "ftruncate, truncate, allocate, map, stat, seal, reopen, read, write", "a directory, a pipe, a socket",
	  "any; nothing changed", other_descriptors },
	{ "ftruncate, truncate, allocate", "negative size", "-EINVAL", negative_size },
	{ "ftruncate, truncate", "INT64_MAX", "what the system says (tmpfs accepts it)", greatest_size },
	{ "allocate", "INT64_MAX", "-EFBIG, -ENOSPC or -EINVAL; size and blocks as before", allocate_greatest },
	{ "allocate", "more than the file system holds", "-ENOSPC; size and blocks as before", allocate_too_much },
	{ "allocate", "size 0", "0; nothing done", allocate_nothing },
	{ "ftruncate, truncate", "descriptor opened read-only", "-EINVAL or -EBADF, as the platform says", size_of_reader },
	{ "mmap, map", "length 0 or negative", "-EINVAL", length_not_positive },
	{ "mmap", "offset negative or not a multiple of the page size", "-EINVAL", mmap_offset },
	{ "map", "offset negative; offset + length overflows int64", "-EINVAL; -EOVERFLOW", map_offset },
	{ "mmap, map", "length or address that the platform's types cannot hold (32-bit)", "-EOVERFLOW", types_too_small },
	{ "map", "beyond the end of the object", "works; documented; pshm_read there gives a short count", map_past_end },
	{ "mmap, map", "shared write access to a descriptor opened read-only", "-EACCES", map_reader },
	{ "mmap", "unknown protection or flag bit; shared and private together; neither", "-EINVAL", mmap_bits },
	{ "mmap", "fixed at address 0 or at a misaligned address", "-EINVAL", mmap_fixed },
	{ "munmap, unmap", "address 0, negative, length 0 or negative", "-EINVAL", unmap_range },
	{ "mprotect", "address not mapped", "-ENOMEM", mprotect_unmapped },
	{ "fstat", "ret_fields NULL with count > 0; count negative", "-EFAULT; -EINVAL", fstat_buffer },
	{ "fstat", "count 0 with NULL; count larger than the number of fields",
	  "works: returns the number of fields; nothing written past either end", fstat_count },
	{ "fchmod, chmod", "bits outside 0777", "-EINVAL", mode_bits },
	{ "fchown", "id below -1, above what the platform holds, or the value that means 'leave' to it", "-EINVAL", chown_ids },
	{ "send", "not a socket; descriptor closed; peer gone", "any; no SIGPIPE", send_nowhere },
	{ "receive", "a message without a descriptor; with two", "-EPROTO; all closed, none leaked", receive_wrong_count },
	{ "receive", "peer closed", "-ENODATA", receive_closed },
	{ "receive", "no descriptor free in this process", "-EMFILE", receive_no_room },
	{ "seal", "a named object; a descriptor that knows no seals; an unknown seal bit; sealed against sealing",
	  "-EPERM; -EINVAL; -EINVAL; -EPERM", seal_refused },
	{ "reopen", "for io, of a descriptor opened for input", "-EACCES", reopen_raising },
	{ "read, write", "negative count or offset; NULL with a count", "-EINVAL; -EFAULT", bytes_arguments },
	{ "read, write", "at and past the end", "short count, 0; the object has not grown", bytes_at_end },
	{ "write", "to a descriptor opened read-only", "-EBADF", write_to_reader },
	{ "list", "NULL with size 0; a buffer too small", "returns the size needed; -ERANGE, untouched", list_buffer },
	{ "delete_if_same", "another object has the name; no such name", "0, the name is still there; -ENOENT",
	  delete_anothers },
	{ "error_name, strerror", "0, unknown number, INT_MIN", "a documented string; never NULL", error_texts },
	{ "error_number", "NULL; unknown name", "-EFAULT; -EINVAL", error_numbers },
	{ "constants", "index out of range; unknown name; NULL", "documented; never a crash", constant_indices },
	{ "flags_parse", "unknown keyword; unknown kind; NULL; empty list", "-EINVAL; -EINVAL; -EFAULT; 0", flags_parse },
	{ "has", "unknown feature; NULL", "-EINVAL; -EFAULT", unknown_feature },
};

enum { HANDLERS = sizeof handlers / sizeof handlers[0] };

static void (*handler_of(const struct row *row))(void)
{
	for (int i = 0; i < HANDLERS; i++)
		if (strcmp(handlers[i].call, row->columns[0]) == 0 && strcmp(handlers[i].arguments, row->columns[1]) == 0 &&
		    strcmp(handlers[i].expected, row->columns[2]) == 0)
			return handlers[i].try_it;
	ck_abort_msg("line %d of bad-input.tsv is tried by nothing: %s, %s", row->line, row->columns[0], row->columns[1]);
	return NULL;
}

/* One more object, one more descriptor: what a row leaves behind is seen at once. */
static void
try_row(const struct row *row)
{
	int before;

	fd = object_open_new(name_of("bad"), PAGE);
	ck_assert_int_eq(fchmod(fd, 0600), 0);
	before = descriptor_count();
	handler_of(row)();
	ck_assert_msg(descriptor_count() == before, "line %d of bad-input.tsv leaves descriptors open", row->line);
	ck_assert_msg(object_mapping_count() == 0, "line %d of bad-input.tsv leaves mappings", row->line);
	if (place_is_private())
		ck_assert_msg(object_count() == 1, "line %d of bad-input.tsv leaves objects", row->line);
	close_now(fd);
	object_remove(name_of("bad"));
}

START_TEST(every_row_of_the_table)
{
	const struct row *rows;
	int count = table_read("bad-input.tsv", "call\targuments\texpected", &rows);
	int tried = 0;

	(void)umask(0);
	for (int i = 0; i < count; i++) {
		if (strncmp(rows[i].columns[0], "Lisp ", 5) == 0)
			continue;
		try_row(&rows[i]);
		tried++;
	}
	ck_assert_int_eq(tried, HANDLERS);
	note("%d rows of bad-input.tsv as %s", tried, interpose_personality_name());
}
END_TEST

Suite *
bad_input_suite(void)
{
	const TTest *tests[] = { every_row_of_the_table, NULL };

	return suite_of("bad_input", 60, tests);
}
