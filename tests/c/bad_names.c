/* SPDX-License-Identifier: BSD-3-Clause */
/* Names, and the options of opening. */
#include "bad_input.h"
#include "fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every function of the headers that takes a name; the two that take options take every one of them. */
static void
each_name_call(const char *name, const char *errors)
{
	const struct good good = bad_good();
	int created = -7;

	for (const char *function = NULL; (function = function_with("name", function)) != NULL;)
		expect_error(__FILE__, __LINE__, function, call_with(function, "name", (int64_t)(intptr_t)name, &good), errors);
	for (int if_exists = 0; if_exists <= PSHM_IF_EXISTS_NIL; if_exists++)
		assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, if_exists, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, &created),
		             errors);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, PSHM_IF_DOES_NOT_EXIST_NIL, 0600, NULL), errors);
	assert_error(call("pshm_shm_open", name, PSHM_O_RDONLY, 0), errors);
	ck_assert_int_eq(created, -7);
}

static void
name_null(void)
{
	each_name_call(NULL, "EFAULT");
}

static void
name_empty(void)
{
	each_name_call("", "EINVAL");
}

static void
name_slash(void)
{
	each_name_call("/", "EINVAL");
}

static void
name_no_slash(void)
{
	each_name_call("noslash", "EINVAL");
	each_name_call(".", "EINVAL");
}

static void
name_two_slashes(void)
{
	each_name_call("/a/b", "EINVAL");
	each_name_call("/a/", "EINVAL");
	each_name_call("/../dev/shm/x", "EINVAL");
}

static void
name_double_slash(void)
{
	each_name_call("//a", "EINVAL");
	each_name_call("//", "EINVAL");
}

static void
name_dots(void)
{
	each_name_call("/.", "EINVAL");
	each_name_call("/..", "EINVAL");
}

static char *
name_of_length(int64_t length, char fill)
{
	char *name = malloc((size_t)length + 1);

	memset(name, fill, (size_t)length);
	name[0] = '/';
	name[length] = '\0';
	return name;
}

static void
name_too_long(void)
{
	int64_t most = call("pshm_name_max");
	char *name = name_of_length(most + 1, 'n');
	char *longer = name_of_length(100000, 'n');

	each_name_call(name, "ENAMETOOLONG");
	each_name_call(longer, "ENAMETOOLONG");
	free(name);
	free(longer);
}

static void
name_longest(void)
{
	int64_t most = call("pshm_name_max");

	for (int byte = 1; byte < 256; byte++) {
		char *name = name_of_length(most > 256 ? 256 : most, (char)byte);

		if (byte != '/') {
			close_now(object_open_new(name, 0));
			ck_assert(object_exists(name));
			close_now((int)assert_success(
			        call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL)));
			assert_result(call("pshm_delete", name), 0);
			ck_assert(!object_exists(name));
		}
		free(name);
	}
}

/* The kinds of what is no object: each is made anew for every call, and looked at after it. */
static void
make_other(const char *path, mode_t kind)
{
	ck_assert_int_eq(kind == S_IFIFO ? mkfifo(path, 0600) : mkdir(path, 0700), 0);
}

static mode_t
kind_of(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

static void
assert_is_no_descriptor(const char *function, int64_t result)
{
	bool deletes = strstr(function, "delete") != NULL || strstr(function, "unlink") != NULL;

	ck_assert_msg(deletes ? result <= 0 : is_error(result), "%s returned %s", function, name_of_result(result));
}

/* A FIFO may be unlinked, as any file; a directory stays whatever is asked. */
static void
try_other(const char *function, const char *name, mode_t kind)
{
	const struct good good = bad_good();
	int64_t result;

	make_other(path_of(name), kind);
	result = call_with(function, "name", (int64_t)(intptr_t)name, &good);
	assert_is_no_descriptor(function, result);
	if (kind_of(path_of(name)) == 0)
		ck_assert_msg(kind == S_IFIFO && result == 0, "%s: what is no object is gone", function);
	else
		ck_assert_msg(kind_of(path_of(name)) == kind && remove(path_of(name)) == 0, "%s: it is something else", function);
}

static void
name_of_fifo_or_directory(void)
{
	const char *name = name_of("other");

	(void)alarm(5);
	for (const char *function = NULL; (function = function_with("name", function)) != NULL;) {
		if (has("list")) /* elsewhere objects are not kept beside FIFOs: there is nothing to defend against */
			try_other(function, name, S_IFIFO);
		try_other(function, name, S_IFDIR);
	}
	make_other(path_of(name), S_IFDIR);
	for (int option = 0; option <= PSHM_IF_EXISTS_NIL; option++)
		for (int direction = PSHM_DIRECTION_INPUT; direction <= PSHM_DIRECTION_IO; direction += 2)
			ck_assert(is_error(call("pshm_open", name, direction, option, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL)));
	ck_assert(is_error(call("pshm_shm_open", name, PSHM_O_RDONLY, 0)));
	ck_assert_int_eq(kind_of(path_of(name)), S_IFDIR);
	ck_assert_int_eq(rmdir(path_of(name)), 0);
	(void)alarm(0);
}

static void
shm_open_flags(void)
{
	static const int bad[] = {
		O_CREAT, O_EXCL, O_TRUNC, O_CREAT | O_RDWR, 1, 4, INT_MIN, PSHM_O_EXCL, PSHM_O_EXCL | PSHM_O_RDWR
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_shm_open", name_of("flags"), bad[i], 0600), "EINVAL");
}

static void
permission_bits(void)
{
	static const int bad[] = { 01000, 02000, 04000, 010000, -1, INT_MIN, INT_MAX };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_error(call("pshm_shm_open", name_of("bits"), PSHM_O_RDWR | PSHM_O_CREAT, bad[i]), "EINVAL");
		assert_error(call("pshm_open", name_of("bits"), PSHM_DIRECTION_IO, 0, 2, bad[i], NULL), "EINVAL");
		assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, bad[i], 0), "EINVAL");
	}
}

static void
open_options(void)
{
	assert_error(call("pshm_open", name_of("options"), 1, 0, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 6, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, -1, 2, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 0, 4, 0600, NULL), "EINVAL");
	assert_error(call("pshm_open", name_of("options"), 2, 0, -1, 0600, NULL), "EINVAL");
}

static void
anonymous_bad(void)
{
	static const int directions[] = { -1, 1, 3, 4, INT_MIN, INT_MAX };

	for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++)
		assert_error(call("pshm_open_anonymous", directions[i], 0600, 0), "EINVAL");
	for (int bit = 0; bit < 32; bit++)
		if ((1U << bit & (PSHM_ANONYMOUS_HUGE | PSHM_ANONYMOUS_NAMEABLE)) == 0)
			assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, (int)(1U << bit)), "EINVAL");
}

static void
list_buffer(void)
{
	char bytes[2] = "x";

	if (!has("list")) {
		assert_error(call("pshm_list", NULL, 0), "ENOTSUP");
		return;
	}
	if (shm_is_private())
		assert_result(call("pshm_list", NULL, 0), (int64_t)strlen(name_of("bad")) + 1);
	ck_assert_int_gt(assert_success(call("pshm_list", NULL, 0)), 0);
	ck_assert_int_gt(assert_success(call("pshm_list", bytes, 1)), 1);
	ck_assert_str_eq(bytes, "x");
}

static void
delete_anothers(void)
{
	int anonymous = anonymous_new(0);

	if (has("identity")) {
		assert_result(call("pshm_delete_if_same", name_of("bad"), anonymous), 0);
		assert_error(call("pshm_delete_if_same", name_of("none"), anonymous), "ENOENT");
	}
	ck_assert(object_exists(name_of("bad")));
	close_now(anonymous);
}

const struct bad_row bad_names[] = {
	{ "every call with a name", "NULL", "-EFAULT", name_null },
	{ "every call with a name", "\"\"", "-EINVAL", name_empty },
	{ "every call with a name", "\"/\"", "-EINVAL", name_slash },
	{ "every call with a name", "\"noslash\"", "-EINVAL", name_no_slash },
	{ "every call with a name", "\"/a/b\"", "-EINVAL", name_two_slashes },
	{ "every call with a name", "\"//a\"", "-EINVAL", name_double_slash },
	{ "every call with a name", "\"/.\" and \"/..\"", "-EINVAL", name_dots },
	{ "every call with a name", "pshm_name_max()+1 bytes", "-ENAMETOOLONG", name_too_long },
	{ "every call with a name", "exactly pshm_name_max() bytes, any bytes 1..255 but '/'", "works", name_longest },
	{ "every call with a name", "the name of a FIFO or a directory in the shared memory file system",
	  "any; never blocks, never returns a descriptor of a directory", name_of_fifo_or_directory },
	{ "shm_open", "flags with an unknown bit; a native O_CREAT, O_EXCL or O_TRUNC of this platform; excl without creat",
	  "-EINVAL", shm_open_flags },
	{ "shm_open, open, open_anonymous", "permission bits outside 0777", "-EINVAL", permission_bits },
	{ "open", "direction, if_exists or if_does_not_exist out of range", "-EINVAL", open_options },
	{ "open_anonymous", "direction out of range; unknown flag", "-EINVAL", anonymous_bad },
	{ "list", "NULL with size 0; a buffer too small", "returns the size needed; the same, the buffer untouched", list_buffer },
	{ "delete_if_same", "another object has the name; no such name", "0, the name is still there; -ENOENT", delete_anothers },
	{ NULL, NULL, NULL, NULL },
};
