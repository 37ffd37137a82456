/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for an object that another process makes. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "timing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The additional time that a loaded machine may take. */
#define LATE SECOND

static int64_t
open_wait(const char *word, int64_t size, int64_t timeout)
{
	return call("pshm_open_wait", name_of(word), PSHM_DIRECTION_IO, size, timeout);
}

START_TEST(existing_objects_are_opened)
{
	static const int directions[] = { PSHM_DIRECTION_INPUT, PSHM_DIRECTION_IO };
	static const int64_t sizes[] = { 0, 1, 4095, 4096 };
	static const int64_t timeouts[] = { 0, 1, -1, INT64_MAX, INT64_MIN };

	object_make(name_of("there"), 0600, 4096);
	for (int i = 0; i < 2 * 4 * 5; i++) {
		int fd;

		interpose_reset();
		fd = (int)assert_success(
		        call("pshm_open_wait", name_of("there"), directions[i % 2], sizes[i / 2 % 4], timeouts[i / 8]));
		ck_assert_int_eq(interpose_count(CALL_nanosleep), 0);
		ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, directions[i % 2] == PSHM_DIRECTION_IO ? O_RDWR : O_RDONLY);
		ck_assert(is_close_on_exec(fd));
		ck_assert(descriptor_status(fd).st_ino == object_status(name_of("there")).st_ino || !has("identity"));
		close_now(fd);
	}
	object_remove(name_of("there"));
}
END_TEST

START_TEST(zero_never_waits)
{
	int64_t start = time_now();

	assert_error(open_wait("none", 0, 0), "EAGAIN");
	object_make(name_of("small"), 0600, 99);
	assert_error(open_wait("small", 100, 0), "EAGAIN");
	close_now((int)assert_success(open_wait("small", 99, 0)));
	object_remove(name_of("small"));
	object_make(name_of("making"), 0, 100);
	assert_error(open_wait("making", 100, 0), has("list") || geteuid() == 0 ? "EAGAIN" : "EACCES");
	object_remove(name_of("making"));
	ck_assert_int_lt(time_now() - start, LATE);
}
END_TEST

START_TEST(the_time_is_waited_and_no_more)
{
	static const int64_t timeouts[] = { 1, 99999, 5 * MILLISECOND, 70 * MILLISECOND + 1 };

	object_make(name_of("small"), 0600, 99);
	for (size_t i = 0; i < 2 * sizeof timeouts / sizeof timeouts[0]; i++) {
		int64_t start = time_now();
		int64_t waited;

		assert_error(open_wait(i % 2 == 0 ? "none" : "small", 100, timeouts[i / 2]), "ETIMEDOUT");
		waited = time_now() - start;
		ck_assert_msg(waited >= timeouts[i / 2] && waited < timeouts[i / 2] + LATE, "of %lld ns it waited %lld",
		              (long long)timeouts[i / 2], (long long)waited);
	}
	object_remove(name_of("small"));
}
END_TEST

/* The pauses become longer: a wait of a second takes few looks. */
START_TEST(a_long_wait_is_cheap)
{
	interpose_reset();
	assert_error(open_wait("none", 0, 500 * MILLISECOND), "ETIMEDOUT");
	ck_assert_int_ge(interpose_count(CALL_shm_open), 8);
	ck_assert_int_le(interpose_count(CALL_shm_open), 62);
}
END_TEST

START_TEST(the_pauses_grow_and_end_with_the_time)
{
	static const int64_t timeouts[] = { 99999, 5 * MILLISECOND, 300 * MILLISECOND };

	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		interpose_reset();
		assert_error(open_wait("none", 0, timeouts[i]), "ETIMEDOUT");
		assert_pauses_grow(MILLISECOND / 10, 10 * MILLISECOND, timeouts[i]);
	}
}
END_TEST

/* The action of another process, after a moment. */
static void
come(void *unused)
{
	(void)unused;
	usleep(30000);
	if (has("publish")) {
		int fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE));

		ck_assert_int_eq(ftruncate(fd, 4096), 0);
		assert_result(call("pshm_publish", fd, name_of("late"), PSHM_IF_EXISTS_ERROR), 0);
	} else {
		object_make(name_of("late"), 0600, 4096);
	}
}

static void
grow(void *unused)
{
	(void)unused;
	usleep(30000);
	ck_assert_int_eq(truncate(path_of(name_of("late")), 4096), 0);
}

static void
permit(void *unused)
{
	(void)unused;
	usleep(30000);
	ck_assert_int_eq(chmod(path_of(name_of("late")), 0666), 0);
}

/* The object leaves and comes again, so that a look may fall between. */
static void
come_and_go(void *unused)
{
	(void)unused;
	for (int i = 0; i < 30; i++) {
		usleep(500);
		object_make(name_of("late"), 0600, 0);
		object_remove(name_of("late"));
	}
	object_make(name_of("late"), 0600, 4096);
}

static void
wait_beside(void (*act)(void *), int64_t timeout)
{
	pid_t other = child_start(act, NULL);
	int64_t start = time_now();
	int fd = (int)assert_success(open_wait("late", 4096, timeout));

	ck_assert_int_eq(descriptor_status(fd).st_size, 4096);
	ck_assert_int_ge(time_now() - start, MILLISECOND);
	child_join(other);
	close_now(fd);
	object_remove(name_of("late"));
}

START_TEST(late_objects_are_waited_for)
{
	static const int64_t timeouts[] = { -1, 20 * SECOND, INT64_MAX, INT64_MIN };
	int before = descriptor_count();

	for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		wait_beside(come, timeouts[i]);
		object_make(name_of("late"), 0600, 0);
		wait_beside(grow, timeouts[i]);
		object_make(name_of("late"), 0600, 4095);
		wait_beside(grow, timeouts[i]);
		object_make(name_of("late"), 0, 4096);
		wait_beside(permit, timeouts[i]);
		wait_beside(come_and_go, timeouts[i]);
	}
	ck_assert_int_eq(descriptor_count(), before);
}
END_TEST

/* A caller that may not open the object gets an error: immediately if it is complete, else after the timeout. */
static void
wait_as_nobody(void *unused)
{
	int64_t start = time_now();
	int fd;

	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can be somebody else");
		return;
	}
	if (has("list")) {
		assert_error(open_wait("theirs", 0, 0), "EACCES");
		assert_error(open_wait("theirs", 0, -1), "EACCES");
		ck_assert_int_lt(time_now() - start, LATE);
		assert_error(open_wait("making", 0, 20 * MILLISECOND), "ETIMEDOUT");
		assert_error(open_wait("making", 0, 0), "EAGAIN");
		interpose_fail(CALL_lstat, 1, ENOENT); /* removed in between: nothing to wait for */
		assert_error(open_wait("making", 0, 0), "EACCES");
		interpose_reset();
	} else {
		assert_error(open_wait("theirs", 0, 20 * MILLISECOND), "EACCES");
	}
	assert_error(call("pshm_open_wait", name_of("readable"), PSHM_DIRECTION_IO, 0, 20 * MILLISECOND), "EACCES");
	fd = (int)assert_success(call("pshm_open_wait", name_of("readable"), PSHM_DIRECTION_INPUT, 0, 0));
	close_now(fd);
	if (has("list"))
		assert_error(call("pshm_open_wait", name_of("directory"), PSHM_DIRECTION_INPUT, 0, 20 * MILLISECOND), "EACCES");
}

static void
wait_for_permission(void *unused)
{
	(void)unused;
	if (!become_nobody())
		return;
	close_now((int)assert_success(open_wait("late", 4096, 20 * SECOND)));
}

START_TEST(a_reader_without_permission_is_told)
{
	pid_t waiter;

	object_make(name_of("theirs"), 0600, 4096);
	object_make(name_of("making"), 0, 4096);
	object_make(name_of("readable"), 0644, 4096);
	ck_assert_int_eq(mkdir(path_of(name_of("directory")), 0), 0); /* no object in the making */
	in_child(wait_as_nobody, NULL);
	ck_assert_int_eq(rmdir(path_of(name_of("directory"))), 0);
	object_remove(name_of("theirs"));
	object_remove(name_of("making"));
	object_remove(name_of("readable"));
	object_make(name_of("late"), 0, 4096);
	waiter = child_start(wait_for_permission, NULL);
	permit(NULL);
	child_join(waiter);
	object_remove(name_of("late"));
}
END_TEST

/* The maker sets the permissions after the object could not be opened, and before it is looked at. */
static void
permit_meanwhile(void)
{
	ck_assert_int_eq(chmod(path_of(name_of("late")), 0600), 0);
}

static void
open_beside_its_maker(void *unused)
{
	int fd;

	(void)unused;
	if (geteuid() == 0 && !become_nobody()) {
		skip("the superuser may open everything");
		return;
	}
	object_make(name_of("late"), 0, 4096);
	fd = open(path_of(name_of("late")), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) { /* in a namespace of users of his own */
		close(fd);
		object_remove(name_of("late"));
		skip("this user may open everything");
		return;
	}
	interpose_before(CALL_lstat, permit_meanwhile);
	close_now((int)assert_success(open_wait("late", 4096, 0)));
	interpose_reset();
	object_remove(name_of("late"));
}

START_TEST(an_object_that_is_permitted_meanwhile_is_opened)
{
	if (!lacks("list")) /* elsewhere an object cannot be looked at */
		in_child(open_beside_its_maker, NULL);
}
END_TEST

START_TEST(non_objects_are_not_waited_for)
{
	const char *name = name_of("kind");
	int64_t start = time_now();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener;

	if (lacks("list")) /* where objects are no files, nothing else has their names */
		return;
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(mkfifo(path_of(name), 0600), 0);
	assert_error(open_wait("kind", 0, -1), "ENODEV");
	assert_error(call("pshm_open_wait", name, PSHM_DIRECTION_INPUT, 0, -1), "ENODEV");
	ck_assert_int_eq(unlink(path_of(name)), 0);
	ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
	assert_error(open_wait("kind", 0, -1), "EISDIR EINVAL");
	assert_error(call("pshm_open_wait", name, PSHM_DIRECTION_INPUT, 0, -1), "EISDIR");
	ck_assert_int_eq(rmdir(path_of(name)), 0);
	ck_assert_int_eq(symlink("nowhere", path_of(name)), 0);
	assert_error(open_wait("kind", 0, -1), "ELOOP");
	ck_assert_int_eq(unlink(path_of(name)), 0);
	strcpy(address.sun_path, path_of(name));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_error(open_wait("kind", 0, -1), "ENXIO");
	ck_assert_int_eq(unlink(path_of(name)), 0);
	close(listener);
	ck_assert_int_lt(time_now() - start, LATE);
}
END_TEST

/* Another process has a lease that it does not give up: the time is over all the same. */
static int ready[2];
static int done[2];

static void
keep_lease(void *unused)
{
	int fd = open(path_of(name_of("leased")), O_RDONLY | O_CLOEXEC);
	char held = 'y';

	(void)unused;
	close(done[1]); /* it waits for the end of the other one */
	(void)signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		held = 'n';
	ck_assert_int_eq(write(ready[1], &held, 1), 1);
	ck_assert_int_eq(read(done[0], &held, 1), 0);
	close(fd);
}

START_TEST(a_lease_does_not_make_the_wait_longer)
{
	int64_t start;
	pid_t holder;
	char held = 'n';

	object_make(name_of("leased"), 0600, 4096);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(done, O_CLOEXEC), 0);
	holder = child_start(keep_lease, NULL);
	ck_assert_int_eq(read(ready[0], &held, 1), 1);
	start = time_now();
	if (held == 'y' && has("list")) { /* elsewhere objects are no files, which have leases */
		assert_error(open_wait("leased", 0, 30 * MILLISECOND), "ETIMEDOUT");
		assert_error(open_wait("leased", 0, 0), "EAGAIN");
		ck_assert_int_lt(time_now() - start, LATE);
	} else {
		skip("this file system has no leases");
	}
	close(done[1]);
	child_join(holder);
	close_now((int)assert_success(open_wait("leased", 0, 10 * SECOND)));
	close(done[0]);
	close(ready[0]);
	close(ready[1]);
	object_remove(name_of("leased"));
}
END_TEST

static volatile sig_atomic_t handled;

static void
handle(int signal)
{
	(void)signal;
	handled++;
}

static void
interrupt_wait(int flags, int64_t timeout)
{
	const struct sigaction action = { .sa_handler = handle, .sa_flags = flags };
	const struct itimerval often = { { 0, 50000 }, { 0, 30000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int64_t start = time_now();

	handled = 0;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_error(open_wait("none", 0, timeout), "EINTR");
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_ge(handled, 1);
	ck_assert_int_lt(time_now() - start, 5 * SECOND);
}

START_TEST(a_handler_ends_every_wait)
{
	interrupt_wait(0, 20 * SECOND);
	interrupt_wait(SA_RESTART, 20 * SECOND);
	interrupt_wait(0, -1);
	interrupt_wait(SA_RESTART, -1);
	interrupt_wait(SA_RESTART, INT64_MAX);
}
END_TEST

Suite *
sync_open_wait_suite(void)
{
	const TTest *tests[] = { existing_objects_are_opened,
		                 zero_never_waits,
		                 the_time_is_waited_and_no_more,
		                 a_long_wait_is_cheap,
		                 the_pauses_grow_and_end_with_the_time,
		                 late_objects_are_waited_for,
		                 a_reader_without_permission_is_told,
		                 an_object_that_is_permitted_meanwhile_is_opened,
		                 non_objects_are_not_waited_for,
		                 a_lease_does_not_make_the_wait_longer,
		                 a_handler_ends_every_wait,
		                 NULL };

	return suite_of("sync_open_wait", 60, tests);
}
