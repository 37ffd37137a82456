/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Concurrency and crashes: stress SECONDS PROCESSES KILLS.
 *
 * First many processes, with two threads each, create, supersede, delete, resize, read, write, map, send and receive
 * objects under the same few names. Whatever another one may have done is an answer; nothing else is. Each process ends
 * with the descriptors that it began with.
 *
 * Then processes are killed with SIGKILL at a random moment, in the middle of the same calls. Afterwards every name can be
 * opened, has the mode that every creator asks for and a size that some call has set, can be superseded and deleted, and
 * nothing is left: no name that nobody chose, and no memory.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAMES = 4, THREADS = 2, PAGE_COUNT = 4, MODE = 0640, MOST_DESCRIPTORS = 256 };

static const char *const names[NAMES] = { "/stress-a", "/stress-b", "/stress-c", "/stress-d" };
static int64_t page;

struct tally {
	int64_t calls;
	int64_t created;
	int64_t superseded;
	int64_t sent;
};
static struct tally *tally; /* shared by all processes */

static void
count(int64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* A result of at least 0, or one of the errors that others can bring about. */
static int64_t
allow(const char *what, int64_t result, int first, int second, int third)
{
	count(&tally->calls);
	if (result >= 0 || result == -first || result == -second || result == -third)
		return result;
	(void)fprintf(stderr, "stress: %s: %s\n", what, pshm_error_name((int)result));
	_exit(1);
}

static void
insist(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "stress: does not hold: %s (%s)\n", what, strerror(errno));
	_exit(1);
}

static void
discard(int64_t fd)
{
	if (fd >= 0)
		(void)allow("close", pshm_close((int)fd), 0, 0, 0);
}

static int64_t
open_somehow(unsigned *seed, const char *name)
{
	int created = 0;
	int option = 1 + rand_r(seed) % 5;
	int64_t fd = allow("open", pshm_open(name, rand_r(seed) % 2 * 2, option, 1 + rand_r(seed) % 2, MODE, &created), EEXIST, ENOENT, 0);

	if (fd >= 0 && created)
		count(option == PSHM_IF_EXISTS_SUPERSEDE ? &tally->superseded : &tally->created);
	return fd;
}

/* Bytes go in and come out, whatever size others give the object meanwhile. EBADF: the descriptor is for input. */
static void
use(unsigned *seed, int fd)
{
	char bytes[100] = { 1 };
	int64_t fields[PSHM_STAT_CTIME_NSEC + 1];
	int64_t address;

	(void)allow("truncate", pshm_truncate(fd, rand_r(seed) % PAGE_COUNT * page), EINVAL, 0, 0);
	(void)allow("allocate", pshm_allocate(fd, rand_r(seed) % PAGE_COUNT * page), EBADF, ENOSPC, 0);
	(void)allow("write", pshm_write(fd, bytes, sizeof bytes, rand_r(seed) % (PAGE_COUNT * (int)page)), EBADF, ENOSPC, 0);
	(void)allow("read", pshm_read(fd, bytes, sizeof bytes, rand_r(seed) % (PAGE_COUNT * (int)page)), 0, 0, 0);
	address = allow("map", pshm_map(fd, page, PSHM_PROT_READ, PSHM_MAP_SHARED, rand_r(seed) % 100), 0, 0, 0);
	(void)allow("unmap", pshm_unmap(address, page), 0, 0, 0);
	(void)allow("fstat", pshm_fstat(fd, fields, PSHM_STAT_CTIME_NSEC + 1), 0, 0, 0);
	insist(fields[PSHM_STAT_MODE] == MODE && fields[PSHM_STAT_SIZE] <= PAGE_COUNT * page, "the object is as somebody made it");
}

/* To the thread itself: what is received is what was sent. */
static void
hand_over(int fd)
{
	int64_t sent[2];
	int64_t received[2];
	int ends[2];
	int64_t copy;

	(void)allow("socketpair", pshm_socketpair(&ends[0], &ends[1]), 0, 0, 0);
	(void)allow("send", pshm_send(ends[0], fd), 0, 0, 0);
	copy = allow("receive", pshm_receive(ends[1]), 0, 0, 0);
	(void)allow("fstat", pshm_fstat(fd, sent, 2), 0, 0, 0);
	(void)allow("fstat", pshm_fstat((int)copy, received, 2), 0, 0, 0);
	insist(memcmp(sent, received, sizeof sent) == 0, "what is received was sent");
	insist((fcntl((int)copy, F_GETFD) & FD_CLOEXEC) != 0, "what is received is close-on-exec");
	discard(copy);
	discard(ends[0]);
	discard(ends[1]);
	count(&tally->sent);
}

static void
round_of_calls(unsigned *seed)
{
	const char *name = names[rand_r(seed) % NAMES];
	int64_t fd = open_somehow(seed, name);
	int64_t anonymous;

	if (fd >= 0) {
		use(seed, (int)fd);
		if (rand_r(seed) % 4 == 0)
			hand_over((int)fd);
		if (rand_r(seed) % 4 == 0)
			(void)allow("delete_if_same", pshm_delete_if_same(name, (int)fd), ENOENT, 0, 0);
		discard(fd);
	}
	anonymous = allow("open_anonymous", pshm_open_anonymous(PSHM_DIRECTION_IO, MODE, 0, 100, NULL, 0), 0, 0, 0);
	use(seed, (int)anonymous);
	discard(anonymous);
	if (rand_r(seed) % 2 == 0)
		(void)allow("delete", pshm_delete(name), ENOENT, 0, 0);
}

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int64_t end_of_work;

static void *
work(void *argument)
{
	unsigned seed = (unsigned)(uintptr_t)argument ^ (unsigned)now() ^ (unsigned)getpid() << 8;

	while (now() < end_of_work)
		round_of_calls(&seed);
	return NULL;
}

static int
open_descriptors(void)
{
	int found = 0;

	for (int fd = 0; fd < MOST_DESCRIPTORS; fd++)
		found += fcntl(fd, F_GETFD) >= 0;
	return found;
}

static void
work_in_threads(void)
{
	pthread_t threads[THREADS];
	int before = open_descriptors();

	for (int i = 0; i < THREADS; i++)
		insist(pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)(i + 1)) == 0, "a thread starts");
	for (int i = 0; i < THREADS; i++)
		insist(pthread_join(threads[i], NULL) == 0, "a thread ends");
	insist(open_descriptors() == before, "no descriptor is left open");
}

static pid_t
start(void)
{
	pid_t child = fork();

	insist(child >= 0, "a process starts");
	if (child == 0) {
		work_in_threads();
		_exit(0);
	}
	return child;
}

static void
concurrency(int seconds, int processes)
{
	end_of_work = now() + (int64_t)seconds * 1000000;
	for (int i = 0; i < processes; i++)
		(void)start();
	for (int i = 0; i < processes; i++) {
		int status;

		insist(wait(&status) > 0 && status == 0, "a process ends well");
	}
}

/* What a crash may leave under a name: nothing, or a whole object, which serves every call. */
static void
check_name(const char *name)
{
	int64_t fields[PSHM_STAT_CTIME_NSEC + 1];
	int created = 0;
	int64_t fd = allow("open what is left", pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL),
	                   ENOENT, 0, 0);

	if (fd >= 0) {
		(void)allow("fstat", pshm_fstat((int)fd, fields, PSHM_STAT_CTIME_NSEC + 1), 0, 0, 0);
		insist(fields[PSHM_STAT_MODE] == MODE && fields[PSHM_STAT_NLINK] == 1, "what is left is whole");
		insist(fields[PSHM_STAT_SIZE] <= PAGE_COUNT * page && fields[PSHM_STAT_SIZE] % page == 0, "its size was asked for");
		discard(fd);
	}
	fd = allow("supersede what is left", pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE, MODE, &created), 0, 0, 0);
	insist(created == 1, "what is left can be superseded");
	discard(fd);
	(void)allow("delete what is left", pshm_delete(name), 0, 0, 0);
}

static void
check_place(int64_t room)
{
	DIR *directory = opendir("/dev/shm");
	const struct dirent *entry;
	int64_t free_now = -1;

	insist(directory != NULL, "the place can be read");
	while ((entry = readdir(directory)) != NULL)
		insist(entry->d_name[0] == '.', "nothing is left under another name");
	(void)closedir(directory);
	(void)allow("space", pshm_space(NULL, &free_now), 0, 0, 0);
	insist(free_now == room, "no memory is left in use");
}

static void
crashes(int kills)
{
	unsigned seed = (unsigned)now();
	int64_t room = 0;

	(void)allow("space", pshm_space(NULL, &room), 0, 0, 0);
	end_of_work = INT64_MAX;
	for (int i = 0; i < kills; i++) {
		struct timespec moment = { 0, 1000 * (rand_r(&seed) % 4000) };
		int status;
		pid_t child = start();

		(void)nanosleep(&moment, NULL);
		insist(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child, "a process is killed");
		insist(WIFSIGNALED(status), "it was still at work");
		for (int name = 0; name < NAMES; name++)
			check_name(names[name]);
		check_place(room);
	}
}

int
main(int argument_count, char **arguments)
{
	int seconds = argument_count > 1 ? atoi(arguments[1]) : 60;
	int processes = argument_count > 2 ? atoi(arguments[2]) : 8;
	int kills = argument_count > 3 ? atoi(arguments[3]) : 2000;

	(void)umask(0);
	page = pshm_page_size();
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	insist(tally != MAP_FAILED, "there is memory for the figures");
	concurrency(seconds, processes);
	for (int name = 0; name < NAMES; name++)
		check_name(names[name]);
	printf("stress: %d processes of %d threads, %d s: %lld calls, %lld created, %lld superseded, %lld handed over\n", processes, THREADS,
	       seconds, (long long)tally->calls, (long long)tally->created, (long long)tally->superseded, (long long)tally->sent);
	crashes(kills);
	printf("stress: %d processes killed, nothing left\n", kills);
	return 0;
}
