/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages from one process to another through a ring, beside what the system and Boost have for it, in one run.
 *
 *   rings [BOOST]   prints, per row: the name of the other one, the length of a message, the nanoseconds that a message
 *   takes through the
 *                   ring and through the other one, and how many times faster the ring is; medians of rounds. BOOST is the
 *                   program of boost.cpp
 */
#define _GNU_SOURCE
#include <posix-shm/sync.h>
#include "timing.h"

#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 7, CAPACITY = 1 << 20, SMALL = 400000, LARGE = 20000, TRIPS = 20000, LONGEST = 65536 };

/* A way of messages: how to open it for messages of a length, to send and to receive one, and to close it. */
struct way {
	const char *name;
	void (*open)(int length);
	void (*send)(int length);
	void (*receive)(int length);
	void (*close)(void);
};

static int64_t rings[2];
static int ends[2];
static mqd_t queue;
static char queue_name[40];
static char buffer[LONGEST];
static volatile char sink;

static int64_t
now(void)
{
	return time_of(CLOCK_MONOTONIC);
}

/* The pages are there from the beginning. */
static void
open_ring(int length)
{
	(void)length;
	for (int i = 0; i < 2; i++) {
		rings[i] = pshm_mmap(0, PSHM_RING_HEADER_SIZE + CAPACITY, PSHM_PROT_READ | PSHM_PROT_WRITE,
		                     PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS | PSHM_MAP_POPULATE, -1, 0);
		need(pshm_ring_join(rings[i], CAPACITY, PSHM_RING_SENDER) == 0, "rings");
		need(pshm_ring_join(rings[i], CAPACITY, PSHM_RING_RECEIVER) == 0, "rings");
	}
}

static void
close_ring(void)
{
	for (int i = 0; i < 2; i++)
		(void)pshm_munmap(rings[i], PSHM_RING_HEADER_SIZE + CAPACITY);
}

static void
send_copy(int length)
{
	need(pshm_ring_send(rings[0], CAPACITY, buffer, length, -1) == 0, "rings");
}

static void
receive_copy(int length)
{
	need(pshm_ring_receive(rings[0], CAPACITY, buffer, sizeof buffer, -1) == length, "rings");
}

/* Who makes a message in place writes its first byte only, and who uses it reads that. */
static void
send_in_place(int length)
{
	*(volatile char *)(uintptr_t)pshm_ring_reserve(rings[0], CAPACITY, length, -1) = 1;
	need(pshm_ring_commit(rings[0], CAPACITY, length) == 0, "rings");
}

static void
receive_in_place(int length)
{
	int64_t found = 0;

	sink = *(volatile char *)(uintptr_t)pshm_ring_peek(rings[0], CAPACITY, -1, &found);
	need(found == length && pshm_ring_release(rings[0], CAPACITY) == 0, "rings");
}

static void
open_pipe(int length)
{
	(void)length;
	need(pipe(ends) == 0 && fcntl(ends[1], F_SETPIPE_SZ, CAPACITY) > 0, "rings");
}

static void
open_pair(int type)
{
	int size = CAPACITY;

	need(socketpair(AF_UNIX, type, 0, ends) == 0, "rings");
	(void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static void
open_stream(int length)
{
	(void)length;
	open_pair(SOCK_STREAM);
}

static void
open_packets(int length)
{
	(void)length;
	open_pair(SOCK_SEQPACKET);
}

static void
close_ends(void)
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
write_all(int length)
{
	for (int done = 0; done < length;) {
		ssize_t written = write(ends[1], buffer + done, (size_t)(length - done));

		need(written > 0, "rings");
		done += (int)written;
	}
}

static void
read_all(int length)
{
	for (int done = 0; done < length;) {
		ssize_t count = read(ends[0], buffer + done, (size_t)(length - done));

		need(count > 0, "rings");
		done += (int)count;
	}
}

/* The messages of a queue are at most so many, by default. */
static void
open_queue(int length)
{
	struct mq_attr attributes = { .mq_maxmsg = 10, .mq_msgsize = length };

	(void)snprintf(queue_name, sizeof queue_name, "/pshm-bench-%d", (int)getpid());
	queue = mq_open(queue_name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
	(void)mq_unlink(queue_name);
}

static void
send_to_queue(int length)
{
	need(mq_send(queue, buffer, (size_t)length, 0) == 0, "rings");
}

static void
receive_from_queue(int length)
{
	need(mq_receive(queue, buffer, sizeof buffer, NULL) == length, "rings");
}

static void
close_queue(void)
{
	(void)mq_close(queue);
}

static const struct way copying = { "copying", open_ring, send_copy, receive_copy, close_ring };

static const struct way others[] = {
	{ "in place", open_ring, send_in_place, receive_in_place, close_ring },
	{ "pipe", open_pipe, write_all, read_all, close_ends },
	{ "socketpair", open_stream, write_all, read_all, close_ends },
	{ "socketpair of packets", open_packets, write_all, read_all, close_ends },
	{ "POSIX message queue", open_queue, send_to_queue, receive_from_queue, close_queue },
};

/* Nanoseconds a message; negative where the system rejects a queue of such messages. */
static double
pass(const struct way *way, int length)
{
	int count = length < 4096 ? SMALL : LARGE;
	int64_t start;
	pid_t sender;

	way->open(length);
	if (way->open == open_queue && queue == (mqd_t)-1)
		return -1;
	start = now();
	sender = fork();
	if (sender == 0) {
		for (int i = 0; i < count; i++)
			way->send(length);
		_exit(0);
	}
	for (int i = 0; i < count; i++)
		way->receive(length);
	start = now() - start;
	(void)waitpid(sender, NULL, 0);
	way->close();
	return (double)start / count;
}

static double
pass_boost(const char *boost, int length)
{
	char command[300];
	double figure = -1;
	FILE *output;

	(void)snprintf(command, sizeof command, "%s %d %d", boost, length, length < 4096 ? SMALL : LARGE);
	output = popen(command, "r");
	if (output == NULL || fscanf(output, "%lf", &figure) != 1)
		figure = -1;
	(void)pclose(output);
	return figure;
}

static void
print_row(const char *name, int length, double *ours, double *theirs)
{
	double ratios[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		if (theirs[i] < 0)
			return;
		ratios[i] = theirs[i] / ours[i];
	}
	printf("%s\t%d\t%.1f\t%.1f\t%.2f\n", name, length, median(ours, ROUNDS), median(theirs, ROUNDS), median(ratios, ROUNDS));
	(void)fflush(stdout);
}

static void
row(const struct way *other, int length, const char *boost)
{
	double ours[ROUNDS];
	double theirs[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = pass(&copying, length);
		theirs[i] = other == NULL ? pass_boost(boost, length) : pass(other, length);
	}
	print_row(other == NULL ? "Boost message_queue" : other->name, length, ours, theirs);
}

static void
answer_by_rings(void)
{
	int64_t there = rings[0];
	int64_t back = rings[1];

	for (int i = 0; i < TRIPS; i++) {
		(void)pshm_ring_receive(there, CAPACITY, buffer, 64, -1);
		(void)pshm_ring_send(back, CAPACITY, buffer, 64, -1);
	}
}

static double
trips_by_rings(void)
{
	int64_t start;
	pid_t child;

	open_ring(64);
	child = fork();
	if (child == 0) {
		answer_by_rings();
		_exit(0);
	}
	start = now();
	for (int i = 0; i < TRIPS; i++) {
		(void)pshm_ring_send(rings[0], CAPACITY, buffer, 64, -1);
		(void)pshm_ring_receive(rings[1], CAPACITY, buffer, 64, -1);
	}
	start = now() - start;
	(void)waitpid(child, NULL, 0);
	close_ring();
	return (double)start / TRIPS;
}

static double
trips_by_pipes(void)
{
	int there[2];
	int back[2];
	int64_t start;
	pid_t child;

	need(pipe(there) == 0 && pipe(back) == 0, "rings");
	child = fork();
	start = now();
	for (int i = 0; i < TRIPS; i++) {
		if (child == 0 && (read(there[0], buffer, 64) != 64 || write(back[1], buffer, 64) != 64))
			_exit(1);
		if (child != 0)
			need(write(there[1], buffer, 64) == 64 && read(back[0], buffer, 64) == 64, "rings");
	}
	if (child == 0)
		_exit(0);
	start = now() - start;
	(void)waitpid(child, NULL, 0);
	for (int i = 0; i < 2; i++) {
		(void)close(there[i]);
		(void)close(back[i]);
	}
	return (double)start / TRIPS;
}

int
main(int count, char **arguments)
{
	static const int lengths[] = { 8, 64, 1024, LONGEST };
	double ours[ROUNDS];
	double theirs[ROUNDS];

	for (int i = 0; i < 4; i++) {
		for (size_t j = 0; j < sizeof others / sizeof others[0]; j++)
			row(&others[j], lengths[i], NULL);
		if (count > 1)
			row(NULL, lengths[i], arguments[1]);
	}
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = trips_by_rings();
		theirs[i] = trips_by_pipes();
	}
	print_row("round trip by two pipes", 64, ours, theirs);
	return 0;
}
