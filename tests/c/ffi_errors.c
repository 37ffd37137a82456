/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors: numbers, names, sentences, and whose last failure it was. */
#include "fixture.h"
#include "suites.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

START_TEST(a_failure_is_kept_and_a_success_is_not)
{
	assert_result(call("pshm_set_errno", 0), 0);
	assert_result(call("pshm_errno"), 0);
	assert_error(call("pshm_close", -1), "EBADF");
	assert_result(call("pshm_errno"), EBADF);
	assert_success(call("pshm_page_size"));
	close_now(object_open_new(name_of("kept"), 0));
	assert_result(call("pshm_errno"), EBADF);
	assert_result(call("pshm_shm_unlink", name_of("kept")), 0);
	assert_result(call("pshm_errno"), EBADF);
	assert_error(call("pshm_shm_unlink", name_of("kept")), "ENOENT");
	assert_result(call("pshm_errno"), ENOENT);
}
END_TEST

START_TEST(it_can_be_set)
{
	assert_result(call("pshm_set_errno", 4095), 0);
	assert_result(call("pshm_errno"), 4095);
	assert_error(call("pshm_set_errno", 4096), "EINVAL");
	assert_result(call("pshm_errno"), EINVAL);
	assert_result(call("pshm_set_errno", EBADF), 0);
	assert_error(call("pshm_set_errno", -1), "EINVAL");
	assert_error(call("pshm_set_errno", INT_MIN), "EINVAL");
	assert_error(call("pshm_set_errno", INT_MAX), "EINVAL");
}
END_TEST

static void *
fail_otherwise(void *unused)
{
	(void)unused;
	if (call("pshm_errno") != 0)
		return (void *)"a new thread begins with a failure";
	if (call("pshm_shm_unlink", "noslash") != -EINVAL || call("pshm_errno") != EINVAL)
		return (void *)"a thread does not keep its own failure";
	return NULL;
}

START_TEST(each_thread_has_its_own)
{
	assert_error(call("pshm_close", -1), "EBADF");
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		void *complaint;

		ck_assert_int_eq(pthread_create(&thread, NULL, fail_otherwise, NULL), 0);
		ck_assert_int_eq(pthread_join(thread, &complaint), 0);
		ck_assert_msg(complaint == NULL, "%s", (const char *)complaint);
	}
	assert_result(call("pshm_errno"), EBADF);
}
END_TEST

static void
has_its_parents_failure(void *unused)
{
	(void)unused;
	assert_result(call("pshm_errno"), EBADF);
	assert_error(call("pshm_shm_unlink", "noslash"), "EINVAL");
}

START_TEST(a_forked_child_has_its_own)
{
	assert_error(call("pshm_close", -1), "EBADF");
	in_child(has_its_parents_failure, NULL);
	assert_result(call("pshm_errno"), EBADF);
}
END_TEST

START_TEST(names_lead_to_numbers_and_back)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
		/* clang-format off */
		{ "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EBADF", EBADF },   { "EBUSY", EBUSY },     { "EDEADLK", EDEADLK },
		{ "EEXIST", EEXIST }, { "EFAULT", EFAULT }, { "EFBIG", EFBIG },   { "EINTR", EINTR },     { "EINVAL", EINVAL },
		{ "EISDIR", EISDIR }, { "EMFILE", EMFILE }, { "ENODATA", ENODATA }, { "ENODEV", ENODEV }, { "ENOENT", ENOENT },
		{ "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "ENOSYS", ENOSYS }, { "ENOTSUP", ENOTSUP }, { "EPERM", EPERM },
		{ "EPROTO", EPROTO }, { "ERANGE", ERANGE }, { "EROFS", EROFS },   { "ESPIPE", ESPIPE },
		{ "EOVERFLOW", EOVERFLOW },
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		assert_result(call("pshm_error_number", errors[i].name), errors[i].number);
		ck_assert_str_eq(call_text("pshm_error_name", errors[i].number), errors[i].name);
		ck_assert_str_eq(call_text("pshm_error_name", -errors[i].number), errors[i].name);
	}
}
END_TEST

START_TEST(aliases_are_understood_and_never_given)
{
	assert_result(call("pshm_error_number", "EOPNOTSUPP"), EOPNOTSUPP);
	assert_result(call("pshm_error_number", "EWOULDBLOCK"), EWOULDBLOCK);
	assert_result(call("pshm_error_number", "EDEADLOCK"), EDEADLOCK);
	ck_assert_str_eq(call_text("pshm_error_name", EOPNOTSUPP), "ENOTSUP");
	ck_assert_str_eq(call_text("pshm_error_name", EWOULDBLOCK), "EAGAIN");
	if (EDEADLOCK == EDEADLK)
		ck_assert_str_eq(call_text("pshm_error_name", EDEADLOCK), "EDEADLK");
	else /* PowerPC, MIPS, SPARC */
		ck_assert_str_eq(call_text("pshm_error_name", EDEADLOCK), "EDEADLOCK");
}
END_TEST

START_TEST(sentences_do_not_depend_on_the_sign)
{
	ck_assert_str_eq(call_text("pshm_strerror", ENOENT), "no such object, file or directory");
	ck_assert_str_eq(call_text("pshm_strerror", -ENOENT), "no such object, file or directory");
	ck_assert_str_eq(call_text("pshm_strerror", EOPNOTSUPP), call_text("pshm_strerror", ENOTSUP));
	ck_assert_str_ne(call_text("pshm_strerror", EPERM), call_text("pshm_strerror", EACCES));
}
END_TEST

/* The sentences are the same on every platform, so they are written here. */
START_TEST(each_error_has_its_own_sentence)
{
	static const struct {
		int error;
		const char *sentence;
	} sentences[] = {
		{ EACCES, "permission denied" },
		{ EAGAIN, "temporarily unavailable, try again" },
		{ EBADF, "bad descriptor, or wrong access mode" },
		{ EEXIST, "already exists" },
		{ EFAULT, "bad address" },
		{ EINTR, "interrupted by a signal" },
		{ EINVAL, "invalid argument" },
		{ EMFILE, "no free descriptor in this process" },
		{ ENAMETOOLONG, "name too long" },
		{ ENODATA, "no data: the peer closed its end" },
		{ ENOMEM, "not enough memory" },
		{ ENOSPC, "no space left" },
		{ ENOTSUP, "not supported on this platform" },
		{ EOVERFLOW, "too large for the platform's types" },
		{ EPERM, "not permitted" },
		{ EPROTO, "protocol error" },
		{ ERANGE, "result or buffer out of range" },
	};
	int count = (int)assert_success(call("pshm_error_count"));

	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		ck_assert_str_eq(call_text("pshm_strerror", sentences[i].error), sentences[i].sentence);
	for (int i = 0; i < count; i++)
		for (int other = 0; other < i; other++)
			ck_assert_str_ne(call_text("pshm_strerror", call("pshm_error_at", i)),
			                 call_text("pshm_strerror", call("pshm_error_at", other)));
}
END_TEST

START_TEST(unnamed_values_have_a_documented_answer)
{
	static const int unknown[] = { 4000, -4000, 4096, INT_MAX, INT_MIN };

	ck_assert_str_eq(call_text("pshm_error_name", 0), "OK");
	ck_assert_str_eq(call_text("pshm_strerror", 0), "success");
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		ck_assert_str_eq(call_text("pshm_error_name", unknown[i]), "UNKNOWN");
		ck_assert_str_eq(call_text("pshm_strerror", unknown[i]), "unknown error");
	}
	assert_error(call("pshm_error_number", NULL), "EFAULT");
	assert_error(call("pshm_error_number", "EWINGS"), "EINVAL");
	assert_error(call("pshm_error_number", ""), "EINVAL");
	assert_error(call("pshm_error_number", "ENOEN"), "EINVAL");
}
END_TEST

/* Every errno of this system that the C library knows has a name, and every index leads to one of them, once. */
START_TEST(the_errors_can_be_enumerated)
{
	int count = (int)assert_success(call("pshm_error_count"));
	bool seen[4096] = { false };

	for (int i = 0; i < count; i++) {
		int number = (int)assert_success(call("pshm_error_at", i));
		const char *name = call_text("pshm_error_name", number);

		ck_assert(number > 0 && number < 4096);
		ck_assert_msg(!seen[number], "%s comes twice", name);
		seen[number] = true;
		ck_assert_str_ne(name, "UNKNOWN");
		assert_result(call("pshm_error_number", name), number);
		ck_assert_str_ne(call_text("pshm_strerror", number), "unknown error");
		ck_assert_int_gt((int)strlen(call_text("pshm_strerror", number)), 2);
	}
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 32)
	for (int number = 1; number < 200; number++) /* glibc has no name for EDEADLOCK where that is another number than EDEADLK */
		ck_assert_msg((number == EDEADLOCK && number != EDEADLK) || seen[number] == (strerrorname_np(number) != NULL),
		              "errno %d", number);
#endif
#endif
	assert_error(call("pshm_error_at", -1), "EINVAL");
	assert_error(call("pshm_error_at", count), "EINVAL");
	assert_error(call("pshm_error_at", INT_MIN), "EINVAL");
	assert_error(call("pshm_error_at", INT_MAX), "EINVAL");
}
END_TEST

Suite *
ffi_errors_suite(void)
{
	const TTest *tests[] = { a_failure_is_kept_and_a_success_is_not,
		                 it_can_be_set,
		                 each_thread_has_its_own,
		                 a_forked_child_has_its_own,
		                 names_lead_to_numbers_and_back,
		                 aliases_are_understood_and_never_given,
		                 sentences_do_not_depend_on_the_sign,
		                 each_error_has_its_own_sentence,
		                 unnamed_values_have_a_documented_answer,
		                 the_errors_can_be_enumerated,
		                 NULL };

	return suite_of("ffi_errors", 30, tests);
}
