/* SPDX-License-Identifier: BSD-3-Clause */
/* What was loaded, and what this platform can do. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>
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

START_TEST(name_max_is_the_longest_name_that_works)
{
	int most = (int)assert_success(call("pshm_name_max"));
	char name[1200] = "/";

	ck_assert_int_ge(most, 31);
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
	"allocate",  "anonymous", "descriptor-io", "growsdown", "huge-objects", "huge-pages",
	"identity",  "list",      "noreserve",     "permissions", "populate",   "reopen",
	"resize",    "seal-exec", "seal-future-write", "seals", "space",        "supersede",
};

enum { FEATURES = sizeof features / sizeof features[0] };

/* The answers are tried, and leave nothing behind: the fixture sees to that. */
START_TEST(every_feature_is_answered)
{
	char lacking[256] = "";

	for (int i = 0; i < FEATURES; i++)
		if (!has(features[i]))
			(void)strcat(strcat(lacking, " "), features[i]);
	note("%s lacks:%s", interpose_personality_name(), lacking[0] == '\0' ? " nothing" : lacking);
}
END_TEST

START_TEST(linux_has_what_linux_has)
{
	static const char *const always[] = { "allocate", "anonymous", "descriptor-io", "growsdown", "identity", "list",
		                              "noreserve", "permissions", "reopen", "resize", "seals", "space", "supersede" };

	if (is_not("native"))
		return;
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		ck_assert_msg(has(always[i]), "%s is lacking", always[i]);
}
END_TEST

/* What a personality takes away is seen. */
START_TEST(lacking_features_are_said_to_be_lacking)
{
	static const struct {
		const char *personality;
		const char *feature;
	} lacking[] = {
		{ "old-kernel", "seal-future-write" }, { "old-kernel", "seal-exec" },   { "old-kernel", "populate" },
		{ "no-memfd", "seals" },               { "no-memfd", "huge-objects" },  { "no-tmpfile", "anonymous" },
		{ "no-tmpfile", "supersede" },         { "no-proc", "reopen" },         { "no-proc", "supersede" },
		{ "macos", "allocate" },               { "macos", "descriptor-io" },    { "macos", "identity" },
		{ "macos", "list" },                   { "macos", "permissions" },      { "macos", "resize" },
		{ "macos", "space" },                  { "macos", "anonymous" },        { "openbsd", "allocate" },
		{ "posix", "allocate" },               { "posix", "descriptor-io" },    { "freebsd", "seals" },
		{ "freebsd", "list" },                 { "no-fallocate", "allocate" },
	};

	int seen = 0;

	for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
		if (strcmp(lacking[i].personality, interpose_personality_name()) != 0)
			continue;
		ck_assert_msg(!has(lacking[i].feature), "%s is there", lacking[i].feature);
		seen++;
	}
	if (seen == 0)
		skip("this system need not lack anything");
}
END_TEST

START_TEST(unknown_features_are_errors)
{
	assert_error(call("pshm_has", NULL), "EFAULT");
	assert_error(call("pshm_has", "wings"), "EINVAL");
	assert_error(call("pshm_has", ""), "EINVAL");
	assert_error(call("pshm_has", "Allocate"), "EINVAL");
	assert_error(call("pshm_has", "allocate "), "EINVAL");
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
	const TTest *tests[] = { version_is_the_headers, page_size_is_the_systems, name_max_is_the_longest_name_that_works,
		                 every_feature_is_answered, linux_has_what_linux_has,
		                 lacking_features_are_said_to_be_lacking, unknown_features_are_errors, unknown_platforms_are_errors, NULL };

	return suite_of("ffi_library", 30, tests);
}
