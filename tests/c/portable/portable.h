/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For machines that have no Check and no libffi: the two tables of tests/cases, run by one program that needs nothing but
 * the library's sources. portable CASES OUTPUT also writes what has to be the same on every machine: constants, keywords,
 * names of errors, the fields of an object and the bytes that it holds.
 */
#ifndef PORTABLE_H
#define PORTABLE_H

#include "system.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS = PSHM_STAT_CTIME_NSEC + 1, COLUMNS = 7 };

/* The name of the one object that has one. */
extern const char name[sizeof "/pshm-portable"];

/* Count a check, and say what failed. */
bool expect(bool holds, const char *what, int64_t got);

#define IS(wanted, call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ == (int64_t)(wanted), #call " == " #wanted, got_); \
	} while (0)
#define FAILS(call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ < 0 && got_ >= -4095, #call " fails", got_); \
	} while (0)
#define GIVES(call) \
	do { \
		int64_t got_ = (int64_t)(call); \
		expect(got_ >= 0, #call " succeeds", got_); \
	} while (0)

/* An object of a size under that name, and a descriptor of such a one for reading. */
int new_object(int64_t size);
int reader(void);
int64_t size_of(int fd);

/* The lowest descriptor that is free: two calls that give the same show that none was leaked between them. */
int lowest_free(void);

/* A row of bad-input.tsv is found by its first column and the beginning of its second. A list ends with NULLs. */
struct bad_row {
	const char *call;
	const char *arguments;
	void (*run)(void);
};

extern const struct bad_row bad_names[];
extern const struct bad_row bad_objects[];
extern const struct bad_row bad_mappings[];
extern const struct bad_row bad_passing[];
extern const struct bad_row bad_sync[];
extern const struct bad_row bad_texts[];

/* Write what every machine has to write. */
void describe(FILE *file);

#endif
