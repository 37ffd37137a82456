/* SPDX-License-Identifier: BSD-3-Clause */
/* dlopen, libffi and the generated signatures. */
#include "library.h"
#include "assertions.h"
#include "expect.h"
#include "interpose.h"
#include "signatures.h"

#include <dlfcn.h>
#include <errno.h>
#include <ffi.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What errno holds before each call, and has to hold after it. */
enum { UNTOUCHED = 98765 };

static void *handle;
static void *entries[SIGNATURE_COUNT];
static int (*last_failure)(void);
static long *calls; /* of each function, in all processes */

void
library_load(void)
{
	const char *path = getenv("POSIX_SHM_LIBRARY");

	if (path == NULL) {
		fprintf(stderr, "POSIX_SHM_LIBRARY does not say which library to test\n");
		exit(99);
	}
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(99);
	}
	for (int i = 0; i < SIGNATURE_COUNT; i++) {
		entries[i] = dlsym(handle, signatures[i].name);
		if (entries[i] == NULL) {
			fprintf(stderr, "%s has no %s\n", path, signatures[i].name);
			exit(99);
		}
	}
	*(void **)&last_failure = library_symbol("pshm_errno");
	calls = mmap(NULL, SIGNATURE_COUNT * sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void *
library_symbol(const char *symbol)
{
	return dlsym(handle, symbol);
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

/*
 * Where the machine's conventions leave the upper half of an int's register undefined, it is filled with
 * garbage: a function that an annotation calls int, and that reads 64 bits, is caught. Elsewhere the caller
 * extends the sign, and libffi does so.
 */
#if defined __x86_64__ || (defined __aarch64__ && !defined __APPLE__)
#define INT_TYPE (&ffi_type_sint64)
static int64_t
int_argument(int64_t value)
{
	return (int64_t)(0xa5a5a5a500000000U | (uint32_t)value);
}
#else
#define INT_TYPE (&ffi_type_sint32)
static int64_t
int_argument(int64_t value)
{
	return value;
}
#endif

union argument {
	int32_t narrow;
	int64_t wide;
	void *pointer;
};

static ffi_type *
marshal(enum signature_type type, int64_t value, union argument *ret_argument)
{
	switch (type) {
	case SIGNATURE_INT:
		ck_assert_msg(value >= INT_MIN && value <= INT_MAX, "the test passes %lld as an int", (long long)value);
		if (INT_TYPE == &ffi_type_sint64)
			ret_argument->wide = int_argument(value);
		else
			ret_argument->narrow = (int32_t)value;
		return INT_TYPE;
	case SIGNATURE_INT64:
		ret_argument->wide = value;
		return &ffi_type_sint64;
	default:
		ret_argument->pointer = (void *)(intptr_t)value;
		return &ffi_type_pointer;
	}
}

static ffi_type *
result_type(enum signature_type type)
{
	if (type == SIGNATURE_INT)
		return &ffi_type_sint32;
	return type == SIGNATURE_INT64 ? &ffi_type_sint64 : &ffi_type_pointer;
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
invoke(int index, const int64_t *values)
{
	const struct signature *signature = &signatures[index];
	union argument arguments[SIGNATURE_ARGUMENTS_MAX];
	void *slots[SIGNATURE_ARGUMENTS_MAX];
	ffi_type *types[SIGNATURE_ARGUMENTS_MAX];
	ffi_cif cif;
	union {
		ffi_arg narrow;
		int64_t wide;
		void *pointer;
	} result;
	int cancellation = cancellation_state();

	for (int i = 0; i < signature->argument_count; i++) {
		types[i] = marshal(signature->arguments[i].type, values[i], &arguments[i]);
		slots[i] = &arguments[i];
	}
	ck_assert_int_eq(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, (unsigned)signature->argument_count,
	                              result_type(signature->result), types),
	                 FFI_OK);
	__atomic_add_fetch(&calls[index], 1, __ATOMIC_RELAXED);
	interpose_enter();
	errno = UNTOUCHED;
	ffi_call(&cif, FFI_FN(entries[index]), &result, slots);
	interpose_leave();
	ck_assert_msg(cancellation_state() == cancellation, "%s changed whether the thread can be cancelled", signature->name);
	ck_assert_msg(errno == UNTOUCHED, "%s changed errno to %s", signature->name, name_of_error(errno));
	if (signature->result == SIGNATURE_INT)
		return (int32_t)result.narrow;
	return signature->result == SIGNATURE_INT64 ? result.wide : (int64_t)(intptr_t)result.pointer;
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
	result = invoke(index, values);
	check_record(signature, result, before, last_failure());
	for (int i = 0; i < count && signature->result != SIGNATURE_STRING_IN && is_error(result); i++)
		ck_assert_msg(outputs[i] == peek(signature->arguments[i].type, values[i]), "%s failed and wrote to %s",
		              function, signature->arguments[i].name);
	return result;
}
