/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Errors of a system, as its errno.h or a header in front of it has them: the names of that errno.h are in errors.inc, one
 * E(name) a line. Each is understood; no number has two names, and no name two numbers; and what the library gives has a name.
 */
#include <errno.h>
#include <posix-shm/api.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} errors[] = {
#define E(name) { #name, name },
#include "errors.inc"
};

/* What functions of the library answer by themselves. */
static const char *const given[] = { "EACCES", "EAGAIN", "EBADF",      "EEXIST", "EFAULT",   "EINTR",   "EINVAL",
	                             "EISDIR", "EMFILE", "ENODATA",    "ENOENT", "ENOSPC",   "ENOTSUP", "EOVERFLOW",
	                             "EPERM",  "EPROTO", "EPROTOTYPE", "ERANGE", "ETIMEDOUT" };

static int bad;

static void
expect(int holds, const char *what, const char *name)
{
	if (!holds)
		printf("%s: %s\n", name, what);
	bad += !holds;
}

static void
check_number(int number)
{
	const char *name = pshm_error_name(number);

	expect(strcmp(name, "UNKNOWN") != 0, "a number has no name", name);
	expect(pshm_error_number(name) == number, "the name of a number leads elsewhere", name);
	expect(strcmp(pshm_strerror(number), "unknown error") != 0, "there is no sentence", name);
}

static void
check_list(void)
{
	int count = pshm_error_count();

	for (int i = 0; i < count; i++) {
		int number = pshm_error_at(i);

		check_number(number);
		expect(number > 0 && number < 4096, "a number that no result can have", pshm_error_name(number));
		for (int j = 0; j < i; j++)
			expect(pshm_error_at(j) != number, "a number comes twice", pshm_error_name(number));
	}
}

int
main(void)
{
	int count = sizeof errors / sizeof errors[0];

	for (int i = 0; i < count; i++) {
		expect(pshm_error_number(errors[i].name) == errors[i].number, "the name leads elsewhere", errors[i].name);
		check_number(errors[i].number);
	}
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
		expect(pshm_error_number(given[i]) > 0, "the library gives what it has no name for", given[i]);
		expect(strcmp(pshm_error_name(pshm_error_number(given[i])), given[i]) == 0, "another name is given", given[i]);
	}
	expect(pshm_error_number("EWOULDBLOCK") > 0 && pshm_error_number("EOPNOTSUPP") > 0 && pshm_error_number("EDEADLOCK") > 0,
	       "unknown", "an alias");
	check_list();
	printf("%d names of this errno.h, %d bad\n", count, bad);
	return bad != 0 || count < 80;
}
