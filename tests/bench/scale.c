/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time and memory against the number of things. Prints what, how many there are, what is told of them, and the value.
 *
 *   scale objects    open objects: nanoseconds to open one more, bytes of the system per object
 *   scale names      names: nanoseconds to list them
 *   scale bytes      mapped bytes that nobody touches: nanoseconds to map and unmap them
 *   scale library    nanoseconds to load the library with dlopen, with its file in memory and without
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>
#include "timing.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 100000, MOST_NAMES = 10000, BATCH = 50, ROUNDS = 9 };

static double
now(void)
{
	return (double)time_of(CLOCK_THREAD_CPUTIME_ID);
}

/* The number after a word at the beginning of a line of a file, in KiB. */
static double
number_of(const char *path, const char *word)
{
	char line[256];
	double number = 0;
	FILE *file = fopen(path, "r");

	need(file != NULL, path);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, word, strlen(word)) == 0)
			number = atof(line + strlen(word));
	fclose(file);
	return number;
}

static double
system_kib(void)
{
	return number_of("/proc/meminfo", "Slab:") + number_of("/proc/meminfo", "Shmem:");
}

static void
show(const char *what, long long many, const char *told, double value)
{
	printf("%s\t%lld\t%s\t%.1f\n", what, many, told, value);
	fflush(stdout);
}

static int
open_one(void)
{
	return pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
}

/* Nanoseconds to open one more and close it, while all the others are open: the median of rounds. */
static double
one_more(void)
{
	double times[ROUNDS];
	int fds[BATCH];

	for (int round = 0; round < ROUNDS; round++) {
		double start = now();

		for (int i = 0; i < BATCH; i++) {
			fds[i] = open_one();
			need(fds[i] >= 0, "pshm_open_anonymous");
		}
		for (int i = 0; i < BATCH; i++)
			need(pshm_close(fds[i]) == 0, "pshm_close");
		times[round] = (now() - start) / BATCH;
		for (int i = round; i > 0 && times[i] < times[i - 1]; i--) {
			double other = times[i];

			times[i] = times[i - 1];
			times[i - 1] = other;
		}
	}
	return times[ROUNDS / 2];
}

static void
objects(void)
{
	struct rlimit limit;
	double whole = system_kib();
	int open = 0;

	need(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
	if (limit.rlim_max < MOST + 2 * BATCH) {
		struct rlimit more = { MOST + 2 * BATCH, MOST + 2 * BATCH };

		(void)setrlimit(RLIMIT_NOFILE, &more);
		need(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
	}
	limit.rlim_cur = limit.rlim_max;
	need(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
	for (int many = 1; many <= MOST && (rlim_t)many + 2 * BATCH <= limit.rlim_cur; many *= 10) {
		for (; open < many; open++)
			need(open_one() >= 0, "pshm_open_anonymous");
		show("objects", many, "open and close one more", one_more());
		if (many >= 1000)
			show("objects", many, "bytes of the system", (system_kib() - whole) * 1024 / many);
	}
}

static void
name_of(char name[32], int number)
{
	snprintf(name, 32, "/pshm-bench-%d-%d", (int)getpid(), number);
}

static void
names(void)
{
	static char list[4 << 20];
	char name[32];
	int there = 0;

	for (int many = 1; many <= MOST_NAMES; many *= 10) {
		double best = 0;

		for (; there < many; there++) {
			name_of(name, there);
			need(pshm_close(pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL)) == 0, name);
		}
		for (int round = 0; round < ROUNDS; round++) {
			double start = now();
			double time;

			need(pshm_list(list, sizeof list) > 0, "pshm_list");
			time = now() - start;
			if (round == 0 || time < best)
				best = time;
		}
		show("names", many, "list", best);
	}
	while (there > 0) {
		name_of(name, --there);
		pshm_delete(name);
	}
}

static void
bytes(void)
{
	int fd = open_one();

	need(fd >= 0 && pshm_truncate(fd, (int64_t)1 << 40) == 0, "an object");
	for (int64_t size = 4096; size <= (int64_t)1 << 40; size *= 16) {
		double best = 0;

		for (int round = 0; round < 5 * ROUNDS; round++) {
			double start = now();
			int64_t address = pshm_map(fd, size, PSHM_PROT_READ, PSHM_MAP_SHARED, 0);
			double time;

			need(address > 0 && pshm_unmap(address, size) == 0, "pshm_map");
			time = now() - start;
			if (round == 0 || time < best)
				best = time;
		}
		show("bytes", size, "map and unmap", best);
	}
}

/* In a process of its own, since a library is loaded once. */
static double
time_of_loading(const char *path, int cold)
{
	double result = 0;
	int ends[2];
	pid_t child;

	need(pipe(ends) == 0, "pipe");
	child = fork();
	need(child >= 0, "fork");
	if (child == 0) {
		struct timespec start;
		struct timespec end;
		int file = open(path, O_RDONLY);

		need(file >= 0, path);
		if (cold)
			posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
		close(file);
		clock_gettime(CLOCK_MONOTONIC, &start);
		need(dlopen(path, RTLD_NOW) != NULL, path);
		clock_gettime(CLOCK_MONOTONIC, &end);
		result = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
		need(write(ends[1], &result, sizeof result) == sizeof result, "write");
		_exit(0);
	}
	need(read(ends[0], &result, sizeof result) == sizeof result, "read");
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	return result;
}

/* A copy, since nothing else may hold the file's pages in memory. */
static void
library(const char *path)
{
	for (int round = 0; round < ROUNDS * 2 + 1; round++) {
		show("library", 0, "cold", time_of_loading(path, 1));
		show("library", 0, "warm", time_of_loading(path, 0));
	}
}

int
main(int count, char **words)
{
	const char *mode = count > 1 ? words[1] : "";

	if (strcmp(mode, "objects") == 0)
		objects();
	else if (strcmp(mode, "names") == 0)
		names();
	else if (strcmp(mode, "bytes") == 0)
		bytes();
	else if (strcmp(mode, "library") == 0 && count > 2)
		library(words[2]);
	else
		return fprintf(stderr, "usage: scale objects|names|bytes|library PATH\n"), 2;
	return 0;
}
