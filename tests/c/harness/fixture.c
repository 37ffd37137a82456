/* SPDX-License-Identifier: BSD-3-Clause */
/* Setup and teardown of every test. */
#include "fixture.h"
#include "interpose.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Notes and skips come from the processes of the tests, and are printed at the end. */
struct board {
	int skips;
	int length;
	char text[65536];
};

static struct board *board;
static pid_t owner;
static int descriptors;
static int mappings;
static int objects;

/*
 * A library with a defect may answer 0 where a descriptor is asked for, and tests change the mode and the owner of what is
 * behind a descriptor: that must not be /dev/null, or a terminal. It is also there when the program was started without.
 */
static void
replace_standard_input(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		return;
	if (ends[0] != STDIN_FILENO) {
		(void)dup2(ends[0], STDIN_FILENO);
		(void)close(ends[0]);
	}
	(void)close(ends[1]);
}

void
fixture_start(void)
{
	const char *directory = getenv("POSIX_SHM_FILE_SYSTEM");

	replace_standard_input();
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if ((directory == NULL || strcmp(directory, "shared") != 0) && !private_shm_make("size=256m,mode=1777"))
		printf("note: no private shared memory file system here: tests run in " OBJECT_DIRECTORY "\n");
	library_load();
	interpose_platform(getenv("POSIX_SHM_PLATFORM"));
}

void
fixture_finish(void)
{
	printf("%s%ld calls through libffi; %d tests or parts of tests skipped\n", board->text, library_calls(), board->skips);
}

static void
append(const char *prefix, const char *text)
{
	int length = (int)(strlen(prefix) + strlen(text) + 1);
	int start = __atomic_fetch_add(&board->length, length, __ATOMIC_RELAXED);

	if (start + length < (int)sizeof board->text - 1) {
		memcpy(board->text + start, prefix, strlen(prefix));
		memcpy(board->text + start + strlen(prefix), text, strlen(text));
		board->text[start + length - 1] = '\n';
	}
}

void
note(const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	append("note: ", text);
}

void
skip(const char *reason)
{
	char text[256];

	(void)snprintf(text, sizeof text, "%s: %s", tcase_name(), reason);
	__atomic_add_fetch(&board->skips, 1, __ATOMIC_RELAXED);
	append("skip: ", text);
}

bool
has(const char *feature)
{
	int64_t answer = call("pshm_has", feature);

	ck_assert_msg(answer == 0 || answer == 1, "pshm_has(%s): %s", feature, name_of_result(answer));
	return answer == 1;
}

bool
lacks(const char *feature)
{
	if (has(feature))
		return false;
	skip(feature);
	return true;
}

bool
pages_are_large(void)
{
	if (page() == 4096)
		return false;
	skip("pages are large here");
	return true;
}

bool
is_not(const char *platform)
{
	char reason[64];

	if (strcmp(interpose_platform_name(), platform) == 0)
		return false;
	(void)snprintf(reason, sizeof reason, "it is about another system: %s", platform);
	skip(reason);
	return true;
}

const char *
name_of(const char *word)
{
	static _Thread_local char names[8][64];
	static _Thread_local unsigned next;
	char *name = names[next++ % 8];

	(void)snprintf(name, sizeof names[0], "/pshm-t%d-%s", (int)owner, word);
	return name;
}

bool
is_own_name(const char *entry)
{
	char prefix[64];

	return strncmp(entry, prefix, (size_t)snprintf(prefix, sizeof prefix, "pshm-t%d-", (int)owner)) == 0;
}

static void
setup(void)
{
	objects_remove_all(); /* an earlier test that failed has left some */
	owner = getpid();
	descriptors = descriptor_count();
	mappings = object_mapping_count();
	objects = object_count();
}

static void
teardown(void)
{
	interpose_reset();
	ck_assert_msg(descriptor_count() == descriptors, "%d descriptors are left over", descriptor_count() - descriptors);
	ck_assert_msg(object_mapping_count() == mappings, "%d mappings are left over", object_mapping_count() - mappings);
	if (shm_is_private())
		ck_assert_msg(object_count() == objects, "%d objects are left over", object_count() - objects);
	ck_assert_msg(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "a child is left over");
}

static bool prints_cases;

void
suite_print_cases(void)
{
	prints_cases = true;
}

Suite *
suite_of(const char *name, int seconds, const TTest *const *tests)
{
	Suite *suite = suite_create(name);

	for (; *tests != NULL; tests++) {
		TCase *test = tcase_create((*tests)->name);

		if (prints_cases)
			printf("%s %s\n", name, (*tests)->name);
		tcase_set_timeout(test, seconds);
		tcase_add_checked_fixture(test, setup, teardown);
		tcase_add_test(test, *tests);
		suite_add_tcase(suite, test);
	}
	return suite;
}

bool
may_execute_memfds(void)
{
	FILE *file = fopen("/proc/sys/vm/memfd_noexec", "re");
	int policy = file == NULL ? 0 : fgetc(file);

	if (file != NULL)
		fclose(file);
	return policy != '2' && strcmp(interpose_platform_name(), "noexec-enforced") != 0;
}

int
object_open_new(const char *name, int64_t size)
{
	int fd = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0600));

	if (size > 0)
		assert_success(call("pshm_ftruncate", fd, size));
	return fd;
}

int
anonymous_new(int64_t size)
{
	int fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0));

	if (size > 0)
		assert_success(call("pshm_truncate", fd, size));
	return fd;
}

void
close_now(int fd)
{
	assert_result(call("pshm_close", fd), 0);
	ck_assert_msg(!is_open(fd), "descriptor %d is still open", fd);
}
