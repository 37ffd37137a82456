/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors, constants, flags and features. */
#include "bad_input.h"
#include "fixture.h"

#include <limits.h>

static void
error_texts(void)
{
	ck_assert_str_eq(call_text("pshm_error_name", 0), "OK");
	ck_assert_str_eq(call_text("pshm_error_name", 4000), "UNKNOWN");
	ck_assert_str_eq(call_text("pshm_error_name", INT_MIN), "UNKNOWN");
	ck_assert_str_eq(call_text("pshm_strerror", 0), "success");
	ck_assert_str_eq(call_text("pshm_strerror", 4000), "unknown error");
	ck_assert_str_eq(call_text("pshm_strerror", INT_MIN), "unknown error");
}

static void
error_numbers(void)
{
	assert_error(call("pshm_error_number", NULL), "EFAULT");
	assert_error(call("pshm_error_number", "ENOTHING"), "EINVAL");
}

static void
constant_indices(void)
{
	ck_assert_ptr_null(call_text("pshm_constant_name", -1));
	ck_assert_ptr_null(call_text("pshm_constant_name", INT_MAX));
	assert_error(call("pshm_constant_value", -1), "EINVAL");
	assert_error(call("pshm_constant_value", INT_MAX), "EINVAL");
	assert_error(call("pshm_constant", "PSHM_NOTHING"), "EINVAL");
	assert_error(call("pshm_constant", NULL), "EFAULT");
}

static void
flags_parse(void)
{
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "wings"), "EINVAL");
	assert_error(call("pshm_flags_parse", 99, "user-read"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, NULL), "EFAULT");
	assert_result(call("pshm_flags_parse", PSHM_KIND_MODE, ""), 0);
}

static void
unknown_feature(void)
{
	assert_result(call("pshm_set_errno", 0), 0);
	assert_result(call("pshm_has", "wings"), 0);
	assert_result(call("pshm_errno"), 0);
	assert_error(call("pshm_has", NULL), "EFAULT");
}

const struct bad_row bad_texts[] = {
	{ "error_name, strerror", "0, unknown number, INT_MIN", "a documented string; never NULL", error_texts },
	{ "error_number", "NULL; unknown name", "-EFAULT; -EINVAL", error_numbers },
	{ "constants", "index out of range; unknown name; NULL", "documented; never a crash", constant_indices },
	{ "flags_parse", "unknown keyword; unknown kind; NULL; empty list", "-EINVAL; -EINVAL; -EFAULT; 0", flags_parse },
	{ "has", "unknown feature; NULL", "0, and no failure is recorded; -EFAULT", unknown_feature },
	{ NULL, NULL, NULL, NULL },
};
