/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several wrong arguments: which error is the answer. The rule stands in the head of ffi.h; every pair of wrong values of
 * every function of the generated signatures is tried, so that a function of tomorrow is held to it too.
 */
#include "fixture.h"
#include "signatures.h"
#include "suites.h"
#include "sweep.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { VALUES = 4 };

/* An address that is too wide for a machine of 32 bits, and one that is none elsewhere. Values that 32 bits do not hold. */
#define WIDE_ADDRESS (sizeof(void *) == 4 ? INT64_C(1) << 40 : 0)
#define WIDE_VALUES INT32_MIN - INT64_C(1), UINT32_MAX + INT64_C(1)

/* An address after which the least ring does not fit, and which is no error. */
enum { LAST_ADDRESS = -65 * 64 };

/* Values of a number that no function takes; a row of a function's own, by its pattern, comes before any. */
static const struct {
	const char *function; /* NULL: of any */
	const char *argument;
	int count;
	int64_t values[VALUES];
} wrong_numbers[] = {
	{ "pshm_mmap", "length", 3, { 0, -1, INT64_MAX } },
	{ "pshm_map", "length", 3, { 0, -1, INT64_MAX } },
	{ "pshm_map_prefixed", "length", 3, { 0, -1, INT64_MAX } },
	{ "pshm_unmap_prefixed", "length", 3, { 0, -1, INT64_MAX } },
	{ "pshm_unmap", "length", 3, { 0, -1, INT64_MIN } },
	{ "pshm_munmap", "length", 3, { 0, -1, INT64_MIN } },
	{ "pshm_fallocate", "length", 2, { 0, -1 } },
	{ "pshm_mmap", "offset", 4, { -1, INT64_MIN, 1, INT64_MAX - 4095 } },
	{ "pshm_map", "offset", 3, { -1, INT64_MIN, INT64_MAX } },
	{ "pshm_map_prefixed", "offset", 4, { -1, INT64_MIN, 1, INT64_MAX - 4095 } },
	{ "pshm_mmap", "address", 2, { -1, -4095 } },
	{ "pshm_shm_open", "flags", 3, { PSHM_O_EXCL, 1 << 27, -1 } },
	{ "pshm_msync", "flags", 3, { 0, PSHM_MS_SYNC | PSHM_MS_ASYNC, 1 } },
	{ "pshm_flags_format", "flags", 2, { -1, 1 << 20 } },
	{ "pshm_atomic_*", "address", 4, { 0, -1, 6, WIDE_ADDRESS } },
	{ "pshm_lock_*", "address", 4, { 0, -4095, 6, WIDE_ADDRESS } },
	{ "pshm_ring_*", "address", 4, { 0, -4095, 32, LAST_ADDRESS } },
	{ "pshm_atomic_*32", "value", 2, { WIDE_VALUES } },
	{ "pshm_atomic_*32", "operand", 2, { WIDE_VALUES } },
	{ "pshm_atomic_*32", "expected", 2, { WIDE_VALUES } },
	{ "pshm_atomic_*32", "desired", 2, { WIDE_VALUES } },
	{ "pshm_atomic_wait", "expected", 2, { WIDE_VALUES } },
	{ "pshm_atomic_*64", "value", 0, { 0 } },
	{ "pshm_atomic_*64", "operand", 0, { 0 } },
	{ "pshm_atomic_*64", "expected", 0, { 0 } },
	{ "pshm_atomic_*64", "desired", 0, { 0 } },
	{ "pshm_open_anonymous", "flags", 2, { 1 << 21, -1 } },
	{ NULL, "flags", 4, { 1 << 21, 0, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, PSHM_MAP_PRIVATE | PSHM_MAP_GROWSDOWN } },
	{ NULL, "fd", 2, { -1, INT32_MAX } },
	{ NULL, "socket", 1, { -1 } },
	{ NULL, "mode", 2, { 01000, -1 } },
	{ NULL, "permissions", 2, { 01000, -1 } },
	{ NULL, "direction", 2, { 1, -1 } },
	{ "pshm_publish", "if_exists", 4, { 99, -1, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_EXISTS_TRUNCATE } },
	{ NULL, "if_exists", 2, { 99, -1 } },
	{ NULL, "if_does_not_exist", 2, { 99, -1 } },
	{ NULL, "length", 2, { -1, INT64_MIN } },
	{ NULL, "offset", 2, { -1, INT64_MIN } },
	{ NULL, "size", 2, { -1, INT64_MIN } },
	{ "pshm_atomic_wake", "count", 2, { 0, -1 } },
	{ NULL, "count", 1, { -1 } },
	{ NULL, "prefix", 3, { 0, -1, INT64_MAX } },
	{ NULL, "protections", 2, { 8, -1 } },
	{ NULL, "address", 3, { 0, -1, -4095 } },
	{ NULL, "to", 2, { 0, -1 } },
	{ NULL, "from", 2, { 0, -1 } },
	{ NULL, "byte", 2, { 256, -1 } },
	{ NULL, "owner", 2, { -2, INT64_MAX } },
	{ NULL, "group", 2, { -2, INT64_MAX } },
	{ NULL, "seals", 2, { 1 << 20, -1 } },
	{ NULL, "inheritable", 1, { 2 } },
	{ NULL, "kind", 2, { 0, -1 } },
	{ NULL, "index", 1, { -1 } },
	{ NULL, "error", 1, { -1 } },
	{ NULL, "operation", 3, { 0, 6, -1 } },
	{ NULL, "process", 2, { 0, -1 } },
	{ NULL, "capacity", 4, { 0, 2048, 4095, INT64_MAX } },
	{ NULL, "role", 3, { 0, 3, -1 } },
	{ NULL, "timeout", 0, { 0 } }, /* any will do */
};

/* Outputs that need not be given. */
static const char *const optional[] = { "ret_created", "ret_total", "ret_free", "ret_old" };

/* From the rule, the earliest first; any other error is later than these. */
static const char *const order[] = { "EFAULT", "ENAMETOOLONG", "EINVAL", "EOVERFLOW" };

static bool
is_optional(const char *argument)
{
	for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
		if (strcmp(optional[i], argument) == 0)
			return true;
	return false;
}

static int
wrong_numbers_of(const char *function, const char *argument, int64_t values[VALUES])
{
	for (size_t i = 0; i < sizeof wrong_numbers / sizeof wrong_numbers[0]; i++) {
		if (wrong_numbers[i].function != NULL && fnmatch(wrong_numbers[i].function, function, 0) != 0)
			continue;
		if (strcmp(wrong_numbers[i].argument, argument) != 0)
			continue;
		memcpy(values, wrong_numbers[i].values, sizeof wrong_numbers[i].values);
		return wrong_numbers[i].count;
	}
	ck_abort_msg("no wrong value is known for %s of %s", argument, function);
	return 0;
}

static int
wrong_names(int64_t values[VALUES])
{
	static char long_name[5000];

	memset(long_name, 'a', sizeof long_name - 1);
	long_name[0] = '/';
	values[0] = 0;
	values[1] = (int64_t)(intptr_t) "noslash";
	values[2] = (int64_t)(intptr_t)long_name;
	return 3;
}

static int
wrong_values(const struct signature *signature, int argument, int64_t values[VALUES])
{
	const char *name = signature->arguments[argument].name;
	enum signature_type type = signature->arguments[argument].type;

	if (type == SIGNATURE_INT || type == SIGNATURE_INT64)
		return wrong_numbers_of(signature->name, name, values);
	if (strcmp(name, "name") == 0 && function_takes_object_name(signature->name))
		return wrong_names(values);
	values[0] = 0;
	return is_optional(name) ? 0 : 1;
}

static int
rank(int64_t result)
{
	int last = sizeof order / sizeof order[0];

	for (int i = 0; i < last; i++)
		if (strcmp(name_of_error(-(int)result), order[i]) == 0)
			return i;
	return last;
}

/* Two wrong arguments: the earlier of the two errors; or any of the two, where neither is the library's own. */
static void
check_pair(const char *function, const struct instead pair[2], const struct good *good)
{
	int64_t first = call_instead(function, &pair[0], 1, good);
	int64_t second = call_instead(function, &pair[1], 1, good);
	int64_t both = call_instead(function, pair, 2, good);
	bool as_first = rank(first) <= rank(second) && both == first;
	bool as_second = rank(second) <= rank(first) && both == second;

	ck_assert_msg(is_error(first), "%s takes %lld as %s", function, (long long)pair[0].value, pair[0].argument);
	ck_assert_msg(is_error(second), "%s takes %lld as %s", function, (long long)pair[1].value, pair[1].argument);
	ck_assert_msg(as_first || as_second, "%s: %s %lld is %s, %s %lld is %s, and both are %s", function, pair[0].argument,
	              (long long)pair[0].value, name_of_result(first), pair[1].argument, (long long)pair[1].value,
	              name_of_result(second), name_of_result(both));
}

static int
check_arguments(const struct signature *signature, int first, int second, const struct good *good)
{
	int64_t of_first[VALUES];
	int64_t of_second[VALUES];
	int firsts = wrong_values(signature, first, of_first);
	int seconds = wrong_values(signature, second, of_second);

	for (int i = 0; i < firsts; i++) {
		for (int j = 0; j < seconds; j++) {
			const struct instead pair[2] = { { signature->arguments[first].name, of_first[i] },
				                         { signature->arguments[second].name, of_second[j] } };

			check_pair(signature->name, pair, good);
		}
	}
	return firsts * seconds;
}

static int
check_function(const struct signature *signature, const struct good *good)
{
	int pairs = 0;

	if (signature->result == SIGNATURE_STRING_IN) /* which has no errors */
		return 0;
	for (int first = 0; first < signature->argument_count; first++)
		for (int second = first + 1; second < signature->argument_count; second++)
			pairs += check_arguments(signature, first, second, good);
	return pairs;
}

/* Whatever is tried, nothing is done: no descriptor, no mapping, no object, and the object as it was. */
START_TEST(the_order_of_errors_is_one_rule)
{
	static _Alignas(65536) char memory[65536];
	const char *name = name_of("order");
	int fd = object_open_new(name, page());
	int ends[2];
	struct good good = { fd, -1, name_of("none"), (int64_t)(uintptr_t)memory };
	int pairs = 0;
	int descriptors;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	good.socket = ends[0];
	descriptors = descriptor_count();
	for (int i = 0; i < SIGNATURE_COUNT; i++)
		pairs += check_function(&signatures[i], &good);
	ck_assert_int_gt(pairs, 500);
	note("%d pairs of wrong arguments", pairs);
	ck_assert_int_eq(descriptor_count(), descriptors);
	ck_assert_int_eq(object_mapping_count(), 0);
	ck_assert(!object_exists(name_of("none")));
	ck_assert_int_eq(descriptor_status(fd).st_size, page());
	close(ends[0]);
	close(ends[1]);
	close_now(fd);
	object_remove(name);
}
END_TEST

Suite *
error_order_suite(void)
{
	const TTest *tests[] = { the_order_of_errors_is_one_rule, NULL };

	return suite_of("error_order", 60, tests);
}
