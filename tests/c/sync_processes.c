/* SPDX-License-Identifier: BSD-3-Clause */
/* The identity of a process, and whether it is alive. */
#include "abilities.h"
#include "faults.h"
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

enum { START_SHIFT = 24, NAMESPACE_SHIFT = 44 };
enum { ADVICE_WIPE_ON_FORK = 18 }; /* newer than some C libraries */

#define NUMBER ((int64_t)0x3fffff)
#define FLAGS ((int64_t)0xc00000)
#define NAMESPACE ((int64_t)0x7ffff << NAMESPACE_SHIFT)

/* The report of a child. */
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

/* The word of an identity is in a page of the kernel's, or in the library. */
static int
wiped_pages(void)
{
	char line[512];
	int pages = 0;
	FILE *file = fopen("/proc/self/smaps", "re");

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		pages += strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " wf") != NULL;
	fclose(file);
	return pages;
}

/* Where the kernel wipes no page, the handler of fork forgets. */
static void
assert_child_is_another(void *parent)
{
	int64_t mine = self();

	ck_assert_int_ne(mine, *(int64_t *)parent);
	ck_assert_int_eq(mine & NUMBER, getpid());
	ck_assert_int_eq(self(), mine);
}

static pid_t
fork_plain(void)
{
	return fork();
}

/* Past the C library, whose handlers of fork do not run. */
static pid_t
fork_raw(void)
{
#ifdef SYS_fork
	return (pid_t)syscall(SYS_fork);
#else
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

/* The first call of the child is past libffi and the harness, whose handlers and locks a raw fork leaves as they are. */
static int64_t
self_of_child(pid_t (*make)(void))
{
	int64_t (*own)(void) = NULL;
	pid_t child;

	*(void **)&own = library_symbol("pshm_process_self");
	*told = 0;
	child = make();
	if (child == 0) {
		*told = own();
		_exit(0);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(*told & NUMBER, child);
	return *told;
}

START_TEST(a_forked_child_is_another_process)
{
	int64_t mine = self();

	share();
	ck_assert_int_ne(self_of_child(fork_plain), mine);
	ck_assert_int_eq(self(), mine);
}
END_TEST

START_TEST(a_child_forgets_where_the_kernel_wipes_nothing)
{
	int64_t mine;
	int before = wiped_pages();

	interpose_add_traits(NO_WIPE);
	mine = self();
	ck_assert_int_eq(wiped_pages(), before);
	in_child(assert_child_is_another, &mine);
	ck_assert_int_eq(self(), mine);
	interpose_remove_traits(NO_WIPE);
}
END_TEST

START_TEST(a_child_past_the_handlers_is_another_process)
{
	int64_t mine = self();

	if (!kernel_advises(ADVICE_WIPE_ON_FORK)) {
		skip("only the kernel knows of such a child, since Linux 4.14");
		return;
	}
	share();
	ck_assert_int_ne(self_of_child(fork_raw), mine);
	ck_assert_int_eq(self(), mine);
}
END_TEST

/* Of threads that ask at the same time one keeps the answer, and what the others prepared is gone. */
static pthread_barrier_t barrier;

static void *
ask_together(void *ret_self)
{
	(void)pthread_barrier_wait(&barrier);
	*(int64_t *)ret_self = self();
	return NULL;
}

static void
ask_in_threads(void *unused)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	int64_t answers[THREADS];
	int before = wiped_pages();

	(void)unused;
	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_together, &answers[i]), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(answers[i], self());
	ck_assert_int_le(wiped_pages() - before, 1);
}

START_TEST(threads_that_ask_together_get_one_answer)
{
	for (int i = 0; i < 50; i++)
		in_child(ask_in_threads, NULL);
}
END_TEST

/* Of two threads that ask, one finds out less, when the other has its answer already. */
static int64_t meanwhile;

static void
ask_meanwhile(void)
{
	int64_t (*own)(void) = NULL;

	if (meanwhile != 0)
		return;
	meanwhile = -1;
	*(void **)&own = library_symbol("pshm_process_self");
	meanwhile = own();
	interpose_fail(CALL_stat, 0, EMFILE);
}

static void
find_out_less(void *unused)
{
	(void)unused;
	interpose_before(CALL_close, ask_meanwhile);
	ck_assert_int_eq(self(), meanwhile);
	ck_assert(interpose_has_failed());
	interpose_reset();
	ck_assert_int_ne(meanwhile & NAMESPACE, 0);
	ck_assert_int_eq(self(), meanwhile);
}

/* The other has its answer while this thread asks the kernel to wipe its page, which it does not. */
static void
ask_first(void)
{
	int64_t (*own)(void) = NULL;

	if (meanwhile != 0)
		return;
	meanwhile = -1;
	*(void **)&own = library_symbol("pshm_process_self");
	meanwhile = own();
}

static void
come_second(void *unused)
{
	(void)unused;
	interpose_add_traits(NO_WIPE);
	interpose_before(CALL_madvise, ask_first);
	ck_assert_int_eq(self(), meanwhile);
	ck_assert_int_eq(interpose_count(CALL_munmap), 2); /* the pages that are not wiped */
	interpose_reset();
	ck_assert_int_eq(self(), meanwhile);
}

/* Where the kernel wipes it, this thread's page is one too many. */
static void
come_second_with_a_page(void *unused)
{
	(void)unused;
	interpose_before(CALL_madvise, ask_first);
	ck_assert_int_eq(self(), meanwhile);
	ck_assert_int_ge(interpose_count(CALL_munmap), 1);
	interpose_reset();
	ck_assert_int_eq(self(), meanwhile);
}

START_TEST(a_second_thread_has_the_same_identity)
{
	in_child(come_second, NULL);
	in_child(come_second_with_a_page, NULL);
}
END_TEST

START_TEST(a_less_informed_thread_changes_no_identity)
{
	if (lacks("alive") || lacks("atomic-64"))
		return;
	in_child(find_out_less, NULL);
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
wait_for_signal(void *unused)
{
	(void)unused;
	for (;;)
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

/* What the system says of a number that is nobody's, or a thread's by now, is a proof, whatever else the number is good for. */
START_TEST(the_descriptor_of_a_process_is_believed)
{
	static const int proofs[] = { ESRCH, EINVAL, ENOENT };

	if (lacks("alive"))
		return;
	if (!kernel_opens_processes()) {
		skip("there are no descriptors of processes before Linux 5.3");
		return;
	}
	for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
		interpose_fail(CALL_pidfd_open, 1, proofs[i]);
		assert_result(call("pshm_process_alive", self()), 0);
		ck_assert_int_eq(interpose_count(CALL_kill), 0);
	}
	interpose_reset();
	assert_result(call("pshm_process_alive", self()), 1);
}
END_TEST

/* The greatest number that a process can have: nobody's, or another's, but a number. */
START_TEST(numbers_have_22_bits)
{
	if (lacks("alive"))
		return;
	assert_result(call("pshm_process_alive", ((self() ^ (int64_t)1 << START_SHIFT) & ~NUMBER) | NUMBER), 0);
	assert_result(call("pshm_process_alive", ((self() ^ (int64_t)1 << START_SHIFT) & ~NUMBER) | 1 << 21), 0);
}
END_TEST

START_TEST(a_recycled_number_is_another_process)
{
	if (lacks("alive"))
		return;
	assert_result(call("pshm_process_alive", self() ^ (int64_t)1 << START_SHIFT), 0);
	assert_result(call("pshm_process_alive", self() ^ (int64_t)1 << (START_SHIFT + 19)), 0);
	interpose_fail(CALL_readlink, 1, ENOENT); /* whose /proc this is cannot be told: a doubt, and no proof */
	assert_result(call("pshm_process_alive", self() ^ (int64_t)1 << START_SHIFT), 1);
	interpose_reset();
}
END_TEST

START_TEST(another_namespace_is_not_judged)
{
	assert_error(call("pshm_process_alive", self() ^ (int64_t)1 << NAMESPACE_SHIFT), "ENOTSUP");
	assert_error(call("pshm_process_alive", self() ^ (int64_t)1 << 62), "ENOTSUP");
	assert_error(call("pshm_process_alive", self() & ~NAMESPACE), "ENOTSUP");
}
END_TEST

START_TEST(non_processes_are_rejected)
{
	const int64_t mine = self();
	const int64_t values[] = { 0,
		                   -1,
		                   INT64_MIN,
		                   mine | INT64_MIN,
		                   mine & ~NUMBER,
		                   getpid(),
		                   mine & ~((int64_t)0xfffff << START_SHIFT),
		                   mine | (int64_t)1 << 22,
		                   mine | (int64_t)1 << 23 };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_error(call("pshm_process_alive", values[i]), "EINVAL");
}
END_TEST

static void *
outlive_the_first_thread(void *unused)
{
	(void)unused;
	usleep(10000); /* /proc/self/ns is gone by now */
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
	ck_assert_int_eq(other & NAMESPACE, self() & NAMESPACE);
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

/* Setup in new namespaces, as their first process. */
struct stay {
	void (*function)(void *outside);
	int namespaces;
	int64_t outside;
};

static void
enter_namespaces(void *argument)
{
	struct stay *stay = argument;

	stay->outside = self();
	ck_assert_int_eq(unshare(stay->namespaces), 0);
	in_child(stay->function, &stay->outside);
}

static void
in_namespaces(int namespaces, void (*function)(void *outside))
{
	struct stay stay = { function, namespaces, 0 };

	if (lacks("alive"))
		return;
	if (geteuid() != 0)
		skip("only the superuser makes namespaces");
	else
		in_child(enter_namespaces, &stay);
}

START_TEST(the_proc_of_another_namespace_is_not_believed)
{
	in_namespaces(CLONE_NEWPID, judge_from_another_namespace);
}
END_TEST

START_TEST(other_namespaces_of_processes_are_told_apart)
{
	in_namespaces(CLONE_NEWPID | CLONE_NEWNS, judge_with_own_proc);
}
END_TEST

/* The starts that /proc shows are shifted by the time namespace of the reader. */
static void
judge_from_another_time(void *outside)
{
	ck_assert_int_ne(self() & NAMESPACE, 0);
	ck_assert_int_ne(self() & NAMESPACE, *(int64_t *)outside & NAMESPACE);
	assert_error(call("pshm_process_alive", *(int64_t *)outside), "ENOTSUP");
	assert_result(call("pshm_process_alive", self()), 1);
}

START_TEST(other_namespaces_of_time_are_told_apart)
{
	if (access("/proc/self/ns/time", F_OK) != 0)
		skip("this kernel has no namespaces of time");
	else
		in_namespaces(CLONE_NEWTIME, judge_from_another_time);
}
END_TEST

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* Only a process of one thread can, and TSan has one of its own. */
static bool
enter_another_time(void)
{
	bool is_entered;
	int fd;

	ck_assert_int_eq(unshare(CLONE_NEWTIME), 0);
	write_file("/proc/self/timens_offsets", "boottime 5000 0");
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	is_entered = setns(fd, CLONE_NEWTIME) == 0;
	if (!is_entered)
		ck_assert_int_eq(errno, EUSERS);
	close(fd);
	return is_entered;
}

/* A process that entered another time namespace after its first call reads shifted start times, and takes nobody for dead. */
static void
judge_after_a_change_of_time(void *unused)
{
	int64_t mine = self();
	int64_t other;
	pid_t child;

	(void)unused;
	share();
	child = child_start(tell_and_stay, NULL);
	other = wait_until_told();
	if (!enter_another_time())
		skip("this process has another thread, and so enters no other time");
	ck_assert_int_eq(self(), mine);
	assert_result(call("pshm_process_alive", mine), 1);
	assert_result(call("pshm_process_alive", other), 1);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	assert_result(call("pshm_process_alive", other), 0);
}

START_TEST(a_change_of_time_kills_nobody)
{
	if (lacks("alive"))
		return;
	if (geteuid() != 0 || access("/proc/self/timens_offsets", F_OK) != 0)
		skip("only the superuser enters a namespace of time, where there are any");
	else
		in_child(judge_after_a_change_of_time, NULL);
}
END_TEST

/* The next process or thread of this namespace gets this number. */
static void
choose_next_number(pid_t number)
{
	char text[32];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(write(fd, text, (size_t)snprintf(text, sizeof text, "%d", (int)number - 1)), 0);
	close(fd);
}

static void *
wait_for_end(void *unused)
{
	wait_for_signal(unused);
	return NULL;
}

/* In a namespace of its own, where numbers can be chosen: the number of one that has ended is another's, then a thread's. */
static void
recycle(void *outside)
{
	pthread_t thread;
	int64_t old;
	pid_t number;
	pid_t next;

	judge_with_own_proc(outside);
	share();
	number = child_start(tell_and_stay, NULL);
	old = wait_until_told();
	ck_assert_int_eq(kill(number, SIGKILL), 0);
	ck_assert_int_eq(waitpid(number, NULL, 0), number);
	usleep(30000);
	*told = 0;
	choose_next_number(number);
	next = child_start(tell_and_stay, NULL);
	ck_assert_int_eq(next, number);
	ck_assert_int_eq(wait_until_told() & NUMBER, old & NUMBER);
	assert_alive(old, 0);
	assert_alive(*told, 1);
	ck_assert_int_eq(kill(next, SIGKILL), 0);
	ck_assert_int_eq(waitpid(next, NULL, 0), next);
	choose_next_number(number);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_end, NULL), 0);
	assert_alive(old, 0);
}

START_TEST(a_number_that_is_given_again_is_another_process)
{
	in_namespaces(CLONE_NEWPID | CLONE_NEWNS, recycle);
}
END_TEST

static void
judge_as_nobody(void *other)
{
	int64_t process = *(int64_t *)other;

	if (!become_nobody()) {
		skip("this process may not become another user");
		return;
	}
	assert_alive(process < 0 ? -process : process, process > 0);
}

/* Other users' processes are not in /proc, and can be judged all the same: by their descriptors, and by their numbers. */
static void
judge_hidden(void)
{
	int64_t other;
	pid_t child;
	siginfo_t ended;

	share();
	child = child_start(tell_and_stay, NULL);
	other = wait_until_told();
	in_child(judge_as_nobody, &other);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	other = -other;
	in_child(judge_as_nobody, &other);
}

static void
hide_and_judge(void *outside)
{
	(void)outside;
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("proc", "/proc", "proc", 0, "hidepid=2"), 0);
	judge_hidden();
	interpose_add_traits(NO_PIDFD);
	judge_hidden();
	interpose_remove_traits(NO_PIDFD);
}

START_TEST(hidden_processes_are_judged)
{
	in_namespaces(CLONE_NEWPID | CLONE_NEWNS, hide_and_judge);
}
END_TEST

/* The word, made anew from what the kernel says. */
START_TEST(an_identity_has_the_layout_that_is_for_ever)
{
	uint64_t expected = (uint64_t)getpid();
	struct stat processes;
	struct stat times;
	unsigned long long start;
	FILE *file;

	if (lacks("alive"))
		return;
	file = fopen("/proc/./self/stat", "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file,
	                        "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
	                        &start),
	                 1);
	fclose(file);
	ck_assert_int_eq(stat("/proc/self/ns/pid", &processes), 0);
	if (stat("/proc/self/ns/time", &times) != 0)
		times.st_ino = 0;
	expected |= (start % 1048576 == 0 ? 1 : start % 1048576) << 24;
	expected |= (processes.st_ino + 40503 * times.st_ino) % 524288 << 44;
	ck_assert_uint_eq((uint64_t)self(), expected);
}
END_TEST

/* Contents of /proc of a process that started at 77, and whether that one is alive. */
static const struct {
	const char *text; /* after its number */
	int alive;
} stats[] = {
	{ "(a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 1 },
	{ "(a) R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 78 0", 0 },
	{ "(a) X 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 0 0 77 0", 1 }, /* while a thread calls exec */
	{ "(a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 0 0 77 0", 1 },
	{ "(a) X 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 1 },
	{ "(a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 0 },
	{ "(a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 77 0", 1 },
	{ "(a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 (b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 1 },
	{ "() ) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 1 },
	{ "(a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1048653 0", 1 }, /* the low bits are the same */
	{ "(a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0", 1 },
	{ "(a) S 4194304 4194304 4194304 34816 4194304 4194304 18446744073709551615 18446744073709551615 18446744073709551615 "
	  "18446744073709551615 18446744073709551615 18446744073709551615 -9223372036854775808 -9223372036854775808 20 0 1 0 78 0",
	  0 },
	{ "(a) S 1 1", 1 },
	{ "(a)", 1 },
	{ "(a", 1 },
	{ "(a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 x", 1 },
};

START_TEST(proc_is_parsed_exactly)
{
	char path[64];
	char text[512];
	char own[64];
	const char *const files[] = { path, text, "/proc/./self/stat", own, NULL };
	int64_t other;
	pid_t child;

	if (lacks("alive"))
		return;
	child = child_start(wait_for_signal, NULL);
	other = child | (int64_t)77 << START_SHIFT | (self() & NAMESPACE);
	(void)snprintf(path, sizeof path, "/proc/./%d/stat", (int)child);
	(void)snprintf(own, sizeof own, "%d (a) R %d", (int)getpid(), (int)getppid());
	for (size_t i = 0; i < sizeof stats / sizeof stats[0]; i++) {
		(void)snprintf(text, sizeof text, "%d %s\n", (int)child, stats[i].text);
		interpose_files(files);
		ck_assert_msg(call("pshm_process_alive", other) == stats[i].alive, "%s", text);
		interpose_files(NULL);
	}
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* A /proc of an outer namespace, which calls this process by its own number by chance, and its parent by another. */
START_TEST(a_chance_of_numbers_is_no_proof)
{
	char path[64];
	char text[128];
	char own[128];
	const char *const files[] = { path, text, "/proc/./self/stat", own, NULL };
	int64_t mine = self();
	int64_t other;
	pid_t child;

	if (lacks("alive"))
		return;
	child = child_start(wait_for_signal, NULL);
	other = child | (int64_t)77 << START_SHIFT | (mine & NAMESPACE);
	(void)snprintf(path, sizeof path, "/proc/./%d/stat", (int)child);
	(void)snprintf(text, sizeof text, "%d %s\n", (int)child, stats[1].text);
	for (int parent = getppid(); parent <= getppid() + 1; parent++) {
		(void)snprintf(own, sizeof own, "%d (a) R %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0", (int)getpid(), parent);
		interpose_files(files);
		ck_assert_int_eq(call("pshm_process_alive", other), parent != getppid());
		interpose_files(NULL);
	}
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* Whatever fails, a process has one identity, of its own number; what is asked in doubt is answered without an error. */
static void
identify_in_spite_of(enum interposed function, int error)
{
	int descriptors = descriptor_count();
	int64_t mine;

	interpose_fail(function, 0, error);
	mine = self();
	ck_assert_int_eq(mine & NUMBER, getpid());
	ck_assert_int_ne(mine >> START_SHIFT & 0xfffff, 0);
	if (function == CALL_readlink || function == CALL_open || function == CALL_pread || function == CALL_stat)
		ck_assert_int_eq(mine & NAMESPACE, 0);
	interpose_reset();
	ck_assert_int_eq(self(), mine);
	ck_assert_int_eq(descriptor_count(), descriptors);
	if ((mine & NAMESPACE) == 0)
		assert_error(call("pshm_process_alive", mine), "ENOTSUP");
	else
		assert_result(call("pshm_process_alive", mine), 1);
}

static void
identify(void *fault)
{
	identify_in_spite_of((enum interposed)((int *)fault)[0], ((int *)fault)[1]);
}

START_TEST(every_failure_leaves_an_identity)
{
	static const enum interposed functions[] = { CALL_mmap, CALL_madvise, CALL_munmap, CALL_readlink,
		                                     CALL_open, CALL_pread,   CALL_close,  CALL_stat };
	int tried = 0;

	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		for (const int *error = fault_errors[functions[i]]; *error != 0; error++) {
			int fault[2] = { (int)functions[i], *error };

			if (*error != EINTR) /* which is repeated until it is over */
				in_child(identify, fault);
			tried++;
		}
	}
	ck_assert_int_gt(tried, 60);
}
END_TEST

Suite *
sync_processes_suite(void)
{
	const TTest *tests[] = { a_process_has_one_identity,
		                 threads_are_the_process,
		                 a_forked_child_is_another_process,
		                 a_child_past_the_handlers_is_another_process,
		                 a_child_forgets_where_the_kernel_wipes_nothing,
		                 threads_that_ask_together_get_one_answer,
		                 a_second_thread_has_the_same_identity,
		                 a_less_informed_thread_changes_no_identity,
		                 a_life_is_followed_to_its_end,
		                 a_life_is_followed_without_descriptors_of_processes,
		                 the_descriptor_of_a_process_is_believed,
		                 numbers_have_22_bits,
		                 a_recycled_number_is_another_process,
		                 another_namespace_is_not_judged,
		                 non_processes_are_rejected,
		                 the_first_thread_may_have_ended,
		                 the_proc_of_another_namespace_is_not_believed,
		                 other_namespaces_of_processes_are_told_apart,
		                 other_namespaces_of_time_are_told_apart,
		                 a_number_that_is_given_again_is_another_process,
		                 hidden_processes_are_judged,
		                 an_identity_has_the_layout_that_is_for_ever,
		                 a_change_of_time_kills_nobody,
		                 a_chance_of_numbers_is_no_proof,
		                 proc_is_parsed_exactly,
		                 every_failure_leaves_an_identity,
		                 NULL };

	return suite_of("sync_processes", 30, tests);
}
