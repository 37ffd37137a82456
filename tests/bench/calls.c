/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every function of the library beside the same system calls made by hand through the C library.
 *
 *   calls time ROUNDS [FUNCTION]   prints, per function: nanoseconds by hand, nanoseconds of ours, the ratio of the
 *                                  medians, and the quartiles of the ratio of neighbouring rounds
 *   calls count LENGTH             runs everything a few times, with names of LENGTH bytes, for callgrind to count
 *   calls list                     prints the names of the functions: `named' where the name of an object goes in, `call',
 *                                  or `question' where no system call is made
 *
 * A side is a function of its own, shim_NAME or libc_NAME, so that callgrind tells them apart. What has to be there
 * before a call, and what it leaves behind, is made and removed outside of the measured part.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

enum { ITEMS = 32, PAGE = 4096, SIZE = 4 * PAGE, NAME_SIZE = 257 };

static char names[ITEMS][NAME_SIZE];
static char paths[ITEMS][NAME_SIZE + sizeof "/dev/shm"];
static int fds[ITEMS];
static void *memories[ITEMS];
static int64_t data[ITEMS];
static long results[ITEMS];
static struct stat status;
static int64_t fields[16];
static char bytes[32768];
static int ends[2];
static int pairs_of_ends[ITEMS][2];
static int created;

/* Stop, rather than measure calls that fail. */
static void
need(int condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	for (int i = 0; i < ITEMS; i++)
		shm_unlink(names[i]);
	exit(1);
}

/* What is there before a call. */

static void
nothing(int i)
{
	(void)i;
}

static void
an_object(int i)
{
	fds[i] = shm_open(names[i], O_RDWR | O_CREAT | O_EXCL, 0600);
	need(fds[i] >= 0 && ftruncate(fds[i], SIZE) == 0, names[i]);
	/* right also in a thread with a descriptor table of its own; that directory takes the kernel longer than /proc/self */
	snprintf(paths[i], sizeof paths[i], "/proc/thread-self/fd/%d", fds[i]);
}

static void
a_name(int i)
{
	an_object(i);
	close(fds[i]);
}

static void
a_name_of_an_open_object(int i)
{
	an_object(i);
	snprintf(paths[i], sizeof paths[i], "/dev/shm%s", names[i]);
}

static void
an_unlinked_object(int i)
{
	an_object(i);
	shm_unlink(names[i]);
}

static void
an_anonymous_object(int i)
{
	fds[i] = memfd_create("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	need(fds[i] >= 0 && ftruncate(fds[i], SIZE) == 0, "memfd_create");
}

static void
an_empty_anonymous_object(int i)
{
	an_anonymous_object(i);
	need(ftruncate(fds[i], 0) == 0, "ftruncate");
}

static void
a_full_object(int i)
{
	an_unlinked_object(i);
	need(pwrite(fds[i], bytes, PAGE, 0) == PAGE, "pwrite");
}

static void
a_mapping(int i)
{
	an_unlinked_object(i);
	memories[i] = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
	need(memories[i] != MAP_FAILED, "mmap");
}

static void
a_prefixed_mapping(int i)
{
	an_unlinked_object(i);
	data[i] = pshm_map_prefixed(fds[i], SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0, 16);
	need(data[i] > 0, "pshm_map_prefixed");
	memories[i] = (void *)(uintptr_t)data[i];
}

static void
a_socket(int i)
{
	an_unlinked_object(i);
	if (i == 0)
		need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
}

static void
a_message(int i)
{
	a_socket(i);
	need(pshm_send(ends[0], fds[i], -1) == 0, "pshm_send");
}

/* What is left behind. */

static void
keep(int i)
{
	(void)i;
}

static void
close_object(int i)
{
	close(fds[i]);
}

static void
close_result(int i)
{
	close((int)results[i]);
}

static void
close_both(int i)
{
	close_object(i);
	close_result(i);
}

static void
unlink_name(int i)
{
	shm_unlink(names[i]);
}

static void
close_result_and_unlink(int i)
{
	close_result(i);
	unlink_name(i);
}

static void
unmap_result(int i)
{
	munmap((void *)results[i], SIZE);
	close_object(i);
}

static void
unmap_prefixed_result(int i)
{
	munmap((char *)results[i] - PAGE, SIZE + PAGE);
	close_object(i);
}

static void
unmap_memory(int i)
{
	munmap(memories[i], SIZE);
	close_object(i);
}

static void
close_socket(int i)
{
	close_object(i);
	if (i == ITEMS - 1) {
		close(ends[0]);
		close(ends[1]);
	}
}

static void
close_socket_and_result(int i)
{
	close_result(i);
	close_socket(i);
}

static void
close_ends(int i)
{
	close(pairs_of_ends[i][0]);
	close(pairs_of_ends[i][1]);
}

/* By hand, several calls: -1 where one fails. Inline, so that callgrind sees the calls as libc_NAME's own. */
#define BY_HAND static inline long __attribute__((always_inline))

/* A message with a descriptor, as a program would prepare it once. */

static union {
	struct cmsghdr header;
	char control[CMSG_SPACE(253 * sizeof(int))];
} control;
static char byte;
static struct iovec vector = { &byte, 1 };
static struct msghdr message;

/* Over a socket of another domain the byte would go, and the descriptor would not. */
BY_HAND
is_of_unix_domain(int socket)
{
	struct sockaddr address;
	socklen_t size = sizeof address;

	return getsockname(socket, &address, &size) == 0 && address.sa_family == AF_UNIX;
}

BY_HAND
send_by_hand(int fd)
{
	if (!is_of_unix_domain(ends[0]))
		return -1;
	message = (struct msghdr){
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof fd)
	};
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	return sendmsg(ends[0], &message, MSG_NOSIGNAL);
}

BY_HAND
receive_by_hand(void)
{
	int fd;

	if (!is_of_unix_domain(ends[1]))
		return -1;
	message = (struct msghdr){ .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	if (recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
	return fd;
}

BY_HAND
opened(int fd)
{
	return fd < 0 || fstat(fd, &status) < 0 ? -1 : fd;
}

static struct statfs file_system;

#define READ_WRITE (PROT_READ | PROT_WRITE)
#define WRITABLE (PSHM_PROT_READ | PSHM_PROT_WRITE)

/* PAIR(what it is called, whether a name goes in, before, after, ours, by hand) */
#define PAIRS \
	PAIR(shm_open_existing, 1, a_name, close_result_and_unlink, pshm_shm_open(names[i], PSHM_O_RDWR, 0), \
	     opened(shm_open(names[i], O_RDWR | O_NONBLOCK, 0))) \
	PAIR(shm_open_new, 1, nothing, close_result_and_unlink, \
	     pshm_shm_open(names[i], PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0600), \
	     shm_open(names[i], O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600)) \
	PAIR(shm_unlink, 1, a_name, keep, pshm_shm_unlink(names[i]), shm_unlink(names[i])) \
	PAIR(ftruncate, 0, an_unlinked_object, close_object, pshm_ftruncate(fds[i], 2 * PAGE), ftruncate(fds[i], 2 * PAGE)) \
	PAIR(fallocate, 0, an_unlinked_object, close_object, pshm_fallocate(fds[i], 0, PAGE), fallocate(fds[i], 0, 0, PAGE)) \
	PAIR(mmap, 0, an_unlinked_object, unmap_result, pshm_mmap(0, SIZE, WRITABLE, PSHM_MAP_SHARED, fds[i], 0), \
	     (long)mmap(NULL, SIZE, READ_WRITE, MAP_SHARED, fds[i], 0)) \
	PAIR(munmap, 0, a_mapping, close_object, pshm_munmap((int64_t)memories[i], SIZE), munmap(memories[i], SIZE)) \
	PAIR(mprotect, 0, a_mapping, unmap_memory, pshm_mprotect((int64_t)memories[i], SIZE, PSHM_PROT_READ), \
	     mprotect(memories[i], SIZE, PROT_READ)) \
	PAIR(close, 0, an_unlinked_object, keep, pshm_close(fds[i]), close(fds[i])) \
	PAIR(dup, 0, an_unlinked_object, close_both, pshm_dup(fds[i]), fcntl(fds[i], F_DUPFD_CLOEXEC, 0)) \
	PAIR(set_inheritable, 0, an_unlinked_object, close_object, pshm_set_inheritable(fds[i], 1), fcntl(fds[i], F_SETFD, 0)) \
	PAIR(fstat, 0, an_unlinked_object, close_object, pshm_fstat(fds[i], fields, 16), fstat(fds[i], &status)) \
	PAIR(fstat_no_fields, 0, an_unlinked_object, close_object, pshm_fstat(fds[i], NULL, 0), fstat(fds[i], &status)) \
	PAIR(fchown, 0, an_unlinked_object, close_object, pshm_fchown(fds[i], -1, -1), fchown(fds[i], (uid_t)-1, (gid_t)-1)) \
	PAIR(fchmod, 0, an_unlinked_object, close_object, pshm_fchmod(fds[i], 0640), fchmod(fds[i], 0640)) \
	PAIR(open_existing, 1, a_name, close_result_and_unlink, pshm_open(names[i], PSHM_DIRECTION_INPUT, 0, 0, 0600, NULL), \
	     opened(shm_open(names[i], O_RDONLY | O_NONBLOCK, 0))) \
	PAIR(open_new, 1, nothing, close_result_and_unlink, \
	     pshm_open(names[i], PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, &created), \
	     shm_open(names[i], O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600)) \
	PAIR(open_supersede, 1, a_name, close_result_and_unlink, \
	     pshm_open(names[i], PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, &created), supersede_by_hand(i)) \
	PAIR(open_anonymous, 0, nothing, close_result, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0), anonymous_by_hand()) \
	PAIR(delete, 1, a_name, keep, pshm_delete(names[i]), shm_unlink(names[i])) \
	PAIR(delete_if_same, 1, a_name_of_an_open_object, close_object, pshm_delete_if_same(names[i], fds[i]), \
	     delete_if_same_by_hand(i)) \
	PAIR(truncate, 0, an_unlinked_object, close_object, pshm_truncate(fds[i], 2 * PAGE), ftruncate(fds[i], 2 * PAGE)) \
	PAIR(allocate, 0, an_empty_anonymous_object, close_object, pshm_allocate(fds[i], PAGE), allocate_by_hand(i)) \
	PAIR(space, 0, nothing, keep, pshm_space(&fields[0], &fields[1]), statfs("/dev/shm", &file_system)) \
	PAIR(map, 0, an_unlinked_object, unmap_result, pshm_map(fds[i], SIZE, WRITABLE, PSHM_MAP_SHARED, 0), \
	     (long)mmap(NULL, SIZE, READ_WRITE, MAP_SHARED, fds[i], 0)) \
	PAIR(unmap, 0, a_mapping, close_object, pshm_unmap((int64_t)memories[i], SIZE), munmap(memories[i], SIZE)) \
	PAIR(map_populate, 0, an_unlinked_object, unmap_result, \
	     pshm_map(fds[i], SIZE, WRITABLE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, 0), populate_by_hand(i)) \
	PAIR(map_prefixed, 0, an_unlinked_object, unmap_prefixed_result, \
	     pshm_map_prefixed(fds[i], SIZE, WRITABLE, PSHM_MAP_SHARED, 0, 16), map_prefixed_by_hand(i)) \
	PAIR(unmap_prefixed, 0, a_prefixed_mapping, close_object, pshm_unmap_prefixed(data[i], SIZE, 16), \
	     munmap((char *)memories[i] - PAGE, SIZE + PAGE)) \
	PAIR(read, 0, a_full_object, close_object, pshm_read(fds[i], bytes, 64, 0), pread(fds[i], bytes, 64, 0)) \
	PAIR(write, 0, a_full_object, close_object, pshm_write(fds[i], bytes, 64, 0), \
	     opened(fds[i]) < 0 ? -1 : pwrite(fds[i], bytes, 64, 0)) \
	PAIR(copy, 0, a_mapping, unmap_memory, pshm_copy((int64_t)bytes, (int64_t)(bytes + 16384), 16384), \
	     memmove(bytes, bytes + 16384, 16384) == NULL) \
	PAIR(fill, 0, a_mapping, unmap_memory, pshm_fill((int64_t)bytes, 0, 16384), memset(bytes, 0, 16384) == NULL) \
	PAIR(send, 0, a_socket, close_socket, pshm_send(ends[0], fds[i], -1), send_by_hand(fds[i])) \
	PAIR(receive, 0, a_message, close_socket_and_result, pshm_receive(ends[1], -1), receive_by_hand()) \
	PAIR(socketpair, 0, nothing, close_ends, pshm_socketpair(&pairs_of_ends[i][0], &pairs_of_ends[i][1]), \
	     socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs_of_ends[i])) \
	PAIR(seal, 0, an_anonymous_object, close_object, pshm_seal(fds[i], PSHM_SEAL_SHRINK), \
	     fcntl(fds[i], F_ADD_SEALS, F_SEAL_SHRINK)) \
	PAIR(seals, 0, an_anonymous_object, close_object, pshm_seals(fds[i]), fcntl(fds[i], F_GET_SEALS)) \
	PAIR(reopen, 0, an_object, close_both_and_unlink, pshm_reopen(fds[i], PSHM_DIRECTION_INPUT), reopen_by_hand(i))

static void
close_both_and_unlink(int i)
{
	close_both(i);
	unlink_name(i);
}

BY_HAND
supersede_by_hand(int i)
{
	static const char hexadecimal[] = "0123456789abcdef";
	char from[] = "/dev/shm/.pshm-000000000000000000000000";
	char *digits = from + sizeof "/dev/shm/.pshm-" - 1;
	char to[sizeof paths[0]];
	unsigned char bytes[12];
	int fd;

	if (getentropy(bytes, sizeof bytes) < 0)
		return -1;
	for (int digit = 0; digit < 24; digit++)
		digits[digit] = hexadecimal[(bytes[digit / 2] >> 4 * (digit % 2)) & 15];
	fd = shm_open(from + sizeof "/dev/shm" - 1, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600);
	snprintf(to, sizeof to, "/dev/shm%s", names[i]);
	return fd < 0 || rename(from, to) < 0 ? -1 : fd;
}

BY_HAND
anonymous_by_hand(void)
{
	int fd = memfd_create("posix-shm", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	return fd < 0 || fchmod(fd, 0600) < 0 ? -1 : fd;
}

BY_HAND
delete_if_same_by_hand(int i)
{
	struct stat theirs;

	if (fstat(fds[i], &status) < 0 || lstat(paths[i], &theirs) < 0 || status.st_ino != theirs.st_ino)
		return -1;
	return shm_unlink(names[i]);
}

BY_HAND
allocate_by_hand(int i)
{
	static struct sysinfo machine;

	if (fstat(fds[i], &status) < 0 || fstatfs(fds[i], &file_system) < 0 || sysinfo(&machine) < 0)
		return -1;
	return fallocate(fds[i], 0, 0, PAGE);
}

BY_HAND
populate_by_hand(int i)
{
	void *memory = mmap(NULL, SIZE, READ_WRITE, MAP_SHARED, fds[i], 0);

	return madvise(memory, SIZE, MADV_POPULATE_WRITE) < 0 ? -1 : (long)memory;
}

BY_HAND
map_prefixed_by_hand(int i)
{
	char *base = mmap(NULL, PAGE + SIZE, READ_WRITE, MAP_SHARED, fds[i], 0);

	if (mmap(base + PAGE, SIZE, READ_WRITE, MAP_SHARED | MAP_FIXED, fds[i], 0) == MAP_FAILED ||
	    mmap(base, PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -1;
	return (long)(base + PAGE);
}

BY_HAND
reopen_by_hand(int i)
{
	if (fstat(fds[i], &status) < 0 || fcntl(fds[i], F_GETFL) < 0)
		return -1;
	return open(paths[i], O_RDONLY | O_CLOEXEC);
}

/* Questions to the library, which make no system call. */
#define QUESTIONS \
	QUESTION(version, pshm_version()) \
	QUESTION(version_string, pshm_version_string()[0]) \
	QUESTION(page_size, pshm_page_size()) \
	QUESTION(name_max, pshm_name_max()) \
	QUESTION(errno, pshm_errno()) \
	QUESTION(set_errno, pshm_set_errno(0)) \
	QUESTION(strerror, pshm_strerror(2)[0]) \
	QUESTION(error_name, pshm_error_name(2)[0]) \
	QUESTION(error_number, pshm_error_number("ENOENT")) \
	QUESTION(error_count, pshm_error_count()) \
	QUESTION(error_at, pshm_error_at(1)) \
	QUESTION(constant_count, pshm_constant_count()) \
	QUESTION(constant_name, pshm_constant_name(1)[0]) \
	QUESTION(constant_value, pshm_constant_value(1)) \
	QUESTION(constant, pshm_constant("PSHM_O_CREAT")) \
	QUESTION(flags_parse, pshm_flags_parse(PSHM_KIND_MODE, "user-read user-write")) \
	QUESTION(flags_format, pshm_flags_format(PSHM_KIND_MODE, 0600, bytes, sizeof bytes))

#define QUESTION(name, ours) \
	static long __attribute__((noinline)) shim_##name(int i) \
	{ \
		(void)i; \
		return (long)(ours); \
	}
QUESTIONS
#undef QUESTION

#define PAIR(name, named, before, after, ours, by_hand) \
	static long __attribute__((noinline)) shim_##name(int i) \
	{ \
		(void)i; \
		return (long)(ours); \
	} \
	static long __attribute__((noinline)) libc_##name(int i) \
	{ \
		(void)i; \
		return (long)(by_hand); \
	}
PAIRS
#undef PAIR

static const struct pair {
	const char *name;
	int named;
	void (*before)(int i);
	void (*after)(int i);
	long (*shim)(int i);
	long (*libc)(int i);
} pairs[] = {
#define PAIR(name, named, before, after, ours, by_hand) { #name, named, before, after, shim_##name, libc_##name },
	PAIRS
#undef PAIR
};

static const struct pair questions[] = {
#define QUESTION(name, ours) { #name, 0, nothing, keep, shim_##name, NULL },
	QUESTIONS
#undef QUESTION
};

enum { PAIR_COUNT = sizeof pairs / sizeof pairs[0], QUESTION_COUNT = sizeof questions / sizeof questions[0] };

static void
make_names(int length)
{
	for (int i = 0; i < ITEMS; i++) {
		int written = snprintf(names[i], sizeof names[i], "/pshm-bench-%d-%d-", (int)getpid(), i);

		need(length > written && length < NAME_SIZE, "the length of a name");
		memset(names[i] + written, 'x', (size_t)(length - written));
		names[i][length] = '\0';
	}
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds per call of one side. */
static double
measure(const struct pair *pair, long (*call)(int i))
{
	double start;
	double end;

	for (int i = 0; i < ITEMS; i++)
		pair->before(i);
	start = now();
	for (int i = 0; i < ITEMS; i++)
		results[i] = call(i);
	end = now();
	for (int i = 0; i < ITEMS; i++)
		need(results[i] >= 0, pair->name);
	for (int i = 0; i < ITEMS; i++)
		pair->after(i);
	return (end - start) / ITEMS;
}

static int
ascending(const void *one, const void *other)
{
	double a = *(const double *)one;
	double b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The value below which a share of the values lies; sorts them. */
static double
quantile(double *values, int count, double share)
{
	qsort(values, (size_t)count, sizeof *values, ascending);
	return values[(int)(share * (count - 1) + 0.5)];
}

/* The sides take turns, and take turns in who is first. */
static void
compare(const struct pair *pair, int rounds)
{
	double *shim = calloc((size_t)rounds * 3, sizeof *shim);
	double *libc = shim + rounds;
	double *ratios = libc + rounds;

	need(shim != NULL, "calloc");
	for (int round = 0; round < rounds; round++) {
		if (round % 2 == 0)
			shim[round] = measure(pair, pair->shim);
		libc[round] = measure(pair, pair->libc);
		if (round % 2 != 0)
			shim[round] = measure(pair, pair->shim);
		ratios[round] = shim[round] / libc[round];
	}
	{
		double by_hand = quantile(libc, rounds, 0.5);
		double ours = quantile(shim, rounds, 0.5);

		printf("%s\t%.1f\t%.1f\t%.4f\t%.4f\t%.4f\n", pair->name, by_hand, ours, ours / by_hand,
		       quantile(ratios, rounds, 0.25), quantile(ratios, rounds, 0.75));
	}
	fflush(stdout);
	free(shim);
}

int
main(int count, char **words)
{
	const char *mode = count > 1 ? words[1] : "";
	int number = count > 2 ? atoi(words[2]) : 0;

	if (strcmp(mode, "list") == 0) {
		for (int i = 0; i < PAIR_COUNT; i++)
			printf("%s\t%s\n", pairs[i].name, pairs[i].named ? "named" : "call");
		for (int i = 0; i < QUESTION_COUNT; i++)
			printf("%s\tquestion\n", questions[i].name);
		return 0;
	}
	if (strcmp(mode, "count") == 0 && number > 0) {
		make_names(number);
		for (int i = 0; i < PAIR_COUNT; i++) {
			measure(&pairs[i], pairs[i].libc);
			measure(&pairs[i], pairs[i].shim);
		}
		for (int i = 0; i < QUESTION_COUNT; i++)
			measure(&questions[i], questions[i].shim);
		return 0;
	}
	if (strcmp(mode, "time") == 0 && number > 0) {
		make_names(32);
		for (int i = 0; i < PAIR_COUNT; i++)
			if (count == 3 || strcmp(words[3], pairs[i].name) == 0)
				compare(&pairs[i], number);
		return 0;
	}
	fprintf(stderr, "usage: calls time ROUNDS [FUNCTION] | calls count LENGTH | calls list\n");
	return 2;
}
