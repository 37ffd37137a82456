/* SPDX-License-Identifier: BSD-3-Clause */
/* Queries about the library, and the features of this platform. */
#include "abilities.h"
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <stdio.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

START_TEST(version_is_the_headers)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%d.%d.%d", PSHM_VERSION_MAJOR, PSHM_VERSION_MINOR, PSHM_VERSION_PATCH);
	ck_assert_str_eq(call_text("pshm_version_string"), text);
	assert_result(call("pshm_version"), 1000000 * PSHM_VERSION_MAJOR + 1000 * PSHM_VERSION_MINOR + PSHM_VERSION_PATCH);
}
END_TEST

START_TEST(page_size_is_the_systems)
{
	assert_result(call("pshm_page_size"), sysconf(_SC_PAGESIZE));
}
END_TEST

/* glibc before 2.34 has a limit of its own (its sysdeps/posix/shm-directory.h). */
static int
longest_of_libc(void)
{
	return libc_before_2_34() || strcmp(interpose_platform_name(), "bullseye") == 0 ? 254 : NAME_MAX + 1;
}

/* The limits of the system, from its sources and manuals: a shorter limit of ours would reject valid names. */
static int
longest_of_system(void)
{
	static const struct {
		const char *platform;
		int most;
	} others[] = { { "macos", 31 }, { "freebsd", 1023 }, { "openbsd", 1023 }, { "posix", 255 } };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(others[i].platform, interpose_platform_name()) == 0)
			return others[i].most > 254 && libc_before_2_34() ? 254 : others[i].most;
	return longest_of_libc();
}

START_TEST(name_max_is_the_longest_name_that_works)
{
	int most = (int)assert_success(call("pshm_name_max"));
	char name[1200] = "/";

	ck_assert_int_eq(most, longest_of_system());
	memset(name + 1, 'n', (size_t)most);
	assert_error(call("pshm_shm_open", name, PSHM_O_RDWR | PSHM_O_CREAT, 0600), "ENAMETOOLONG");
	if (most > 256) {
		skip("this system's own limit is shorter");
		return;
	}
	name[most] = '\0';
	close_now(object_open_new(name, 0));
	ck_assert(object_exists(name));
	object_remove(name);
}
END_TEST

static const char *const features[] = {
	/* clang-format off */
	"alive",     "allocate",  "anonymous",     "atomic-64", "descriptor-io", "discard",     "growsdown", "huge-objects",
	"huge-pages",
	"identity",  "list",      "nodump",        "noreserve", "permissions",   "populate",    "publish",   "reopen",
	"resize",    "seal-exec", "seal-future-write", "seals", "space",         "supersede",   "wait",
	/* clang-format on */
};

enum { FEATURES = sizeof features / sizeof features[0] };

/* The answers are tried, and leave nothing behind: the fixture sees to that. */
START_TEST(every_feature_is_answered)
{
	char lacking[256] = "";

	for (int i = 0; i < FEATURES; i++)
		if (!has(features[i]))
			(void)strcat(strcat(lacking, " "), features[i]);
	note("%s lacks:%s", interpose_platform_name(), lacking[0] == '\0' ? " nothing" : lacking);
}
END_TEST

/* Pages that are mapped. Once all files are open and buffers allocated, that number changes only by a leak. */
static long
mapped_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld", &pages), 1);
	fclose(file);
	return pages;
}

START_TEST(questions_leave_no_memory_mapped)
{
	long before = 0;

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < FEATURES; i++)
			(void)has(features[i]);
		if (round == 0)
			before = mapped_pages();
	}
	ck_assert_int_eq(mapped_pages(), before);
}
END_TEST

/* What each platform lacks. */
static const struct {
	const char *platform;
	const char *lacking; /* between spaces */
} platforms[] = {
	/* clang-format off */
	{ "old-kernel", " populate seal-exec seal-future-write " },
	{ "bullseye", " populate seal-exec " },
	{ "bookworm", " seal-exec " },
	{ "no-memfd", " huge-objects seal-exec seal-future-write seals " },
	{ "sandbox", " huge-objects seal-exec seal-future-write seals " },
	{ "no-tmpfile", " anonymous huge-objects publish seal-exec seal-future-write seals " },
	{ "no-proc", " alive anonymous publish reopen " },
	{ "no-fallocate", " allocate discard " },
	{ "no-futex", " wait " },
	{ "narrow", " atomic-64 " },
	{ "macos", " alive allocate anonymous descriptor-io discard huge-objects identity list nodump permissions populate publish"
	           " reopen resize seal-exec seal-future-write seals space supersede " },
	{ "freebsd", " alive anonymous huge-objects list populate publish reopen seal-exec seal-future-write seals space supersede " },
	{ "openbsd", " alive allocate anonymous discard huge-objects list populate publish reopen seal-exec seal-future-write seals"
	             " space supersede " },
	{ "posix", " alive allocate anonymous descriptor-io discard huge-objects list populate publish reopen seal-exec"
	           " seal-future-write seals space supersede wait " },
	/* clang-format on */
};

static bool
lacks_on(const char *platform, const char *feature)
{
	char word[40];

	(void)snprintf(word, sizeof word, " %s ", feature);
	for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++)
		if (strcmp(platforms[i].platform, platform) == 0)
			return strstr(platforms[i].lacking, word) != NULL;
	return false;
}

/* The features that a platform lacks are detected. */
START_TEST(lacking_features_are_said_to_be_lacking)
{
	int seen = 0;

	for (size_t i = 0; i < FEATURES; i++) {
		if (!lacks_on(interpose_platform_name(), features[i]))
			continue;
		ck_assert_msg(!has(features[i]), "%s is there", features[i]);
		seen++;
	}
	if (seen == 0)
		skip("this system need not lack anything");
}
END_TEST

/* Whether the kernel has a feature for sure. Huge pages are an option of it, and some features need a /proc of our own. */
static bool
is_the_kernels(const char *feature)
{
	static const struct {
		const char *feature;
		int major;
		int minor;
	} news[] = { { "nodump", 3, 4 },    { "discard", 3, 5 },           { "publish", 3, 17 },
		     { "populate", 5, 14 }, { "seal-future-write", 5, 1 }, { "seal-exec", 6, 3 } };

	for (size_t i = 0; i < sizeof news / sizeof news[0]; i++)
		if (strcmp(news[i].feature, feature) == 0 && !kernel_is_since(news[i].major, news[i].minor))
			return false;
	if (strcmp(feature, "alive") == 0 || strcmp(feature, "publish") == 0)
		return proc_is_ours();
	return strncmp(feature, "huge-", 5) != 0;
}

/* A fault that makes a feature seem to be lacking would also make its own tests skip. */
START_TEST(what_a_platform_does_not_lack_is_there)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (!lacks_on(interpose_platform_name(), features[i]) && is_the_kernels(features[i]))
			ck_assert_msg(has(features[i]), "%s is lacking", features[i]);
}
END_TEST

static int64_t
close_if_open(int64_t fd)
{
	if (!is_error(fd))
		close_now((int)fd);
	return fd;
}

static int64_t
allocate(int fd, int unused)
{
	(void)unused;
	return call("pshm_allocate", fd, 4096);
}

static int64_t
discard(int fd, int unused)
{
	(void)unused;
	return call("pshm_discard", fd, 0, 4096);
}

static int64_t
map_with(int fd, int flag)
{
	int64_t address = call("pshm_mmap", 0, page(), PSHM_PROT_READ | PSHM_PROT_WRITE,
	                       PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | flag, -1, 0);

	(void)fd;
	if (!is_error(address))
		assert_result(call("pshm_munmap", address, page()), 0);
	return address;
}

static int64_t
open_anonymous_with(int fd, int flag)
{
	(void)fd;
	return close_if_open(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, flag));
}

static int64_t
delete_if_same(int fd, int unused)
{
	(void)unused;
	return call("pshm_delete_if_same", name_of("features"), fd);
}

static int64_t
list(int fd, int unused)
{
	(void)fd;
	(void)unused;
	return call("pshm_list", NULL, 0);
}

static int64_t
change_mode(int fd, int mode)
{
	return call("pshm_fchmod", fd, mode);
}

static int64_t
reopen(int fd, int direction)
{
	return close_if_open(call("pshm_reopen", fd, direction));
}

static int64_t
seal_anonymous(int fd, int seals)
{
	int anonymous = anonymous_new(0);
	int64_t result = call("pshm_seal", anonymous, seals);

	(void)fd;
	close_now(anonymous);
	return result;
}

static int64_t
space(int fd, int unused)
{
	(void)fd;
	(void)unused;
	return call("pshm_space", NULL, NULL);
}

static int64_t
publish(int fd, int flag)
{
	int64_t nameable = call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, flag);
	int64_t result = is_error(nameable) ? nameable
	                                    : call("pshm_publish", nameable, name_of("features"), PSHM_IF_EXISTS_SUPERSEDE);

	(void)fd;
	(void)close_if_open(nameable);
	return result;
}

/* Each feature, tried on a new object. One that is no memfd knows seals, and is sealed against them. */
static const struct {
	const char *feature;
	int64_t (*try_it)(int fd, int argument);
	int argument;
	const char *lacking;
} trials[] = {
	{ "allocate", allocate, 0, "ENOTSUP" },
	{ "discard", discard, 0, "ENOTSUP" },
	{ "growsdown", map_with, PSHM_MAP_GROWSDOWN, "ENOTSUP" },
	{ "huge-objects", open_anonymous_with, PSHM_ANONYMOUS_HUGE, "ENOTSUP" },
	{ "huge-pages", map_with, PSHM_MAP_HUGE, "ENOTSUP" },
	{ "identity", delete_if_same, 0, "ENOTSUP" },
	{ "list", list, 0, "ENOTSUP" },
	{ "nodump", map_with, PSHM_MAP_NODUMP, "ENOTSUP" },
	{ "noreserve", map_with, PSHM_MAP_NORESERVE, "ENOTSUP" },
	{ "permissions", change_mode, 0600, "ENOTSUP" },
	{ "populate", map_with, PSHM_MAP_POPULATE, "ENOTSUP" },
	{ "publish", publish, PSHM_ANONYMOUS_NAMEABLE, "ENOTSUP" },
	{ "reopen", reopen, PSHM_DIRECTION_INPUT, "ENOTSUP" },
	{ "seal-exec", seal_anonymous, PSHM_SEAL_EXEC, "ENOTSUP EPERM" },
	{ "seal-future-write", seal_anonymous, PSHM_SEAL_FUTURE_WRITE, "ENOTSUP EPERM" },
	{ "seals", seal_anonymous, PSHM_SEAL_SHRINK, "ENOTSUP EPERM" },
	{ "space", space, 0, "ENOTSUP" },
};

START_TEST(lacking_features_are_unsupported_and_nothing_else)
{
	for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
		int fd = object_open_new(name_of("features"), 0);
		int64_t result = trials[i].try_it(fd, trials[i].argument);

		if (has(trials[i].feature))
			ck_assert_msg(!is_error(result), "%s is there, and answers %s", trials[i].feature, name_of_result(result));
		else
			expect_error(__FILE__, __LINE__, trials[i].feature, result, trials[i].lacking);
		close_now(fd);
		if (object_exists(name_of("features")))
			object_remove(name_of("features"));
	}
}
END_TEST

/* What came to Linux late is there where the kernel has it, and nowhere else. */
START_TEST(the_kernels_abilities_are_the_features)
{
	enum { SEAL_FUTURE_WRITE = 0x10, SEAL_EXEC = 0x20, ADVICE_POPULATE_WRITE = 23 }; /* newer than some C libraries */

	if (lacks("seals"))
		return;
	ck_assert_int_eq(has("seal-future-write"), kernel_seals(SEAL_FUTURE_WRITE));
	ck_assert_int_eq(has("seal-exec"), kernel_seals(SEAL_EXEC));
	ck_assert_int_eq(has("populate"), kernel_advises(ADVICE_POPULATE_WRITE));
}
END_TEST

/* A feature that is probed is lacking where its system call fails. */
START_TEST(features_that_the_system_denies_are_lacking)
{
	static const struct {
		const char *feature;
		enum interposed function;
		int error;
	} refusals[] = {
		/* clang-format off */
		{ "allocate", CALL_fallocate, EOPNOTSUPP }, { "discard", CALL_fallocate, EOPNOTSUPP },
		{ "huge-objects", CALL_memfd_create, ENODEV },
		{ "huge-pages", CALL_madvise, EINVAL },  { "nodump", CALL_madvise, EINVAL },
		{ "populate", CALL_madvise, EINVAL },    { "populate", CALL_mmap, ENOMEM },
		{ "reopen", CALL_open, ENOENT },         { "seal-exec", CALL_fcntl, EINVAL },
		{ "seal-future-write", CALL_fcntl, EINVAL }, { "seals", CALL_fcntl, EINVAL },
		{ "supersede", CALL_rename, EACCES },    { "supersede", CALL_getentropy, EIO },
		{ "wait", CALL_futex, ENOSYS },
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		bool before = has(refusals[i].feature);
		bool answer;

		interpose_fail(refusals[i].function, 0, refusals[i].error);
		answer = has(refusals[i].feature);
		ck_assert_msg(interpose_has_failed() ? !answer : answer == before, "%s is there without %s", refusals[i].feature,
		              interposed_names[refusals[i].function]);
		interpose_reset();
		ck_assert_int_eq(has(refusals[i].feature), before);
	}
}
END_TEST

/* Probing a feature needs a descriptor. */
START_TEST(without_a_descriptor_free_some_answers_are_no)
{
	static const char *const tried[] = { "allocate",  "anonymous",         "discard", "huge-objects", "reopen",
		                             "seal-exec", "seal-future-write", "seals",   "supersede" };
	enum { TRIED = sizeof tried / sizeof tried[0] };
	struct rlimit old;
	struct rlimit few;
	int64_t answers[TRIED];

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)descriptor_next();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (size_t i = 0; i < TRIED; i++)
		answers[i] = call("pshm_has", tried[i]);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (size_t i = 0; i < TRIED; i++)
		ck_assert_msg(answers[i] == 0, "%s: %d", tried[i], (int)answers[i]);
}
END_TEST

/* An older library is asked for what a newer one has. */
START_TEST(unknown_features_are_lacking)
{
	static const char *const unknown[] = { "wings", "", "Allocate", "allocate ", "allocat", "list\n" };

	assert_error(call("pshm_has", NULL), "EFAULT");
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_result(call("pshm_has", unknown[i]), 0);
	assert_result(call("pshm_errno"), EFAULT);
}
END_TEST

/* The build for tests can be told what to be, and says so when it does not know that platform. */
START_TEST(unknown_platforms_are_errors)
{
	int (*choose)(const char *name) = NULL;

	*(void **)&choose = library_symbol("pshm_test_platform");
	if (choose == NULL)
		skip("this is no build for tests");
	else
		assert_error(choose("wings"), "EINVAL");
}
END_TEST

Suite *
ffi_library_suite(void)
{
	const TTest *tests[] = { version_is_the_headers,
		                 page_size_is_the_systems,
		                 name_max_is_the_longest_name_that_works,
		                 every_feature_is_answered,
		                 questions_leave_no_memory_mapped,
		                 what_a_platform_does_not_lack_is_there,
		                 lacking_features_are_said_to_be_lacking,
		                 the_kernels_abilities_are_the_features,
		                 lacking_features_are_unsupported_and_nothing_else,
		                 features_that_the_system_denies_are_lacking,
		                 without_a_descriptor_free_some_answers_are_no,
		                 unknown_features_are_lacking,
		                 unknown_platforms_are_errors,
		                 NULL };

	return suite_of("ffi_library", 30, tests);
}
