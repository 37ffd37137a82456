/* SPDX-License-Identifier: BSD-3-Clause */
/* The runner of the stand-in: a process for each test, its results as TAP. */
#define PSHM_TEST_ASSERTIONS_PLAIN
#include "check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct test_case {
	const char *name;
	unsigned seconds;
	void (*setup)(void);
	void (*teardown)(void);
	const TTest *test;
	struct test_case *next;
};

struct suite {
	const char *name;
	struct test_case *first;
	struct test_case **last;
	struct suite *next;
};

struct runner {
	struct suite *first;
	struct suite **last;
	int run;
	int failed;
};

static const char *current;
static pid_t owner;
static jmp_buf end_of_test;

enum { PASSED = 1, LEFT, FAILED };

static void *
allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		abort();
	return memory;
}

Suite *
suite_create(const char *name)
{
	Suite *suite = allocate(sizeof *suite);

	suite->name = name;
	suite->last = &suite->first;
	return suite;
}

TCase *
tcase_create(const char *name)
{
	TCase *test = allocate(sizeof *test);

	test->name = name;
	return test;
}

void
tcase_set_timeout(TCase *test, double seconds)
{
	const char *factor = getenv("CK_TIMEOUT_MULTIPLIER");

	test->seconds = (unsigned)seconds * (factor == NULL ? 1 : (unsigned)atoi(factor));
}

void
tcase_add_checked_fixture(TCase *test, void (*setup)(void), void (*teardown)(void))
{
	test->setup = setup;
	test->teardown = teardown;
}

void
tcase_add_test(TCase *test, const TTest *function)
{
	test->test = function;
}

void
suite_add_tcase(Suite *suite, TCase *test)
{
	*suite->last = test;
	suite->last = &test->next;
}

const char *
tcase_name(void)
{
	return current;
}

SRunner *
srunner_create(Suite *suite)
{
	SRunner *runner = allocate(sizeof *runner);

	runner->last = &runner->first;
	if (suite != NULL)
		srunner_add_suite(runner, suite);
	return runner;
}

void
srunner_add_suite(SRunner *runner, Suite *suite)
{
	*runner->last = suite;
	runner->last = &suite->next;
}

/* A child of a test ends, and so does a test whose thread is to be left. */
static void
leave(int verdict)
{
	if (getpid() != owner || syscall(SYS_gettid) != getpid())
		_exit(verdict == LEFT ? EXIT_SUCCESS : EXIT_FAILURE);
	longjmp(end_of_test, verdict);
}

void
check_leave(void)
{
	leave(LEFT);
	abort();
}

void
_mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void
_ck_assert_failed(const char *file, int line, const char *expression, const char *format, ...)
{
	va_list arguments;

	printf("# %s:%d: ", file, line);
	va_start(arguments, format);
	(void)vprintf(format[0] == '\0' ? expression : format, arguments);
	va_end(arguments);
	printf("\n");
	(void)fflush(stdout);
	leave(FAILED);
	abort();
}

static bool
passes(const struct test_case *test)
{
	owner = getpid();
	switch (setjmp(end_of_test)) {
	case 0:
		test->setup();
		test->test->function(0);
		test->teardown();
		return true;
	case LEFT:
		return true;
	default:
		return false;
	}
}

static bool
passes_in_a_process(const struct test_case *test)
{
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)setpgid(0, 0);
		(void)alarm(test->seconds);
		exit(passes(test) ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	(void)kill(-child, SIGKILL);
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

static void
run(SRunner *runner, const struct test_case *test)
{
	const char *fork_or_not = getenv("CK_FORK");
	const char *only = getenv("CK_RUN_CASE");
	bool forks = fork_or_not == NULL || strcmp(fork_or_not, "no") != 0;
	bool passed;

	if (only != NULL && strcmp(only, test->name) != 0)
		return;
	current = test->name;
	passed = forks ? passes_in_a_process(test) : passes(test);
	runner->run++;
	runner->failed += !passed;
	printf("%s %d - %s:%s:%s: %s\n", passed ? "ok" : "not ok", runner->run, test->test->file, test->name, test->test->name,
	       passed ? "Passed" : "Failed");
}

void
srunner_run_all(SRunner *runner, enum print_output output)
{
	(void)output;
	for (const struct suite *suite = runner->first; suite != NULL; suite = suite->next)
		for (const struct test_case *test = suite->first; test != NULL; test = test->next)
			run(runner, test);
	printf("1..%d\n", runner->run);
}

int
srunner_ntests_failed(const SRunner *runner)
{
	return runner->failed;
}

int
srunner_ntests_run(const SRunner *runner)
{
	return runner->run;
}

void
srunner_free(SRunner *runner)
{
	for (struct suite *suite = runner->first, *next; suite != NULL; suite = next) {
		for (struct test_case *test = suite->first, *after; test != NULL; test = after) {
			after = test->next;
			free(test);
		}
		next = suite->next;
		free(suite);
	}
	free(runner);
}
