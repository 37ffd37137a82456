/* SPDX-License-Identifier: BSD-3-Clause */
/* The way into a library that the program is linked with. */
#include "invoke.h"
#include "assertions.h"
#include "direct-calls.h"
#include "expect.h"
#include "signatures.h"

#include <errno.h>

void
invoke_open(void)
{
}

void *
invoke_symbol(const char *symbol)
{
	return address_by_name(symbol);
}

int64_t
invoke(int index, const int64_t *values)
{
	int64_t result;

	errno = UNTOUCHED;
	result = call_by_index(index, values);
	ck_assert_msg(errno == UNTOUCHED, "%s changed errno to %s", signatures[index].name, name_of_error(errno));
	return result;
}
