/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls by signature. */
#include "sweep.h"
#include "assertions.h"
#include "library.h"
#include "signatures.h"

#include <string.h>

/* Their name is not an object's. */
static const char *const others[] = { "pshm_error_number", "pshm_constant" };

/* A good value for an argument; a function of its own comes before any. */
static const struct {
	const char *function; /* NULL: of any */
	const char *argument;
	int64_t value;
} values[] = {
	{ "pshm_shm_open", "flags", PSHM_O_RDWR | PSHM_O_CREAT },
	{ "pshm_fstat", "count", 16 },
	{ "pshm_msync", "flags", PSHM_MS_SYNC },
	{ "pshm_open_anonymous", "flags", 0 },
	{ "pshm_publish", "if_exists", PSHM_IF_EXISTS_NIL },
	{ "pshm_flags_format", "size", 64 },
	{ "pshm_ring_reserve", "length", 8 },
	{ "pshm_ring_commit", "length", 8 },
	{ "pshm_ring_send", "length", 8 },
	{ NULL, "flags", PSHM_MAP_SHARED },
	{ NULL, "mode", 0600 },
	{ NULL, "permissions", 0600 },
	{ NULL, "direction", PSHM_DIRECTION_IO },
	{ NULL, "if_exists", PSHM_IF_EXISTS_DEFAULT },
	{ NULL, "if_does_not_exist", PSHM_IF_DOES_NOT_EXIST_CREATE },
	{ NULL, "protections", PSHM_PROT_READ },
	{ NULL, "address", 0 },
	{ NULL, "length", 4096 },
	{ NULL, "offset", 0 },
	{ NULL, "prefix", 16 },
	{ NULL, "size", 1 },
	{ NULL, "count", 1 },
	{ NULL, "inheritable", 1 },
	{ NULL, "owner", -1 },
	{ NULL, "group", -1 },
	{ NULL, "seals", PSHM_SEAL_SHRINK },
	{ NULL, "kind", PSHM_KIND_PROT },
	{ NULL, "byte", 1 },
	{ NULL, "index", 0 },
	{ NULL, "error", 0 },
	{ NULL, "timeout", 0 },
	{ NULL, "operation", PSHM_ATOMIC_ADD },
	{ NULL, "operand", 0 },
	{ NULL, "value", 0 },
	{ NULL, "expected", 0 },
	{ NULL, "desired", 0 },
	{ NULL, "process", 1 },
	{ NULL, "capacity", 4096 },
	{ NULL, "role", PSHM_RING_SENDER },
};

bool
function_takes_object_name(const char *function)
{
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(others[i], function) == 0)
			return false;
	return true;
}

static bool
takes(const struct signature *signature, const char *argument)
{
	for (int i = 0; i < signature->argument_count; i++)
		if (strcmp(signature->arguments[i].name, argument) == 0)
			return strcmp(argument, "name") != 0 || function_takes_object_name(signature->name);
	return false;
}

const char *
function_with(const char *argument, const char *after)
{
	bool passed = after == NULL;

	for (int i = 0; i < SIGNATURE_COUNT; i++) {
		if (passed && takes(&signatures[i], argument))
			return signatures[i].name;
		passed = passed || strcmp(signatures[i].name, after) == 0;
	}
	return NULL;
}

static const struct signature *
signature_of(const char *function)
{
	for (int i = 0; i < SIGNATURE_COUNT; i++)
		if (strcmp(signatures[i].name, function) == 0)
			return &signatures[i];
	ck_abort_msg("no signature of %s", function);
	return NULL;
}

static int64_t
value_of(const char *function, const char *argument)
{
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if ((values[i].function == NULL || strcmp(values[i].function, function) == 0) &&
		    strcmp(values[i].argument, argument) == 0)
			return values[i].value;
	ck_abort_msg("no good value is known for %s of %s", argument, function);
	return 0;
}

static bool
is_pointer(enum signature_type type)
{
	return type != SIGNATURE_INT && type != SIGNATURE_INT64;
}

static bool
is_of_memory(const char *argument)
{
	return strcmp(argument, "address") == 0 || strcmp(argument, "to") == 0 || strcmp(argument, "from") == 0;
}

static int64_t
good_value(const struct signature *signature, int i, const struct good *good)
{
	static int64_t buffer[16];
	const char *name = signature->arguments[i].name;

	if (strcmp(name, "fd") == 0)
		return good->fd;
	if (strcmp(name, "socket") == 0)
		return good->socket;
	if (strcmp(name, "name") == 0)
		return (int64_t)(intptr_t)good->name;
	if (is_pointer(signature->arguments[i].type))
		return (int64_t)(intptr_t)buffer;
	return is_of_memory(name) && strcmp(signature->name, "pshm_mmap") != 0 ? good->address : value_of(signature->name, name);
}

int64_t
call_instead(const char *function, const struct instead *instead, int count, const struct good *good)
{
	const struct signature *signature = signature_of(function);
	int64_t arguments[SIGNATURE_ARGUMENTS_MAX];

	for (int i = 0; i < signature->argument_count; i++) {
		arguments[i] = good_value(signature, i, good);
		for (int j = 0; j < count; j++)
			if (strcmp(signature->arguments[i].name, instead[j].argument) == 0)
				arguments[i] = instead[j].value;
	}
	return library_call(function, signature->argument_count, arguments);
}

int64_t
call_with(const char *function, const char *argument, int64_t value, const struct good *good)
{
	const struct instead instead = { argument, value };

	return call_instead(function, &instead, 1, good);
}
