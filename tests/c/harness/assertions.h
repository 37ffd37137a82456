/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check's assertions, good for the children of a test too. Check tells the runner of every assertion through a file
 * that a child would share, and a child that is killed would leave half a message in it. So a child says what failed
 * on standard error, and exits; child_join makes that the test's failure.
 */
#ifndef PSHM_TEST_ASSERTIONS_H
#define PSHM_TEST_ASSERTIONS_H

#include <check.h>

/* From now on this process is a child of a test. */
void assertions_of_child(void);

void assertion_failed(const char *file, int line, const char *expression, const char *format, ...)
        __attribute__((noreturn, format(printf, 4, 5)));
void assertion_passed(const char *file, int line);

#ifndef PSHM_TEST_ASSERTIONS_PLAIN
#define _ck_assert_failed assertion_failed
#define _mark_point assertion_passed
#endif

#endif
