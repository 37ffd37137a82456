/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects without a name, by every fallback. */
#include "abilities.h"
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int
make(int direction, int permissions)
{
	return (int)assert_success(call("pshm_open_anonymous", direction, permissions, 0));
}

/* The access mode of the descriptor, and whether writing works: the same with every fallback. */
static void
check_object(int fd, int direction, int permissions)
{
	bool writes = direction == PSHM_DIRECTION_IO;
	int64_t fields[PSHM_STAT_CTIME_NSEC + 1];

	assert_success(call("pshm_fstat", fd, fields, PSHM_STAT_CTIME_NSEC + 1));
	ck_assert_msg(fields[PSHM_STAT_MODE] == permissions, "asked for %o, and got %o", permissions,
	              (unsigned)fields[PSHM_STAT_MODE]);
	ck_assert_int_eq(fields[PSHM_STAT_SIZE], 0);
	if (has("identity"))
		ck_assert_int_eq(fields[PSHM_STAT_NLINK], 0);
	ck_assert_int_eq(descriptor_status(fd).st_mode & 07777, permissions);
	ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, writes ? O_RDWR : O_RDONLY);
	ck_assert(is_close_on_exec(fd));
	ck_assert_int_eq(call("pshm_ftruncate", fd, 4096) == 0, writes);
	ck_assert_int_eq(write(fd, "x", 1), writes ? 1 : -1);
}

/* Where memfds are not to be executed there is no way around the policy. */
static bool
is_forbidden(int permissions)
{
	return (permissions & 0111) != 0 && has("seals") && !may_execute_memfds();
}

static void
check_all_permissions(int direction, int step)
{
	for (int permissions = 0; permissions <= 0777; permissions += step) {
		int fd;

		if (is_forbidden(permissions)) {
			assert_error(call("pshm_open_anonymous", direction, permissions, 0), "EACCES");
			continue;
		}
		fd = make(direction, permissions);
		check_object(fd, direction, permissions);
		close_now(fd);
		if (shm_is_private())
			ck_assert_int_eq(object_count(), 0);
	}
}

START_TEST(permissions_and_direction_are_the_ones_asked_for)
{
	(void)umask(027);
	if (has("permissions")) {
		check_all_permissions(PSHM_DIRECTION_IO, 1);
		check_all_permissions(PSHM_DIRECTION_INPUT, 1);
	} else {
		(void)umask(0); /* without fchmod the umask is the system's to apply */
		check_all_permissions(PSHM_DIRECTION_IO, 7);
	}
}
END_TEST

static void
as_nobody(void *unused)
{
	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can become somebody else");
		return;
	}
	check_all_permissions(PSHM_DIRECTION_IO, 73);
	check_all_permissions(PSHM_DIRECTION_INPUT, 73);
}

/* The superuser may open what its permissions forbid; an ordinary user may not, and gets the same object. */
START_TEST(an_ordinary_user_gets_the_same)
{
	if (lacks("permissions"))
		return;
	in_child(as_nobody, NULL);
}
END_TEST

static void
as_nobody_with_a_strict_umask(void *unused)
{
	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can become somebody else");
		return;
	}
	(void)umask(0777);
	check_all_permissions(PSHM_DIRECTION_IO, 73);
	check_all_permissions(PSHM_DIRECTION_INPUT, 73);
}

/* An object that is reopened for reading must be readable at that moment, whatever the umask is. */
START_TEST(the_umask_is_ignored)
{
	if (lacks("permissions"))
		return;
	in_child(as_nobody_with_a_strict_umask, NULL);
}
END_TEST

/* Which fallback was taken, and how often which call was made for it, where the kernel does not refuse flags of its own accord. */
static const struct {
	const char *platform;
	int direction;
	enum interposed taken;
	int times;
	enum interposed avoided;
} fallbacks[] = {
	{ "native", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "native", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "no-slices", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "no-slices", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "short-slices", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "short-slices", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "no-futex", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "no-futex", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "narrow", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "narrow", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "old-kernel", PSHM_DIRECTION_IO, CALL_memfd_create, 2, CALL_open },
	{ "old-kernel", PSHM_DIRECTION_INPUT, CALL_memfd_create, 2, CALL_shm_open },
	{ "bullseye", PSHM_DIRECTION_IO, CALL_memfd_create, 2, CALL_open },
	{ "bullseye", PSHM_DIRECTION_INPUT, CALL_memfd_create, 2, CALL_shm_open },
	{ "bookworm", PSHM_DIRECTION_IO, CALL_memfd_create, 2, CALL_open },
	{ "bookworm", PSHM_DIRECTION_INPUT, CALL_memfd_create, 2, CALL_shm_open },
	{ "noexec-default", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "noexec-default", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "noexec-enforced", PSHM_DIRECTION_IO, CALL_memfd_create, 2, CALL_open },
	{ "noexec-enforced", PSHM_DIRECTION_INPUT, CALL_memfd_create, 2, CALL_shm_open },
	{ "no-memfd", PSHM_DIRECTION_IO, CALL_open, 1, CALL_shm_open },
	{ "no-memfd", PSHM_DIRECTION_INPUT, CALL_open, 2, CALL_shm_open },
	{ "sandbox", PSHM_DIRECTION_IO, CALL_open, 1, CALL_shm_open },
	{ "sandbox", PSHM_DIRECTION_INPUT, CALL_open, 2, CALL_shm_open },
	{ "no-tmpfile", PSHM_DIRECTION_IO, CALL_shm_open, 1, CALL_rename },
	{ "no-tmpfile", PSHM_DIRECTION_INPUT, CALL_shm_open, 1, CALL_rename },
	{ "no-proc", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "no-proc", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_rename },
	{ "freebsd", PSHM_DIRECTION_IO, CALL_shm_open, 1, CALL_shm_unlink },
	{ "freebsd", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_shm_mkstemp },
	{ "openbsd", PSHM_DIRECTION_IO, CALL_shm_mkstemp, 1, CALL_memfd_create },
	{ "openbsd", PSHM_DIRECTION_INPUT, CALL_shm_mkstemp, 1, CALL_memfd_create },
	{ "macos", PSHM_DIRECTION_IO, CALL_shm_unlink, 1, CALL_fchmod },
	{ "macos", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_fchmod },
	{ "posix", PSHM_DIRECTION_IO, CALL_shm_unlink, 1, CALL_memfd_create },
	{ "posix", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_memfd_create },
};

/* A simulated platform may be played on a kernel that knows fewer flags than the simulated one. */
static int
times_here(size_t fallback)
{
	int times = fallbacks[fallback].times;

	return fallbacks[fallback].taken == CALL_memfd_create && times == 1 ? kernel_memfd_calls() : times;
}

START_TEST(the_fallback_is_the_platforms)
{
	int checked = 0;

	(void)umask(0);
	for (size_t i = 0; i < sizeof fallbacks / sizeof fallbacks[0]; i++) {
		int times;
		int fd;

		if (strcmp(fallbacks[i].platform, interpose_platform_name()) != 0)
			continue;
		times = times_here(i);
		interpose_reset();
		fd = make(fallbacks[i].direction, 0640);
		ck_assert_msg(interpose_count(fallbacks[i].taken) == times, "%s was called %d times",
		              interposed_names[fallbacks[i].taken], interpose_count(fallbacks[i].taken));
		ck_assert_msg(interpose_count(fallbacks[i].avoided) == 0, "%s was called", interposed_names[fallbacks[i].avoided]);
		check_object(fd, fallbacks[i].direction, 0640);
		close_now(fd);
		checked++;
	}
	if (strcmp(interpose_platform_name(), "no-fallocate") != 0)
		ck_assert_int_eq(checked, 2);
}
END_TEST

/* Execution: the flag of the new kernels, and the policy against it. */
START_TEST(exec_bits_are_kept)
{
	static const int modes[] = { 0700, 0711, 0001, 0555 };

	(void)umask(0);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		int fd;

		if (is_forbidden(modes[i])) {
			assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, modes[i], 0), "EACCES");
			continue;
		}
		fd = make(PSHM_DIRECTION_IO, modes[i]);
		check_object(fd, PSHM_DIRECTION_IO, modes[i]);
		close_now(fd);
	}
}
END_TEST

/* Nobody asked for a seal, so that permissions can change later; but where the policy requires one, it is there. */
START_TEST(nothing_is_sealed_but_by_policy)
{
	static const int directions[] = { PSHM_DIRECTION_IO, PSHM_DIRECTION_INPUT };
	bool executes = may_execute_memfds();

	if (lacks("seals") || lacks("anonymous"))
		return;
	for (size_t i = 0; i < 2; i++) {
		int fd = make(directions[i], 0600);

		assert_result(call("pshm_seals", fd), executes ? 0 : PSHM_SEAL_EXEC);
		if (executes) {
			assert_result(call("pshm_fchmod", fd, 0755), 0);
			ck_assert_int_eq(descriptor_status(fd).st_mode & 0777, 0755);
		} else {
			assert_error(call("pshm_fchmod", fd, 0700), "EPERM");
		}
		assert_result(call("pshm_fchmod", fd, 0400), 0);
		close_now(fd);
	}
}
END_TEST

START_TEST(bad_arguments_create_nothing)
{
	interpose_reset();
	assert_error(call("pshm_open_anonymous", 1, 0600, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", -1, 0600, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 01000, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, -1, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 1), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, PSHM_ANONYMOUS_HUGE | 1), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, INT_MIN), "EINVAL");
	for (int i = 0; i < INTERPOSED; i++)
		ck_assert_msg(interpose_count((enum interposed)i) == 0, "%s was called", interposed_names[i]);
}
END_TEST

/* Only the fallback with a name can run out of names. */
START_TEST(random_names_run_out)
{
	enum { NAMES = 100 };

	if (has("anonymous") || strcmp(interpose_platform_name(), "openbsd") == 0) {
		skip("no name is needed here, or the system makes it");
		return;
	}
	interpose_fail(CALL_shm_open, 0, EEXIST);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0600, 0), "EAGAIN");
	ck_assert_int_eq(interpose_count(CALL_getentropy), NAMES);
	interpose_fail(CALL_shm_open, 1, EEXIST);
	close_now((int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0600, 0)));
	ck_assert_int_eq(interpose_count(CALL_getentropy), 2);
	interpose_fail(CALL_getentropy, 1, EIO);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0600, 0), "EIO");
}
END_TEST

/* The only entry of the shared memory file system. */
static const char *
only_entry(void)
{
	static char name[300];
	DIR *directory = opendir(OBJECT_DIRECTORY);
	const struct dirent *entry;
	int count = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(name, sizeof name, "/%s", entry->d_name);
		count++;
	}
	closedir(directory);
	ck_assert_int_eq(count, 1);
	return name;
}

/* 96 random bits as hexadecimal digits: neither half of the bytes is the other one, or always the same. */
static void
assert_random(const char *digits)
{
	int pairs = 0;

	ck_assert_int_eq(strlen(digits), 24);
	ck_assert_int_eq(strspn(digits, "0123456789abcdef"), 24);
	for (int i = 0; i < 24; i += 2)
		pairs += digits[i] == digits[i + 1];
	ck_assert_int_lt(pairs, 12);
	ck_assert_int_ne(strspn(digits, (const char[]){ digits[0], digits[1], '\0' }), 24);
}

/*
 * With the last fallback there is a name for a moment. The moment lasts here, since the name cannot be taken away. Somebody who
 * finds it learns that it is temporary, may not open the object, and does not see it in the list.
 */
START_TEST(nobody_may_open_what_has_a_name_for_a_moment)
{
	if (lacks("permissions"))
		return;
	if (has("anonymous") || !shm_is_private()) {
		skip("no name is needed here, or other programs have some");
		return;
	}
	(void)umask(0);
	interpose_fail(CALL_shm_unlink, 1, EIO);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0666, 0), "EIO");
	ck_assert_int_eq(object_status(only_entry()).st_mode & 0077, 0);
	ck_assert_int_eq(strncmp(only_entry(), "/.pshm-", 7), 0);
	if (interpose_count(CALL_shm_mkstemp) == 0) /* the system's own names are as random as it makes them */
		assert_random(only_entry() + 7);
	if (has("list"))
		assert_result(call("pshm_list", NULL, 0), 0);
	interpose_reset();
	object_remove(only_entry());
	interpose_fail(CALL_shm_unlink, 1, ENOENT); /* somebody has cleaned the name up */
	close_now((int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0666, 0)));
	interpose_reset();
	object_remove(only_entry());
}
END_TEST

/* A memfd that this system does not make, whatever it calls the reason, is a fallback that is not there. */
START_TEST(a_missing_fallback_is_left_out)
{
	static const int reasons[] = { ENOSYS, EINVAL, EPERM };

	if (lacks("seals") || lacks("supersede"))
		return;
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		int fd;

		interpose_fail(CALL_memfd_create, 0, reasons[i]);
		fd = make(PSHM_DIRECTION_IO, 0640);
		ck_assert_int_eq(interpose_count(CALL_open), 1);
		check_object(fd, PSHM_DIRECTION_IO, 0640);
		close_now(fd);
		interpose_fail(CALL_memfd_create, 0, reasons[i]);
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE), "ENOTSUP");
	}
	interpose_fail(CALL_memfd_create, 0, ENODEV);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE), "ENOTSUP");
	interpose_fail(CALL_memfd_create, 0, ENODEV);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0), "ENODEV");
	interpose_reset();
}
END_TEST

/* Unnamed files are Linux's second fallback: a file system without them, a kernel, and no file system where they are looked for. */
START_TEST(without_unnamed_files_an_object_has_a_name_for_a_moment)
{
	static const int reasons[] = { EOPNOTSUPP, EISDIR, ENOENT };

	if (strcmp(interpose_platform_name(), "no-memfd") != 0 && strcmp(interpose_platform_name(), "sandbox") != 0) {
		skip("there are memfds, or no unnamed files");
		return;
	}
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		int fd;

		interpose_fail(CALL_open, 1, reasons[i]);
		fd = make(PSHM_DIRECTION_IO, 0640);
		ck_assert(interpose_has_failed());
		ck_assert_int_eq(interpose_count(CALL_shm_open), 1);
		interpose_reset();
		check_object(fd, PSHM_DIRECTION_IO, 0640);
		close_now(fd);
	}
	interpose_fail(CALL_open, 1, EMFILE);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0640, 0), "EMFILE");
	interpose_reset();
}
END_TEST

/* A sandbox may forbid /proc: what is to be opened anew for reading is made otherwise. */
START_TEST(a_forbidden_proc_is_done_without)
{
	static const int reasons[] = { EACCES, EPERM };

	if (lacks("seals"))
		return;
	for (size_t i = 0; i < 2; i++) {
		int fd;

		interpose_fail(CALL_open, 1, reasons[i]);
		fd = make(PSHM_DIRECTION_INPUT, 0640);
		ck_assert(interpose_has_failed());
		interpose_reset();
		check_object(fd, PSHM_DIRECTION_INPUT, 0640);
		close_now(fd);
	}
}
END_TEST

/* A policy is not a lack: no other fallback makes what it forbids. */
START_TEST(a_policy_is_not_evaded)
{
	if (lacks("seals"))
		return;
	interpose_fail(CALL_memfd_create, 0, EACCES);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0700, 0), "EACCES");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0601, 0), "EACCES");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0), "EACCES");
	ck_assert_int_eq(interpose_count(CALL_open) + interpose_count(CALL_shm_open), 0);
	interpose_reset();
}
END_TEST

/* Where one direction needs a name, the answer is 0. */
START_TEST(the_feature_is_for_both_directions)
{
	static const char *const named[] = { "no-tmpfile", "no-proc", "freebsd", "openbsd", "macos", "posix" };
	bool is_named = false;

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		is_named = is_named || strcmp(named[i], interpose_platform_name()) == 0;
	assert_result(call("pshm_has", "anonymous"), !is_named);
}
END_TEST

START_TEST(huge_objects_are_of_huge_pages)
{
	int64_t result = call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE);

	if (!has("huge-objects")) {
		assert_error(result, "ENOTSUP");
		note("no huge object can be made here");
		return;
	}
	ck_assert_int_ge(descriptor_status((int)assert_success(result)).st_blksize, 1 << 20);
	ck_assert_int_eq(descriptor_status((int)result).st_mode & 0777, 0600);
	assert_error(call("pshm_truncate", (int)result, 4096), "EINVAL");
	ck_assert_int_eq(descriptor_status((int)result).st_size, 0);
	close_now((int)result);
}
END_TEST

Suite *
api_anonymous_suite(void)
{
	const TTest *tests[] = { permissions_and_direction_are_the_ones_asked_for,
		                 an_ordinary_user_gets_the_same,
		                 the_umask_is_ignored,
		                 the_fallback_is_the_platforms,
		                 exec_bits_are_kept,
		                 nothing_is_sealed_but_by_policy,
		                 bad_arguments_create_nothing,
		                 random_names_run_out,
		                 nobody_may_open_what_has_a_name_for_a_moment,
		                 a_missing_fallback_is_left_out,
		                 without_unnamed_files_an_object_has_a_name_for_a_moment,
		                 a_forbidden_proc_is_done_without,
		                 a_policy_is_not_evaded,
		                 the_feature_is_for_both_directions,
		                 huge_objects_are_of_huge_pages,
		                 NULL };

	return suite_of("api_anonymous", 60, tests);
}
