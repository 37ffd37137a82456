/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All functions that take an argument of some name, found in the generated signatures: what holds for "every call with a
 * descriptor" is tried on a function of tomorrow too.
 */
#ifndef PSHM_TEST_SWEEP_H
#define PSHM_TEST_SWEEP_H

#include <stdint.h>

/* The arguments that are good. */
struct good {
	int fd;
	int socket;
	const char *name;
};

/* The next function after one, or the first after NULL, that takes such an argument; NULL when there is no other. */
const char *function_with(const char *argument, const char *after);

/* Call it with this value for that argument, and with good ones for all others. */
int64_t call_with(const char *function, const char *argument, int64_t value, const struct good *good);

#endif
