/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every failure of every system call. A scenario is one call of the library in a small world; the engine counts which
 * functions of the C library it reaches, and then makes each of these fail at each of its calls with each errno that
 * its man page lists.
 */
#ifndef PSHM_TEST_FAULTS_H
#define PSHM_TEST_FAULTS_H

#include "interpose.h"
#include "library.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* The world of a scenario: made anew for every case. */
struct world {
	int fd;          /* of the object "world": two pages and a bit, one page in use, open for reading and writing */
	int reader;      /* of the same, open for reading */
	int anonymous;   /* one that takes seals, where there are such */
	int64_t address; /* one page of the object, mapped behind a page that belongs to nobody */
	int here;        /* a pair of sockets; a descriptor is on its way to 'there' */
	int there;
	struct stat before;
	int descriptors;
	int mappings;
	int objects;
};

enum outcome {
	OUTCOME_NUMBER,     /* a number: nothing to release */
	OUTCOME_DESCRIPTOR, /* a descriptor */
	OUTCOME_ADDRESS,    /* an address: a scenario unmaps it itself */
	OUTCOME_CLOSES,     /* the world's descriptor is gone, whatever the result */
	OUTCOME_UNMAPS      /* the world's mapping is gone */
};

struct scenario {
	const char *name;
	int64_t (*make)(struct world *world);
	enum outcome outcome;
	int names;                                         /* how many names there are more, after success */
	void (*undo)(struct world *world, int64_t result); /* may be NULL */
};

extern const struct scenario scenarios[];
extern const int scenario_count;

void world_make(struct world *world);
void world_end(struct world *world, const struct scenario *scenario);

/* Close or unmap what a scenario got. */
void world_give_back(struct world *world, const struct scenario *scenario, int64_t result);

/* A scenario when nothing fails: how often it reaches each function, its result, and the object after it. */
struct course {
	int counts[INTERPOSED];
	int64_t result;
	struct stat after;
};

/* Where the platform cannot do it at all, and says so: false. */
bool world_observe(const struct scenario *scenario, struct course *ret_course);

/* The errnos of a function's man page, until 0. */
extern const int *const fault_errors[INTERPOSED];

enum damage {
	NO_DAMAGE = 0,
	LOSES_NAME = 1 << 0,     /* the old object has no name any more */
	LEAVES_NAME = 1 << 1,    /* a name is left that nobody asked for */
	GAINS_PAGES = 1 << 2,    /* holes inside the object are filled */
	IS_EMPTIED = 1 << 3,     /* the object is empty, as was asked for */
	LEAVES_MAPPING = 1 << 4, /* the mapping that could not be removed */
	MAY_SUCCEED = 1 << 5,    /* no damage: it depends on the way that is taken */
	ANSWERS_LESS = 1 << 6    /* a success, and another answer than without the failure */
};

struct expectation {
	bool succeeds;
	const char *errors; /* names of errnos, when it does not succeed */
	unsigned damage;    /* what else may have happened */
};

/* The expected result of a scenario whose n-th call of a function fails with an errno. */
struct expectation fault_expectation(const struct scenario *scenario, enum interposed function, int nth, int error);

#endif
