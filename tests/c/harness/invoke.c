/* SPDX-License-Identifier: BSD-3-Clause */
/* dlopen, libffi and the generated signatures. */
#include "invoke.h"
#include "assertions.h"
#include "expect.h"
#include "interpose.h"
#include "signatures.h"

#include <dlfcn.h>
#include <errno.h>
#include <ffi.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void *handle;
static void *entries[SIGNATURE_COUNT];

void
invoke_open(void)
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
}

void *
invoke_symbol(const char *symbol)
{
	return dlsym(handle, symbol);
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

int64_t
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

	for (int i = 0; i < signature->argument_count; i++) {
		types[i] = marshal(signature->arguments[i].type, values[i], &arguments[i]);
		slots[i] = &arguments[i];
	}
	ck_assert_int_eq(
	        ffi_prep_cif(&cif, FFI_DEFAULT_ABI, (unsigned)signature->argument_count, result_type(signature->result), types),
	        FFI_OK);
	interpose_enter();
	errno = UNTOUCHED;
	ffi_call(&cif, FFI_FN(entries[index]), &result, slots);
	interpose_leave();
	ck_assert_msg(errno == UNTOUCHED, "%s changed errno to %s", signature->name, name_of_error(errno));
	if (signature->result == SIGNATURE_INT)
		return (int32_t)result.narrow;
	return signature->result == SIGNATURE_INT64 ? result.wide : (int64_t)(intptr_t)result.pointer;
}
