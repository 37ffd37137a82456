/* SPDX-License-Identifier: BSD-3-Clause */
/* What each proof consists of: arguments that may be anything, the call, and what has to be true after it, whatever happened. */
#ifndef PROOF_H
#define PROOF_H

#include "documented.h"
#include "model/model.h"

/* An argument; a name is NULL or any bytes up to a NUL, as many as exceed the longest name. */
#define any_int nondet_int
#define any_int64 nondet_int64
const char *any_name(void);
bool is_good_name(const char *name);

/* Before and after the call. */
void proof_begin(void);
void proof_end(int64_t result);

/* After a result that the caller asked for: reported, and not recorded as a failure. */
void proof_end_nil(int64_t result);

/*
 * Each error and each result that the reference lists can come out, of a system that gives what its manual pages list: this is a
 * goal, an assertion that has to fail. The variable is called `result'.
 */
#define CALL(result, call) \
	proof_begin(); \
	result = call; \
	DOCUMENTED_ERRORS(GOAL_ERROR) \
	DOCUMENTED_VALUES(GOAL_VALUE) \
	goal(result >= 0, "success")

#define goal(reached, name) check(!(is_by_manual && (reached)), "goal " name)
#define GOAL_ERROR(error) goal(result == -(error), #error);
#define GOAL_VALUE(value) goal(result == (value), #value);

/* Whether the system gives only what its manual pages list, or any errno. */
extern bool is_by_manual;

/* What the reference lists. */
bool is_documented(int error);

#ifdef DOCUMENTED_ERRORS
#define IS_ERROR(listed) || error == (listed)
bool
is_documented(int error)
{
	return false DOCUMENTED_ERRORS(IS_ERROR);
}
#endif

/* What a successful call leaves: nothing; a descriptor; a mapping, of whose bytes the first is the result. */
void leaves_nothing(int64_t result);
void leaves_descriptor(int64_t result);
void leaves_mapping(int64_t result, int64_t before, int64_t length);

/* Whether a text ends: a literal does, and a field of a table whose last byte is NUL. */
#define ends(text, size) (__CPROVER_OBJECT_SIZE(text) < (size) || (text)[(size)-1] == '\0')

/* The sizes of pages, of which each is a part of the proof: 1 to 6. */
static inline void
choose_page_sizes(int part)
{
	static const int64_t sizes[] = { 4096, 16384, 65536 };

	chosen_page_size = sizes[(part - 1) / 2];
	chosen_object_page_size = part % 2 != 0 ? chosen_page_size : 2 << 20;
}

static inline bool
is_failure(int64_t result)
{
	return result < 0 && result >= -4095;
}

#endif
