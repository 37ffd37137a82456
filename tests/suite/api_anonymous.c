/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects without a name, down every rung of the ladder. */
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

enum { NAME_SIZE = 32 };

static int
make(int direction, int permissions)
{
	return (int)assert_success(call("pshm_open_anonymous", direction, permissions, 0, 100, NULL, 0));
}

/* What the descriptor is for, and whether writing works: the same on every rung. */
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

static void
check_all_permissions(int direction, int step)
{
	for (int permissions = 0; permissions <= 0777; permissions += step) {
		int fd = make(direction, permissions);

		check_object(fd, direction, permissions);
		close_now(fd);
		if (place_is_private())
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

/* What is opened again for reading on the way has to be readable for that moment, whatever the umask says. */
START_TEST(the_umask_takes_nothing_away)
{
	if (lacks("permissions"))
		return;
	in_child(as_nobody_with_a_strict_umask, NULL);
}
END_TEST

/* Which rung was taken, and how often which call was made for it. */
static const struct {
	const char *personality;
	int direction;
	enum interposed taken;
	int times;
	enum interposed avoided;
} rungs[] = {
	{ "native", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "native", PSHM_DIRECTION_INPUT, CALL_memfd_create, 1, CALL_shm_open },
	{ "old-kernel", PSHM_DIRECTION_IO, CALL_memfd_create, 2, CALL_open },
	{ "old-kernel", PSHM_DIRECTION_INPUT, CALL_memfd_create, 2, CALL_shm_open },
	{ "no-memfd", PSHM_DIRECTION_IO, CALL_open, 1, CALL_shm_open },
	{ "no-memfd", PSHM_DIRECTION_INPUT, CALL_open, 2, CALL_shm_open },
	{ "no-tmpfile", PSHM_DIRECTION_IO, CALL_shm_open, 1, CALL_linkat },
	{ "no-tmpfile", PSHM_DIRECTION_INPUT, CALL_shm_open, 1, CALL_linkat },
	{ "no-proc", PSHM_DIRECTION_IO, CALL_memfd_create, 1, CALL_open },
	{ "no-proc", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_linkat },
	{ "freebsd", PSHM_DIRECTION_IO, CALL_shm_open, 1, CALL_shm_unlink },
	{ "freebsd", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_shm_mkstemp },
	{ "openbsd", PSHM_DIRECTION_IO, CALL_shm_mkstemp, 1, CALL_memfd_create },
	{ "openbsd", PSHM_DIRECTION_INPUT, CALL_shm_mkstemp, 1, CALL_memfd_create },
	{ "macos", PSHM_DIRECTION_IO, CALL_shm_unlink, 1, CALL_fchmod },
	{ "macos", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_fchmod },
	{ "posix", PSHM_DIRECTION_IO, CALL_shm_unlink, 1, CALL_memfd_create },
	{ "posix", PSHM_DIRECTION_INPUT, CALL_shm_unlink, 1, CALL_memfd_create },
};

START_TEST(the_rung_is_the_platforms)
{
	int checked = 0;

	(void)umask(0);
	for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++) {
		int fd;

		if (strcmp(rungs[i].personality, interpose_personality_name()) != 0)
			continue;
		interpose_reset();
		fd = make(rungs[i].direction, 0640);
		ck_assert_msg(interpose_count(rungs[i].taken) == rungs[i].times, "%s was called %d times",
		              interposed_names[rungs[i].taken], interpose_count(rungs[i].taken));
		ck_assert_msg(interpose_count(rungs[i].avoided) == 0, "%s was called", interposed_names[rungs[i].avoided]);
		check_object(fd, rungs[i].direction, 0640);
		close_now(fd);
		checked++;
	}
	if (strcmp(interpose_personality_name(), "no-fallocate") != 0)
		ck_assert_int_eq(checked, 2);
}
END_TEST

/* Execution: the flag of the new kernels, and mapping for it. */
START_TEST(exec_bits_are_kept)
{
	static const int modes[] = { 0700, 0711, 0001, 0555 };

	(void)umask(0);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		int fd = make(PSHM_DIRECTION_IO, modes[i]);

		check_object(fd, PSHM_DIRECTION_IO, modes[i]);
		close_now(fd);
	}
}
END_TEST

/* A new kernel seals an object that was made without execution; nobody can make a program of it later. */
START_TEST(without_exec_bits_execution_is_sealed)
{
	int fd;

	if (lacks("seal-exec"))
		return;
	fd = make(PSHM_DIRECTION_IO, 0600);
	ck_assert_int_eq(assert_success(call("pshm_seals", fd)) & PSHM_SEAL_EXEC, PSHM_SEAL_EXEC);
	assert_error(call("pshm_fchmod", fd, 0700), "EPERM");
	close_now(fd);
	fd = make(PSHM_DIRECTION_IO, 0700);
	ck_assert_int_eq(assert_success(call("pshm_seals", fd)) & PSHM_SEAL_EXEC, 0);
	assert_result(call("pshm_fchmod", fd, 0600), 0);
	close_now(fd);
}
END_TEST

/* Of random bytes in hexadecimal digits, no byte in sixteen has two equal ones; a name in which all have is half as random. */
static bool
is_of_equal_pairs(const char *digits)
{
	for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2)
		if (digits[0] != digits[1])
			return false;
	return true;
}

static void
check_name(const char *name)
{
	size_t length = strlen(name);

	ck_assert_int_eq(name[0], '/');
	ck_assert_uint_ge(length, 8);
	ck_assert_uint_lt(length, NAME_SIZE);
	ck_assert_ptr_null(strchr(name + 1, '/'));
	ck_assert_msg(!is_of_equal_pairs(name + 6), "%s has two of each digit", name);
	ck_assert_msg(!object_exists(name), "%s is the name of something", name);
	assert_error(call("pshm_shm_open", name, PSHM_O_RDONLY, 0), "ENOENT");
}

START_TEST(the_name_for_people_names_nothing)
{
	char names[50][NAME_SIZE + 1];

	for (int i = 0; i < 50; i++) {
		int fd;

		memset(names[i], '#', sizeof names[i]);
		fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 1, names[i], NAME_SIZE));
		check_name(names[i]);
		ck_assert_int_eq(names[i][NAME_SIZE], '#');
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(names[i], names[j]);
		close_now(fd);
	}
}
END_TEST

START_TEST(the_name_costs_no_system_call)
{
	char name[NAME_SIZE];
	int with[INTERPOSED];

	if (is_not("native"))
		return;
	interpose_reset();
	close_now((int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 1, name, NAME_SIZE)));
	for (int i = 0; i < INTERPOSED; i++)
		with[i] = interpose_count((enum interposed)i);
	interpose_reset();
	close_now(make(PSHM_DIRECTION_IO, 0600));
	for (int i = 0; i < INTERPOSED; i++) /* the clock is read without a system call */
		ck_assert_msg(i == CALL_clock_gettime || with[i] == interpose_count((enum interposed)i), "%s",
		              interposed_names[i]);
}
END_TEST

START_TEST(bad_arguments_create_nothing)
{
	char name[NAME_SIZE] = "before";

	assert_error(call("pshm_open_anonymous", 1, 0600, 0, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", -1, 0600, 0, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 01000, 0, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, -1, 0, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 1, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, INT_MIN, 100, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, -1, NULL, 0), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 0, NULL, 0), "EEXIST");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 100, NULL, NAME_SIZE), "EFAULT");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 100, NULL, -1), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 100, name, -1), "EINVAL");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 100, name, 0), "ERANGE");
	assert_error(call("pshm_open_anonymous", 2, 0600, 0, 100, name, NAME_SIZE - 1), "ERANGE");
	ck_assert_str_eq(name, "before");
}
END_TEST

/* Only the rung with a name can run out of names. */
START_TEST(attempts_are_counted)
{
	if (has("anonymous")) {
		skip("no name is needed here");
		return;
	}
	interpose_fail(CALL_shm_open, 0, EEXIST);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 7, NULL, 0), "EEXIST");
	ck_assert_int_eq(interpose_count(CALL_shm_open), 7);
	interpose_fail(CALL_shm_open, 1, EEXIST);
	close_now((int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 2, NULL, 0)));
	ck_assert_int_eq(interpose_count(CALL_shm_open), 2);
	interpose_fail(CALL_getentropy, 1, ENOSYS);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 7, NULL, 0), "ENOSYS");
}
END_TEST

/* The only entry where objects live. */
static const char *
only_entry(void)
{
	static char name[300];
	DIR *directory = opendir(OBJECT_DIRECTORY);
	const struct dirent *entry;
	int count = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "/%s", entry->d_name);
		count++;
	}
	closedir(directory);
	ck_assert_int_eq(count, 1);
	return name;
}

/* On the last rung there is a name for a moment. The moment lasts here, since the name cannot be taken away. */
START_TEST(nobody_may_open_what_has_a_name_for_a_moment)
{
	if (lacks("permissions"))
		return;
	if (has("anonymous") || !place_is_private()) {
		skip("no name is needed here, or other programs have some");
		return;
	}
	(void)umask(0);
	interpose_fail(CALL_shm_unlink, 1, EIO);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0666, 0, 7, NULL, 0), "EIO");
	ck_assert_int_eq(object_status(only_entry()).st_mode & 0777, 0);
	object_remove(only_entry());
}
END_TEST

/* A memfd that this system does not make, whatever it calls the reason, is a rung that is not there. */
START_TEST(a_rung_that_is_missing_is_left_out)
{
	static const int reasons[] = { ENOSYS, EINVAL };

	if (lacks("seals") || lacks("supersede"))
		return;
	for (size_t i = 0; i < 2; i++) {
		int fd;

		interpose_fail(CALL_memfd_create, 0, reasons[i]);
		fd = make(PSHM_DIRECTION_IO, 0640);
		ck_assert_int_eq(interpose_count(CALL_open), 1);
		check_object(fd, PSHM_DIRECTION_IO, 0640);
		close_now(fd);
		interpose_fail(CALL_memfd_create, 0, reasons[i]);
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE, 100, NULL, 0), "ENOTSUP");
	}
	interpose_fail(CALL_memfd_create, 0, ENODEV);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE, 100, NULL, 0), "ENOTSUP");
	interpose_fail(CALL_memfd_create, 0, ENODEV);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0, 100, NULL, 0), "ENODEV");
	interpose_reset();
}
END_TEST

START_TEST(huge_objects_are_of_huge_pages)
{
	int64_t result = call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE, 100, NULL, 0);

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
	const TTest *tests[] = { permissions_and_direction_are_the_ones_asked_for, an_ordinary_user_gets_the_same,
		                 the_umask_takes_nothing_away, the_rung_is_the_platforms, exec_bits_are_kept,
		                 without_exec_bits_execution_is_sealed, the_name_for_people_names_nothing,
		                 the_name_costs_no_system_call, bad_arguments_create_nothing, attempts_are_counted,
		                 nobody_may_open_what_has_a_name_for_a_moment, a_rung_that_is_missing_is_left_out,
		                 huge_objects_are_of_huge_pages, NULL };

	return suite_of("api_anonymous", 60, tests);
}
