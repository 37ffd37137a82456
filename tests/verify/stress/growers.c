/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One object that many processes let grow: growers SECONDS PROCESSES. On a file system of a few MiB.
 *
 * Half of the processes store in pages of their own, which they allocate first and sometimes discard. The others ask for
 * more than there is, without the look at what is available that would reject it: the kernel runs out in the middle. Some
 * of those are killed there. No byte that was stored is ever lost, nobody cuts what another one has let grow, and in the
 * end no page is reserved past the end.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 /* as the library is compiled: its fstatfs may have another symbol */
#include <posix-shm/api.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than the whole file system would be rejected at the beginning: so another object has a part of it. */
enum { PAGES = 256, TOO_MUCH = 4 << 20, OTHERS = 1 << 20 };

static int64_t page;
static int fd;
static bool blind;

static struct {
	int64_t stored;
	int64_t discarded;
	int64_t rejected;
	int64_t blind; /* looks that failed */
	int64_t end;   /* as far as somebody has let the object grow */
} * tally;

/* The library finds this one. Without it what is available is not known, and not looked at. */
int
fstatfs(int descriptor, struct statfs *ret_status)
{
	if (!blind)
		return (int)syscall(SYS_fstatfs, descriptor, ret_status);
	__atomic_add_fetch(&tally->blind, 1, __ATOMIC_RELAXED);
	errno = ENOSYS;
	return -1;
}

static void
insist(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "growers: does not hold: %s\n", what);
	_exit(1);
}

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void
note_end(int64_t end)
{
	int64_t old = __atomic_load_n(&tally->end, __ATOMIC_SEQ_CST);

	while (old < end && !__atomic_compare_exchange_n(&tally->end, &old, end, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		continue;
}

/* The bytes stored in a page, or zeros where nothing was. */
static void
check_page(int at, int64_t stamp)
{
	int64_t words[2] = { -1, -1 };

	insist(pshm_read(fd, &words[0], 8, at * page) == 8, "the page is there");
	insist(pshm_read(fd, &words[1], 8, (at + 1) * page - 8) == 8, "all of it");
	insist(words[0] == stamp && words[1] == stamp, "what was stored stays");
}

/* Another one may have all pages for a moment: then nothing is stored. */
static bool
store(int at, int64_t stamp)
{
	int64_t result = pshm_allocate(fd, (at + 1) * page);

	insist(result == 0 || result == -ENOSPC, "there are pages, or there are none");
	if (result < 0)
		return false;
	note_end((at + 1) * page);
	insist(pshm_write(fd, &stamp, 8, at * page) == 8, "an allocated page takes bytes");
	insist(pshm_write(fd, &stamp, 8, (at + 1) * page - 8) == 8, "all of it");
	__atomic_add_fetch(&tally->stored, 1, __ATOMIC_RELAXED);
	return true;
}

static void
grow(int number, int processes, int64_t end)
{
	int64_t stamps[PAGES] = { 0 };
	bool there[PAGES] = { false };
	unsigned seed = (unsigned)now() + (unsigned)number;

	while (now() < end) {
		int at = (int)(rand_r(&seed) % (unsigned)(PAGES / processes)) * processes + number;
		int64_t stamp = 1 + rand_r(&seed);

		if (there[at] && rand_r(&seed) % 4 == 0) {
			insist(pshm_discard(fd, at * page, page) == 0, "a page can be discarded");
			__atomic_add_fetch(&tally->discarded, 1, __ATOMIC_RELAXED);
			stamps[at] = 0;
		} else if (store(at, stamp)) {
			stamps[at] = stamp;
			there[at] = true;
		}
		for (int other = number; other < PAGES; other += processes)
			if (there[other])
				check_page(other, stamps[other]);
	}
}

static void
ask_for_too_much(int64_t end)
{
	blind = true;
	while (now() < end) {
		insist(pshm_allocate(fd, TOO_MUCH) == -ENOSPC, "there is no end of it");
		__atomic_add_fetch(&tally->rejected, 1, __ATOMIC_RELAXED);
	}
}

static pid_t
start(int number, int processes, int64_t end)
{
	pid_t child = fork();

	insist(child >= 0, "a process starts");
	if (child != 0)
		return child;
	if (number % 2 == 0)
		grow(number / 2, processes / 2, end);
	else
		ask_for_too_much(end);
	_exit(0);
}

/* A process that allocates is killed, and another one replaces it. */
static int
kill_some(pid_t *asks, int number, int processes, int64_t end)
{
	int killed = 0;

	while (now() < end - 200000) {
		int status;

		(void)usleep((unsigned)(random() % 20000));
		insist(kill(*asks, SIGKILL) == 0 && waitpid(*asks, &status, 0) == *asks && WIFSIGNALED(status), "it was at work");
		*asks = start(number, processes, end);
		killed++;
	}
	return killed;
}

static void
check_object(void)
{
	struct stat status;

	insist(fstat(fd, &status) == 0, "the object is there");
	insist(status.st_size == tally->end, "the size is the largest that was had");
	insist(status.st_blocks * 512 <= status.st_size, "no page is reserved past the end");
}

int
main(int argument_count, char **arguments)
{
	int seconds = argument_count > 1 ? atoi(arguments[1]) : 10;
	int processes = argument_count > 2 ? atoi(arguments[2]) / 2 * 2 : 4;
	int64_t end = now() + (int64_t)seconds * 1000000;
	pid_t children[64];
	int killed;

	page = pshm_page_size();
	insist(processes >= 2 && processes <= 64, "2 to 64 processes");
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	insist(tally != MAP_FAILED, "there is memory for the figures");
	fd = pshm_open("/growers-other", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL);
	insist(fd >= 0 && pshm_allocate(fd, OTHERS) == 0, "there is another object");
	fd = pshm_open("/growers", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL);
	insist(fd >= 0, "an object is created");
	for (int i = 0; i < processes; i++)
		children[i] = start(i, processes, end);
	killed = kill_some(&children[1], 1, processes, end);
	for (int i = 0; i < processes; i++) {
		int status;

		insist(waitpid(children[i], &status, 0) == children[i] && status == 0, "a process ends well");
	}
	check_object();
	insist(tally->blind >= tally->rejected, "the requests are not looked at first");
	insist(tally->stored > 0 && tally->discarded > 0 && tally->rejected > 0 && killed > 0, "something was done");
	printf("growers: %d processes, %d s: %lld pages stored, %lld discarded, %lld requests rejected, %d killed, no byte lost\n",
	       processes, seconds, (long long)tally->stored, (long long)tally->discarded, (long long)tally->rejected, killed);
	return pshm_delete("/growers") == 0 ? 0 : 1;
}
