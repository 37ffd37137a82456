/* SPDX-License-Identifier: BSD-3-Clause */
/* What each system knows about a process: when it started, and whether it is alive. */
#include "system.h"
#include "process.h"

#include <signal.h>

#if defined __linux__

#include <string.h>
#include <sys/syscall.h>

/* Newer than some C libraries; the same number on every architecture but alpha, which has no port that needs it. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { LONGEST_STAT = 1024, LONGEST_PATH = 64 };

/* What is used of /proc/PID/stat, proc_pid_stat(5). The start is in ticks since boot, and not 0; 0 where it cannot be read. */
struct stat_fields {
	char state;
	uint64_t threads;
	uint64_t start;
};

enum { STATE_FIELD = 3, THREADS_FIELD = 20, START_FIELD = 22 };

static int
sys_pidfd_open(int64_t number)
{
	int saved = errno;

	return system_result((int)syscall(SYS_pidfd_open, (pid_t)number, 0), saved);
}

static int
sys_kill(int64_t number, int signal)
{
	int saved = errno;

	return system_result(kill((pid_t)number, signal), saved);
}

static int64_t
sys_readlink(const char *path, char *ret_text, size_t size)
{
	int saved = errno;

	return system_result((int)readlink(path, ret_text, size), saved);
}

static int
sys_stat(const char *path, struct stat *ret_status)
{
	int saved = errno;

	return system_result(stat(path, ret_status), saved);
}

/* The field with a number from 3 on: a program's name, the second one, may hold spaces and parentheses. NULL where there is none. */
static const char *
field(const char *text, int number)
{
	const char *at = strrchr(text, ')');

	for (int i = STATE_FIELD - 1; at != NULL && i < number; i++)
		at = strchr(at + 1, ' ');
	return at == NULL ? NULL : at + 1;
}

static uint64_t
number_at(const char *text)
{
	uint64_t number = 0;

	for (; text != NULL && *text >= '0' && *text <= '9'; text++)
		number = 10 * number + (uint64_t)(*text - '0');
	return number;
}

static struct stat_fields
parse_stat(const char *text)
{
	const char *state = field(text, STATE_FIELD);

	return (struct stat_fields){ state == NULL ? '\0' : *state, number_at(field(text, THREADS_FIELD)), number_at(field(text, START_FIELD)) };
}

static struct stat_fields SELDOM
read_stat(const char *path)
{
	char text[LONGEST_STAT];
	int fd = sys_open(path, O_RDONLY, 0);
	int64_t length = fd < 0 ? fd : sys_pread(fd, text, sizeof text - 1, 0);

	if (fd >= 0)
		sys_close(fd);
	text[length < 0 ? 0 : length] = '\0';
	return parse_stat(text);
}

/* The /proc that is mounted here may be another namespace's, whose numbers are not ours. */
static bool
is_proc_ours(void)
{
	char text[LONGEST_PATH];
	int64_t length = sys_readlink("/proc/self", text, sizeof text - 1);

	text[length < 0 ? 0 : length] = '\0';
	return length > 0 && number_at(text) == (uint64_t)getpid();
}

/*
 * The namespace of processes, and that of time, by which the starts in /proc are shifted for the reader. By way of the thread:
 * /proc/self/ns is not there once the main thread has ended. A kernel without namespaces of time has one.
 */
static uint64_t
namespace_here(void)
{
	struct stat processes;
	struct stat time;
	uint64_t mixed;

	if (sys_stat("/proc/thread-self/ns/pid", &processes) < 0)
		return 0;
	if (sys_stat("/proc/thread-self/ns/time", &time) < 0)
		time.st_ino = 0;
	mixed = ((uint64_t)processes.st_ino + 40503 * (uint64_t)time.st_ino) & PROCESS_NAMESPACE;
	return mixed + (mixed == 0);
}

uint64_t
pshm__native_process_self(void)
{
	uint64_t start = is_proc_ours() ? read_stat("/proc/self/stat").start : 0;

	return process_word((uint64_t)getpid(), start, start == 0 ? 0 : namespace_here());
}

/* The descriptor of a process is readable once all of it has ended; the poll does not wait, and is no place to be cancelled. */
static bool
is_readable(int fd)
{
	struct pollfd process = { fd, POLLIN, 0 };
	int state = cancellation_disable();
	int ready = sys_poll(&process, 0);

	cancellation_restore(state);
	return ready > 0;
}

/* Whether the number belongs to nobody, or to one that has ended and is not waited for yet. */
static bool SELDOM
has_ended(int64_t number)
{
	int fd = sys_pidfd_open(number);
	bool ended;

	/* EINVAL and newer kernels' ENOENT: the number is that of a thread by now. */
	if (fd == -ESRCH || fd == -EINVAL || fd == -ENOENT)
		return true;
	if (fd < 0) /* an older kernel, a sandbox, or no descriptor free */
		return sys_kill(number, 0) == -ESRCH;
	ended = is_readable(fd);
	sys_close(fd);
	return ended;
}

/* A process whose main thread has ended is Z as well, but has other threads. */
static bool
is_gone(const struct stat_fields *now, uint64_t process)
{
	if (now->start == 0)
		return false;
	return process_word(0, now->start, 0) != (process & PROCESS_START << PROCESS_START_SHIFT) || now->state == 'X' ||
	       (now->state == 'Z' && now->threads <= 1);
}

int
pshm__native_process_alive(uint64_t process)
{
	int64_t number = (int64_t)(process & PROCESS_NUMBER);
	char path[LONGEST_PATH];
	struct stat_fields now;

	if (has_ended(number))
		return 0;
	if (!is_proc_ours())
		return 1;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)number);
	now = read_stat(path);
	return !is_gone(&now, process);
}

#elif defined __APPLE__ || defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__

#include <string.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#ifdef __FreeBSD__
#include <sys/user.h>
#endif
#ifdef __APPLE__
#include <sys/proc.h>
#endif

/* What the kernel's record of a process is called, and its parts, sysctl(3). */
#if defined __APPLE__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number }
#define START(record) ((uint64_t)(record).kp_proc.p_starttime.tv_sec * 1000 + (uint64_t)(record).kp_proc.p_starttime.tv_usec / 1000)
#define IS_ZOMBIE(record) ((record).kp_proc.p_stat == SZOMB)
#define NAMESPACE(record) ((void)(record), 1)
#elif defined __FreeBSD__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number }
#define START(record) ((uint64_t)(record).ki_start.tv_sec * 1000 + (uint64_t)(record).ki_start.tv_usec / 1000)
#define IS_ZOMBIE(record) ((record).ki_stat == SZOMB)
#define NAMESPACE(record) (1 + (uint64_t)(record).ki_jid)
#elif defined __OpenBSD__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number, (int)sizeof(RECORD), 1 }
#define START(record) ((uint64_t)(record).p_ustart_sec * 1000 + (uint64_t)(record).p_ustart_usec / 1000)
#define IS_ZOMBIE(record) ((record).p_stat == SZOMB || (record).p_stat == SDEAD)
#define NAMESPACE(record) ((void)(record), 1)
#else
#define RECORD struct kinfo_proc2
#define QUERY { CTL_KERN, KERN_PROC2, KERN_PROC_PID, number, (int)sizeof(RECORD), 1 }
#define START(record) ((uint64_t)(record).p_ustart_sec * 1000 + (uint64_t)(record).p_ustart_usec / 1000)
#define IS_ZOMBIE(record) ((record).p_stat == LSZOMB || (record).p_stat == LSDEAD)
#define NAMESPACE(record) ((void)(record), 1)
#endif

/* 1: found; 0: there is no such process; or a negated errno. */
static int
find(int number, RECORD *ret_record)
{
	int query[] = QUERY;
	size_t size = sizeof *ret_record;
	int saved = errno;
	int error;

	memset(ret_record, 0, sizeof *ret_record);
	error = system_result(sysctl(query, sizeof query / sizeof query[0], ret_record, &size, NULL, 0), saved);
	if (error == -ESRCH)
		return 0;
	return error < 0 ? error : size != 0;
}

uint64_t
pshm__native_process_self(void)
{
	RECORD self;
	bool found = find(getpid(), &self) == 1;

	return process_word((uint64_t)getpid(), found ? START(self) : 0, found ? NAMESPACE(self) : 0);
}

int
pshm__native_process_alive(uint64_t process)
{
	RECORD now;
	int found = find((int)(process & PROCESS_NUMBER), &now);

	if (found < 0)
		return -ENOTSUP;
	return found == 1 && !IS_ZOMBIE(now) && process_word(0, START(now), 0) == (process & PROCESS_START << PROCESS_START_SHIFT);
}

#else

/* POSIX has no moment of starting: a number that is free is a proof, one that is taken is none. */
uint64_t
pshm__native_process_self(void)
{
	return process_word((uint64_t)getpid(), 0, 0);
}

int
pshm__native_process_alive(uint64_t process)
{
	(void)process;
	return -ENOTSUP;
}

#endif
