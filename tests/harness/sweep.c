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
	{ NULL, "timeout", 0 },
};

static bool
is_other(const char *function)
{
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(others[i], function) == 0)
			return true;
	return false;
}

static bool
takes(const struct signature *signature, const char *argument)
{
	for (int i = 0; i < signature->argument_count; i++)
		if (strcmp(signature->arguments[i].name, argument) == 0)
			return strcmp(argument, "name") != 0 || !is_other(signature->name);
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

int64_t
call_with(const char *function, const char *argument, int64_t value, const struct good *good)
{
	static int64_t buffer[16];
	const struct signature *signature = signature_of(function);
	int64_t arguments[SIGNATURE_ARGUMENTS_MAX];

	for (int i = 0; i < signature->argument_count; i++) {
		const char *name = signature->arguments[i].name;

		if (strcmp(name, argument) == 0)
			arguments[i] = value;
		else if (strcmp(name, "fd") == 0)
			arguments[i] = good->fd;
		else if (strcmp(name, "socket") == 0)
			arguments[i] = good->socket;
		else if (strcmp(name, "name") == 0)
			arguments[i] = (int64_t)(intptr_t)good->name;
		else if (signature->arguments[i].type != SIGNATURE_INT && signature->arguments[i].type != SIGNATURE_INT64)
			arguments[i] = (int64_t)(intptr_t)buffer;
		else
			arguments[i] = value_of(function, name);
	}
	return library_call(function, signature->argument_count, arguments);
}
