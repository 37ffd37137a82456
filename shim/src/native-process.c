/* SPDX-License-Identifier: BSD-3-Clause */
/* The start of a process, and whether it is alive, on each system. */
#include "system.h"
#include "process.h"

#include <signal.h>

#if defined __linux__

#include <string.h>
#include <sys/syscall.h>

/* Newer than some C libraries; the same number on every architecture but those that count in a way of their own. */
#ifndef SYS_pidfd_open
#if defined __alpha__ || defined __ia64__ || defined __mips__ || (defined __x86_64__ && defined __ILP32__)
#define SYS_pidfd_open (-1) /* ENOSYS */
#else
#define SYS_pidfd_open 434
#endif
#endif

enum { LONGEST_STAT = 1024, LONGEST_PATH = 64 };

/*
 * With a dot, so that a process reads of itself what others read of it: for the plain paths of a process's own an emulator such as
 * qemu's user mode makes up a text, in which each thread has a start of its own.
 */
#define OWN_STAT "/proc/./self/stat"
#define STAT_FORMAT "/proc/./%d/stat"

/* The fields used of /proc/PID/stat, proc_pid_stat(5). The start is in ticks since boot, and not 0; 0 if it cannot be read. */
struct stat_fields {
	char state;
	uint64_t parent;
	uint64_t threads;
	uint64_t start;
};

enum { STATE_FIELD = 3, PARENT_FIELD = 4, THREADS_FIELD = 20, START_FIELD = 22 };

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

/*
 * The field with a number from 3 on: a program's name, the second one,
 * may hold spaces and parentheses. NULL where there is none.
 */
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

	return (struct stat_fields){ state == NULL ? '\0' : *state, number_at(field(text, PARENT_FIELD)),
		                     number_at(field(text, THREADS_FIELD)), number_at(field(text, START_FIELD)) };
}

static struct stat_fields COLD
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
	return number_at(text) == (uint64_t)getpid();
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
	uint64_t start = is_proc_ours() ? read_stat(OWN_STAT).start : 0;

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
static bool COLD
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

/*
 * A process whose main thread has ended is Z as well, but has other threads. While another thread than the main one calls exec,
 * what is read may be the rest of the main one, X, or Z with 0 threads, though the process goes on under its number: no proof.
 */
static bool
is_gone(const struct stat_fields *now, uint64_t process)
{
	if (now->start == 0)
		return false;
	return process_word(0, now->start, 0) != (process & PROCESS_START << PROCESS_START_SHIFT) ||
	       (now->state == 'Z' && now->threads == 1);
}

/*
 * Before /proc is a proof. Its numbers may be those of an outer namespace, in which this process has the same one by chance: the
 * parent's is another. And this process may have entered another namespace of time since its first call.
 */
static bool
is_proc_certain(uint64_t process)
{
	return read_stat(OWN_STAT).parent == (uint64_t)getppid() && namespace_here() == process_namespace(process);
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
	(void)snprintf(path, sizeof path, STAT_FORMAT, (int)number);
	now = read_stat(path);
	return !is_gone(&now, process) || !is_proc_certain(process);
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

/* clang-format off */
/* The kernel's record of a process and its members, sysctl(3); the start in microseconds. */
#if defined __APPLE__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number }
#define START(record) ((uint64_t)(record).kp_proc.p_starttime.tv_sec * 1000000 + (uint64_t)(record).kp_proc.p_starttime.tv_usec)
#define IS_ZOMBIE(record) ((record).kp_proc.p_stat == SZOMB)
#define NAMESPACE(record) ((void)(record), 1)
#elif defined __FreeBSD__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number }
#define START(record) ((uint64_t)(record).ki_start.tv_sec * 1000000 + (uint64_t)(record).ki_start.tv_usec)
#define IS_ZOMBIE(record) ((record).ki_stat == SZOMB)
#define NAMESPACE(record) (1 + (uint64_t)(record).ki_jid)
#elif defined __OpenBSD__
#define RECORD struct kinfo_proc
#define QUERY { CTL_KERN, KERN_PROC, KERN_PROC_PID, number, (int)sizeof(RECORD), 1 }
#define START(record) ((uint64_t)(record).p_ustart_sec * 1000000 + (uint64_t)(record).p_ustart_usec)
#define IS_ZOMBIE(record) ((record).p_stat == SZOMB || (record).p_stat == SDEAD)
#define NAMESPACE(record) ((void)(record), 1)
#else
#define RECORD struct kinfo_proc2
#define QUERY { CTL_KERN, KERN_PROC2, KERN_PROC_PID, number, (int)sizeof(RECORD), 1 }
#define START(record) ((uint64_t)(record).p_ustart_sec * 1000000 + (uint64_t)(record).p_ustart_usec)
#define IS_ZOMBIE(record) ((record).p_stat == LSZOMB || (record).p_stat == LSDEAD)
#define NAMESPACE(record) ((void)(record), 1)
#endif
/* clang-format on */

/* The bytes of an answer, 0 where there is none, or a negated errno. */
static int
sys_sysctl(const int *query, unsigned count, void *ret_answer, size_t size)
{
	int saved = errno;
	int error;

	memset(ret_answer, 0, size);
	error = system_result(sysctl(query, count, ret_answer, &size, NULL, 0), saved);
	return error < 0 ? error : (int)size;
}

/*
 * FreeBSD and OpenBSD keep how long after the machine a process started, and answer with the sum of that and the moment when the
 * machine started, which moves when the clock is set (fill_kinfo_proc_only, fill_kproc). The others keep the moment itself.
 */
#if defined __FreeBSD__ || defined __OpenBSD__
static uint64_t
machine_start(void)
{
	const int query[] = { CTL_KERN, KERN_BOOTTIME };
	struct timeval start;

	(void)sys_sysctl(query, 2, &start, sizeof start);
	return (uint64_t)start.tv_sec * 1000000 + (uint64_t)start.tv_usec;
}
#else
static uint64_t
machine_start(void)
{
	return 0;
}
#endif

/*
 * 1: found, with its start in milliseconds; 0: there is no such process;
 * or a negated errno. Again where the clock was set meanwhile.
 */
static int
find(int number, RECORD *ret_record, uint64_t *ret_start)
{
	const int query[] = QUERY;
	uint64_t machine;
	int result;

	do {
		machine = machine_start();
		result = sys_sysctl(query, sizeof query / sizeof query[0], ret_record, sizeof *ret_record);
	} while (machine != machine_start());
	*ret_start = (START(*ret_record) - machine) / 1000;
	if (result == -ESRCH)
		return 0;
	return result < 0 ? result : result != 0;
}

/* OpenBSD rounds both moments, so that their difference may be one less or more the next time. */
static bool
is_same_start(uint64_t start, uint64_t process)
{
	uint64_t kept = process >> PROCESS_START_SHIFT;

	return ((kept - start + 1) & PROCESS_START) <= 2;
}

uint64_t
pshm__native_process_self(void)
{
	RECORD self;
	uint64_t start;
	bool found = find(getpid(), &self, &start) == 1;

	return process_word((uint64_t)getpid(), found ? start : 0, found ? NAMESPACE(self) : 0);
}

int
pshm__native_process_alive(uint64_t process)
{
	RECORD now;
	uint64_t start;
	int found = find((int)(process & PROCESS_NUMBER), &now, &start);

	if (found < 0)
		return -ENOTSUP;
	return found == 1 && !IS_ZOMBIE(now) && is_same_start(start, process);
}

#else

/* POSIX has no start time: a free process ID is a proof, one in use is not. */
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
