/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes that race for one object, and are killed in the middle: races BOARD NAME ROUNDS. Half of the racers are children
 * of this process, the others of races.lisp, which finds its orders on the board, an object of its own. In every round each
 * racer ensures the object and looks at all of it; some are killed at a random moment. There is one object, never a wrong
 * byte in it.
 */
#include <posix-shm/sync.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RACERS = 8, OURS = 4, WORDS = 16384, SIZE = WORDS * 8 };

/* races.lisp knows where each is: words of 32 bits. */
struct board {
	uint32_t round;    /* the racers of this round are to be made; ROUND_END ends */
	uint32_t ready;    /* how many have come */
	uint32_t go;       /* the round that has begun */
	uint32_t made;     /* how many say that they made the object */
	uint32_t finished; /* how many have looked at all of it */
	uint32_t wrong;    /* how many found something wrong, or no object */
	uint32_t reaped;   /* the last round whose racers in Lisp have ended */
	uint32_t killed;   /* how many of these were killed, in all rounds */
	uint32_t processes[RACERS];
	uint32_t seen[RACERS]; /* the value that a racer found; 0 where it was killed before */
};

static volatile struct board *board;

enum { ROUND_END = 0xffffffff };

static int64_t
address_of(volatile const void *memory)
{
	return (int64_t)(uintptr_t)memory;
}

static uint32_t
load(volatile const uint32_t *word)
{
	return (uint32_t)pshm_atomic_load32(address_of(word));
}

static void
store(volatile uint32_t *word, uint32_t value)
{
	pshm_atomic_store32(address_of(word), value);
	pshm_atomic_wake(address_of(word), INT_MAX);
}

static void
add(volatile uint32_t *word)
{
	pshm_atomic_update32(address_of(word), PSHM_ATOMIC_ADD, 1);
	pshm_atomic_wake(address_of(word), INT_MAX);
}

static pid_t parent; /* of this process */

/* Nobody waits for a process that has ended: a killed runner leaves no racers behind. */
static void
await(volatile const uint32_t *word, uint32_t value)
{
	uint32_t now;

	while ((now = load(word)) != value) {
		if (getppid() != parent)
			_exit(1);
		pshm_atomic_wait(address_of(word), now, 1000000000);
	}
}

/* 0 in the child. */
static pid_t
fork_racer(void)
{
	pid_t self = getpid();
	pid_t child = fork();

	if (child == 0)
		parent = self;
	return child;
}

static uint64_t *
map_words(int fd)
{
	int64_t address = pshm_map(fd, SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);

	return -4095 <= address && address < 0 ? NULL : (uint64_t *)(uintptr_t)address;
}

static int
fill(int fd, uint64_t value)
{
	int error = pshm_allocate(fd, SIZE);
	uint64_t *words = error < 0 ? NULL : map_words(fd);

	if (words == NULL)
		return error < 0 ? error : -ENOMEM;
	for (int i = 0; i < WORDS; i++)
		words[i] = value;
	return pshm_unmap(address_of(words), SIZE);
}

/* A descriptor of the object, made with the value where there was none. */
static int
ensure(const char *name, uint64_t value, int *ret_made)
{
	int fd = pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, 0);
	int error;

	if (fd != -EAGAIN)
		return fd;
	fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);
	if (fd < 0)
		return fd;
	error = fill(fd, value);
	if (error == 0)
		error = pshm_publish(fd, name, PSHM_IF_EXISTS_NIL);
	*ret_made = error == 0;
	if (error == 0)
		return fd;
	pshm_close(fd);
	return error == -EEXIST ? pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, 60000000000) : error;
}

/* The value that is in every word, if it is one of this round; else 0. */
static uint32_t
value_in(int fd, uint32_t round)
{
	int64_t fields[16];
	const uint64_t *words = map_words(fd);

	if (words == NULL || pshm_fstat(fd, fields, 16) < 0 || fields[PSHM_STAT_SIZE] != SIZE)
		return 0;
	for (int i = 1; i < WORDS; i++)
		if (words[i] != words[0])
			return 0;
	return words[0] >> 4 == round ? (uint32_t)words[0] : 0;
}

static void
run_racer(const char *name, uint32_t round, int number)
{
	int made = 0;
	int fd;

	board->processes[number] = (uint32_t)getpid();
	add(&board->ready);
	await(&board->go, round);
	fd = ensure(name, (uint64_t)round << 4 | (unsigned)number, &made);
	if (made)
		add(&board->made);
	board->seen[number] = fd < 0 ? 0 : value_in(fd, round);
	add(board->seen[number] == 0 ? &board->wrong : &board->finished);
	_exit(0);
}

static void
pause_for(int microseconds)
{
	const struct timespec time = { 0, 1000L * microseconds };

	nanosleep(&time, NULL);
}

/* One object, complete, and those who saw it saw the same. */
static int
is_right(const char *name, uint32_t round, int killed)
{
	int fd = pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, 0);
	uint32_t value = fd < 0 ? 0 : value_in(fd, round);
	int agree = 1;

	for (int i = 0; i < RACERS; i++)
		agree = agree && (board->seen[i] == 0 || board->seen[i] == value);
	if (fd >= 0)
		pshm_close(fd);
	if (fd < 0 && killed == RACERS)
		return 1;
	return value != 0 && agree && board->wrong == 0 && (board->made == 1 || (board->made == 0 && killed > 0));
}

/* How many of the round's racers in C were killed, or -1 where something is wrong. */
static int
race(const char *name, uint32_t round)
{
	uint32_t killed_before = board->killed;
	int victims = (int)(round % 4);
	int killed = 0;
	pid_t children[OURS];

	(void)pshm_delete(name);
	store(&board->ready, 0);
	board->made = board->finished = board->wrong = 0;
	memset((void *)(uintptr_t)board->seen, 0, sizeof board->seen);
	store(&board->round, round);
	for (int i = 0; i < OURS; i++)
		if ((children[i] = fork_racer()) == 0)
			run_racer(name, round, i);
	await(&board->ready, RACERS);
	store(&board->go, round);
	pause_for(rand() % 900);
	for (int i = 0; i < victims; i++) /* one of each language in turns */
		(void)kill((pid_t)board->processes[(i * OURS + (int)round + i) % RACERS], SIGKILL);
	for (int i = 0; i < OURS; i++) {
		int status;

		waitpid(children[i], &status, 0);
		killed += WIFSIGNALED(status);
	}
	await(&board->reaped, round);
	return is_right(name, round, killed + (int)(board->killed - killed_before)) ? killed : -1;
}

int
main(int count, char **words)
{
	uint32_t rounds = count == 4 ? (uint32_t)atoi(words[3]) : 0;
	int fd = rounds == 0 ? -EINVAL : pshm_open_wait(words[1], PSHM_DIRECTION_IO, 4096, 60000000000);
	int killed = 0;
	int wrong = 0;

	parent = getppid();
	if (fd < 0) {
		fprintf(stderr, "races: %s\n", pshm_strerror(fd));
		return 1;
	}
	board = (volatile struct board *)(uintptr_t)pshm_map(fd, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0);
	srand(20);
	for (uint32_t round = 1; round <= rounds; round++) {
		int result = race(words[2], round);

		if (result < 0)
			printf("round %u: made %u, finished %u, wrong %u\n", round, board->made, board->finished, board->wrong);
		wrong += result < 0;
		killed += result < 0 ? 0 : result;
	}
	store(&board->round, ROUND_END);
	(void)pshm_delete(words[2]);
	printf("%u rounds of %d racers, %d killed in C and %u in Lisp, wrong %d\n", rounds, RACERS, killed, board->killed, wrong);
	return wrong != 0;
}
