/* SPDX-License-Identifier: BSD-3-Clause */
/* The variants of a system for waiting and for processes, compiled for it and run over calls that are simulated: simulate.c. */
#include "system.h"
#include "process.h"
#include "waiting.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>

static int failures;
static word32 *word;

static void
expect(bool holds, const char *what, int64_t got)
{
	if (holds)
		return;
	failures++;
	printf("natives: %s: got %lld\n", what, (long long)got);
}

#define IS(wanted, call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ == (int64_t)(wanted), #call " == " #wanted, got_); \
	} while (0)

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static void
handle(int signal)
{
	(void)signal;
}

/* As the system that runs this test reports it, whatever system is simulated. */
static bool
sleeps(pid_t child)
{
	char text[512];
	const char *state;
	size_t length;
	FILE *file;

	(void)snprintf(text, sizeof text, "/proc/%d/stat", (int)child);
	if ((file = fopen(text, "r")) == NULL)
		return false;
	length = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	state = strrchr(text, ')');
	return state != NULL && state[1] == ' ' && state[2] == 'S';
}

/*
 * Sleepers in other processes: each adds to the third word immediately before it sleeps on the first, and to the second once it is
 * awake. A busy machine takes long to start them.
 */
static void
start_sleepers(int count)
{
	for (int i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0) {
			(void)__atomic_add_fetch(word + 2, 1, __ATOMIC_SEQ_CST);
			(void)pshm__native_wait(word, 0, 60 * SECOND);
			(void)__atomic_add_fetch(word + 1, 1, __ATOMIC_SEQ_CST);
			_exit(0);
		}
		for (int turns = 0; turns < 1000; turns++) {
			if (__atomic_load_n(word + 2, __ATOMIC_SEQ_CST) == (word32)i + 1 && sleeps(child))
				break;
			usleep(10000);
		}
	}
}

/* How many have woken up: those that are expected, in 10 seconds, and any more in a tenth of one. */
static uint32_t
woken(uint32_t expected)
{
	for (int turns = 0; turns < 1000 && __atomic_load_n(word + 1, __ATOMIC_SEQ_CST) < expected; turns++)
		usleep(10000);
	usleep(100000);
	return __atomic_load_n(word + 1, __ATOMIC_SEQ_CST);
}

static void
try_waiting(void)
{
	const struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	const struct itimerval soon = { { 0, 0 }, { 0, 30000 } };
	int64_t start = now();
	int other = pshm__native_wait(word, 5, SECOND);

	expect(other == 0 || other == -EAGAIN, "another value is not waited for", other);
	expect(now() - start < SECOND, "another value takes no time", now() - start);
	start = now();
	IS(-ETIMEDOUT, pshm__native_wait(word, 0, 20000000));
	expect(now() - start >= 20000000, "a timeout is the least that is waited", now() - start);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	IS(-EINTR, pshm__native_wait(word, 0, 20 * SECOND));
	IS(0, pshm__native_wake(word, 1));
	IS(0, pshm__native_wake(word, INT_MAX));
	start_sleepers(4);
	expect(pshm__native_wake(word, 1) >= 0, "one is woken", -1);
	IS(1, woken(1));
	expect(pshm__native_wake(word, 2) >= 0, "two are woken", -1);
	IS(3, woken(3));
	expect(pshm__native_wake(word, INT_MAX) >= 0, "all are woken", -1);
	IS(4, woken(4));
	while (wait(NULL) > 0)
		continue;
}

extern uint64_t simulated_boot; /* simulate.c */

static uint64_t *told;

static pid_t
start_process(void)
{
	pid_t child;

	*told = 0;
	child = fork();
	if (child == 0) {
		__atomic_store_n(told, pshm__native_process_self(), __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
	while (__atomic_load_n(told, __ATOMIC_SEQ_CST) == 0)
		usleep(1000);
	return child;
}

static void
try_processes(void)
{
	uint64_t self = pshm__native_process_self();
	siginfo_t ended;
	pid_t child;

	IS(getpid(), self & PROCESS_NUMBER);
	expect(process_namespace(self) != 0, "the namespace is known", (int64_t)process_namespace(self));
	IS(self, pshm__native_process_self());
	IS(1, pshm__native_process_alive(self));
	IS(0, pshm__native_process_alive(self ^ (uint64_t)8 << PROCESS_START_SHIFT));
	child = start_process();
	IS(child, *told & PROCESS_NUMBER);
	IS(1, pshm__native_process_alive(*told));
	/* The clock is set, by hours and by what a start is rounded to. */
	for (int i = 0; i < 20; i++) {
		simulated_boot += UINT64_C(3600000000) * (i % 7) + 123;
		IS(1, pshm__native_process_alive(*told));
		IS(1, pshm__native_process_alive(self));
	}
	(void)kill(child, SIGKILL);
	(void)waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT);
	IS(0, pshm__native_process_alive(*told));
	(void)waitpid(child, NULL, 0);
	IS(0, pshm__native_process_alive(*told));
}

int
main(void)
{
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	told = (uint64_t *)(void *)(word + 16);
	try_waiting();
	try_processes();
	return failures != 0;
}
