/* SPDX-License-Identifier: BSD-3-Clause */
/* Assertions that know the error convention. The table of names is this file's own, not the library's. */
#include "expect.h"
#include "assertions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW(error) { #error, error },

static const struct {
	const char *name;
	int number;
} errors[] = {
	/* clang-format off */
	ROW(E2BIG) ROW(EACCES) ROW(EAGAIN) ROW(EBADF) ROW(EBUSY) ROW(ECONNREFUSED) ROW(ECONNRESET) ROW(EDQUOT)
	ROW(EEXIST) ROW(EFAULT) ROW(EFBIG) ROW(EINTR) ROW(EINVAL) ROW(EIO) ROW(EISDIR) ROW(ELOOP) ROW(EMFILE)
	ROW(EMLINK) ROW(EMSGSIZE) ROW(ENAMETOOLONG) ROW(ENFILE) ROW(ENOBUFS) ROW(ENODATA) ROW(ENODEV) ROW(ENOENT)
	ROW(ENOMEM) ROW(ENOSPC) ROW(ENOSYS) ROW(ENOTCONN) ROW(ENOTDIR) ROW(ENOTSOCK) ROW(ENOTSUP) ROW(ENXIO)
	ROW(EOVERFLOW) ROW(EOWNERDEAD) ROW(EPERM) ROW(EPIPE) ROW(EPROTO) ROW(EPROTOTYPE) ROW(ERANGE) ROW(EROFS)
	ROW(ESPIPE) ROW(ETIMEDOUT)
	ROW(ETOOMANYREFS) ROW(ETXTBSY) ROW(EXDEV)
	/* clang-format on */
};

enum { ERRORS = sizeof errors / sizeof errors[0] };

static char *
scratch(void)
{
	static _Thread_local char texts[8][32];
	static _Thread_local unsigned next;

	return texts[next++ % 8];
}

const char *
name_of_error(int error)
{
	char *text = scratch();

	if (error == 0)
		return "0";
	for (int i = 0; i < ERRORS; i++)
		if (errors[i].number == error)
			return errors[i].name;
	(void)snprintf(text, 32, "errno %d", error);
	return text;
}

const char *
name_of_result(int64_t result)
{
	char *text = scratch();

	if (is_error(result))
		(void)snprintf(text, 32, "-%s", name_of_error(-(int)result));
	else
		(void)snprintf(text, 32, "%lld", (long long)result);
	return text;
}

int
error_of_name(const char *name)
{
	for (int i = 0; i < ERRORS; i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return 0;
}

static void
report(const char *file, int line, const char *text, const char *wanted, int64_t result)
{
	_ck_assert_failed(file, line, "Failure", "%s: wanted %s, got %s", text, wanted, name_of_result(result));
}

static bool
is_among(int64_t result, const char *names)
{
	char *copy = strdup(names);
	char *rest = copy;
	char *name;
	bool found = false;

	while ((name = strtok_r(rest, " ", &rest)) != NULL) {
		ck_assert_msg(error_of_name(name) != 0, "the harness does not know %s", name);
		found = found || result == -error_of_name(name);
	}
	free(copy);
	return found;
}

void
expect_error(const char *file, int line, const char *text, int64_t result, const char *names)
{
	if (!is_among(result, names))
		report(file, line, text, names, result);
}

int64_t
expect_success(const char *file, int line, const char *text, int64_t result)
{
	if (is_error(result))
		report(file, line, text, "success", result);
	return result;
}

void
expect_result(const char *file, int line, const char *text, int64_t result, int64_t number)
{
	if (result != number)
		report(file, line, text, name_of_result(number), result);
}
