/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Concurrency and crashes: stress SECONDS PROCESSES KILLS.
 *
 * First many processes, with two threads each, create, supersede, delete, resize, read, write and map objects under the
 * same few names, and send them to one another; in between they call the rest of the library. Whatever another one may
 * have done is an answer, where this very call leaves space for it; nothing else is. An object is whole at any moment at
 * which it can be had: by its name, or out of a socket. Each process ends with the descriptors that it began with.
 *
 * Then processes are killed with SIGKILL, one after another, each at a random moment in the middle of the same calls, while
 * the others of its group are still at work. After each group every name can be opened, has the mode that every creator
 * asks for and a size that some call has set, can be superseded and deleted, and nothing is left: no name that nobody
 * chose, and no memory.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>
#include <posix-shm/sync.h>

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
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAMES = 4, THREADS = 2, CHANNELS = 2, GROUP = 3, PAGE_COUNT = 4, MODE = 0640, MOST_DESCRIPTORS = 256 };

/* The written bytes lie across the end of a page: this many of them come after. */
enum { WRITTEN = 100, TAIL = 50, FIELDS = PSHM_STAT_CTIME_NSEC + 1 };

static const char *const names[NAMES] = { "/stress-a", "/stress-b", "/stress-c", "/stress-d" };
static int64_t page;
static int channels[CHANNELS][2]; /* the sockets that all processes send to and receive from */

struct tally {
	int64_t calls;
	int64_t created;
	int64_t superseded;
	int64_t sent;
	int64_t received;
};
static struct tally *tally; /* shared by all processes */

static _Thread_local bool has_memfd;

/* The library finds this one. Without it anonymous objects are files of that file system, and their memory is counted there. */
int
memfd_create(const char *name, unsigned flags)
{
	if (has_memfd)
		return (int)syscall(SYS_memfd_create, name, flags);
	errno = ENOSYS;
	return -1;
}

static void
count(int64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* A result of at least 0, or the one error that others can bring about here. */
static int64_t
allow(const char *what, int64_t result, int error)
{
	count(&tally->calls);
	if (result >= 0 || result == -error)
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
		(void)allow("close", pshm_close((int)fd), 0);
}

/*
 * Nobody gives an object another mode or more than the one name, and a size is a whole number of pages. But where another
 * one shrinks the object while it is written to, the end of what is written comes back (pshm_write).
 */
static void
check_object(int fd)
{
	int64_t fields[FIELDS];
	int64_t size;

	(void)allow("fstat", pshm_fstat(fd, fields, FIELDS), 0);
	size = fields[PSHM_STAT_SIZE];
	insist(fields[PSHM_STAT_MODE] == MODE, "an object has its mode");
	insist(fields[PSHM_STAT_NLINK] <= 1, "an object has one name at most");
	insist(size < PAGE_COUNT * page && (size % page == 0 || size % page == TAIL), "an object has a size that was asked for");
	insist((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "a descriptor is close-on-exec");
}

static int
random_direction(unsigned *seed)
{
	return rand_r(seed) % 2 == 0 ? PSHM_DIRECTION_INPUT : PSHM_DIRECTION_IO;
}

/* It is missing only to one who may not create; it exists only to one who does not want an existing one. */
static int64_t
open_somehow(unsigned *seed, const char *name, int direction)
{
	int option = PSHM_IF_EXISTS_ERROR + rand_r(seed) % 5;
	bool creates = rand_r(seed) % 2 == 0;
	bool needs_new = option == PSHM_IF_EXISTS_ERROR || option == PSHM_IF_EXISTS_NIL;
	int created = -1;
	int missing = creates ? PSHM_IF_DOES_NOT_EXIST_CREATE : PSHM_IF_DOES_NOT_EXIST_ERROR;
	int64_t fd = pshm_open(name, direction, option, missing, MODE, &created);

	if (creates)
		(void)allow("open or create", fd, needs_new ? EEXIST : 0);
	else
		(void)allow("open", fd, ENOENT);
	if (fd < 0)
		return fd;
	insist(creates || created == 0, "who may not create has not created");
	insist(!creates || created == 1 || (!needs_new && option != PSHM_IF_EXISTS_SUPERSEDE),
	       "who gets a new object has created it");
	check_object((int)fd);
	if (created == 1)
		count(option == PSHM_IF_EXISTS_SUPERSEDE ? &tally->superseded : &tally->created);
	return fd;
}

static int64_t
random_size(unsigned *seed)
{
	return rand_r(seed) % PAGE_COUNT * page;
}

/* Bytes go in and come out, whatever size others give the object meanwhile; not through a descriptor for input. */
static void
use(unsigned *seed, int fd, int direction)
{
	bool input = direction == PSHM_DIRECTION_INPUT;
	char bytes[WRITTEN] = { 1 };
	int64_t end = random_size(seed) + page + TAIL;
	int64_t address;

	(void)allow("truncate", pshm_truncate(fd, random_size(seed)), input ? EINVAL : 0);
	(void)allow("allocate", pshm_allocate(fd, random_size(seed)), input ? EBADF : 0);
	(void)allow("allocate too much", pshm_allocate(fd, INT64_MAX), ENOSPC);
	(void)allow("discard", pshm_discard(fd, random_size(seed), random_size(seed)), input ? EBADF : 0);
	(void)allow("write", pshm_write(fd, bytes, WRITTEN, end - WRITTEN), input ? EBADF : 0);
	insist(allow("read", pshm_read(fd, bytes, WRITTEN, end - WRITTEN), 0) <= WRITTEN, "no more is read than asked for");
	address = allow("map", pshm_map(fd, page, PSHM_PROT_READ, PSHM_MAP_SHARED, rand_r(seed) % 100), 0);
	(void)allow("unmap", pshm_unmap(address, page), 0);
	check_object(fd);
}

/* To the thread itself: what is received is what was sent. */
static void
pass_descriptor(int fd)
{
	int64_t sent[2];
	int64_t received[2];
	int ends[2];
	int64_t copy;

	(void)allow("socketpair", pshm_socketpair(&ends[0], &ends[1]), 0);
	(void)allow("send", pshm_send(ends[0], fd, -1), 0);
	copy = allow("receive", pshm_receive(ends[1], -1), 0);
	(void)allow("fstat", pshm_fstat(fd, sent, 2), 0);
	(void)allow("fstat", pshm_fstat((int)copy, received, 2), 0);
	insist(memcmp(sent, received, sizeof sent) == 0, "what is received was sent");
	insist((fcntl((int)copy, F_GETFD) & FD_CLOEXEC) != 0, "what is received is close-on-exec");
	discard(copy);
	discard(ends[0]);
	discard(ends[1]);
}

/* Sent to the next receiver, in any process; a received object is one like any other. */
static void
pass_on(unsigned *seed, int fd)
{
	const int *ends = channels[rand_r(seed) % CHANNELS];
	int64_t received;

	if (allow("send to others", pshm_send(ends[0], fd, 0), EAGAIN) == 0)
		count(&tally->sent);
	received = allow("receive from others", pshm_receive(ends[1], 0), EAGAIN);
	if (received < 0)
		return;
	count(&tally->received);
	check_object((int)received);
	(void)allow("fallocate", pshm_fallocate((int)received, 0, page), EBADF);
	discard(received);
}

/* Queries about the library have one answer in all threads; a failure is the thread's own. */
static void
ask(int number)
{
	char keywords[64];
	int error = 1 + number % 100;
	int nth = number % pshm_constant_count();
	int64_t total;

	(void)allow("set_errno", pshm_set_errno(error), 0);
	insist(pshm_version() > 0 && strchr(pshm_version_string(), '.') != NULL && pshm_page_size() == page,
	       "the library knows itself");
	insist(pshm_name_max() > 1 && pshm_has("anonymous") == 1, "the library knows the platform");
	insist(pshm_error_number(pshm_error_name(ENOENT)) == ENOENT && strlen(pshm_strerror(-ENOENT)) > 0, "an error has its name");
	insist(pshm_error_at(number % pshm_error_count()) > 0, "an error has its index");
	insist(pshm_constant(pshm_constant_name(nth)) == pshm_constant_value(nth), "a constant has its value");
	insist(pshm_flags_format(PSHM_KIND_MODE, MODE, keywords, sizeof keywords) > 0, "a mode has its keywords");
	insist(pshm_flags_parse(PSHM_KIND_MODE, keywords) == MODE, "keywords are a mode");
	(void)allow("space", pshm_space(&total, NULL), 0);
	insist(pshm_errno() == error, "a failure is the thread's own");
}

/* One's own object and memory: here nothing is another one's doing. */
static void
alter(int fd)
{
	int64_t first = allow("mmap", pshm_mmap(0, page, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0), 0);
	int64_t second = allow("map_prefixed", pshm_map_prefixed(fd, page, PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 1), 0);
	int64_t other = allow("dup", pshm_dup(fd), 0);

	(void)allow("set_inheritable", pshm_set_inheritable((int)other, 1), 0);
	discard(other);
	other = allow("reopen", pshm_reopen(fd, PSHM_DIRECTION_INPUT), 0);
	(void)allow("fchmod", pshm_fchmod(fd, MODE), 0);
	(void)allow("fchown", pshm_fchown(fd, -1, -1), 0);
	(void)allow("ftruncate", pshm_ftruncate(fd, page), 0);
	(void)allow("fill", pshm_fill(first, 7, page), 0);
	(void)allow("copy", pshm_copy(first, second + 1, 1), 0);
	insist(*(const char *)(uintptr_t)second == 7, "two mappings show one object");
	(void)allow("msync", pshm_msync(first, page, PSHM_MS_SYNC), 0);
	(void)allow("mprotect", pshm_mprotect(first, page, PSHM_PROT_READ), 0);
	(void)allow("munmap", pshm_munmap(first, page), 0);
	(void)allow("unmap_prefixed", pshm_unmap_prefixed(second, page, 1), 0);
	(void)allow("seal", pshm_seal(fd, PSHM_SEAL_SHRINK), has_memfd ? 0 : EPERM);
	insist(((allow("seals", pshm_seals((int)other), 0) & PSHM_SEAL_SHRINK) != 0) == has_memfd, "an object is sealed");
	discard(other);
}

/* A complete object under the name; who waits for one gets it, or another process's, unless that is shorter for too long. */
static void
publish(const char *name)
{
	int64_t fd = allow("open_anonymous", pshm_open_anonymous(PSHM_DIRECTION_IO, MODE, PSHM_ANONYMOUS_NAMEABLE), 0);

	(void)allow("ftruncate", pshm_ftruncate((int)fd, page), 0);
	(void)allow("publish", pshm_publish((int)fd, name, PSHM_IF_EXISTS_SUPERSEDE), 0);
	insist(pshm_publish((int)fd, name, PSHM_IF_EXISTS_ERROR) < 0, "an object has one name");
	discard(fd);
	fd = allow("open_wait", pshm_open_wait(name, PSHM_DIRECTION_INPUT, page, 1000000), ETIMEDOUT);
	discard(fd);
}

/* The names, by the functions of POSIX; and the list of them. */
static void
name_and_list(const char *name)
{
	char listed[4096];
	int64_t fd = allow("shm_open", pshm_shm_open(name, PSHM_O_RDWR | PSHM_O_CREAT, MODE), 0);
	int64_t size;

	check_object((int)fd);
	discard(fd);
	size = allow("list", pshm_list(listed, sizeof listed), 0);
	insist(size <= (int64_t)sizeof listed, "the list fits");
	for (int64_t at = 0; at < size; at += (int64_t)strlen(listed + at) + 1)
		insist(strncmp(listed + at, "/stress-", 8) == 0, "nothing is listed that nobody named");
	(void)allow("shm_unlink", pshm_shm_unlink(name), ENOENT);
}

/* The data that all processes change: words, and a lock that guards two numbers, which are the same while nobody has it. */
static struct meeting {
	uint64_t lock;
	uint64_t first;
	uint64_t second;
	int64_t wide;
	uint32_t narrow;
} * meeting;

static int64_t
address_of(const void *word)
{
	return (int64_t)(uintptr_t)word;
}

/* The next owner learns of a process that was killed in here, and makes the numbers equal again. */
static void
change_under_lock(void)
{
	int64_t lock = address_of(&meeting->lock);

	if (allow("lock_acquire", pshm_lock_acquire(lock, -1), 0) == 1) {
		meeting->second = meeting->first;
		(void)allow("lock_mark_repaired", pshm_lock_mark_repaired(lock), 0);
	}
	insist(meeting->first == meeting->second, "the owner of the lock is alone");
	insist(pshm_lock_owner(lock) == pshm_process_self(), "this process is the owner of the lock");
	meeting->first++;
	insist(pshm_lock_acquire(lock, 0) == -EAGAIN, "the owner of the lock does not get it again");
	meeting->second++;
	(void)allow("lock_release", pshm_lock_release(lock), 0);
}

/* One's own ring, both ends of it. */
static void
pass_messages(void)
{
	enum { CAPACITY = PSHM_RING_CAPACITY_MIN };
	_Alignas(64) char memory[PSHM_RING_HEADER_SIZE + CAPACITY] = { 0 };
	int64_t ring = address_of(memory);
	int64_t length = 0;
	char copy[4];

	(void)allow("ring_join", pshm_ring_join(ring, CAPACITY, PSHM_RING_SENDER), 0);
	(void)allow("ring_join", pshm_ring_join(ring, CAPACITY, PSHM_RING_RECEIVER), 0);
	memcpy((void *)(uintptr_t)pshm_ring_reserve(ring, CAPACITY, 8, 0), "abc", 4);
	(void)allow("ring_commit", pshm_ring_commit(ring, CAPACITY, 4), 0);
	(void)allow("ring_send", pshm_ring_send(ring, CAPACITY, "de", 3, -1), 0);
	insist(strcmp((char *)(uintptr_t)pshm_ring_peek(ring, CAPACITY, -1, &length), "abc") == 0 && length == 4,
	       "a message stays");
	(void)allow("ring_release", pshm_ring_release(ring, CAPACITY), 0);
	insist(pshm_ring_receive(ring, CAPACITY, copy, sizeof copy, 0) == 3 && strcmp(copy, "de") == 0, "messages have an order");
	(void)allow("ring_leave", pshm_ring_leave(ring, CAPACITY, PSHM_RING_SENDER), 0);
	insist(pshm_ring_receive(ring, CAPACITY, copy, sizeof copy, -1) == -ENODATA, "a sender has left");
}

static void
change_words(void)
{
	int64_t narrow = address_of(&meeting->narrow);
	int64_t wide = address_of(&meeting->wide);
	int64_t before;
	int64_t after;
	uint32_t own = 0;

	insist(pshm_process_alive(pshm_process_self()) == 1, "a process is alive");
	(void)allow("atomic_load64", pshm_atomic_load64(wide, &before), 0);
	(void)allow("atomic_update64", pshm_atomic_update64(wide, PSHM_ATOMIC_ADD, 1, &after), 0);
	insist(before <= after, "a number only grows");
	insist(pshm_atomic_compare_exchange64(wide, -1, 0, NULL) == 0, "another value is not exchanged");
	before = allow("atomic_load32", pshm_atomic_load32(narrow), 0);
	(void)allow("atomic_update32", pshm_atomic_update32(narrow, PSHM_ATOMIC_ADD, 1), 0);
	(void)allow("atomic_wait", pshm_atomic_wait(narrow, before, 100000), ETIMEDOUT);
	(void)allow("atomic_wake", pshm_atomic_wake(narrow, INT32_MAX), 0);
	(void)allow("atomic_store32", pshm_atomic_store32(address_of(&own), 7), 0);
	insist(pshm_atomic_compare_exchange32(address_of(&own), 7, 8) == 7 && own == 8, "one's own word is one's own");
	(void)allow("atomic_store64", pshm_atomic_store64(address_of(&after), 7), 0);
	insist(after == 7, "a value is stored");
}

static void
round_of_calls(unsigned *seed)
{
	const char *name = names[rand_r(seed) % NAMES];
	int direction = random_direction(seed);
	int64_t fd = open_somehow(seed, name, direction);

	if (fd >= 0) {
		use(seed, (int)fd, direction);
		if (rand_r(seed) % 4 == 0)
			pass_descriptor((int)fd);
		if (rand_r(seed) % 2 == 0)
			pass_on(seed, (int)fd);
		if (rand_r(seed) % 4 == 0)
			(void)allow("delete_if_same", pshm_delete_if_same(name, (int)fd), ENOENT);
		discard(fd);
	}
	direction = random_direction(seed);
	has_memfd = rand_r(seed) % 2 == 0;
	fd = allow("open_anonymous", pshm_open_anonymous(direction, MODE, 0), 0);
	use(seed, (int)fd, direction);
	if (direction == PSHM_DIRECTION_IO)
		alter((int)fd);
	discard(fd);
	ask(rand_r(seed));
	change_under_lock();
	change_words();
	pass_messages();
	if (rand_r(seed) % 4 == 0)
		name_and_list(name);
	if (rand_r(seed) % 4 == 0)
		publish(name);
	if (rand_r(seed) % 2 == 0)
		(void)allow("delete", pshm_delete(name), ENOENT);
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

/* A crash may leave under a name nothing, or a whole object, which serves every call. */
static void
check_name(const char *name)
{
	int created = 0;
	int64_t fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, NULL);

	if (allow("open what is left", fd, ENOENT) >= 0)
		check_object((int)fd);
	discard(fd);
	fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE, MODE, &created);
	(void)allow("supersede what is left", fd, 0);
	insist(created == 1, "what is left can be superseded");
	discard(fd);
	(void)allow("delete what is left", pshm_delete(name), 0);
}

/* An object that was sent and not yet received is whole as well. */
static void
check_channel(int socket)
{
	int64_t fd;

	while ((fd = allow("receive what is left", pshm_receive(socket, 0), EAGAIN)) >= 0) {
		check_object((int)fd);
		discard(fd);
	}
}

/* A process that was killed while it superseded leaves an empty object under a temporary name: it is removed. */
static bool
is_temporary(int directory, const char *entry)
{
	struct stat status;

	return strncmp(entry, ".pshm-", 6) == 0 && fstatat(directory, entry, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       status.st_size == 0 && unlinkat(directory, entry, 0) == 0;
}

static void
check_file_system(int64_t free_space)
{
	DIR *directory = opendir("/dev/shm");
	const struct dirent *entry;
	struct statvfs status;

	insist(directory != NULL, "the directory can be read");
	while ((entry = readdir(directory)) != NULL)
		insist(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		               is_temporary(dirfd(directory), entry->d_name),
		       "nothing is left under another name");
	(void)closedir(directory);
	insist(statvfs("/dev/shm", &status) == 0 && (int64_t)(status.f_bavail * status.f_frsize) == free_space,
	       "no memory is left in use");
}

/* When nobody is at work any more. */
static void
check_leftovers(int64_t free_space)
{
	for (int name = 0; name < NAMES; name++)
		check_name(names[name]);
	for (int channel = 0; channel < CHANNELS; channel++)
		check_channel(channels[channel][1]);
	check_file_system(free_space);
}

static void
kill_one(unsigned *seed, pid_t child)
{
	struct timespec moment = { 0, 1000 * (rand_r(seed) % 2000) };
	int status;

	(void)nanosleep(&moment, NULL);
	insist(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child, "a process is killed");
	insist(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it was still at work");
}

static void
crashes(int kills, int64_t free_space)
{
	unsigned seed = (unsigned)now();

	end_of_work = INT64_MAX;
	for (int done = 0; done < kills; done += GROUP) {
		pid_t children[GROUP];

		for (int i = 0; i < GROUP; i++)
			children[i] = start();
		for (int i = 0; i < GROUP; i++)
			kill_one(&seed, children[i]);
		check_leftovers(free_space);
	}
}

static void
open_channels(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		(void)allow("socketpair", pshm_socketpair(&channels[i][0], &channels[i][1]), 0);
		for (int end = 0; end < 2; end++)
			insist(fcntl(channels[i][end], F_SETFL, O_NONBLOCK) == 0, "a socket does not wait");
	}
}

int
main(int argument_count, char **arguments)
{
	int seconds = argument_count > 1 ? atoi(arguments[1]) : 60;
	int processes = argument_count > 2 ? atoi(arguments[2]) : 8;
	int kills = argument_count > 3 ? atoi(arguments[3]) : 2000;

	struct statvfs status;
	int64_t free_space;

	(void)umask(0);
	page = pshm_page_size();
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	insist(tally != MAP_FAILED, "there is memory for the figures");
	meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	insist(meeting != MAP_FAILED, "there is memory to meet in");
	open_channels();
	insist(statvfs("/dev/shm", &status) == 0, "the file system can be examined");
	free_space = (int64_t)(status.f_bavail * status.f_frsize);
	concurrency(seconds, processes);
	check_leftovers(free_space);
	printf("stress: %d processes of %d threads, %d s: %lld calls, %lld created, %lld superseded, %lld sent, %lld received\n",
	       processes, THREADS, seconds, (long long)tally->calls, (long long)tally->created, (long long)tally->superseded,
	       (long long)tally->sent, (long long)tally->received);
	(void)fflush(stdout);
	crashes(kills, free_space);
	printf("stress: %d processes killed, nothing left\n", (kills + GROUP - 1) / GROUP * GROUP);
	return 0;
}
