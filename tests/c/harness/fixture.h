/* SPDX-License-Identifier: BSD-3-Clause */
/* Setup and teardown of every test: names of its own, and nothing left over afterwards. */
#ifndef PSHM_TEST_FIXTURE_H
#define PSHM_TEST_FIXTURE_H

#include "assertions.h"
#include "expect.h"
#include "kernel.h"
#include "library.h"
#include "process.h"

/* Once, before any test. Prints how often a test was skipped and why, with how many calls there were. */
void fixture_start(void);
void fixture_finish(void);

/* Make a suite of tests, a list that ends in NULL. Each runs in a process of its own, with a time limit in seconds. */
Suite *suite_of(const char *name, int seconds, const TTest *const *tests);

/* From now on suite_of prints the name of the suite and of each of its tests, a line each. */
void suite_print_cases(void);

/*
 * A name of this test, the same in its children: "/pshm-t<process>-<word>",
 * of 31 bytes at most. It lives until the eighth call after.
 */
const char *name_of(const char *word);

/* Whether an entry of the directory of objects is of this test. */
bool is_own_name(const char *entry);

/* Note that a test, or a part of one, is left out, and why. */
void skip(const char *reason);

/* Whether the platform lacks a feature of pshm_has; if so the test is noted as skipped. */
bool lacks(const char *feature);

/* Skip what simulates pages of 16 KiB, where the system's own are not of 4 KiB: true when it is to be left out. */
bool pages_are_large(void);

/* Whether this is another system than the one that the test is about; if so the test is noted as skipped. */
bool is_not(const char *platform);

/* Whether the platform has it; nothing is noted. */
bool has(const char *feature);

/* Whether the system's policy about memfds, vm.memfd_noexec, lets one be executable. */
bool may_execute_memfds(void);

/* Note a figure for the report: printed when the program ends. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An object of a size, made by the library, open for reading and writing. */
int object_open_new(const char *name, int64_t size);

/* An anonymous one. */
int anonymous_new(int64_t size);

/* Close by the library, and see that the descriptor is free. */
void close_now(int fd);

#endif
