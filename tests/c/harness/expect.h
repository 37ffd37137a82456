/* SPDX-License-Identifier: BSD-3-Clause */
/* Assertions that know the error convention, and print errors by name. */
#ifndef PSHM_TEST_EXPECT_H
#define PSHM_TEST_EXPECT_H

#include "library.h"

/* The name of an errno, and of a result: "ENOENT", "-ENOENT", "5". The text lives until the eighth call after. */
const char *name_of_error(int error);
const char *name_of_result(int64_t result);

/* The errno of a name, or 0. */
int error_of_name(const char *name);

/* The result is this errno, negated, or one of a list: "ENOSPC EFBIG". */
#define assert_error(result, names) expect_error(__FILE__, __LINE__, #result, result, names)

/* The result is no error; it is returned. */
#define assert_success(result) expect_success(__FILE__, __LINE__, #result, result)

/* The result is this number, and printed by name if it is not. */
#define assert_result(result, number) expect_result(__FILE__, __LINE__, #result, result, number)

void expect_error(const char *file, int line, const char *text, int64_t result, const char *names);
int64_t expect_success(const char *file, int line, const char *text, int64_t result);
void expect_result(const char *file, int line, const char *text, int64_t result, int64_t number);

#endif
