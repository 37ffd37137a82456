/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Surroundings in which a call must do what it does elsewhere: a thread with a descriptor table of its own, sandboxes (seccomp
 * and Landlock), and a lease on the object.
 */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* <linux/landlock.h> and the numbers of its calls are newer than Debian 11. */
struct ruleset {
	uint64_t forbidden;
};

enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, REMOVE_FILE = 1 << 5, MAKE_REGULAR = 1 << 8 };

enum { DECOYS = 12 };

static int64_t
open_as(const char *name, int direction, int if_exists)
{
	return call("pshm_open", name, direction, if_exists, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL);
}

/* In a thread /proc/self/fd is another table: fcntl(2) and fstat(2) are not. */
static void
check_mine(int fd, int access, off_t size)
{
	struct stat status;
	char byte = 0;

	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, access);
	ck_assert_int_eq(fstat(fd, &status), 0);
	ck_assert_int_eq(status.st_size, size);
	if (size > 0)
		ck_assert_int_eq(pread(fd, &byte, 1, 0) == 1 && byte == 'm', 1);
}

/* The least number that is free in the table of this thread: the same before and after calls that leave nothing open. */
static int
next_free(void)
{
	int fd = dup(0);

	ck_assert_int_ge(fd, 0);
	close(fd);
	return fd;
}

static void
check_reopening(int fd)
{
	static const int directions[] = { PSHM_DIRECTION_INPUT, PSHM_DIRECTION_IO };
	int next = next_free();

	for (size_t i = 0; i < 2; i++) {
		int64_t again = call("pshm_reopen", fd, directions[i]);

		if (is_error(again)) {
			assert_error(again, "ENOTSUP");
			ck_assert(!has("reopen"));
			continue;
		}
		check_mine((int)again, directions[i], 4096);
		close((int)again);
	}
	ck_assert_int_eq(next_free(), next);
}

static void
check_superseding(void)
{
	static const int directions[] = { PSHM_DIRECTION_INPUT, PSHM_DIRECTION_IO };

	for (size_t i = 0; i < 2; i++) {
		int fd = (int)assert_success(open_as(name_of("own-table"), directions[i], PSHM_IF_EXISTS_SUPERSEDE));
		struct stat status;

		ck_assert_int_eq(fstat(fd, &status), 0);
		ck_assert(status.st_ino == object_status(name_of("own-table")).st_ino);
		check_mine(fd, directions[i], 0);
		close(fd);
	}
	object_remove(name_of("own-table"));
}

/* The object of this thread's descriptor gets the name, or none where neither path leads to it. */
static void
check_publishing(void)
{
	int fd = (int)call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);
	int64_t result;

	if (is_error(fd))
		return;
	result = call("pshm_publish", fd, name_of("published"), PSHM_IF_EXISTS_ERROR);
	if (is_error(result)) {
		assert_error(result, "ENOTSUP");
		ck_assert(!object_exists(name_of("published")));
	} else {
		check_mine(fd, O_RDWR, 0);
		ck_assert_int_eq(object_status(name_of("published")).st_mode & 0777, 0600);
		object_remove(name_of("published"));
	}
	close(fd);
}

/* Here the numbers of the first thread's decoys are free. */
static void *
work_with_own_table(void *decoys)
{
	static const int directions[] = { PSHM_DIRECTION_INPUT, PSHM_DIRECTION_IO };
	const int *fds = decoys;
	int next;
	int mine;

	ck_assert_int_eq(unshare(CLONE_FILES), 0);
	for (int i = 0; i < DECOYS; i++)
		close(fds[i]);
	next = next_free();
	mine = anonymous_new(4096);
	ck_assert_int_eq(pwrite(mine, "m", 1, 0), 1);
	check_reopening(mine);
	for (size_t i = 0; i < 2; i++) {
		int fd = (int)assert_success(call("pshm_open_anonymous", directions[i], 0600, 0));

		check_mine(fd, directions[i], 0);
		close(fd);
	}
	check_superseding();
	check_publishing();
	close(mine);
	ck_assert_int_eq(next_free(), next);
	return NULL;
}

/* The first thread has something else under each number: an object, open for both, whose bytes are secret. */
static void
run_beside_decoys(void *unused)
{
	int decoys[DECOYS];
	mode_t mode; /* by vm.memfd_noexec it is 0777 or 0666 */
	pthread_t thread;

	(void)unused;
	for (int i = 0; i < DECOYS; i++) {
		decoys[i] = memfd_create("decoy", MFD_CLOEXEC);
		ck_assert_int_eq(pwrite(decoys[i], "secret", 6, 0), 6);
	}
	mode = descriptor_status(decoys[0]).st_mode;
	ck_assert_int_eq(mode & 0666, 0666); /* what the thread makes has other permissions */
	ck_assert_int_eq(pthread_create(&thread, NULL, work_with_own_table, decoys), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	for (int i = 0; i < DECOYS; i++)
		ck_assert_int_eq(descriptor_status(decoys[i]).st_mode, mode);
}

/* The first thread has a FIFO under each number, to which nobody writes: to open that anew would wait for ever. */
static void
run_beside_fifos(void *unused)
{
	const char *path = path_of(name_of("fifo"));
	int decoys[DECOYS];
	pthread_t thread;

	(void)unused;
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	for (int i = 0; i < DECOYS; i++) {
		decoys[i] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ck_assert_int_ge(decoys[i], 0);
	}
	object_remove(name_of("fifo"));
	ck_assert_int_eq(pthread_create(&thread, NULL, work_with_own_table, decoys), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

START_TEST(a_thread_may_have_its_own_table)
{
	in_child(run_beside_decoys, NULL);
	in_child(run_beside_fifos, NULL);
	interpose_add_traits(NO_THREAD_SELF);
	in_child(run_beside_decoys, NULL);
	in_child(run_beside_fifos, NULL);
	interpose_add_traits(NO_EMPTY_PATH);
	in_child(run_beside_decoys, NULL);
	interpose_remove_traits(NO_THREAD_SELF);
	in_child(run_beside_decoys, NULL);
}
END_TEST

/* Without the thread's directory, the process's is as good where the thread has no table of its own. */
START_TEST(an_older_proc_serves)
{
	int again;
	int fd;

	if (lacks("reopen"))
		return;
	fd = anonymous_new(4096);
	ck_assert_int_eq(pwrite(fd, "m", 1, 0), 1);
	interpose_add_traits(NO_THREAD_SELF);
	again = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
	interpose_fail(CALL_open, 2, EMFILE);
	assert_error(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT), "EMFILE");
	for (int nth = 2; nth <= 3; nth++) { /* which object it is cannot be told */
		interpose_fail(CALL_fstat, nth, EIO);
		assert_error(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT), "ENOTSUP");
		ck_assert(interpose_has_failed());
	}
	interpose_reset();
	interpose_remove_traits(NO_THREAD_SELF);
	check_mine(again, O_RDONLY, 4096);
	close_now(again);
	close_now(fd);
}
END_TEST

static bool
forbids(long number, int error)
{
	bool is_forbidden = system_call_forbid(number, error);

	if (!is_forbidden)
		skip("this system has no seccomp filters");
	return is_forbidden;
}

/* In a child for each errno that sandboxes answer to what they do not let through. */
static void
in_sandboxes(void (*function)(void *error))
{
	int errors[] = { EPERM, ENOSYS };

	for (size_t i = 0; i < 2; i++)
		in_child(function, &errors[i]);
}

static void
make_anonymous_without_memfd(void *error)
{
	static const int directions[] = { PSHM_DIRECTION_INPUT, PSHM_DIRECTION_IO };
	bool anonymous = has("anonymous");

	(void)umask(0);
	if (!forbids(SYS_memfd_create, *(int *)error))
		return;
	for (size_t i = 0; i < 2; i++) {
		int fd = (int)assert_success(call("pshm_open_anonymous", directions[i], 0600, 0));

		check_mine(fd, directions[i], 0);
		ck_assert_int_eq(descriptor_status(fd).st_mode & 0777, 0600);
		close_now(fd);
	}
	ck_assert_int_eq(has("anonymous"), anonymous);
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_HUGE), "ENOTSUP");
}

START_TEST(a_sandbox_may_not_know_memfds)
{
	in_sandboxes(make_anonymous_without_memfd);
}
END_TEST

static void
supersede_without_entropy(void *error)
{
	char byte;

	if (!forbids(SYS_getrandom, *(int *)error))
		return;
	if (getentropy(&byte, 1) == 0) {
		skip("this C library has random bytes without the system call");
		return;
	}
	close_now((int)assert_success(open_as(name_of("random"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE)));
	ck_assert_int_eq(object_status(name_of("random")).st_size, 0);
}

START_TEST(a_sandbox_may_not_know_random_bytes)
{
	object_make(name_of("random"), 0600, 4096);
	in_sandboxes(supersede_without_entropy);
	object_remove(name_of("random"));
}
END_TEST

/* A kernel before 3.17 has the random device alone. Fewer bytes than a name needs are an error, and no name to be guessed. */
START_TEST(random_bytes_of_the_device_serve_as_well)
{
	const char *name = name_of("device");
	ino_t old;

	if (lacks("supersede"))
		return;
	object_make(name, 0600, 4096);
	old = object_status(name).st_ino;
	interpose_add_traits(NO_ENTROPY);
	interpose_add_traits(SHORT_TRANSFERS);
	assert_error(open_as(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE), "EIO");
	interpose_remove_traits(SHORT_TRANSFERS);
	interpose_fail(CALL_pread, 1, EAGAIN);
	assert_error(open_as(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE), "EAGAIN");
	ck_assert(object_status(name).st_ino == old);
	interpose_fail_first(CALL_pread, 2, EINTR);
	close_now((int)assert_success(open_as(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE)));
	ck_assert_int_eq(interpose_count(CALL_pread), 3);
	ck_assert(object_status(name).st_ino != old);
	interpose_remove_traits(NO_ENTROPY);
	interpose_reset();
	object_remove(name);
}
END_TEST

/* A call that a sandbox forbids fails with EACCES, is reported in advance, and does not change the old object. */
static void
check_superseding_forbidden(void)
{
	ino_t old = object_status(name_of("caged")).st_ino;

	assert_result(call("pshm_has", "supersede"), 0);
	assert_error(open_as(name_of("caged"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE), "EACCES");
	assert_error(open_as(name_of("caged"), PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_SUPERSEDE), "EACCES");
	ck_assert(object_status(name_of("caged")).st_ino == old);
	ck_assert_int_eq(object_status(name_of("caged")).st_size, 4096);
	close_now((int)assert_success(open_as(name_of("caged"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE)));
}

static void
supersede_without_rename(void *unused)
{
	int objects = object_count();

	(void)unused;
#ifdef SYS_rename
	if (!forbids(SYS_rename, EPERM))
		return;
#endif
	if (!forbids(SYS_renameat2, EPERM))
		return;
#ifdef SYS_renameat
	(void)system_call_forbid(SYS_renameat, EPERM);
#endif
	check_superseding_forbidden();
	if (shm_is_private())
		ck_assert_int_eq(object_count(), objects);
}

static bool
enter_landlock(uint64_t forbidden)
{
	const struct ruleset rules = { forbidden };
	int ruleset = (int)syscall(CREATE_RULESET, &rules, sizeof rules, 0);
	bool entered = ruleset >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(RESTRICT_SELF, ruleset, 0) == 0;

	if (ruleset >= 0)
		close(ruleset);
	return entered;
}

static void
supersede_in_landlock(void *forbidden)
{
	int objects = object_count();

	if (!enter_landlock(*(uint64_t *)forbidden)) {
		skip("this system has no Landlock");
		return;
	}
	check_superseding_forbidden();
	if (shm_is_private() && *(uint64_t *)forbidden == MAKE_REGULAR)
		ck_assert_int_eq(object_count(), objects);
}

/* Where nothing may be removed, the temporary object cannot be either: it is left, as the reference says. */
START_TEST(a_sandbox_may_forbid_superseding)
{
	uint64_t forbidden[] = { MAKE_REGULAR, REMOVE_FILE };

	if (lacks("supersede"))
		return;
	object_make(name_of("caged"), 0600, 4096);
	in_child(supersede_without_rename, NULL);
	in_child(supersede_in_landlock, &forbidden[0]);
	if (shm_is_private()) {
		in_child(supersede_in_landlock, &forbidden[1]);
		objects_remove_all();
	} else {
		object_remove(name_of("caged"));
	}
}
END_TEST

static int64_t
milliseconds(void)
{
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum { HOLD = 100 };

static int ready[2];

/* A FIFO replaces the object; there is a file under the name at every moment. */
static void
fifo_replaces(const char *name)
{
	const char *other = name_of("fifo");

	ck_assert_int_eq(mkfifo(path_of(other), 0600), 0);
	ck_assert_int_eq(rename(path_of(other), path_of(name)), 0);
}

/* Take a lease, tell, and give it up after a while; or replace the object with a FIFO first. */
static void
hold_lease(void *replacing)
{
	int fd = open(path_of(name_of("leased")), O_RDONLY | O_CLOEXEC);
	int64_t end = milliseconds() + HOLD;

	(void)signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0) {
		skip("this file system has no leases");
		ck_assert_int_eq(write(ready[1], "n", 1), 1);
		return;
	}
	ck_assert_int_eq(write(ready[1], "y", 1), 1);
	while (milliseconds() < end) /* the break of the lease interrupts a sleep */
		(void)usleep(1000);
	if (replacing != NULL)
		fifo_replaces(name_of("leased"));
	ck_assert_int_eq(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	close(fd);
}

static int64_t
open_leased(void)
{
	return open_as(name_of("leased"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE);
}

static int64_t
open_leased_only(void)
{
	return call("pshm_open", name_of("leased"), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL);
}

static int64_t
truncate_leased(void)
{
	return open_as(name_of("leased"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_TRUNCATE);
}

static int64_t
shm_open_leased(void)
{
	return call("pshm_shm_open", name_of("leased"), PSHM_O_RDWR, 0);
}

static int64_t (*const opens[])(void) = { open_leased, open_leased_only, truncate_leased, shm_open_leased };

/* Open while another process has a lease: the result, and that the call has waited for it. */
static int64_t
open_during_lease(int64_t (*open_it)(void), void *replacing)
{
	int64_t begin = milliseconds();
	pid_t holder = child_start(hold_lease, replacing);
	char held = 'n';
	int64_t result;

	ck_assert_int_eq(read(ready[0], &held, 1), 1);
	interpose_reset();
	result = open_it();
	if (held == 'y')
		ck_assert_int_ge(milliseconds() - begin, HOLD);
	ck_assert_int_le(interpose_count(CALL_shm_open), milliseconds() - begin + 2); /* without a load on the machine */
	child_join(holder);
	return result;
}

START_TEST(a_lease_is_waited_for)
{
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	object_make(name_of("leased"), 0600, 4096);
	for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++) {
		if (opens[i] == truncate_leased && !has("resize"))
			continue;
		close_now((int)assert_success(open_during_lease(opens[i], NULL)));
	}
	close(ready[0]);
	close(ready[1]);
	object_remove(name_of("leased"));
}
END_TEST

/* A file that gets the name during the wait is checked: a FIFO does not block the call. */
START_TEST(a_fifo_may_come_after_a_lease)
{
	bool replacing = true;

	if (lacks("list")) /* objects are no files there */
		return;
	(void)alarm(10);
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++) {
		int64_t result;

		object_make(name_of("leased"), 0600, 4096);
		result = open_during_lease(opens[i], &replacing);
		if (is_error(result))
			assert_error(result, "ENODEV");
		else
			close_now((int)result); /* no lease here */
		object_remove(name_of("leased"));
	}
	close(ready[0]);
	close(ready[1]);
}
END_TEST

static int64_t
map_page(int fd, int flags)
{
	return call("pshm_mmap", 0, page(), PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED | flags, fd, 0);
}

static void
map_without_advice(void *error)
{
	static const struct {
		int flag;
		const char *feature;
	} advised[] = { { PSHM_MAP_POPULATE, "populate" }, { PSHM_MAP_NODUMP, "nodump" } };
	int fd = anonymous_new(page());
	int before = object_mapping_count();

	if (!forbids(SYS_madvise, *(int *)error))
		return;
	for (size_t i = 0; i < 2; i++) {
		assert_error(map_page(fd, advised[i].flag), "ENOTSUP");
		assert_result(call("pshm_has", advised[i].feature), 0);
	}
	ck_assert_int_eq(object_mapping_count(), before);
	ck_assert_int_eq(munmap((void *)(intptr_t)assert_success(map_page(fd, PSHM_MAP_HUGE)), (size_t)page()), 0);
	assert_result(call("pshm_has", "huge-pages"), 0);
}

/* A flag whose system call is forbidden is one that this system lacks; a hint is dropped. */
START_TEST(a_sandbox_may_forbid_advice)
{
	if (lacks("populate") || lacks("nodump"))
		return;
	in_sandboxes(map_without_advice);
}
END_TEST

/* The kernel's own EPERM is that of a limit of 0. */
static void
lock_without_mlock(void *error)
{
	int refused = *(int *)error;
	int fd = anonymous_new(page());

	if (!forbids(SYS_mlock, refused))
		return;
	assert_error(map_page(fd, PSHM_MAP_LOCK), refused == EPERM ? "EPERM" : "ENOTSUP");
}

START_TEST(a_sandbox_may_forbid_locking_memory)
{
	in_sandboxes(lock_without_mlock);
}
END_TEST

static void
wait_without_futex(void *error)
{
	static uint32_t word;

#ifdef SYS_futex_time64
	(void)system_call_forbid(SYS_futex_time64, *(int *)error);
#endif
#ifdef SYS_futex
	if (!forbids(SYS_futex, *(int *)error))
		return;
#endif
	assert_error(call("pshm_atomic_wait", (int64_t)(intptr_t)&word, 0, (int64_t)2000000), "ETIMEDOUT");
	assert_result(call("pshm_atomic_wake", (int64_t)(intptr_t)&word, 1), 0);
	assert_result(call("pshm_has", "wait"), 0);
}

/* Then a word is looked at again and again. */
START_TEST(a_sandbox_may_forbid_waiting)
{
	if (lacks("wait"))
		return;
	in_sandboxes(wait_without_futex);
}
END_TEST

Suite *
surroundings_suite(void)
{
	const TTest *tests[] = { a_thread_may_have_its_own_table,     an_older_proc_serves,
		                 a_sandbox_may_not_know_memfds,       random_bytes_of_the_device_serve_as_well,
		                 a_sandbox_may_not_know_random_bytes, a_sandbox_may_forbid_superseding,
		                 a_sandbox_may_forbid_advice,         a_sandbox_may_forbid_locking_memory,
		                 a_sandbox_may_forbid_waiting,        a_lease_is_waited_for,
		                 a_fifo_may_come_after_a_lease,       NULL };

	return suite_of("surroundings", 30, tests);
}
