/* SPDX-License-Identifier: BSD-3-Clause */
/* Open, unlink, size and describe objects. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIELDS = 16, CREATE = PSHM_O_RDWR | PSHM_O_CREAT };

START_TEST(opening_creates_with_mode_and_umask)
{
	const char *name = name_of("mode");
	int fd;

	(void)umask(027);
	fd = (int)assert_success(call("pshm_shm_open", name, CREATE | PSHM_O_EXCL, 0666));
	ck_assert_int_eq(object_status(name).st_mode, S_IFREG | 0640);
	ck_assert_int_eq(object_status(name).st_size, 0);
	ck_assert(object_status(name).st_ino == descriptor_status(fd).st_ino);
	ck_assert(is_close_on_exec(fd));
	ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, O_RDWR);
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(opening_for_reading_gives_no_write_access)
{
	const char *name = name_of("reader");
	int fd;

	object_make(name, 0600, 100);
	fd = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0));
	ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, O_RDONLY);
	ck_assert(is_close_on_exec(fd));
	ck_assert_int_eq(write(fd, "x", 1), -1);
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(exclusive_creation_refuses_what_exists)
{
	const char *name = name_of("exclusive");

	object_make(name, 0600, 100);
	assert_error(call("pshm_shm_open", name, CREATE | PSHM_O_EXCL, 0600), "EEXIST");
	ck_assert_int_eq(object_status(name).st_size, 100);
	close_now((int)assert_success(call("pshm_shm_open", name, CREATE, 0777)));
	ck_assert_int_eq(object_status(name).st_size, 100);
	ck_assert_int_eq(object_status(name).st_mode & 0777, 0600);
	object_remove(name);
}
END_TEST

START_TEST(truncating_empties)
{
	const char *name = name_of("truncate");

	if (lacks("resize"))
		return;
	object_make(name, 0600, 100);
	close_now((int)assert_success(call("pshm_shm_open", name, PSHM_O_RDWR | PSHM_O_TRUNC, 0)));
	ck_assert_int_eq(object_status(name).st_size, 0);
	object_remove(name);
}
END_TEST

/* Every combination of the flags, of an object that is missing and of one that exists. */
START_TEST(flags_are_heeded_together)
{
	static const struct {
		int flags;
		const char *missing; /* the error, or NULL */
		const char *existing;
	} combinations[] = {
		{ 0, "ENOENT", NULL },
		{ PSHM_O_CREAT, NULL, NULL },
		{ PSHM_O_CREAT | PSHM_O_EXCL, NULL, "EEXIST" },
		{ PSHM_O_TRUNC, "ENOENT", NULL },
		{ PSHM_O_CREAT | PSHM_O_TRUNC, NULL, NULL },
		{ PSHM_O_CREAT | PSHM_O_EXCL | PSHM_O_TRUNC, NULL, "EEXIST" },
	};
	const char *name = name_of("flags");

	for (size_t i = 0; i < 2 * sizeof combinations / sizeof combinations[0]; i++) {
		int flags = combinations[i / 2].flags;
		const char *error = i % 2 == 0 ? combinations[i / 2].missing : combinations[i / 2].existing;
		bool empties = (flags & PSHM_O_TRUNC) == PSHM_O_TRUNC && error == NULL;
		int64_t result;

		if (i % 2 == 1)
			object_make(name, 0600, 4096);
		if (empties && i % 2 == 1 && !has("resize"))
			error = "EINVAL";
		result = call("pshm_shm_open", name, flags | PSHM_O_RDWR, 0600);
		if (error != NULL)
			assert_error(result, error);
		else
			close_now((int)assert_success(result));
		ck_assert_int_eq(object_exists(name), i % 2 == 1 || error == NULL);
		if (object_exists(name)) {
			ck_assert_int_eq(object_status(name).st_size, i % 2 == 0 || (empties && error == NULL) ? 0 : 4096);
			object_remove(name);
		}
	}
}
END_TEST

START_TEST(names_with_dots_are_names)
{
	static const char *const names[] = { "/.a", "/..a", "/...", "/a.", "/.a.", "/a..b" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		close_now(object_open_new(names[i], 0));
		ck_assert(object_exists(names[i]));
		assert_result(call("pshm_shm_unlink", names[i]), 0);
	}
}
END_TEST

START_TEST(a_missing_object_is_missing)
{
	assert_error(call("pshm_shm_open", name_of("missing"), PSHM_O_RDWR, 0600), "ENOENT");
	assert_error(call("pshm_shm_unlink", name_of("missing")), "ENOENT");
	ck_assert(!object_exists(name_of("missing")));
}
END_TEST

/* A native flag of any platform is no flag of ours. */
START_TEST(native_flags_are_rejected)
{
	static const int bad[] = {
		/* clang-format off */
		O_CREAT, O_CREAT | O_EXCL, O_EXCL, O_TRUNC, O_WRONLY, O_ACCMODE, O_CLOEXEC, O_NONBLOCK, 0x200, 0x800, 0x400,
		0x08000000, 0x04000000, PSHM_O_EXCL, PSHM_O_EXCL | PSHM_O_RDWR, PSHM_O_EXCL | PSHM_O_TRUNC, PSHM_O_CREAT | O_CREAT,
		PSHM_O_TRUNC | 1, -1, INT_MIN, INT_MAX, 0x78000000,
		/* clang-format on */
	};
	const char *name = name_of("native");

	object_make(name, 0600, 100);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_shm_open", name, bad[i], 0600), "EINVAL");
	ck_assert_int_eq(object_status(name).st_size, 100);
	object_remove(name);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_shm_open", name, bad[i], 0600), "EINVAL");
	ck_assert(!object_exists(name));
}
END_TEST

START_TEST(unlinking_leaves_the_object_to_who_has_it)
{
	const char *name = name_of("unlink");
	int fd = object_open_new(name, 100);

	assert_result(call("pshm_shm_unlink", name), 0);
	ck_assert(!object_exists(name));
	ck_assert_int_eq(descriptor_status(fd).st_nlink, 0);
	ck_assert_int_ge(descriptor_status(fd).st_size, 100);
	close_now(fd);
}
END_TEST

START_TEST(sizing_changes_the_size_and_reserves_nothing)
{
	const char *name = name_of("size");
	int fd = object_open_new(name, 0);

	assert_result(call("pshm_ftruncate", fd, 12345), 0);
	if (has("resize")) {
		ck_assert_int_eq(object_status(name).st_size, 12345);
		assert_result(call("pshm_ftruncate", fd, 0x123456789), 0);
		ck_assert_int_eq(object_status(name).st_size, 0x123456789);
		assert_result(call("pshm_ftruncate", fd, 1), 0);
		ck_assert_int_eq(object_status(name).st_size, 1);
		assert_result(call("pshm_ftruncate", fd, 0), 0);
		ck_assert_int_eq(object_status(name).st_size, 0);
		assert_result(call("pshm_ftruncate", fd, INT64_MAX), 0);
		ck_assert_int_eq(object_status(name).st_size, INT64_MAX);
	} else {
		ck_assert_int_eq(object_status(name).st_size, 16384);
		assert_error(call("pshm_ftruncate", fd, 20000), "EINVAL");
		ck_assert_int_eq(object_status(name).st_size, 16384);
	}
	ck_assert_int_eq(object_status(name).st_blocks, 0);
	assert_error(call("pshm_ftruncate", fd, -1), "EINVAL");
	assert_error(call("pshm_ftruncate", fd, INT64_MIN), "EINVAL");
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(reserving_gives_pages)
{
	const char *name = name_of("reserve");
	int fd;

	if (lacks("allocate"))
		return;
	fd = object_open_new(name, 0);
	assert_result(call("pshm_fallocate", fd, 8192, 4096), 0);
	ck_assert_int_eq(object_status(name).st_size, 12288);
	ck_assert_int_eq(object_status(name).st_blocks, page() / 512);
	assert_error(call("pshm_fallocate", fd, -1, 4096), "EINVAL");
	assert_error(call("pshm_fallocate", fd, 0, 0), "EINVAL");
	assert_error(call("pshm_fallocate", fd, 0, -1), "EINVAL");
	assert_error(call("pshm_fallocate", fd, INT64_MAX, 1), "EFBIG");
	ck_assert_int_eq(object_status(name).st_size, 12288);
	close_now(fd);
	object_remove(name);
}
END_TEST

/* Where pages cannot be reserved, nothing emulates it. */
START_TEST(reserving_is_never_emulated)
{
	int fd = object_open_new(name_of("emulate"), 0);

	if (!has("allocate")) {
		assert_error(call("pshm_fallocate", fd, 0, 4096), "ENOTSUP");
		assert_error(call("pshm_allocate", fd, 4096), "ENOTSUP");
	}
	interpose_fail(CALL_fallocate, 0, error_of_name("ENOTSUP"));
	assert_error(call("pshm_fallocate", fd, 0, 4096), "ENOTSUP");
	interpose_fail(CALL_fallocate, 0, error_of_name("ENOSYS"));
	assert_error(call("pshm_fallocate", fd, 0, 4096), "ENOTSUP");
	interpose_reset();
	ck_assert_int_eq(descriptor_status(fd).st_size, 0);
	close_now(fd);
	object_remove(name_of("emulate"));
}
END_TEST

static void
assert_fields(const int64_t *fields, const struct stat *status)
{
	ck_assert(fields[PSHM_STAT_DEV] == (int64_t)status->st_dev);
	ck_assert(fields[PSHM_STAT_INO] == (int64_t)status->st_ino);
	ck_assert_int_eq(fields[PSHM_STAT_NLINK], status->st_nlink);
	ck_assert_int_eq(fields[PSHM_STAT_RDEV], 0);
	ck_assert_int_eq(fields[PSHM_STAT_BLKSIZE], status->st_blksize);
	ck_assert_int_eq(fields[PSHM_STAT_BLOCKS], status->st_blocks);
	ck_assert_int_eq(fields[PSHM_STAT_ATIME_SEC], status->st_atim.tv_sec);
	ck_assert_int_eq(fields[PSHM_STAT_ATIME_NSEC], status->st_atim.tv_nsec);
	ck_assert_int_eq(fields[PSHM_STAT_MTIME_SEC], status->st_mtim.tv_sec);
	ck_assert_int_eq(fields[PSHM_STAT_MTIME_NSEC], status->st_mtim.tv_nsec);
	ck_assert_int_eq(fields[PSHM_STAT_CTIME_SEC], status->st_ctim.tv_sec);
	ck_assert_int_eq(fields[PSHM_STAT_CTIME_NSEC], status->st_ctim.tv_nsec);
}

/* An object of which no two fields are the same by accident. */
START_TEST(every_field_is_the_kernels)
{
	const struct timespec times[2] = { { 1000000007, 123456789 }, { 2000000011, 987654321 } };
	const char *name = name_of("fields");
	int64_t fields[FIELDS];
	struct stat status;
	int fd = object_open_new(name, 12345);

	ck_assert_int_eq(pwrite(fd, "x", 1, 5000), 1);
	ck_assert_int_eq(futimens(fd, times), 0);
	if (gives_objects_away())
		ck_assert_int_eq(fchown(fd, 12, 34), 0);
	ck_assert_int_eq(fchmod(fd, 0640), 0);
	ck_assert_int_eq(link(path_of(name), path_of(name_of("fields2"))), 0);
	status = descriptor_status(fd);
	assert_result(call("pshm_fstat", fd, fields, FIELDS), FIELDS);
	ck_assert_int_eq(fields[PSHM_STAT_MODE], 0640);
	ck_assert_int_eq(fields[PSHM_STAT_UID], status.st_uid);
	ck_assert_int_eq(fields[PSHM_STAT_GID], status.st_gid);
	ck_assert_int_eq(fields[PSHM_STAT_SIZE], status.st_size);
	if (has("identity"))
		assert_fields(fields, &status);
	close_now(fd);
	object_remove(name);
	object_remove(name_of("fields2"));
}
END_TEST

START_TEST(as_many_fields_as_both_sides_know)
{
	int64_t fields[FIELDS + 4];
	int64_t all[FIELDS];
	int fd = object_open_new(name_of("count"), 100);

	assert_result(call("pshm_fstat", fd, NULL, 0), FIELDS);
	assert_result(call("pshm_fstat", fd, all, FIELDS), FIELDS);
	for (int count = 0; count <= FIELDS + 3; count++) {
		for (int i = 0; i < FIELDS + 4; i++)
			fields[i] = -7;
		assert_result(call("pshm_fstat", fd, fields, count), FIELDS);
		for (int i = 0; i < FIELDS + 4; i++)
			ck_assert_msg(fields[i] == (i < count && i < FIELDS ? all[i] : -7), "count %d, field %d", count, i);
	}
	assert_result(call("pshm_fstat", fd, all, INT_MAX), FIELDS);
	assert_error(call("pshm_fstat", fd, all, -1), "EINVAL");
	assert_error(call("pshm_fstat", fd, all, INT_MIN), "EINVAL");
	assert_error(call("pshm_fstat", fd, NULL, 1), "EFAULT");
	close_now(fd);
	object_remove(name_of("count"));
}
END_TEST

START_TEST(permissions_are_set_whatever_the_umask)
{
	const char *name = name_of("chmod");
	int fd = object_open_new(name, 0);

	(void)umask(077);
	if (has("permissions")) {
		for (int mode = 0; mode <= 0777; mode += 7) {
			assert_result(call("pshm_fchmod", fd, mode), 0);
			ck_assert_int_eq(object_status(name).st_mode & 07777, mode);
		}
	} else {
		assert_error(call("pshm_fchmod", fd, 0644), "ENOTSUP");
	}
	assert_error(call("pshm_fchmod", fd, 01000), "EINVAL");
	assert_error(call("pshm_fchmod", fd, 04755), "EINVAL");
	assert_error(call("pshm_fchmod", fd, -1), "EINVAL");
	close_now(fd);
	object_remove(name);
}
END_TEST

static void
assert_owner(const char *name, unsigned owner, unsigned group)
{
	ck_assert_uint_eq(object_status(name).st_uid, owner);
	ck_assert_uint_eq(object_status(name).st_gid, group);
}

START_TEST(ownership_can_be_given_away)
{
	const char *name = name_of("chown");
	int fd = object_open_new(name, 0);

	if (!has("permissions")) {
		assert_error(call("pshm_fchown", fd, -1, -1), "ENOTSUP");
	} else if (!gives_objects_away()) {
		skip("only the superuser gives objects away, and only to users of his namespace");
		assert_error(call("pshm_fchown", fd, 12, -1), "EPERM EINVAL"); /* EINVAL: not known in this user namespace */
	} else {
		assert_result(call("pshm_fchown", fd, 12, -1), 0);
		assert_owner(name, 12, getgid());
		assert_result(call("pshm_fchown", fd, -1, 34), 0);
		assert_owner(name, 12, 34);
		assert_result(call("pshm_fchown", fd, 4294967294, 4294967293), 0);
		assert_owner(name, 4294967294U, 4294967293U);
		assert_result(call("pshm_fchown", fd, -1, -1), 0);
		assert_owner(name, 4294967294U, 4294967293U);
	}
	assert_error(call("pshm_fchown", fd, -2, -1), "EINVAL");
	assert_error(call("pshm_fchown", fd, -1, -2), "EINVAL");
	assert_error(call("pshm_fchown", fd, 4294967295, -1), "EINVAL");
	assert_error(call("pshm_fchown", fd, -1, 4294967295), "EINVAL");
	assert_error(call("pshm_fchown", fd, 4294967296, -1), "EINVAL");
	assert_error(call("pshm_fchown", fd, INT64_MIN, -1), "EINVAL");
	close_now(fd);
	object_remove(name);
}
END_TEST

/* Files of other kinds with such a name: never opened, never waited for. */
static void
assert_rejected(const char *name, const char *error)
{
	static const int flags[] = { PSHM_O_RDONLY, PSHM_O_RDWR, CREATE };

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		assert_error(call("pshm_shm_open", name, flags[i], 0600), error);
		assert_error(call("pshm_open", name, flags[i] & PSHM_O_RDWR, 0, 0, 0600, NULL), error);
	}
	assert_error(call("pshm_shm_open", name, CREATE | PSHM_O_EXCL, 0600), "EEXIST");
}

START_TEST(non_objects_are_rejected_immediately)
{
	const char *name = name_of("other");

	if (lacks("list")) /* objects are no files there */
		return;
	(void)alarm(5);
	ck_assert_int_eq(mkfifo(path_of(name), 0600), 0);
	assert_rejected(name, "ENODEV");
	object_remove(name);
	ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
	assert_rejected(name, "EISDIR EINVAL"); /* glibc's shm_open says EINVAL where the open is for writing */
	ck_assert_int_eq(rmdir(path_of(name)), 0);
	ck_assert_int_eq(symlink("/etc/passwd", path_of(name)), 0);
	assert_rejected(name, "ELOOP");
	object_remove(name);
	ck_assert_int_eq(mknod(path_of(name), S_IFSOCK | 0600, 0), 0);
	assert_rejected(name, "ENXIO");
	object_remove(name);
}
END_TEST

/* A size change that signals interrupt is repeated until it is done. */
START_TEST(interrupted_calls_are_repeated)
{
	const char *name = name_of("interrupt");
	int fd = object_open_new(name, 0);

	interpose_fail(CALL_ftruncate, 1, error_of_name("EINTR"));
	assert_result(call("pshm_ftruncate", fd, 4096), 0);
	ck_assert_int_eq(interpose_count(CALL_ftruncate), 2);
	if (has("permissions")) {
		interpose_fail(CALL_fchmod, 1, error_of_name("EINTR"));
		assert_result(call("pshm_fchmod", fd, 0640), 0);
		ck_assert_int_eq(object_status(name).st_mode & 0777, 0640);
		interpose_fail(CALL_fchown, 1, error_of_name("EINTR"));
		assert_result(call("pshm_fchown", fd, -1, -1), 0);
		ck_assert_int_eq(interpose_count(CALL_fchown), 2);
	}
	if (has("allocate")) {
		interpose_fail(CALL_fallocate, 1, error_of_name("EINTR"));
		assert_result(call("pshm_fallocate", fd, 0, 4096), 0);
		ck_assert_int_eq(object_status(name).st_blocks, page() / 512);
	}
	interpose_fail(CALL_shm_open, 1, error_of_name("EINTR"));
	close_now((int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0)));
	ck_assert_int_eq(object_status(name).st_size, 4096);
	close_now(fd);
	object_remove(name);
}
END_TEST

Suite *
ffi_objects_suite(void)
{
	const TTest *tests[] = { opening_creates_with_mode_and_umask,
		                 opening_for_reading_gives_no_write_access,
		                 exclusive_creation_refuses_what_exists,
		                 truncating_empties,
		                 flags_are_heeded_together,
		                 names_with_dots_are_names,
		                 a_missing_object_is_missing,
		                 native_flags_are_rejected,
		                 unlinking_leaves_the_object_to_who_has_it,
		                 sizing_changes_the_size_and_reserves_nothing,
		                 reserving_gives_pages,
		                 reserving_is_never_emulated,
		                 every_field_is_the_kernels,
		                 as_many_fields_as_both_sides_know,
		                 permissions_are_set_whatever_the_umask,
		                 ownership_can_be_given_away,
		                 non_objects_are_rejected_immediately,
		                 interrupted_calls_are_repeated,
		                 NULL };

	return suite_of("ffi_objects", 30, tests);
}
