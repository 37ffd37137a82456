/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets as macOS has them: no flag closes them on exec, so they are marked when they are there. Whichever mark fails, no
 * descriptor is left over.
 */
#include "system.h"

#undef SOCK_CLOEXEC
#undef MSG_CMSG_CLOEXEC
#define sys_fcntl marking

static int marking(int fd, int command, int argument);

#include "api_passing.c"

#undef sys_fcntl

#include <stdio.h>

static int marks;
static int failing;

static int
marking(int fd, int command, int argument)
{
	return ++marks == failing ? -EIO : sys_fcntl(fd, command, argument);
}

static void
fail_at(int nth)
{
	marks = 0;
	failing = nth;
}

static int
least_free(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static int bad;

static void
expect(bool holds, const char *what)
{
	if (!holds)
		printf("%s\n", what);
	bad += !holds;
}

static bool
is_marked(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

int
main(void)
{
	int before = least_free();
	int ends[2] = { -7, -7 };
	int fd;

	for (int nth = 1; nth <= 2; nth++) {
		fail_at(nth);
		expect(pshm_socketpair(&ends[0], &ends[1]) == -EIO && ends[0] == -7 && ends[1] == -7,
		       "no pair, where a mark fails");
		expect(least_free() == before, "no end of a pair is left");
	}
	fail_at(0);
	expect(pshm_socketpair(&ends[0], &ends[1]) == 0 && is_marked(ends[0]) && is_marked(ends[1]), "a pair is marked");
	before = least_free();
	expect(pshm_send(ends[0], 0, -1) == 0 && pshm_send(ends[0], 0, -1) == 0, "two are sent");
	fail_at(1);
	expect(pshm_receive(ends[1], -1) == -EIO, "nothing is received, where the mark fails");
	expect(least_free() == before, "what was received is not left");
	fail_at(0);
	fd = pshm_receive(ends[1], -1);
	expect(fd == before && is_marked(fd), "what is received is marked");
	return bad;
}
