/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For machines that have no Check and no libffi: the two tables of tests/cases, run by one program that needs nothing but
 * the library's sources. portable CASES OUTPUT also writes what has to be the same on every machine: constants, keywords,
 * names of errors, the fields of an object and the bytes that it holds.
 */
#include "system.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>

enum { FIELDS = PSHM_STAT_CTIME_NSEC + 1, COLUMNS = 7 };

static const char name[] = "/pshm-portable";
static int failures;
static int checks;

static bool
expect(bool holds, const char *what, int64_t got)
{
	checks++;
	if (!holds) {
		failures++;
		printf("portable: %s: got %lld (%s)\n", what, (long long)got, got < 0 && got >= -4095 ? pshm_error_name((int)got) : "no error");
	}
	return holds;
}

#define IS(wanted, call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ == (int64_t)(wanted), #call " == " #wanted, got_); \
	} while (0)
#define FAILS(call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ < 0 && got_ >= -4095, #call " fails", got_); \
	} while (0)
#define GIVES(call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ >= 0, #call " succeeds", got_); \
	} while (0)

static int
new_object(int64_t size)
{
	int fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL);

	GIVES(fd);
	IS(0, pshm_truncate(fd, size));
	return fd;
}

static int64_t
size_of(int fd)
{
	int64_t fields[FIELDS];

	IS(FIELDS, pshm_fstat(fd, fields, FIELDS));
	return fields[PSHM_STAT_SIZE];
}

/* open-options.tsv */

static int
option(const char *kind, const char *word)
{
	char constant[64];
	size_t length = (size_t)snprintf(constant, sizeof constant, "PSHM_%s_%s", kind, strcmp(word, "-") == 0 ? "DEFAULT" : word);

	for (size_t i = 0; i < length; i++)
		constant[i] = constant[i] >= 'a' && constant[i] <= 'z' ? (char)(constant[i] - 'a' + 'A') : constant[i];
	return pshm_constant(constant);
}

static void
try_option_row(char *columns[COLUMNS])
{
	const char *outcome = columns[4];
	int before = strcmp(columns[0], "exists") == 0 ? new_object(4096) : -1;
	int created = -1;
	int fd;

	(void)pshm_set_errno(0);
	fd = pshm_open(name, option("DIRECTION", columns[1]), option("IF_EXISTS", columns[2]), option("IF_DOES_NOT_EXIST", columns[3]), 0600,
	               &created);
	if (strcmp(outcome, "does-not-exist") == 0)
		expect(fd == -ENOENT && pshm_errno() == ENOENT, outcome, fd);
	else if (strcmp(outcome, "exists") == 0)
		expect(fd == -EEXIST && pshm_errno() == EEXIST, outcome, fd);
	else if (strcmp(outcome, "nil") == 0)
		expect(fd == (before < 0 ? -ENOENT : -EEXIST) && pshm_errno() == 0, outcome, fd);
	else
		expect(fd >= 0, outcome, fd);
	expect(created == (fd < 0 ? -1 : atoi(columns[6])), "created", created);
	if (strcmp(columns[5], "-") == 0) {
		IS(-ENOENT, pshm_delete(name));
	} else {
		int now = pshm_shm_open(name, PSHM_O_RDONLY, 0);

		IS(atoi(columns[5]), size_of(now));
		IS(strcmp(outcome, "superseded") == 0 || before < 0 ? 0 : 1, pshm_delete_if_same(name, before) == 1);
		(void)pshm_delete(name);
		IS(0, pshm_close(now));
	}
	if (fd >= 0)
		IS(0, pshm_close(fd));
	if (before >= 0)
		IS(0, pshm_close(before));
}

/* bad-input.tsv: a function for each row. What every call with a name, or with a descriptor, answers. */

static void
every_name(const char *bad, int64_t wanted)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, 1, NULL, 0);

	IS(wanted, pshm_shm_open(bad, PSHM_O_RDWR | PSHM_O_CREAT, 0600));
	IS(wanted, pshm_shm_unlink(bad));
	IS(wanted, pshm_open(bad, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL));
	IS(wanted, pshm_delete(bad));
	IS(wanted, pshm_delete_if_same(bad, fd));
	IS(0, pshm_close(fd));
}

static void name_null(void) { every_name(NULL, -EFAULT); }
static void name_empty(void) { every_name("", -EINVAL); }
static void name_slash(void) { every_name("/", -EINVAL); }
static void name_no_slash(void) { every_name("noslash", -EINVAL); }
static void name_two_slashes(void) { every_name("/a/b", -EINVAL); }
static void name_double_slash(void) { every_name("//a", -EINVAL); }
static void name_dots(void) { every_name("/.", -EINVAL), every_name("/..", -EINVAL); }

static char long_name[2000];

static void
name_too_long(void)
{
	memset(long_name, 'x', sizeof long_name);
	long_name[0] = '/';
	long_name[pshm_name_max() + 1] = '\0';
	every_name(long_name, -ENAMETOOLONG);
}

static void
name_longest(void)
{
	int byte = 1;
	int fd;

	for (int i = 1; i < pshm_name_max(); i++, byte = byte % 255 + 1)
		long_name[i] = (char)(byte == '/' ? 'x' : byte);
	long_name[pshm_name_max()] = '\0';
	fd = pshm_shm_open(long_name, PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0600);
	GIVES(fd);
	IS(1, pshm_delete_if_same(long_name, fd));
	IS(0, pshm_close(fd));
}

static void
name_of_no_object(void)
{
	const char *strange[] = { "/pshm-fifo", "/pshm-directory" };
	char path[64];

	(void)mkfifo("/dev/shm/pshm-fifo", 0600);
	(void)mkdir("/dev/shm/pshm-directory", 0700);
	for (int i = 0; i < 2; i++) {
		FAILS(pshm_shm_open(strange[i], PSHM_O_RDONLY, 0));
		FAILS(pshm_shm_open(strange[i], PSHM_O_RDWR | PSHM_O_CREAT, 0600));
		FAILS(pshm_open(strange[i], PSHM_DIRECTION_INPUT, 0, 0, 0600, NULL));
		FAILS(pshm_open(strange[i], PSHM_DIRECTION_IO, PSHM_IF_EXISTS_TRUNCATE, 0, 0600, NULL));
		(void)snprintf(path, sizeof path, "/dev/shm%s", strange[i]);
		IS(0, remove(path));
	}
}

static void
open_flags(void)
{
	const int bad[] = { 1, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, 0x01000000, INT_MIN, PSHM_O_EXCL, PSHM_O_EXCL | PSHM_O_TRUNC };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		IS(-EINVAL, pshm_shm_open(name, PSHM_O_RDWR | bad[i], 0600));
}

static void
permissions_outside(void)
{
	IS(-EINVAL, pshm_shm_open(name, PSHM_O_RDWR | PSHM_O_CREAT, 01000));
	IS(-EINVAL, pshm_open(name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, -1, NULL));
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 04000, 0, 1, NULL, 0));
	IS(-ENOENT, pshm_delete(name));
}

static void
open_range(void)
{
	for (int bad = -1; bad <= 6; bad += 7) {
		IS(-EINVAL, pshm_open(name, bad, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
		IS(-EINVAL, pshm_open(name, 0, bad, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
		IS(-EINVAL, pshm_open(name, 0, 0, bad, 0600, NULL));
	}
	IS(-EINVAL, pshm_open(name, 1, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
}

static void no_attempts(void) { IS(-EEXIST, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, 0, NULL, 0)); }

static void
anonymous_arguments(void)
{
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, -1, NULL, 0));
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 1, 1, NULL, 0));
}

static void
anonymous_buffer(void)
{
	char text[32] = "as it was";

	IS(-ERANGE, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, 1, text, 31));
	IS(0, strcmp(text, "as it was"));
}

static void
every_descriptor(void)
{
	int closed = pshm_dup(0);
	int64_t fields[FIELDS];
	char bytes[1] = { 0 };

	IS(0, pshm_close(closed));
	const int bad[] = { -1, closed, INT_MAX, INT_MIN };
	for (int i = 0; i < 4; i++) {
		int fd = bad[i];

		IS(-EBADF, pshm_close(fd));
		IS(-EBADF, pshm_dup(fd));
		IS(-EBADF, pshm_set_inheritable(fd, 1));
		IS(-EBADF, pshm_fstat(fd, fields, FIELDS));
		IS(-EBADF, pshm_fchmod(fd, 0600));
		IS(-EBADF, pshm_fchown(fd, -1, -1));
		IS(-EBADF, pshm_ftruncate(fd, 0));
		IS(-EBADF, pshm_truncate(fd, 0));
		IS(-EBADF, pshm_fallocate(fd, 0, 1));
		IS(-EBADF, pshm_allocate(fd, 1));
		IS(-EBADF, pshm_mmap(0, 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 0));
		IS(-EBADF, pshm_map(fd, 1, PSHM_PROT_READ, PSHM_MAP_SHARED, 1));
		IS(-EBADF, pshm_map_prefixed(fd, 1, PSHM_PROT_READ, PSHM_MAP_SHARED, 0, 1));
		IS(-EBADF, pshm_read(fd, bytes, 1, 0));
		IS(-EBADF, pshm_write(fd, bytes, 1, 0));
		IS(-EBADF, pshm_send(fd, fd));
		IS(-EBADF, pshm_receive(fd));
		IS(-EBADF, pshm_seal(fd, 0));
		IS(-EBADF, pshm_seals(fd));
		IS(-EBADF, pshm_reopen(fd, PSHM_DIRECTION_INPUT));
		IS(-EBADF, pshm_delete_if_same(name, fd));
	}
}

static void mmap_anonymous_descriptor(void) { IS(-EINVAL, pshm_mmap(0, 4096, 3, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0, 0)); }

static void
descriptors_of_others(void)
{
	int ends[2];
	int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char byte = 0;
	int fds[3] = { directory };

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	fds[1] = ends[0];
	fds[2] = ends[1];
	for (int i = 0; i < 3; i++) {
		FAILS(pshm_ftruncate(fds[i], 0));
		FAILS(pshm_truncate(fds[i], 0));
		FAILS(pshm_allocate(fds[i], 4096));
		FAILS(pshm_map(fds[i], 4096, PSHM_PROT_READ, PSHM_MAP_SHARED, 0));
		FAILS(pshm_fstat(fds[i], NULL, 0));
		FAILS(pshm_seal(fds[i], PSHM_SEAL_SEAL));
		FAILS(pshm_reopen(fds[i], PSHM_DIRECTION_INPUT));
		FAILS(pshm_read(fds[i], &byte, 1, 0));
		FAILS(pshm_write(fds[i], &byte, 1, 0));
		IS(0, pshm_close(fds[i]));
	}
}

static void
negative_sizes(void)
{
	int fd = new_object(100);

	IS(-EINVAL, pshm_ftruncate(fd, -1));
	IS(-EINVAL, pshm_truncate(fd, INT64_MIN));
	IS(-EINVAL, pshm_allocate(fd, -1));
	IS(100, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
greatest_size(void)
{
	int fd = new_object(0);

	IS(0, pshm_ftruncate(fd, INT64_MAX));
	IS(INT64_MAX, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
allocate_too_much(int64_t size)
{
	int fd = new_object(100);
	int64_t before[FIELDS];
	int64_t after[FIELDS];
	int64_t result;

	IS(FIELDS, pshm_fstat(fd, before, FIELDS));
	result = pshm_allocate(fd, size);
	expect(result == -ENOSPC || result == -EFBIG || result == -EINVAL, "allocating too much", result);
	IS(FIELDS, pshm_fstat(fd, after, FIELDS));
	IS(before[PSHM_STAT_SIZE], after[PSHM_STAT_SIZE]);
	IS(before[PSHM_STAT_BLOCKS], after[PSHM_STAT_BLOCKS]);
	IS(0, pshm_close(fd));
}

static void allocate_greatest(void) { allocate_too_much(INT64_MAX); }

static void
allocate_more_than_there_is(void)
{
	int64_t total = 0;

	IS(0, pshm_space(&total, NULL));
	allocate_too_much(total == 0 ? (int64_t)1 << 60 : total + 1);
}

static void
allocate_nothing(void)
{
	int fd = new_object(0);

	IS(0, pshm_allocate(fd, 0));
	IS(0, size_of(fd));
	IS(0, pshm_close(fd));
}

static int
reader(void)
{
	int fd = new_object(100);

	IS(0, pshm_close(fd));
	fd = pshm_shm_open(name, PSHM_O_RDONLY, 0);
	GIVES(fd);
	return fd;
}

static void
truncate_reader(void)
{
	int fd = reader();
	int64_t result = pshm_ftruncate(fd, 0);

	expect(result == -EINVAL || result == -EBADF, "truncating a reader", result);
	FAILS(pshm_truncate(fd, 0));
	IS(100, size_of(fd));
	IS(0, pshm_close(fd));
}

/* mmap and map: the same bad arguments. */
static void
both_maps(int64_t wanted, int64_t length, int protections, int flags, int64_t offset)
{
	int fd = new_object(4096);

	IS(wanted, pshm_mmap(0, length, protections, flags, fd, offset));
	IS(wanted, pshm_map(fd, length, protections, flags, offset));
	IS(0, pshm_close(fd));
}

static void map_lengths(void) { both_maps(-EINVAL, 0, 1, 1, 0), both_maps(-EINVAL, -1, 1, 1, 0); }

static void
mmap_offsets(void)
{
	int fd = reader();

	IS(-EINVAL, pshm_mmap(0, 1, 1, 1, fd, -4096));
	IS(-EINVAL, pshm_mmap(0, 1, 1, 1, fd, 1));
	IS(0, pshm_close(fd));
}


static void
map_offsets(void)
{
	IS(-EINVAL, pshm_map(0, 1, 1, 1, -1));
	IS(-EOVERFLOW, pshm_map(0, 2, 1, 1, INT64_MAX - 1));
}

static void
map_types(void)
{
	if (sizeof(size_t) < sizeof(int64_t)) {
		both_maps(-EOVERFLOW, (int64_t)1 << 32, 1, 1, 0);
		IS(-EOVERFLOW, pshm_mmap((int64_t)1 << 32, 1, 1, 1, 0, 0));
		IS(-EOVERFLOW, pshm_munmap((int64_t)1 << 32, 1));
		IS(-EOVERFLOW, pshm_mprotect(0, (int64_t)1 << 32, 1));
		IS(-EOVERFLOW, pshm_copy((int64_t)1 << 32, 1, 1));
		IS(-EOVERFLOW, pshm_read(0, long_name, (int64_t)1 << 32, 0));
	} else {
		int fd = reader();

		FAILS(pshm_mmap(0, INT64_MAX - 4095, 1, 1, fd, 0));
		FAILS(pshm_map(fd, INT64_MAX - 4095, 1, 1, 0));
		IS(0, pshm_close(fd));
	}
}

static void
map_past_the_end(void)
{
	int fd = new_object(10);
	char bytes[20];
	int64_t address = pshm_map(fd, 10000, PSHM_PROT_READ, PSHM_MAP_SHARED, 4096);

	GIVES(address);
	IS(0, pshm_unmap(address, 10000));
	IS(10, pshm_read(fd, bytes, sizeof bytes, 0));
	IS(0, pshm_close(fd));
}

static void
map_reader(void)
{
	int fd = reader();

	IS(-EACCES, pshm_mmap(0, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0));
	IS(-EACCES, pshm_map(fd, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0));
	IS(0, pshm_close(fd));
}

static void
map_bits(void)
{
	both_maps(-EINVAL, 4096, 8, PSHM_MAP_SHARED, 0);
	both_maps(-EINVAL, 4096, 1, PSHM_MAP_SHARED | MAP_ANONYMOUS, 0);
	both_maps(-EINVAL, 4096, 1, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, 0);
	both_maps(-EINVAL, 4096, 1, 0, 0);
}

static void
fixed_addresses(void)
{
	IS(-EINVAL, pshm_mmap(0, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED, -1, 0));
	IS(-EINVAL, pshm_mmap(0x10001, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED, -1, 0));
}

static void
unmap_arguments(void)
{
	const int64_t bad[] = { 0, -1, INT64_MIN };

	for (int i = 0; i < 3; i++) {
		IS(-EINVAL, pshm_munmap(bad[i], 4096));
		IS(-EINVAL, pshm_unmap(bad[i], 4096));
		IS(-EINVAL, pshm_munmap(4096, bad[i]));
		IS(-EINVAL, pshm_unmap(4096, bad[i]));
	}
}

static void
protect_unmapped(void)
{
	int64_t address = pshm_mmap(0, 4096, 1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0);

	IS(0, pshm_munmap(address, 4096));
	if (getenv("PORTABLE_RESERVED") == NULL) /* qemu keeps the whole address space of a 32-bit machine for itself */
		IS(-ENOMEM, pshm_mprotect(address, 4096, 1));
}

static void
fstat_arguments(void)
{
	int64_t fields[FIELDS];
	int fd = reader();

	IS(-EFAULT, pshm_fstat(fd, NULL, 1));
	IS(-EINVAL, pshm_fstat(fd, fields, -1));
	IS(0, pshm_close(fd));
}

static void
fstat_counts(void)
{
	int64_t fields[FIELDS + 10];
	int fd = reader();

	memset(fields, 0x55, sizeof fields);
	IS(FIELDS, pshm_fstat(fd, NULL, 0));
	IS(FIELDS, pshm_fstat(fd, fields + 4, FIELDS + 2));
	IS(0x5555555555555555, fields[3]);
	IS(0x5555555555555555, fields[4 + FIELDS]);
	IS(0, pshm_close(fd));
}

static void
mode_bits(void)
{
	int fd = new_object(0);

	IS(-EINVAL, pshm_fchmod(fd, 01000));
	IS(-EINVAL, pshm_fchmod(fd, -1));
	IS(0, pshm_close(fd));
}

static void
owner_ids(void)
{
	int fd = new_object(0);

	IS(-EINVAL, pshm_fchown(fd, -2, -1));
	IS(-EINVAL, pshm_fchown(fd, -1, (int64_t)1 << 40));
	IS(-EINVAL, pshm_fchown(fd, UINT32_MAX, -1));
	IS(0, pshm_close(fd));
}

static void
send_nowhere(void)
{
	int ends[2];
	int fd = new_object(0);

	FAILS(pshm_send(fd, fd));
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	FAILS(pshm_send(ends[0], -1));
	IS(0, pshm_close(ends[1]));
	FAILS(pshm_send(ends[0], fd));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(fd));
}

/* The lowest descriptor that is free: two calls that give the same show that none was leaked between them. */
static int
lowest_free(void)
{
	int fd = pshm_dup(0);

	IS(0, pshm_close(fd));
	return fd;
}

static void
receive_wrong_counts(void)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	int two[2] = { 0, 1 };
	int ends[2];
	int lowest;

	memset(&control, 0, sizeof control);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof two);
	memcpy(CMSG_DATA(rights), two, sizeof two);
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	lowest = lowest_free();
	IS(1, send(ends[0], "x", 1, 0));
	IS(-EPROTO, pshm_receive(ends[1]));
	IS(1, sendmsg(ends[0], &message, 0));
	IS(-EPROTO, pshm_receive(ends[1]));
	IS(lowest, lowest_free());
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
}

static void
receive_nothing(void)
{
	int ends[2];

	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(0, pshm_close(ends[0]));
	IS(-ENODATA, pshm_receive(ends[1]));
	IS(0, pshm_close(ends[1]));
}

static void
receive_without_room(void)
{
	struct rlimit limits;
	struct rlimit none;
	int ends[2];

	if (getenv("PORTABLE_UNLIMITED") != NULL) /* valgrind keeps this limit from the kernel */
		return;
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(0, pshm_send(ends[0], 0));
	IS(0, getrlimit(RLIMIT_NOFILE, &limits));
	none = limits;
	none.rlim_cur = (rlim_t)lowest_free();
	IS(0, setrlimit(RLIMIT_NOFILE, &none));
	IS(-EMFILE, pshm_receive(ends[1]));
	IS(0, setrlimit(RLIMIT_NOFILE, &limits));
	IS(0, pshm_close(ends[0]));
	IS(0, pshm_close(ends[1]));
}

static void
seal_wrongly(void)
{
	int named = new_object(0);
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, 1, NULL, 0);
	int ends[2];

	IS(-EPERM, pshm_seal(named, PSHM_SEAL_GROW));
	IS(0, pshm_socketpair(&ends[0], &ends[1]));
	IS(-EINVAL, pshm_seal(ends[0], PSHM_SEAL_GROW));
	IS(-EINVAL, pshm_seal(fd, 0x40));
	IS(0, pshm_seal(fd, PSHM_SEAL_SEAL));
	IS(-EPERM, pshm_seal(fd, PSHM_SEAL_GROW));
	for (int i = 0; i < 2; i++)
		IS(0, pshm_close(ends[i]));
	IS(0, pshm_close(fd));
	IS(0, pshm_close(named));
}

static void
reopen_reader(void)
{
	int fd = reader();

	IS(-EACCES, pshm_reopen(fd, PSHM_DIRECTION_IO));
	IS(0, pshm_close(fd));
}

static void
byte_arguments(void)
{
	int fd = new_object(10);
	char byte = 0;

	IS(-EINVAL, pshm_read(fd, &byte, -1, 0));
	IS(-EINVAL, pshm_write(fd, &byte, 1, -1));
	IS(-EFAULT, pshm_read(fd, NULL, 1, 0));
	IS(-EFAULT, pshm_write(fd, NULL, 1, 0));
	IS(0, pshm_close(fd));
}

static void
bytes_at_the_end(void)
{
	int fd = new_object(10);
	char bytes[20] = { 0 };

	IS(4, pshm_write(fd, bytes, 20, 6));
	IS(4, pshm_read(fd, bytes, 20, 6));
	IS(0, pshm_write(fd, bytes, 20, 10));
	IS(0, pshm_read(fd, bytes, 20, INT64_MAX));
	IS(10, size_of(fd));
	IS(0, pshm_close(fd));
}

static void
write_reader(void)
{
	int fd = reader();

	IS(-EBADF, pshm_write(fd, "x", 1, 0));
	IS(0, pshm_close(fd));
}

static void
list_sizes(void)
{
	int fd = new_object(0);
	char text[1] = { 'x' };

	expect(pshm_list(NULL, 0) >= (int64_t)sizeof name, "the list has the name", 0);
	IS(-ERANGE, pshm_list(text, 1));
	IS('x', text[0]);
	IS(0, pshm_close(fd));
}

static void
delete_others(void)
{
	int old = new_object(0);
	int fd = new_object(0);

	IS(0, pshm_delete_if_same(name, old));
	IS(0, pshm_delete(name));
	IS(-ENOENT, pshm_delete_if_same(name, fd));
	IS(0, pshm_close(fd));
	IS(0, pshm_close(old));
}

static void
error_texts(void)
{
	const int numbers[] = { 0, 4095, INT_MIN, INT_MAX };

	for (int i = 0; i < 4; i++) {
		IS(0, strcmp(pshm_error_name(numbers[i]), i == 0 ? "OK" : "UNKNOWN"));
		IS(0, strcmp(pshm_strerror(numbers[i]), i == 0 ? "success" : "unknown error"));
	}
}

static void error_numbers(void) { IS(-EFAULT, pshm_error_number(NULL)); IS(-EINVAL, pshm_error_number("EWING")); }

static void
constant_arguments(void)
{
	IS(-EINVAL, pshm_constant_value(-1));
	IS(-EINVAL, pshm_constant_value(pshm_constant_count()));
	IS(true, pshm_constant_name(INT_MIN) == NULL && pshm_constant_name(INT_MAX) == NULL);
	IS(-EINVAL, pshm_constant("PSHM_WINGS"));
	IS(-EFAULT, pshm_constant(NULL));
}

static void
flag_texts(void)
{
	IS(-EINVAL, pshm_flags_parse(PSHM_KIND_MODE, "user-fly"));
	IS(-EINVAL, pshm_flags_parse(0, "user-read"));
	IS(-EFAULT, pshm_flags_parse(PSHM_KIND_MODE, NULL));
	IS(0, pshm_flags_parse(PSHM_KIND_MODE, ""));
}

static void features(void) { IS(-EINVAL, pshm_has("wings")); IS(-EFAULT, pshm_has(NULL)); }

/* A row is found by its first two columns; a row that has no function here is a failure. */
static const struct {
	const char *call;
	const char *arguments;
	void (*run)(void);
} bad_inputs[] = {
	{ "every call with a name", "NULL", name_null },
	{ "every call with a name", "\"\"", name_empty },
	{ "every call with a name", "\"/\"", name_slash },
	{ "every call with a name", "\"noslash\"", name_no_slash },
	{ "every call with a name", "\"/a/b\"", name_two_slashes },
	{ "every call with a name", "\"//a\"", name_double_slash },
	{ "every call with a name", "\"/.\" and \"/..\"", name_dots },
	{ "every call with a name", "pshm_name_max()+1", name_too_long },
	{ "every call with a name", "exactly", name_longest },
	{ "every call with a name", "the name of a FIFO", name_of_no_object },
	{ "shm_open", "flags", open_flags },
	{ "shm_open, open, open_anonymous", "permission", permissions_outside },
	{ "open", "direction", open_range },
	{ "open_anonymous", "attempts 0", no_attempts },
	{ "open_anonymous", "attempts negative", anonymous_arguments },
	{ "open_anonymous", "buffer", anonymous_buffer },
	{ "every call with fd (not mmap anonymous)", "-1", every_descriptor },
	{ "mmap", "anonymous with fd", mmap_anonymous_descriptor },
	{ "ftruncate, truncate, allocate, map, stat, seal, reopen, read, write", "a directory", descriptors_of_others },
	{ "ftruncate, truncate, allocate", "negative", negative_sizes },
	{ "ftruncate, truncate", "INT64_MAX", greatest_size },
	{ "allocate", "INT64_MAX", allocate_greatest },
	{ "allocate", "more than", allocate_more_than_there_is },
	{ "allocate", "size 0", allocate_nothing },
	{ "ftruncate, truncate", "descriptor opened", truncate_reader },
	{ "mmap, map", "length 0", map_lengths },
	{ "mmap", "offset negative", mmap_offsets },
	{ "map", "offset negative", map_offsets },
	{ "mmap, map", "length or address", map_types },
	{ "map", "beyond", map_past_the_end },
	{ "mmap, map", "shared write", map_reader },
	{ "mmap", "unknown", map_bits },
	{ "mmap", "fixed", fixed_addresses },
	{ "munmap, unmap", "address 0", unmap_arguments },
	{ "mprotect", "address not mapped", protect_unmapped },
	{ "fstat", "ret_fields NULL", fstat_arguments },
	{ "fstat", "count 0", fstat_counts },
	{ "fchmod, chmod", "bits", mode_bits },
	{ "fchown", "id below", owner_ids },
	{ "send", "not a socket", send_nowhere },
	{ "receive", "a message", receive_wrong_counts },
	{ "receive", "peer closed", receive_nothing },
	{ "receive", "no descriptor", receive_without_room },
	{ "seal", "a named", seal_wrongly },
	{ "reopen", "for io", reopen_reader },
	{ "read, write", "negative", byte_arguments },
	{ "read, write", "at and past", bytes_at_the_end },
	{ "write", "to a descriptor", write_reader },
	{ "list", "NULL", list_sizes },
	{ "delete_if_same", "another", delete_others },
	{ "error_name, strerror", "0", error_texts },
	{ "error_number", "NULL", error_numbers },
	{ "constants", "index", constant_arguments },
	{ "flags_parse", "unknown", flag_texts },
	{ "has", "unknown", features },
};

static void
try_bad_input_row(char *columns[COLUMNS])
{
	for (size_t i = 0; i < sizeof bad_inputs / sizeof bad_inputs[0]; i++) {
		if (strcmp(bad_inputs[i].call, columns[0]) == 0 &&
		    strncmp(bad_inputs[i].arguments, columns[1], strlen(bad_inputs[i].arguments)) == 0) {
			bad_inputs[i].run();
			(void)pshm_delete(name);
			return;
		}
	}
	printf("portable: nothing tries the row: %s: %s\n", columns[0], columns[1]);
	failures++;
}

/* Give each row of a table, without the titles, to a function. Rows for Lisp are not for us. */
static int
each_row(const char *directory, const char *file, void (*run)(char *columns[COLUMNS]))
{
	char path[4096];
	char line[1024];
	int rows = -1;
	FILE *table;

	(void)snprintf(path, sizeof path, "%s/%s", directory, file);
	table = fopen(path, "r");
	if (!expect(table != NULL, path, 0))
		return 0;
	while (fgets(line, sizeof line, table) != NULL) {
		char *columns[COLUMNS] = { line };
		int count = 1;
		int before = failures;

		if (line[0] == '#' || strncmp(line, "Lisp ", 5) == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (char *at = line; *at != '\0'; at++) {
			if (*at == '\t' && count < COLUMNS) {
				*at = '\0';
				columns[count++] = at + 1;
			}
		}
		if (rows++ >= 0)
			run(columns);
		if (failures > before)
			printf("portable: in the row: %s: %s %s %s %s\n", file, columns[0], columns[1], columns[2], count > 3 ? columns[3] : "");
	}
	(void)fclose(table);
	return rows;
}

/* What every machine has to write. */
static void
describe(FILE *file)
{
	const struct timespec times[2] = { { -1, 999999999 }, { (int64_t)1 << 33, 1 } };
	int fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0640, NULL);
	const int64_t mapped = (int64_t)3 << 30; /* qemu's user mode of 32-bit machines cuts off what is above 4 GiB */
	unsigned char bytes[8];
	int64_t fields[FIELDS];
	int64_t address;

	for (int i = 0; i < pshm_constant_count(); i++)
		fprintf(file, "%s %d\n", pshm_constant_name(i), pshm_constant_value(i));
	for (int i = 0; i < pshm_error_count(); i++)
		fprintf(file, "%s: %s\n", pshm_error_name(pshm_error_at(i)), pshm_strerror(pshm_error_at(i)));
	for (int kind = PSHM_KIND_OPEN_FLAG; kind <= PSHM_KIND_SEAL; kind++) {
		for (int i = 0; i < pshm_constant_count(); i++) {
			char text[256] = "";

			if (pshm_flags_format(kind, pshm_constant_value(i), text, sizeof text) >= 0)
				fprintf(file, "kind %d, %d: %s\n", kind, pshm_constant_value(i), text);
		}
	}
	IS(0, pshm_truncate(fd, ((int64_t)5 << 30) + 7));
	IS(0, futimens(fd, times));
	IS(1, pshm_write(fd, "\x80", 1, (int64_t)5 << 30));
	IS(1, pshm_write(fd, "\x80", 1, mapped));
	IS(0, futimens(fd, times));
	IS(FIELDS, pshm_fstat(fd, fields, FIELDS));
	fprintf(file, "mode %lld links %lld size %lld rdev %lld blksize %lld blocks %lld atime %lld %lld mtime %lld %lld\n",
	        (long long)fields[PSHM_STAT_MODE], (long long)fields[PSHM_STAT_NLINK], (long long)fields[PSHM_STAT_SIZE],
	        (long long)fields[PSHM_STAT_RDEV], (long long)fields[PSHM_STAT_BLKSIZE], (long long)fields[PSHM_STAT_BLOCKS],
	        (long long)fields[PSHM_STAT_ATIME_SEC], (long long)fields[PSHM_STAT_ATIME_NSEC], (long long)fields[PSHM_STAT_MTIME_SEC],
	        (long long)fields[PSHM_STAT_MTIME_NSEC]);
	address = pshm_map(fd, 7, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, mapped);
	GIVES(address);
	expect(address > 0, "an address is positive", address);
	IS(0, pshm_fill(address + 1, 0x7f, 2));
	IS(0, pshm_copy(address + 3, address, 3));
	IS(1, pshm_read(fd, bytes, 1, (int64_t)5 << 30));
	IS(0x80, bytes[0]);
	IS(7, pshm_read(fd, bytes, 7, mapped));
	for (int i = 0; i < 7; i++)
		fprintf(file, "%02x ", bytes[i]);
	fprintf(file, "\n%s, %d bytes of a name\n", pshm_version_string(), pshm_name_max());
	IS(0, pshm_unmap(address, 7));
	IS(0, pshm_close(fd));
	IS(0, pshm_delete(name));
}

int
main(int count, char **words)
{
	FILE *file = count == 3 ? fopen(words[2], "w") : NULL;
	int options;
	int inputs;

	if (file == NULL) {
		(void)fprintf(stderr, "usage: portable CASES OUTPUT\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)umask(0);
	(void)alarm(300);
	(void)pshm_delete(name);
	options = each_row(words[1], "open-options.tsv", try_option_row);
	inputs = each_row(words[1], "bad-input.tsv", try_bad_input_row);
	describe(file);
	(void)fclose(file);
	if (options < 90 || inputs < 50)
		failures++;
	printf("portable: %d rows of open-options.tsv, %d of bad-input.tsv, %d checks, %d failures\n", options, inputs, checks, failures);
	return failures == 0 ? 0 : 1;
}
