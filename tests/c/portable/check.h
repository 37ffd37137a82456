/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stand-in for Check, where there is none: as much of it as the suites use, by the names that Check has. Each test is a
 * process of its own; CK_FORK=no runs them in this one, and CK_RUN_CASE one of them.
 */
#ifndef PSHM_PORTABLE_CHECK_H
#define PSHM_PORTABLE_CHECK_H

#include <stdint.h>
#include <string.h>

typedef struct {
	const char *name;
	void (*function)(int number);
	const char *file;
} TTest;

typedef struct test_case TCase;
typedef struct suite Suite;
typedef struct runner SRunner;

/* clang-format off */
#define START_TEST(name) \
	static void name##_fn(int number); \
	static const TTest name##_test = { #name, name##_fn, __FILE__ }; \
	static const TTest *const name = &name##_test; \
	static void \
	name##_fn(int number) \
	{ \
		(void)number;
/* clang-format on */
#define END_TEST }

Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
void tcase_set_timeout(TCase *test, double seconds);
void tcase_add_checked_fixture(TCase *test, void (*setup)(void), void (*teardown)(void));
void tcase_add_test(TCase *test, const TTest *function);
void suite_add_tcase(Suite *suite, TCase *test);
const char *tcase_name(void);

enum print_output { CK_ENV };

SRunner *srunner_create(Suite *suite);
void srunner_add_suite(SRunner *runner, Suite *suite);
void srunner_run_all(SRunner *runner, enum print_output output);
int srunner_ntests_failed(const SRunner *runner);
int srunner_ntests_run(const SRunner *runner);
void srunner_free(SRunner *runner);

/* End the test that runs: it cannot be done here. */
void check_leave(void) __attribute__((noreturn));

#ifdef PSHM_TEST_ASSERTIONS_PLAIN
void _ck_assert_failed(const char *file, int line, const char *expression, const char *format, ...)
        __attribute__((noreturn, format(printf, 4, 5)));
void _mark_point(const char *file, int line);
#endif

#define ck_assert_msg(holds, ...) \
	((holds) ? _mark_point(__FILE__, __LINE__) : _ck_assert_failed(__FILE__, __LINE__, #holds, "" __VA_ARGS__))
#define ck_assert(holds) ((holds) ? _mark_point(__FILE__, __LINE__) : _ck_assert_failed(__FILE__, __LINE__, #holds, "%s", #holds))
#define ck_abort_msg(...) _ck_assert_failed(__FILE__, __LINE__, "abort", "" __VA_ARGS__)

#define CK_NUMBERS(type, format, a, relation, b) \
	do { \
		type a_ = (a); \
		type b_ = (b); \
		ck_assert_msg(a_ relation b_, "%s %s %s: %" format " and %" format, #a, #relation, #b, a_, b_); \
	} while (0)
#define ck_assert_int_eq(a, b) CK_NUMBERS(intmax_t, "jd", a, ==, b)
#define ck_assert_int_ne(a, b) CK_NUMBERS(intmax_t, "jd", a, !=, b)
#define ck_assert_int_lt(a, b) CK_NUMBERS(intmax_t, "jd", a, <, b)
#define ck_assert_int_le(a, b) CK_NUMBERS(intmax_t, "jd", a, <=, b)
#define ck_assert_int_gt(a, b) CK_NUMBERS(intmax_t, "jd", a, >, b)
#define ck_assert_int_ge(a, b) CK_NUMBERS(intmax_t, "jd", a, >=, b)
#define ck_assert_uint_eq(a, b) CK_NUMBERS(uintmax_t, "ju", a, ==, b)
#define ck_assert_uint_ne(a, b) CK_NUMBERS(uintmax_t, "ju", a, !=, b)
#define ck_assert_uint_lt(a, b) CK_NUMBERS(uintmax_t, "ju", a, <, b)
#define ck_assert_uint_le(a, b) CK_NUMBERS(uintmax_t, "ju", a, <=, b)
#define ck_assert_uint_gt(a, b) CK_NUMBERS(uintmax_t, "ju", a, >, b)
#define ck_assert_uint_ge(a, b) CK_NUMBERS(uintmax_t, "ju", a, >=, b)
#define ck_assert_ptr_eq(a, b) ck_assert((a) == (b))
#define ck_assert_ptr_ne(a, b) ck_assert((a) != (b))
#define ck_assert_ptr_null(a) ck_assert((a) == NULL)
#define ck_assert_ptr_nonnull(a) ck_assert((a) != NULL)
#define ck_assert_mem_eq(a, b, size) ck_assert(memcmp(a, b, size) == 0)

#define CK_TEXTS(a, relation, b) \
	do { \
		const char *a_ = (a); \
		const char *b_ = (b); \
		ck_assert_msg(strcmp(a_, b_) relation 0, "%s %s %s: \"%s\" and \"%s\"", #a, #relation, #b, a_, b_); \
	} while (0)
#define ck_assert_str_eq(a, b) CK_TEXTS(a, ==, b)
#define ck_assert_str_ne(a, b) CK_TEXTS(a, !=, b)

#endif
