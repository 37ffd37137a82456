/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages through rings: two directions, many senders, a pool of workers, and a log that survives a crash. Each uses
 * zeroed shared memory, and needs no initialization. The end of this file tests each with several processes, some of
 * which are killed.
 */
#include <posix-shm/sync.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CAPACITY = 4096, RING_SIZE = PSHM_RING_HEADER_SIZE + CAPACITY, LONGEST = CAPACITY / 2 - 8 };

static void
fail(const char *what, int64_t error)
{
	fprintf(stderr, "%s: %s\n", what, pshm_strerror((int)error));
	_exit(1);
}

/* kill(2) returns before the death, so that the predecessor may still seem alive. */
static void
join(int64_t ring, int role)
{
	int result;

	while ((result = pshm_ring_join(ring, CAPACITY, role)) == -EBUSY)
		usleep(100);
	if (result < 0)
		fail("join", result);
}

/* A handler may end the wait: nothing was sent. */
static void
send_message(int64_t ring, const void *bytes, int64_t length)
{
	int result;

	while ((result = pshm_ring_send(ring, CAPACITY, bytes, length, -1)) == -EINTR)
		continue;
	if (result < 0)
		fail("send", result);
}

/* The length of the message, or -ENODATA after the last one of a sender that has left. */
static int64_t
receive_message(int64_t ring, void *buffer, int64_t size)
{
	int64_t result;

	while ((result = pshm_ring_receive(ring, CAPACITY, buffer, size, -1)) == -EINTR)
		continue;
	if (result < 0 && result != -ENODATA)
		fail("receive", result);
	return result;
}

/* Two rings, one after the other: the first end sends through the first one. */
struct duplex {
	int64_t out;
	int64_t back;
};

static struct duplex
duplex_open(int64_t address, int first)
{
	struct duplex duplex = { first ? address : address + RING_SIZE, first ? address + RING_SIZE : address };

	join(duplex.out, PSHM_RING_SENDER);
	join(duplex.back, PSHM_RING_RECEIVER);
	return duplex;
}

static void
duplex_close(const struct duplex *duplex)
{
	pshm_ring_leave(duplex->out, CAPACITY, PSHM_RING_SENDER);
	pshm_ring_leave(duplex->back, CAPACITY, PSHM_RING_RECEIVER);
}

/*
 * An end of a ring that many processes use, one at a time: a process that dies with the lock leaves the ring whole. One
 * process, such as their parent, joins and stands for all.
 */
static void
acquire(int64_t lock)
{
	int held;

	while ((held = pshm_lock_acquire(lock, -1)) == -EINTR)
		continue;
	if (held < 0)
		fail("acquire", held);
	if (held == 1)
		pshm_lock_mark_repaired(lock);
}

static void
send_as_one_of_many(int64_t ring, int64_t lock, const void *bytes, int64_t length)
{
	acquire(lock);
	send_message(ring, bytes, length);
	pshm_lock_release(lock);
}

/* The test. */

static int64_t
memory(int64_t size)
{
	int64_t address = pshm_mmap(0, size, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0);

	if (-4095 <= address && address < 0)
		fail("memory", address);
	return address;
}

static pid_t
start(void (*run)(int64_t address, int number), int64_t address, int number)
{
	pid_t child = fork();

	if (child == 0) {
		run(address, number);
		_exit(0);
	}
	return child;
}

static int
succeeded(pid_t process)
{
	int status = 1;

	return waitpid(process, &status, 0) == process && status == 0;
}

static void
kill_now(pid_t process)
{
	kill(process, SIGKILL);
	waitpid(process, NULL, 0);
}

static int64_t *
words_at(int64_t address)
{
	return (int64_t *)(intptr_t)address;
}

static void
answer(int64_t address, int unused)
{
	struct duplex channel = duplex_open(address, 0);
	int64_t number;

	(void)unused;
	while (receive_message(channel.back, &number, sizeof number) >= 0) {
		number *= number;
		send_message(channel.out, &number, sizeof number);
	}
	duplex_close(&channel);
}

static int
test_duplex(void)
{
	int64_t address = memory(2 * RING_SIZE);
	pid_t child = start(answer, address, 0);
	struct duplex channel = duplex_open(address, 1);
	int good = 1;

	for (int64_t i = 0; i < 1000; i++) {
		int64_t square = -1;

		send_message(channel.out, &i, sizeof i);
		receive_message(channel.back, &square, sizeof square);
		good &= square == i * i;
	}
	duplex_close(&channel);
	return succeeded(child) && good;
}

enum { SENDERS = 3, SENDER_KILLS = 50, LAST = 3000 };

/* After the ring: the lock, and at 64 the last number of each sender. */
struct numbered {
	int64_t sender;
	int64_t number;
};

/* A sender notes what it has sent. If it is killed between the two, its successor sends it again. */
static void
send_numbers(int64_t ring, int sender)
{
	int64_t *note = words_at(ring + RING_SIZE + 64) + sender;

	while (*note < LAST) {
		struct numbered message = { sender, *note + 1 };

		send_as_one_of_many(ring, ring + RING_SIZE, &message, sizeof message);
		++*note;
	}
}

static void
receive_numbers(int64_t ring, int unused)
{
	int64_t found[SENDERS] = { 0 };
	struct numbered message;

	(void)unused;
	join(ring, PSHM_RING_RECEIVER);
	while (receive_message(ring, &message, sizeof message) >= 0) {
		int64_t *last = &found[message.sender];

		if (message.number != *last && message.number != *last + 1)
			_exit(1);
		*last = message.number;
	}
	for (int i = 0; i < SENDERS; i++)
		if (found[i] != LAST)
			_exit(1);
}

static int
test_many_senders(void)
{
	int64_t ring = memory(RING_SIZE + 128);
	pid_t senders[SENDERS];
	pid_t receiver;
	int good = 1;

	join(ring, PSHM_RING_SENDER);
	receiver = start(receive_numbers, ring, 0);
	for (int i = 0; i < SENDERS; i++)
		senders[i] = start(send_numbers, ring, i);
	for (int i = 0; i < SENDER_KILLS; i++) {
		int victim = rand() % SENDERS;

		usleep((unsigned)(rand() % 1000));
		kill_now(senders[victim]);
		senders[victim] = start(send_numbers, ring, victim);
	}
	for (int i = 0; i < SENDERS; i++)
		good &= succeeded(senders[i]);
	pshm_ring_leave(ring, CAPACITY, PSHM_RING_SENDER);
	return succeeded(receiver) && good;
}

enum { WORKERS = 3, WORKER_KILLS = 5, JOBS = 200 };

/* After the two rings, of jobs and of results: a lock for each, and at 64 what each worker has claimed. */
enum { RESULTS = RING_SIZE, LOCKS = 2 * RING_SIZE, CLAIMS = LOCKS + 64 };

/* A job is claimed before it is released. 0: there are no more. */
static int64_t
take_job(int64_t ring, int64_t lock, int64_t *claim)
{
	int64_t length;
	int64_t job;

	acquire(lock);
	while ((job = pshm_ring_peek(ring, CAPACITY, -1, &length)) == -EINTR)
		continue;
	*claim = job == -ENODATA ? 0 : *words_at(job);
	if (*claim != 0)
		pshm_ring_release(ring, CAPACITY);
	pshm_lock_release(lock);
	return *claim;
}

static void
work(int64_t address, int worker)
{
	int64_t *claim = words_at(address + CLAIMS) + worker;
	int64_t job;

	while ((job = take_job(address, address + LOCKS, claim)) != 0) {
		int64_t result[] = { job, job * job };

		send_as_one_of_many(address + RESULTS, address + LOCKS + 8, result, sizeof result);
		*claim = 0;
	}
}

/* The messages claimed by a worker that dies go to the others. */
static void
replace_worker(int64_t address, pid_t *worker, int number)
{
	int64_t *claim = words_at(address + CLAIMS) + number;

	kill_now(*worker);
	if (*claim != 0)
		send_message(address, claim, sizeof *claim);
	*claim = 0;
	*worker = start(work, address, number);
}

/* This process stands for the workers at both rings. */
static int
test_workers(void)
{
	int64_t address = memory(CLAIMS + 64);
	pid_t workers[WORKERS];
	char done[JOBS + 1] = { 0 };
	int found = 0;
	int kills = 0;
	int good = 1;

	for (int i = 0; i < 2; i++) {
		join(address + i * RESULTS, PSHM_RING_SENDER);
		join(address + i * RESULTS, PSHM_RING_RECEIVER);
	}
	for (int i = 0; i < WORKERS; i++)
		workers[i] = start(work, address, i);
	for (int64_t job = 1; job <= JOBS; job++)
		send_message(address, &job, sizeof job);
	while (found < JOBS) {
		int64_t result[2] = { 0, 0 };

		receive_message(address + RESULTS, result, sizeof result);
		good &= result[1] == result[0] * result[0];
		found += !done[result[0]];
		done[result[0]] = 1;
		if (kills < WORKER_KILLS && found > 30 * (kills + 1)) {
			replace_worker(address, &workers[kills % WORKERS], kills % WORKERS);
			kills++;
		}
	}
	pshm_ring_leave(address, CAPACITY, PSHM_RING_SENDER);
	for (int i = 0; i < WORKERS; i++)
		good &= succeeded(workers[i]);
	return good && kills == WORKER_KILLS;
}

/* A program notes what it does, and crashes. */
static void
note_and_crash(int64_t ring, int lines)
{
	join(ring, PSHM_RING_SENDER);
	for (int i = 0; i < lines; i++) {
		char line[40];

		send_message(ring, line, snprintf(line, sizeof line, "line %d", i));
	}
	raise(SIGKILL);
}

/* After its death the notes are still there, the last one too. */
static int
test_log(void)
{
	int64_t ring = memory(RING_SIZE);
	char line[LONGEST];
	char wanted[40];
	int64_t length;
	int lines = 0;

	waitpid(start(note_and_crash, ring, 20), NULL, 0);
	join(ring, PSHM_RING_RECEIVER);
	while ((length = pshm_ring_receive(ring, CAPACITY, line, sizeof line, -1)) >= 0) {
		int size = snprintf(wanted, sizeof wanted, "line %d", lines);

		if (length != size || memcmp(line, wanted, (size_t)size) != 0)
			return 0;
		lines++;
	}
	return length == -EOWNERDEAD && lines == 20;
}

int
main(void)
{
	static const struct {
		const char *name;
		int (*test)(void);
	} tests[] = { { "two directions", test_duplex },
		      { "many senders", test_many_senders },
		      { "workers", test_workers },
		      { "a log", test_log } };

	for (int i = 0; i < 4; i++) {
		printf("%s: %s\n", tests[i].name, tests[i].test() ? "holds" : "FAILS");
		fflush(stdout);
	}
	return 0;
}
