/* SPDX-License-Identifier: BSD-3-Clause */
/* Close, duplicate and hand down descriptors. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(closing_closes_once)
{
	int fd = anonymous_new(0);

	close_now(fd);
	assert_error(call("pshm_close", fd), "EBADF");
	assert_error(call("pshm_close", -1), "EBADF");
	assert_error(call("pshm_close", INT_MAX), "EBADF");
	assert_error(call("pshm_close", INT_MIN), "EBADF");
}
END_TEST

/* An interrupted close has released the descriptor; its number may be another thread's already. */
START_TEST(an_interrupted_close_is_not_repeated)
{
	int fd = anonymous_new(0);

	interpose_fail(CALL_close, 1, EINTR);
	assert_result(call("pshm_close", fd), 0);
	ck_assert_int_eq(interpose_count(CALL_close), 1);
	ck_assert(!is_open(fd));
	fd = anonymous_new(0);
	interpose_fail(CALL_close, 1, EIO);
	assert_error(call("pshm_close", fd), "EIO");
	ck_assert_int_eq(interpose_count(CALL_close), 1);
	ck_assert(!is_open(fd));
}
END_TEST

START_TEST(a_duplicate_is_the_same_object)
{
	int fd = anonymous_new(100);
	int other = (int)assert_success(call("pshm_dup", fd));

	ck_assert_int_ne(fd, other);
	ck_assert(descriptor_status(fd).st_ino == descriptor_status(other).st_ino);
	ck_assert(is_close_on_exec(other));
	ck_assert_int_eq(descriptor_flags(other) & O_ACCMODE, O_RDWR);
	close_now(fd);
	ck_assert(is_open(other));
	close_now(other);
	assert_error(call("pshm_dup", other), "EBADF");
	assert_error(call("pshm_dup", -1), "EBADF");
}
END_TEST

START_TEST(no_descriptor_free_is_said)
{
	struct rlimit old;
	struct rlimit few;
	int fd = anonymous_new(0);

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)descriptor_next();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_error(call("pshm_dup", fd), "EMFILE EINVAL");
	assert_error(call("pshm_shm_open", name_of("full"), PSHM_O_RDWR | PSHM_O_CREAT, 0600), "EMFILE");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0), "EMFILE");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	ck_assert(!object_exists(name_of("full")));
	close_now(fd);
}
END_TEST

static void
see_in_new_program(void *wanted)
{
	const char *word = wanted;
	char command[128];

	(void)snprintf(command, sizeof command, "if [ -e /proc/self/fd/%s ]; then exit 0; else exit 3; fi", word);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
}

static int
exit_status_of(void (*function)(void *argument), void *argument)
{
	int status = 0;
	pid_t child = child_start(function, argument);

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(inheritance_is_what_was_said)
{
	int fd = anonymous_new(0);
	char word[16];

	(void)snprintf(word, sizeof word, "%d", fd);
	ck_assert_int_eq(exit_status_of(see_in_new_program, word), 3);
	assert_result(call("pshm_set_inheritable", fd, 1), 0);
	ck_assert(!is_close_on_exec(fd));
	ck_assert_int_eq(exit_status_of(see_in_new_program, word), 0);
	assert_result(call("pshm_set_inheritable", fd, 0), 0);
	ck_assert(is_close_on_exec(fd));
	ck_assert_int_eq(exit_status_of(see_in_new_program, word), 3);
	assert_error(call("pshm_set_inheritable", fd, 2), "EINVAL");
	assert_error(call("pshm_set_inheritable", fd, -1), "EINVAL");
	ck_assert(is_close_on_exec(fd));
	close_now(fd);
	assert_error(call("pshm_set_inheritable", fd, 1), "EBADF");
}
END_TEST

Suite *
ffi_descriptors_suite(void)
{
	const TTest *tests[] = { closing_closes_once,        an_interrupted_close_is_not_repeated, a_duplicate_is_the_same_object,
		                 no_descriptor_free_is_said, inheritance_is_what_was_said,         NULL };

	return suite_of("ffi_descriptors", 30, tests);
}
