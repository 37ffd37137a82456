/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors, constants, flags and features. */
#include "portable.h"

static void
error_texts(void)
{
	const int numbers[] = { 0, 4095, INT_MIN, INT_MAX };

	for (int i = 0; i < 4; i++) {
		IS(0, strcmp(pshm_error_name(numbers[i]), i == 0 ? "OK" : "UNKNOWN"));
		IS(0, strcmp(pshm_strerror(numbers[i]), i == 0 ? "success" : "unknown error"));
	}
}

static void error_numbers(void) { IS(-EFAULT, pshm_error_number(NULL)); IS(-EINVAL, pshm_error_number("EWING")); }

static void
constant_arguments(void)
{
	IS(-EINVAL, pshm_constant_value(-1));
	IS(-EINVAL, pshm_constant_value(pshm_constant_count()));
	IS(true, pshm_constant_name(INT_MIN) == NULL && pshm_constant_name(INT_MAX) == NULL);
	IS(-EINVAL, pshm_constant("PSHM_WINGS"));
	IS(-EFAULT, pshm_constant(NULL));
}

static void
flag_texts(void)
{
	IS(-EINVAL, pshm_flags_parse(PSHM_KIND_MODE, "user-fly"));
	IS(-EINVAL, pshm_flags_parse(0, "user-read"));
	IS(-EFAULT, pshm_flags_parse(PSHM_KIND_MODE, NULL));
	IS(0, pshm_flags_parse(PSHM_KIND_MODE, ""));
}

static void features(void) { IS(0, pshm_has("wings")); IS(-EFAULT, pshm_has(NULL)); }

const struct bad_row bad_texts[] = {
	{ "error_name, strerror", "0", error_texts },
	{ "error_number", "NULL", error_numbers },
	{ "constants", "index", constant_arguments },
	{ "flags_parse", "unknown", flag_texts },
	{ "has", "unknown", features },
	{ NULL, NULL, NULL },
};
