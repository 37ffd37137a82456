/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cost of a call: the one system call that it is named after, and no other unless the design requires it. The
 * scenarios are those of the failures, on the system as it is.
 */
#include "abilities.h"
#include "faults.h"
#include "fixture.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

/* In the order of the table in interpose.h; a number where a function is called more than once. */
static const struct {
	const char *scenario;
	const char *calls;
} costs[] = {
	{ "shm_open existing", "shm_open fstat" }, /* a look at what it is: never a directory or a FIFO */
	{ "shm_open exclusive", "shm_open" },
	{ "shm_unlink", "shm_unlink" },
	{ "ftruncate", "ftruncate" },
	{ "fallocate", "fallocate" },
	{ "fstat", "fstat" },
	{ "fchown", "fchown" },
	{ "fchmod", "fchmod" },
	{ "mmap", "mmap" },
	{ "mmap lock", "mmap mlock" },
	{ "munmap", "munmap" },
	{ "mprotect", "mprotect" },
	{ "close", "close" },
	{ "dup", "fcntl" },
	{ "set_inheritable", "fcntl" },
	{ "open existing", "shm_open fstat" },
	{ "open creating", "shm_open" },
	{ "open or create existing", "shm_open fstat" },
	{ "open or create missing", "shm_open=2" },
	{ "supersede missing", "shm_open rename getentropy" },
	{ "supersede", "shm_open rename getentropy" },
	{ "anonymous", "memfd_create fchmod" },
	{ "delete", "shm_unlink" },
	{ "delete if same", "shm_unlink fstat lstat" },
	{ "truncate", "ftruncate" },
	{ "allocate below end", "fallocate fstat fstatfs sysinfo" }, /* what is available is compared first */
	{ "allocate anonymous", "fallocate fstat fstatfs sysinfo" },
	{ "allocate past end", "open=10 close=7 fallocate fstat lstat=2 fstatfs pread=7 sysinfo" },
	{ "space", "open=10 close=7 lstat=2 statfs pread=7 sysinfo" },
	{ "discard", "fallocate" },
	{ "map", "mmap" },
	{ "unmap", "munmap" },
	{ "write", "fstat pwrite" }, /* the end is looked up first */
	{ "read", "pread" },
	{ "map_prefixed", "mmap=3" },      /* the whole range is taken first, so that nobody else's is replaced */
	{ "send", "sendmsg getsockname" }, /* over TCP the byte would go, and the descriptor would not */
	{ "receive", "recvmsg getsockname" },
	{ "send later", "sendmsg=2 getsockname ppoll" },
	{ "receive later", "recvmsg=2 getsockname ppoll" },
	{ "receive in time", "recvmsg=2 getsockname ppoll clock_gettime=2" },
	{ "socketpair", "socketpair" },
	{ "seal", "fcntl" },
	{ "seals", "fcntl" },
	{ "reopen for input", "open fcntl fstat" },
	{ "alive",
	  "open close=2 pread ppoll pidfd_open readlink" }, /* its descriptor says whether it ended, /proc whether it is the same */
	{ "wait", "futex" },
	{ "wake", "futex" },
	{ "lock", "" },
	{ "ring join", "" },
	{ "ring send", "" },
};

enum { COSTS = sizeof costs / sizeof costs[0] };

static const struct scenario *
scenario_of(const char *name)
{
	for (int i = 0; i < scenario_count; i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	ck_abort_msg("there is no scenario %s", name);
	return NULL;
}

static const char *
text_of(const int counts[INTERPOSED])
{
	static char text[512];
	int length = 0;

	text[0] = '\0';
	for (int i = 0; i < INTERPOSED; i++) {
		if (counts[i] == 1)
			length += snprintf(text + length, sizeof text - (size_t)length, " %s", interposed_names[i]);
		else if (counts[i] > 1)
			length += snprintf(text + length, sizeof text - (size_t)length, " %s=%d", interposed_names[i], counts[i]);
	}
	return length == 0 ? text : text + 1;
}

START_TEST(a_call_makes_no_other_system_call)
{
	struct course course;

	if (is_not("native"))
		return;
	for (int i = 0; i < COSTS; i++) {
		const char *calls = costs[i].calls;

		if (strcmp(costs[i].scenario, "alive") == 0 && lacks("alive"))
			continue;
		if (strcmp(costs[i].scenario, "anonymous") == 0 && kernel_memfd_calls() == 2)
			calls = "memfd_create=2 fchmod";
		ck_assert_msg(world_observe(scenario_of(costs[i].scenario), &course), "%s failed", costs[i].scenario);
		ck_assert_msg(strcmp(text_of(course.counts), calls) == 0, "%s: wanted %s, got %s", costs[i].scenario, calls,
		              text_of(course.counts));
	}
	note("%d ways through the library cost what they should", COSTS);
}
END_TEST

Suite *
costs_suite(void)
{
	const TTest *tests[] = { a_call_makes_no_other_system_call, NULL };

	return suite_of("costs", 30, tests);
}
