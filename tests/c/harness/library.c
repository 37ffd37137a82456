/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of every call, by whatever path it is made. */
#include "library.h"
#include "assertions.h"
#include "expect.h"
#include "invoke.h"
#include "signatures.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

static int (*last_failure)(void);
static long *calls; /* of each function, in all processes */

void
library_load(void)
{
	invoke_open();
	*(void **)&last_failure = invoke_symbol("pshm_errno");
	calls = mmap(NULL, SIGNATURE_COUNT * sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void *
library_symbol(const char *symbol)
{
	return invoke_symbol(symbol);
}

long
library_calls(void)
{
	long sum = 0;

	for (int i = 0; i < SIGNATURE_COUNT; i++)
		sum += __atomic_load_n(&calls[i], __ATOMIC_RELAXED);
	return sum;
}

const char *
library_never_called(void)
{
	for (int i = 0; i < SIGNATURE_COUNT; i++)
		if (__atomic_load_n(&calls[i], __ATOMIC_RELAXED) == 0)
			return signatures[i].name;
	return NULL;
}

bool
is_error(int64_t result)
{
	return result < 0 && result >= -4095;
}

static int
index_of(const char *function)
{
	for (int i = 0; i < SIGNATURE_COUNT; i++)
		if (strcmp(signatures[i].name, function) == 0)
			return i;
	ck_abort_msg("no signature of %s", function);
	return -1;
}

static int
cancellation_state(void)
{
	int state;
	int disabled;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	(void)pthread_setcancelstate(state, &disabled);
	return state;
}

static int64_t
watched_call(int index, const int64_t *values)
{
	const char *name = signatures[index].name;
	int cancellation = cancellation_state();
	int64_t result;

	__atomic_add_fetch(&calls[index], 1, __ATOMIC_RELAXED);
	result = invoke(index, values);
	ck_assert_msg(cancellation_state() == cancellation, "%s changed whether the thread can be cancelled", name);
	return result;
}

/* The first element of an output, to see whether a failing call touched it. */
static int64_t
peek(enum signature_type type, int64_t pointer)
{
	const void *output = (const void *)(intptr_t)pointer;

	if (output == NULL)
		return 0;
	switch (type) {
	case SIGNATURE_INT_OUT:
		return *(const int *)output;
	case SIGNATURE_INT64_OUT:
		return *(const int64_t *)output;
	default:
		return 0;
	}
}

static void
check_record(const struct signature *signature, int64_t result, int before, int after)
{
	bool failed = signature->result != SIGNATURE_STRING_IN && is_error(result);
	bool nil = (strcmp(signature->name, "pshm_open") == 0 && (result == -EEXIST || result == -ENOENT)) ||
	           (strcmp(signature->name, "pshm_publish") == 0 && result == -EEXIST);

	if (strcmp(signature->name, "pshm_set_errno") == 0 && !failed)
		return;
	if (nil && after == before)
		return;
	ck_assert_msg(after == (failed ? -(int)result : before), "%s returned %s, and the last failure went from %s to %s",
	              signature->name, name_of_result(result), name_of_error(before), name_of_error(after));
}

int64_t
library_call(const char *function, int count, const int64_t *values)
{
	int index = index_of(function);
	const struct signature *signature = &signatures[index];
	int64_t outputs[SIGNATURE_ARGUMENTS_MAX];
	int before = last_failure();
	int64_t result;

	ck_assert_msg(count == signature->argument_count, "%s takes %d arguments, and the test passes %d", function,
	              signature->argument_count, count);
	for (int i = 0; i < count; i++)
		outputs[i] = peek(signature->arguments[i].type, values[i]);
	result = watched_call(index, values);
	check_record(signature, result, before, last_failure());
	for (int i = 0; i < count && signature->result != SIGNATURE_STRING_IN && is_error(result); i++)
		ck_assert_msg(outputs[i] == peek(signature->arguments[i].type, values[i]), "%s failed and wrote to %s", function,
		              signature->arguments[i].name);
	return result;
}
