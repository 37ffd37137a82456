/* SPDX-License-Identifier: BSD-3-Clause */
/* Who a process is, and whether it is alive. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_SHIFT = 24, NAMESPACE_SHIFT = 44 };

#define NUMBER ((int64_t)0x3fffff)
#define FLAGS ((int64_t)0xc00000)
#define NAMESPACE ((int64_t)0x7ffff << NAMESPACE_SHIFT)

/* What a child tells of itself. */
static int64_t *told;

static void
share(void)
{
	told = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(told, MAP_FAILED);
}

static int64_t
self(void)
{
	return assert_success(call("pshm_process_self"));
}

static void
tell(void)
{
	__atomic_store_n(told, self(), __ATOMIC_SEQ_CST);
}

static int64_t
wait_until_told(void)
{
	while (__atomic_load_n(told, __ATOMIC_SEQ_CST) == 0)
		sched_yield();
	return *told;
}

START_TEST(a_process_has_one_identity)
{
	int64_t mine = self();

	ck_assert_int_gt(mine, 0);
	ck_assert_int_eq(mine & NUMBER, getpid());
	ck_assert_int_eq(mine & FLAGS, 0);
	ck_assert_int_eq(mine >> 63, 0);
	ck_assert_int_ne(mine >> START_SHIFT & 0xfffff, 0);
	ck_assert_int_eq(self(), mine);
	if (!lacks("alive"))
		ck_assert_int_ne(mine & NAMESPACE, 0);
}
END_TEST

static void *
thread(void *unused)
{
	(void)unused;
	tell();
	return NULL;
}

START_TEST(threads_are_the_process)
{
	pthread_t other;

	share();
	ck_assert_int_eq(pthread_create(&other, NULL, thread, NULL), 0);
	ck_assert_int_eq(pthread_join(other, NULL), 0);
	ck_assert_int_eq(*told, self());
}
END_TEST

/* Forks of three kinds: with its handlers, without them, and past the C library. */
static pid_t
fork_plain(void)
{
	return fork();
}

static pid_t
fork_raw(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

START_TEST(a_forked_child_is_another_process)
{
	static pid_t (*const forks[])(void) = { fork_plain, fork_raw };
	int64_t mine = self();

	share();
	for (size_t i = 0; i < sizeof forks / sizeof forks[0]; i++) {
		pid_t child;

		*told = 0;
		child = forks[i]();
		if (child == 0) {
			int64_t (*own)(void) = NULL;

			*(void **)&own = library_symbol("pshm_process_self");
			*told = own();
			_exit(0);
		}
		ck_assert_int_gt(child, 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		ck_assert_int_ne(*told, mine);
		ck_assert_int_eq(*told & NUMBER, child);
		ck_assert_int_eq(self(), mine);
	}
}
END_TEST

static void
tell_and_stay(void *unused)
{
	(void)unused;
	tell();
	pause();
}

static void
assert_alive(int64_t process, int expected)
{
	if (has("alive"))
		assert_result(call("pshm_process_alive", process), expected);
	else
		assert_error(call("pshm_process_alive", process), "ENOTSUP");
}

/* Alive, a zombie, and gone. */
static void
follow_a_life(void)
{
	int64_t other;
	siginfo_t ended;
	pid_t child;

	share();
	assert_alive(self(), 1);
	child = child_start(tell_and_stay, NULL);
	other = wait_until_told();
	assert_alive(other, 1);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
	assert_alive(other, 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	assert_alive(other, 0);
}

START_TEST(a_life_is_followed_to_its_end)
{
	follow_a_life();
}
END_TEST

START_TEST(a_life_is_followed_without_descriptors_of_processes)
{
	interpose_add_traits(NO_PIDFD);
	follow_a_life();
	interpose_remove_traits(NO_PIDFD);
}
END_TEST

START_TEST(a_recycled_number_is_another_process)
{
	if (lacks("alive"))
		return;
	assert_result(call("pshm_process_alive", self() ^ (int64_t)1 << START_SHIFT), 0);
	assert_result(call("pshm_process_alive", self() ^ (int64_t)1 << (START_SHIFT + 19)), 0);
}
END_TEST

START_TEST(another_namespace_is_not_judged)
{
	assert_error(call("pshm_process_alive", self() ^ (int64_t)1 << NAMESPACE_SHIFT), "ENOTSUP");
	assert_error(call("pshm_process_alive", self() ^ (int64_t)1 << 62), "ENOTSUP");
	assert_error(call("pshm_process_alive", self() & ~NAMESPACE), "ENOTSUP");
}
END_TEST

START_TEST(what_is_no_process_is_refused)
{
	const int64_t mine = self();
	const int64_t values[] = { 0, -1, INT64_MIN, mine | INT64_MIN, mine & ~NUMBER, mine | (int64_t)1 << 22, mine | (int64_t)1 << 23 };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_error(call("pshm_process_alive", values[i]), "EINVAL");
}
END_TEST

static void *
outlive_the_first_thread(void *unused)
{
	(void)unused;
	tell();
	for (;;)
		pause();
	return NULL;
}

static void
end_first_thread(void *unused)
{
	pthread_t second;

	(void)unused;
	ck_assert_int_eq(pthread_create(&second, NULL, outlive_the_first_thread, NULL), 0);
	pthread_exit(NULL);
}

/* Its state is that of a zombie, and it is alive. */
static void
judge_without_first_thread(void)
{
	int64_t other;
	pid_t child;

	share();
	child = child_start(end_first_thread, NULL);
	other = wait_until_told();
	usleep(20000);
	assert_alive(other, 1);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	assert_alive(other, 0);
}

START_TEST(the_first_thread_may_have_ended)
{
	judge_without_first_thread();
	interpose_add_traits(NO_PIDFD);
	judge_without_first_thread();
	interpose_remove_traits(NO_PIDFD);
}
END_TEST

/* In a namespace of processes of its own, with the /proc of the old one, and then with its own. */
static void
judge_from_another_namespace(void *outside)
{
	int64_t mine = self();

	ck_assert_int_eq(mine & NAMESPACE, 0);
	assert_error(call("pshm_process_alive", *(int64_t *)outside), "ENOTSUP");
	assert_error(call("pshm_process_alive", mine), "ENOTSUP");
}

static void
judge_with_own_proc(void *outside)
{
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("proc", "/proc", "proc", 0, NULL), 0);
	ck_assert_int_ne(self() & NAMESPACE, 0);
	ck_assert_int_ne(self() & NAMESPACE, *(int64_t *)outside & NAMESPACE);
	assert_error(call("pshm_process_alive", *(int64_t *)outside), "ENOTSUP");
	assert_result(call("pshm_process_alive", self()), 1);
}

static void
enter_namespaces(void *unused)
{
	int64_t outside = self();

	(void)unused;
	ck_assert_int_eq(unshare(CLONE_NEWPID | CLONE_NEWNS), 0);
	in_child(judge_from_another_namespace, &outside);
	in_child(judge_with_own_proc, &outside);
}

START_TEST(other_namespaces_of_processes_are_told_apart)
{
	if (lacks("alive"))
		return;
	if (geteuid() != 0)
		skip("only the superuser makes namespaces of processes");
	else
		in_child(enter_namespaces, NULL);
}
END_TEST

Suite *
sync_processes_suite(void)
{
	const TTest *tests[] = { a_process_has_one_identity, threads_are_the_process, a_forked_child_is_another_process,
		                 a_life_is_followed_to_its_end, a_life_is_followed_without_descriptors_of_processes,
		                 a_recycled_number_is_another_process, another_namespace_is_not_judged,
		                 what_is_no_process_is_refused, the_first_thread_may_have_ended,
		                 other_namespaces_of_processes_are_told_apart, NULL };

	return suite_of("sync_processes", 30, tests);
}
