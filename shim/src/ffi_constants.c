/* SPDX-License-Identifier: BSD-3-Clause */
/* Every constant of the headers by name. The rows are generated from the headers. */
#include "system.h"
#include "error.h"

#include <string.h>

static const struct {
	char name[32];
	int value;
} constants[] = {
#define PSHM_CONSTANT(constant) { #constant, constant },
#include "constants-table.h"
#undef PSHM_CONSTANT
};

enum { CONSTANTS = sizeof constants / sizeof constants[0] };

static bool
is_index(int index)
{
	return index >= 0 && index < CONSTANTS;
}

int
pshm_constant_count(void)
{
	return CONSTANTS;
}

const char *
pshm_constant_name(int index)
{
	return is_index(index) ? constants[index].name : NULL;
}

int
pshm_constant_value(int index)
{
	return is_index(index) ? constants[index].value : record(-EINVAL);
}

int
pshm_constant(const char *name)
{
	if (name == NULL)
		return record(-EFAULT);
	for (int i = 0; i < CONSTANTS; i++)
		if (strcmp(constants[i].name, name) == 0)
			return constants[i].value;
	return record(-EINVAL);
}
