/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a program does with an object, in C: the measure for the other languages, which load this as a library.
 *
 *   lives ROUNDS    prints case, variant and nanoseconds, a line per round
 *
 * The variants are ours; `calls', the same system calls made directly; and `hand', what one would write without us.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>
#include "timing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

enum { SIZE = 65536 };
enum variant { OURS, CALLS, HAND, VARIANTS };

#define WRITABLE (PSHM_PROT_READ | PSHM_PROT_WRITE)
#define READ_WRITE (PROT_READ | PROT_WRITE)

int64_t lives_now(void);
int64_t lives_run(int what, int variant, int count, const char *name);

/* Processor time, in nanoseconds: what other programs take meanwhile does not count. */
int64_t
lives_now(void)
{
	return time_of(CLOCK_THREAD_CPUTIME_ID);
}

/* Each returns whether it worked. FD is an object of SIZE bytes that stays open; NAME is its name. */

static int
open_close(int variant, const char *name, int fd)
{
	struct stat status;

	(void)fd;
	if (variant == OURS)
		return pshm_close(pshm_open(name, PSHM_DIRECTION_INPUT, 0, 0, 0, NULL)) == 0;
	fd = shm_open(name, O_RDONLY | O_NONBLOCK, 0);
	return (variant == HAND || fstat(fd, &status) == 0) && close(fd) == 0;
}

static int
stat_object(int variant, const char *name, int fd)
{
	static int64_t fields[16];
	static struct stat status;

	(void)name;
	if (variant == OURS)
		return pshm_fstat(fd, fields, 16) == 16 && fields[PSHM_STAT_SIZE] == SIZE;
	return fstat(fd, &status) == 0 && status.st_size == SIZE;
}

static int
truncate_object(int variant, const char *name, int fd)
{
	(void)name;
	return (variant == OURS ? pshm_truncate(fd, SIZE) : ftruncate(fd, SIZE)) == 0;
}

static int
map_unmap(int variant, const char *name, int fd)
{
	int64_t address;
	void *memory;

	(void)name;
	if (variant == OURS) {
		address = pshm_map(fd, SIZE, WRITABLE, PSHM_MAP_SHARED, 0);
		return address > 0 && pshm_unmap(address, SIZE) == 0;
	}
	memory = mmap(NULL, SIZE, READ_WRITE, MAP_SHARED, fd, 0);
	return memory != MAP_FAILED && munmap(memory, SIZE) == 0;
}

static int
size_and_map(int variant, int fd)
{
	return truncate_object(variant, NULL, fd) && map_unmap(variant, NULL, fd);
}

static int
named(int variant, const char *name, int fd)
{
	char other[64];

	snprintf(other, sizeof other, "%s-", name);
	if (variant == OURS)
		fd = pshm_open(other, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL);
	else
		fd = shm_open(other, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600);
	if (fd < 0 || !size_and_map(variant, fd))
		return 0;
	if (variant == OURS)
		return pshm_close(fd) == 0 && pshm_delete(other) == 0;
	return close(fd) == 0 && shm_unlink(other) == 0;
}

static int
anonymous(int variant, const char *name, int fd)
{
	(void)name;
	if (variant == OURS) {
		fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
		return size_and_map(variant, fd) && pshm_close(fd) == 0;
	}
	if (variant == HAND)
		fd = memfd_create("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	else
		fd = memfd_create("posix-shm", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (fd < 0 || fchmod(fd, 0600) < 0)
		return 0;
	return size_and_map(variant, fd) && close(fd) == 0;
}

static const struct {
	const char *name;
	int (*once)(int variant, const char *name, int fd);
} cases[] = {
	{ "open+close", open_close }, { "stat", stat_object }, { "truncate", truncate_object },
	{ "map+unmap", map_unmap },   { "named", named },      { "anonymous", anonymous },
};

enum { CASES = sizeof cases / sizeof cases[0] };

/* Do a thing a number of times; the result is nanoseconds in all. NAME is the name of an object of SIZE bytes. */
int64_t
lives_run(int what, int variant, int count, const char *name)
{
	int fd = shm_open(name, O_RDWR, 0);
	int64_t start = lives_now();
	int64_t end;

	need(fd >= 0, name);
	for (int i = 0; i < count; i++)
		need(cases[what].once(variant, name, fd), cases[what].name);
	end = lives_now();
	close(fd);
	return end - start;
}

int
main(int count, char **words)
{
	static const char *const variants[VARIANTS] = { "ours", "calls", "hand" };
	int rounds = count > 1 ? atoi(words[1]) : 0;
	char name[32];
	int fd;

	if (rounds < 1) {
		fprintf(stderr, "usage: lives ROUNDS\n");
		return 2;
	}
	snprintf(name, sizeof name, "/pshm-bench-%d", (int)getpid());
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	need(fd >= 0 && ftruncate(fd, SIZE) == 0, name);
	for (int what = 0; what < CASES; what++) {
		int times = (int)(1e6 / ((double)lives_run(what, OURS, 100, name) / 100)) + 1;

		for (int round = 0; round < rounds; round++)
			for (int turn = 0; turn < VARIANTS; turn++) {
				int variant = (turn + round) % VARIANTS;

				printf("%s\t%s\t%.1f\n", cases[what].name, variants[variant],
				       (double)lives_run(what, variant, times, name) / times);
			}
	}
	shm_unlink(name);
	return 0;
}
