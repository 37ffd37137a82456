/* SPDX-License-Identifier: BSD-3-Clause */
/* File systems that are read-only or full, and processes with few descriptors or few rights. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t
supersede(void)
{
	return call("pshm_open", name_of("old"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600,
	            NULL);
}

/* A private file system with one object, remounted with the options. */
static bool
file_system_with_object(const char *options)
{
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return false;
	}
	object_make(name_of("old"), 0600, 4096);
	if (mount("none", OBJECT_DIRECTORY, "none", MS_REMOUNT | (strcmp(options, "ro") == 0 ? MS_RDONLY : 0),
	          strcmp(options, "ro") == 0 ? NULL : options) == 0)
		return true;
	skip("the file system cannot be remounted");
	return false;
}

static void
in_read_only_file_system(void *unused)
{
	ino_t old;
	int fd;

	(void)unused;
	if (!file_system_with_object("ro"))
		return;
	old = object_status(name_of("old")).st_ino;
	assert_error(call("pshm_shm_open", name_of("new"), PSHM_O_RDWR | PSHM_O_CREAT, 0600), "EROFS");
	assert_error(call("pshm_open", name_of("new"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL), "EROFS");
	assert_error(call("pshm_shm_open", name_of("old"), PSHM_O_RDWR, 0), "EROFS");
	assert_error(call("pshm_shm_unlink", name_of("old")), "EROFS");
	assert_error(supersede(), "EROFS");
	fd = (int)assert_success(call("pshm_shm_open", name_of("old"), PSHM_O_RDONLY, 0));
	assert_error(call("pshm_delete_if_same", name_of("old"), fd), has("identity") ? "EROFS" : "ENOTSUP");
	close_now(fd);
	ck_assert(object_status(name_of("old")).st_ino == old);
	ck_assert_int_eq(object_status(name_of("old")).st_size, 4096);
	ck_assert_int_eq(object_count(), 1);
	if (has("seals"))
		close_now(anonymous_new(4096));
	else
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0), "EROFS");
}

START_TEST(a_read_only_file_system)
{
	in_child(in_read_only_file_system, NULL);
}
END_TEST

/* The root of the file system takes one inode, the object the other. */
static void
in_place_without_inodes(void *unused)
{
	ino_t old;

	(void)unused;
	if (!file_system_with_object("nr_inodes=2"))
		return;
	old = object_status(name_of("old")).st_ino;
	assert_error(call("pshm_shm_open", name_of("new"), PSHM_O_RDWR | PSHM_O_CREAT, 0600), "ENOSPC");
	assert_error(call("pshm_open", name_of("new"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL), "ENOSPC");
	if (has("seals"))
		close_now(anonymous_new(4096));
	else if (strcmp(interpose_platform_name(), "freebsd") != 0)
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0), "ENOSPC");
	if (strcmp(interpose_platform_name(), "native") == 0) {
		assert_error(supersede(), "ENOSPC");
		ck_assert(object_status(name_of("old")).st_ino == old);
	}
	ck_assert_int_eq(object_count(), 1);
}

START_TEST(a_file_system_without_inodes)
{
	in_child(in_place_without_inodes, NULL);
}
END_TEST

static void
in_place_without_execution(void *unused)
{
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m") || mount("none", OBJECT_DIRECTORY, "none", MS_REMOUNT | MS_NOEXEC, NULL) < 0) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = object_open_new(name_of("exec"), 4096);
	assert_error(call("pshm_map", fd, 4096, PSHM_PROT_READ | PSHM_PROT_EXEC, PSHM_MAP_SHARED, 0), "EPERM");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
}

START_TEST(a_file_system_without_execution)
{
	in_child(in_place_without_execution, NULL);
}
END_TEST

/* Calls that need descriptors on the way. */
static int64_t
open_anonymous(void)
{
	return call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0);
}

static int64_t
open_anonymous_for_input(void)
{
	return call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0600, 0);
}

static int64_t
supersede_for_input(void)
{
	return call("pshm_open", name_of("old"), PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE,
	            0600, NULL);
}

static int64_t
open_existing(void)
{
	return call("pshm_open", name_of("old"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, 0, 0600, NULL);
}

static int64_t (*const descriptor_calls[])(void) = { open_anonymous, open_anonymous_for_input, supersede, supersede_for_input,
	                                             open_existing };

enum { DESCRIPTOR_CALLS = sizeof descriptor_calls / sizeof descriptor_calls[0] };

/* Raise the limit one by one until the call works: before that it fails, and leaves everything as it was. */
static void
raise_until_it_works(int64_t (*make)(void))
{
	struct rlimit old;
	struct rlimit few;
	int free = 0;
	int64_t result = -EMFILE;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	for (few = old; is_error(result); free++) {
		ino_t inode = object_status(name_of("old")).st_ino;
		int objects = object_count();
		int before = descriptor_count();

		ck_assert_int_lt(free, 5);
		few.rlim_cur = (rlim_t)(descriptor_next() + free);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
		result = make();
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
		if (!is_error(result))
			continue;
		assert_error(result, "EMFILE");
		ck_assert_int_eq(descriptor_count(), before);
		ck_assert_int_eq(object_count(), objects);
		ck_assert(object_status(name_of("old")).st_ino == inode);
	}
	ck_assert_int_gt(free, 1);
	close_now((int)result);
}

START_TEST(few_descriptors)
{
	bool by_name = !has("supersede");

	object_make(name_of("old"), 0600, 4096);
	for (int i = 0; i < DESCRIPTOR_CALLS; i++)
		if (!by_name || (descriptor_calls[i] != supersede && descriptor_calls[i] != supersede_for_input))
			raise_until_it_works(descriptor_calls[i]);
	object_remove(name_of("old"));
}
END_TEST

static void
as_nobody(void *unused)
{
	int64_t fields[PSHM_STAT_CTIME_NSEC + 1];
	int fd;

	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can become somebody else");
		return;
	}
	assert_error(call("pshm_open", name_of("secret"), PSHM_DIRECTION_INPUT, 0, 0, 0, NULL), "EACCES");
	assert_error(call("pshm_open", name_of("readable"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, 0, 0, NULL), "EACCES");
	assert_error(call("pshm_delete", name_of("readable")), "EACCES");
	assert_error(call("pshm_shm_unlink", name_of("readable")), "EACCES");
	fd = (int)assert_success(call("pshm_open", name_of("readable"), PSHM_DIRECTION_INPUT, 0, 0, 0, NULL));
	assert_error(call("pshm_reopen", fd, PSHM_DIRECTION_IO), "EACCES");
	if (has("permissions")) {
		assert_error(call("pshm_fchmod", fd, 0666), "EPERM");
		assert_error(call("pshm_fchown", fd, 65534, -1), "EPERM");
	}
	if (has("identity"))
		assert_error(call("pshm_delete_if_same", name_of("readable"), fd), "EACCES");
	close_now(fd);
	fd = object_open_new(name_of("own"), 4096);
	assert_success(call("pshm_fstat", fd, fields, PSHM_STAT_CTIME_NSEC + 1));
	ck_assert_int_eq(fields[PSHM_STAT_UID], 65534);
	close_now(fd);
	close_now(
	        (int)assert_success(call("pshm_open", name_of("own"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL)));
	assert_error(call("pshm_open", name_of("readable"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL), "EACCES");
	assert_result(call("pshm_delete", name_of("own")), 0);
}

/* The kernel says EPERM about somebody else's name, and musl passes it on. */
START_TEST(an_ordinary_user)
{
	ino_t old;

	if (getuid() != 0) {
		skip("only the superuser has objects that others may not open");
		return;
	}
	object_make(name_of("secret"), 0600, 4096);
	object_make(name_of("readable"), 0644, 4096);
	old = object_status(name_of("readable")).st_ino;
	in_child(as_nobody, NULL);
	interpose_add_traits(UNLINK_IS_EPERM);
	in_child(as_nobody, NULL);
	interpose_remove_traits(UNLINK_IS_EPERM);
	ck_assert(object_status(name_of("readable")).st_ino == old);
	ck_assert_int_eq(object_status(name_of("readable")).st_size, 4096);
	object_remove(name_of("secret"));
	object_remove(name_of("readable"));
}
END_TEST

Suite *
limits_suite(void)
{
	const TTest *tests[] = { a_read_only_file_system,
		                 a_file_system_without_inodes,
		                 a_file_system_without_execution,
		                 few_descriptors,
		                 an_ordinary_user,
		                 NULL };

	return suite_of("limits", 30, tests);
}
