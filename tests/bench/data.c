/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes in an object: how fast they are filled, read, copied, and carried to another process.
 *
 *   data memory ROUNDS      1 GiB: kind of pages, step, GiB per second
 *   data copy ROUNDS        size, way, nanoseconds of a copy of that size
 *   data messages ROUNDS    size, way, nanoseconds of a message to another process and its answer of one byte
 *
 * A line per round.
 */
#define _GNU_SOURCE
#include <posix-shm/api.h>
#include "timing.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GIB ((int64_t)1 << 30)
#define LARGEST ((int64_t)16 << 20)
#define WRITABLE (PSHM_PROT_READ | PSHM_PROT_WRITE)

/* Processor time where one process works, so that other programs do not count; for messages the time that passes. */
static clockid_t which_clock = CLOCK_THREAD_CPUTIME_ID;

static double
now(void)
{
	return (double)time_of(which_clock);
}

/* An anonymous object of a size; the memory of an error that is expected is a negative number. */
static int64_t
object_memory(int64_t size, int object_flags, int map_flags)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, object_flags);
	int64_t address = fd < 0 ? fd : pshm_truncate(fd, size);

	if (address >= 0)
		address = pshm_map(fd, size, WRITABLE, PSHM_MAP_SHARED | map_flags, 0);
	if (fd >= 0)
		pshm_close(fd);
	return address;
}

static volatile uint64_t sink;

static void
read_all(const void *memory, int64_t size)
{
	const uint64_t *words = memory;
	uint64_t sum = 0;

	for (int64_t i = 0; i < size / 8; i++)
		sum += words[i];
	sink = sum;
}

static void
show_rate(const char *kind, const char *step, double nanoseconds)
{
	printf("%s\t%s\t%.3f\n", kind, step, 1e9 / nanoseconds);
	fflush(stdout);
}

static void
memory_of(const char *kind, int object_flags, int map_flags)
{
	double start = now();
	int64_t address = object_memory(GIB, object_flags, map_flags);
	double mapped = now();
	double filled;
	double again;
	double end;

	if (address < 0) {
		printf("%s\tnot here\t%s\n", kind, pshm_error_name((int)address));
		return;
	}
	memset((void *)(uintptr_t)address, 1, (size_t)GIB);
	filled = now();
	memset((void *)(uintptr_t)address, 2, (size_t)GIB);
	again = now();
	read_all((const void *)(uintptr_t)address, GIB);
	end = now();
	pshm_unmap(address, GIB);
	show_rate(kind, "map and fill", filled - start);
	show_rate(kind, "fill", filled - mapped);
	show_rate(kind, "fill again", again - filled);
	show_rate(kind, "read", end - again);
}

static void
memory_rounds(int rounds)
{
	for (int round = 0; round < rounds; round++) {
		memory_of("as they come", 0, 0);
		memory_of("populated", 0, PSHM_MAP_POPULATE);
		memory_of("huge, asked for", 0, PSHM_MAP_HUGE);
		memory_of("huge, asked for, populated", 0, PSHM_MAP_HUGE | PSHM_MAP_POPULATE);
		memory_of("huge object", PSHM_ANONYMOUS_HUGE, PSHM_MAP_POPULATE);
	}
}

static void
copy_rounds(int rounds)
{
	char *bytes = malloc((size_t)LARGEST);
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);
	int64_t address;

	need(bytes != NULL && fd >= 0 && pshm_truncate(fd, LARGEST) == 0, "an object");
	address = pshm_map(fd, LARGEST, WRITABLE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, 0);
	need(address > 0, "pshm_map");
	memset(bytes, 1, (size_t)LARGEST);
	for (int64_t size = 64; size <= LARGEST; size *= 4) {
		int times = (int)(LARGEST / size) > 1000 ? 1000 : (int)(LARGEST / size);

		for (int round = 0; round < rounds; round++) {
			double start = now();
			double copied;
			double written;

			for (int i = 0; i < times; i++) {
				memcpy((void *)(uintptr_t)address, bytes, (size_t)size);
				__asm__ volatile("" : : "r"(address) : "memory");
			}
			copied = now();
			for (int i = 0; i < times; i++)
				need(pshm_write(fd, bytes, size, 0) == size, "pshm_write");
			written = now();
			for (int i = 0; i < times; i++)
				need(pshm_read(fd, bytes, size, 0) == size, "pshm_read");
			printf("%lld\tmemcpy\t%.1f\n", (long long)size, (copied - start) / times);
			printf("%lld\tpshm_write\t%.1f\n", (long long)size, (written - copied) / times);
			printf("%lld\tpshm_read\t%.1f\n", (long long)size, (now() - written) / times);
		}
	}
}

/* Ways to the other process. The message goes to a buffer of the receiver, who answers with a byte. */

struct shared {
	sem_t sent;
	sem_t answered;
	char message[];
};

static struct shared *shared;
static int there[2];
static int back[2];
static char *buffer;

static void
write_all(int fd, const char *bytes, int64_t count)
{
	while (count > 0) {
		ssize_t done = write(fd, bytes, (size_t)count);

		need(done > 0, "write");
		bytes += done;
		count -= done;
	}
}

static int
read_whole(int fd, char *bytes, int64_t count)
{
	while (count > 0) {
		ssize_t done = read(fd, bytes, (size_t)count);

		if (done <= 0)
			return 0;
		bytes += done;
		count -= done;
	}
	return 1;
}

static void
wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		need(errno == EINTR, "sem_wait");
}

static void
exchange_by_object(int64_t size)
{
	memcpy(shared->message, buffer, (size_t)size);
	sem_post(&shared->sent);
	wait_for(&shared->answered);
}

static void
answer_by_object(int64_t size)
{
	wait_for(&shared->sent);
	memcpy(buffer, shared->message, (size_t)size);
	sem_post(&shared->answered);
}

static void
exchange_by_descriptor(int64_t size)
{
	char answer;

	write_all(there[1], buffer, size);
	need(read_whole(back[0], &answer, 1), "read");
}

static void
answer_by_descriptor(int64_t size)
{
	need(read_whole(there[0], buffer, size), "read");
	write_all(back[1], buffer, 1);
}

static void
open_object(void)
{
	int64_t address = object_memory((int64_t)sizeof *shared + LARGEST, 0, PSHM_MAP_POPULATE);

	need(address > 0, "an object");
	shared = (struct shared *)(uintptr_t)address;
	need(sem_init(&shared->sent, 1, 0) == 0 && sem_init(&shared->answered, 1, 0) == 0, "sem_init");
}

static void
open_pipes(void)
{
	need(pipe(there) == 0 && pipe(back) == 0, "pipe");
}

static void
open_sockets(void)
{
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, there) == 0, "socketpair");
	back[0] = there[1];
	back[1] = there[0];
}

static const struct {
	const char *name;
	void (*open)(void);
	void (*exchange)(int64_t size);
	void (*answer)(int64_t size);
} ways[] = {
	{ "object", open_object, exchange_by_object, answer_by_object },
	{ "pipe", open_pipes, exchange_by_descriptor, answer_by_descriptor },
	{ "socket", open_sockets, exchange_by_descriptor, answer_by_descriptor },
};

static void
message_rounds(int rounds)
{
	which_clock = CLOCK_MONOTONIC;
	buffer = malloc((size_t)LARGEST);
	need(buffer != NULL, "malloc");
	memset(buffer, 1, (size_t)LARGEST);
	for (int64_t size = 64; size <= LARGEST; size *= 4) {
		int times = size <= 65536 ? 200 : (int)(LARGEST / size);

		for (int round = 0; round < rounds; round++)
			for (int way = 0; way < 3; way++) {
				double start;
				pid_t child;

				ways[way].open();
				child = fork();
				need(child >= 0, "fork");
				if (child == 0) {
					for (int i = 0; i < times + 1; i++)
						ways[way].answer(size);
					_exit(0);
				}
				ways[way].exchange(size);
				start = now();
				for (int i = 0; i < times; i++)
					ways[way].exchange(size);
				printf("%lld\t%s\t%.1f\n", (long long)size, ways[way].name, (now() - start) / times);
				fflush(stdout);
				need(waitpid(child, NULL, 0) == child, "waitpid");
				if (way == 0) {
					munmap(shared, sizeof *shared + (size_t)LARGEST);
				} else {
					close(there[0]);
					close(there[1]);
				}
				if (way == 1) {
					close(back[0]);
					close(back[1]);
				}
			}
	}
}

int
main(int count, char **words)
{
	const char *mode = count > 1 ? words[1] : "";
	int rounds = count > 2 ? atoi(words[2]) : 0;

	if (rounds > 0 && strcmp(mode, "memory") == 0)
		memory_rounds(rounds);
	else if (rounds > 0 && strcmp(mode, "copy") == 0)
		copy_rounds(rounds);
	else if (rounds > 0 && strcmp(mode, "messages") == 0)
		message_rounds(rounds);
	else
		return fprintf(stderr, "usage: data memory|copy|messages ROUNDS\n"), 2;
	return 0;
}
