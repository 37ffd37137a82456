/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the memory ends before /dev/shm does: pshm_allocate has to answer with an error, leave the object as it was, and nobody
 * may be killed; what fits is there. As TAP. With an argument: the page size.
 */
#include <posix-shm/api.h>
#include <posix-shm/ffi.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, FITS = 16 * MIB, TOO_MUCH = 300 * MIB };

static int points;
static bool failed;

static void
point(bool good, const char *text)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++points, text);
	failed = failed || !good;
}

/* Whom the kernel kills first when the memory is used up: 1000 is this process, -1000 never. */
static void
kill_me_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)!write(fd, "1000", 4);
	(void)close(fd);
}

/* In a child, since the kernel may kill who asks: the result, or minus 10000 when it was killed. */
static int
allocate(int fd, int64_t size)
{
	int ends[2];
	int result = -10000;
	pid_t child;

	if (pipe(ends) < 0 || (child = fork()) < 0)
		return -20000;
	if (child == 0) {
		kill_me_first();
		result = pshm_allocate(fd, size);
		_exit(write(ends[1], &result, sizeof result) != (ssize_t)sizeof result);
	}
	(void)waitpid(child, NULL, 0);
	(void)close(ends[1]);
	if (read(ends[0], &result, sizeof result) != (ssize_t)sizeof result)
		result = -10000;
	(void)close(ends[0]);
	return result;
}

static bool
is(int fd, int64_t size, int64_t blocks)
{
	struct stat now;

	return fstat(fd, &now) == 0 && now.st_size == size && now.st_blocks * 512 == blocks;
}

static void
try_object(int fd, const char *kind)
{
	char text[128];
	int result;

	(void)snprintf(text, sizeof text, "%s: %d MiB are there", kind, FITS / MIB);
	point(allocate(fd, FITS) == 0 && is(fd, FITS, FITS), text);
	result = allocate(fd, TOO_MUCH);
	(void)snprintf(text, sizeof text, "%s: %d MiB are no space: %s", kind, TOO_MUCH / MIB,
	               result == -10000 ? "killed"
	               : result == 0    ? "they are there"
	                                : pshm_error_name(result));
	point(result == pshm_error_number("ENOSPC") || result == -pshm_error_number("ENOSPC"), text);
	(void)snprintf(text, sizeof text, "%s: after it the object is as it was", kind);
	point(is(fd, FITS, FITS), text);
	(void)ftruncate(fd, 0);
	(void)close(fd);
}

/* The space that is said to be free is there, less what the machine itself needs. */
static void
try_space(void)
{
	int64_t total = 0;
	int64_t space = 0;

	point(pshm_space(&total, &space) == 0 && space < (int64_t)TOO_MUCH, "pshm_space knows the bound");
	printf("# space %lld MiB of %lld\n", (long long)(space / MIB), (long long)(total / MIB));
}

int
main(int count, char **words)
{
	(void)words;
	if (count > 1) {
		printf("%d\n", (int)pshm_page_size());
		return 0;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	try_object(open("/dev/shm/named", O_RDWR | O_CREAT | O_EXCL, 0600), "named");
	(void)unlink("/dev/shm/named");
	try_object(memfd_create("anonymous", 0), "anonymous");
	try_space();
	printf("1..%d\n", points);
	return failed;
}
