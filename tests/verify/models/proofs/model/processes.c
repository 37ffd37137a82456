/* SPDX-License-Identifier: BSD-3-Clause */
/* What the system says of processes, and of the machine. */
#include "model.h"

#include <signal.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

static pid_t
any_process(void)
{
	pid_t process = nondet_int();

	assume(process > 0 && process <= 0x3fffff);
	return process;
}

pid_t
getpid(void)
{
	static pid_t own;

	if (own == 0)
		own = any_process();
	return own;
}

pid_t
getppid(void)
{
	return any_process();
}

int
kill(pid_t process, int signal)
{
	calls++;
	check(process > 0 && signal == 0, "nothing is sent");
	return nondet_bool() ? 0 : failure(CALL_kill);
}

ssize_t
readlink(const char *path, char *ret_text, size_t size)
{
	size_t length = nondet_uint64();

	(void)path;
	calls++;
	if (nondet_bool())
		return failure(CALL_readlink);
	assume(length > 0 && length <= size);
	__CPROVER_havoc_slice(ret_text, length);
	return (ssize_t)length;
}

static int
answer_space(struct statfs *ret_status, enum interposed function)
{
	struct statfs status;

	calls++;
	if (nondet_bool())
		return failure(function);
	*ret_status = status;
	return 0;
}

int
fstatfs(int fd, struct statfs *ret_status)
{
	(void)fd;
	return answer_space(ret_status, CALL_fstatfs);
}

int
statfs(const char *path, struct statfs *ret_status)
{
	(void)path;
	return answer_space(ret_status, CALL_statfs);
}

int
sysinfo(struct sysinfo *ret_machine)
{
	struct sysinfo machine;

	calls++;
	if (nondet_bool())
		return failure(CALL_sysinfo);
	*ret_machine = machine;
	return 0;
}
