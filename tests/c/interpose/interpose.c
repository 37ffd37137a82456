/* SPDX-License-Identifier: BSD-3-Clause */
/* Counting and failing. */
#include "interpose.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const interposed_names[INTERPOSED] = {
#define ROW(function) #function,
	INTERPOSED_FUNCTIONS(ROW)
#undef ROW
};

static _Thread_local bool entered;
static _Thread_local struct {
	enum interposed function;
	int nth;
	int times;
	int error;
	bool armed;
	bool done;
} failure;
static _Thread_local struct {
	enum interposed function;
	void (*act)(void);
} before;
static _Thread_local int counts[INTERPOSED];

bool
interpose_works(void)
{
	return true;
}

void
interpose_enter(void)
{
	entered = true;
}

void
interpose_leave(void)
{
	entered = false;
}

void
interpose_fail(enum interposed function, int nth, int error)
{
	interpose_reset();
	failure.function = function;
	failure.nth = nth;
	failure.error = error;
	failure.armed = true;
}

void
interpose_fail_first(enum interposed function, int times, int error)
{
	interpose_fail(function, 0, error);
	failure.times = times;
}

void
interpose_before(enum interposed function, void (*act)(void))
{
	interpose_reset();
	before.function = function;
	before.act = act;
}

void
interpose_reset(void)
{
	memset(&before, 0, sizeof before);
	memset(&failure, 0, sizeof failure);
	memset(counts, 0, sizeof counts);
}

int
interpose_count(enum interposed function)
{
	return counts[function];
}

static _Thread_local size_t last_count;

size_t
interpose_last_count(void)
{
	return last_count;
}

void
interpose_note_count(size_t count)
{
	last_count = count;
}

static _Thread_local struct interposed_range last_range;

struct interposed_range
interpose_last_range(void)
{
	return last_range;
}

void
interpose_note_range(const void *address, size_t length)
{
	last_range = (struct interposed_range){ (uintptr_t)address, length };
}

static _Thread_local int64_t pauses[INTERPOSED_PAUSES + 1];

int64_t
interpose_pause(int nth)
{
	return pauses[nth];
}

/* It has been counted. */
void
interpose_note_pause(int64_t nanoseconds)
{
	if (entered && counts[CALL_nanosleep] <= INTERPOSED_PAUSES)
		pauses[counts[CALL_nanosleep]] = nanoseconds;
}

bool
interpose_has_failed(void)
{
	return failure.done;
}

bool
interpose_fails(enum interposed function)
{
	if (!entered)
		return false;
	counts[function]++;
	if (before.act != NULL && before.function == function)
		before.act();
	if (!failure.armed || failure.function != function || (failure.nth != 0 && failure.nth != counts[function]) ||
	    (failure.times != 0 && failure.times < counts[function]))
		return false;
	failure.done = true;
	errno = failure.error;
	return true;
}

/*
 * A sanitizer's is called __interceptor_ and the symbol. One that is linked into the program has not only been replaced by
 * ours: it stands in the same file, so that the next one would be the C library's, which cannot free what it allocates.
 */
void *
interpose_next(const void *own)
{
	char name[64];
	Dl_info info;
	void *next;

	if (dladdr(own, &info) == 0 || info.dli_sname == NULL)
		abort();
	(void)snprintf(name, sizeof name, "__interceptor_%s", info.dli_sname);
	next = dlsym(RTLD_DEFAULT, name);
	return next != NULL ? next : dlsym(RTLD_NEXT, info.dli_sname);
}

bool
interpose_inside(void)
{
	return entered;
}

static traits simulated;

/* Outside of a call under test, and in a library that it loads, the system is what it is. */
bool
interpose_simulates(traits trait)
{
	return entered && (simulated & trait) != 0;
}

void
interpose_add_traits(traits more)
{
	simulated |= more;
}

void
interpose_remove_traits(traits fewer)
{
	simulated &= ~fewer;
}
