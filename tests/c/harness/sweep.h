/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All functions that take an argument of some name, found in the generated signatures: what holds for "every call with a
 * descriptor" is tried on a function of tomorrow too.
 */
#ifndef PSHM_TEST_SWEEP_H
#define PSHM_TEST_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

/* The arguments that are good. */
struct good {
	int fd;
	int socket;
	const char *name;
	int64_t address; /* of memory, and the beginning of a page */
};

/* A value for an argument instead of a good one. */
struct instead {
	const char *argument;
	int64_t value;
};

/* The next function after one, or the first after NULL, that takes such an argument; NULL when there is no other. */
const char *function_with(const char *argument, const char *after);

/* Whether the argument of this function that is called name is an object's. */
bool function_takes_object_name(const char *function);

/* Call it with this value for that argument, and with good ones for all others. */
int64_t call_with(const char *function, const char *argument, int64_t value, const struct good *good);

/* The same with some arguments of other values. */
int64_t call_instead(const char *function, const struct instead *instead, int count, const struct good *good);

#endif
