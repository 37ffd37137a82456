/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of 32 and 64 bits that several processes use at the same time. */
#include "fixture.h"
#include "suites.h"
#include "timing.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

enum { WORDS = 8, MIDDLE = 3, PROCESSES = 4, ADDITIONS = 100000 };

#define PATTERN UINT64_C(0x1122334455667788)

/* Words between words that nobody may touch. */
static uint64_t *words;

static int64_t
middle(void)
{
	return (int64_t)(uintptr_t)&words[MIDDLE];
}

static void
words_make(void)
{
	words = mmap(NULL, (size_t)page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(words, MAP_FAILED);
	for (int i = 0; i < WORDS; i++)
		words[i] = PATTERN;
}

static void
assert_neighbours_untouched(int bytes)
{
	const unsigned char *after = (const unsigned char *)&words[MIDDLE] + bytes;
	const uint64_t pattern = PATTERN;

	for (int i = 0; i < WORDS; i++)
		ck_assert_msg(i == MIDDLE || words[i] == PATTERN, "word %d was changed", i);
	ck_assert_mem_eq(after, (const unsigned char *)&pattern + bytes, (size_t)(8 - bytes));
}

/* The result of each operation on a value and an operand, in 64 bits; a word of 32 keeps the lower half. */
static const struct row {
	int operation;
	uint64_t before;
	uint64_t operand;
	uint64_t after;
} rows[] = {
	{ PSHM_ATOMIC_ADD, 40, 2, 42 },
	{ PSHM_ATOMIC_ADD, UINT64_MAX, 1, 0 },
	{ PSHM_ATOMIC_ADD, 0, UINT64_MAX, UINT64_MAX },
	{ PSHM_ATOMIC_ADD, INT64_MAX, 1, (uint64_t)INT64_MAX + 1 },
	{ PSHM_ATOMIC_ADD, UINT32_MAX, 1, (uint64_t)UINT32_MAX + 1 },
	{ PSHM_ATOMIC_AND, 0xff0f, 0x3fff, 0x3f0f },
	{ PSHM_ATOMIC_OR, 0xff0f, 0x00f1, 0xffff },
	{ PSHM_ATOMIC_XOR, 0xff0f, 0x0fff, 0xf0f0 },
	{ PSHM_ATOMIC_XOR, UINT64_MAX, UINT64_MAX, 0 },
	{ PSHM_ATOMIC_EXCHANGE, 7, 9, 9 },
	{ PSHM_ATOMIC_EXCHANGE, UINT64_MAX, 0, 0 },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

START_TEST(every_operation_changes_32_bits_as_it_says)
{
	words_make();
	for (int i = 0; i < ROWS; i++) {
		uint32_t *word = (uint32_t *)&words[MIDDLE];
		int32_t operand = (int32_t)(uint32_t)rows[i].operand;

		*word = (uint32_t)rows[i].before;
		assert_result(call("pshm_atomic_update32", middle(), rows[i].operation, operand),
		              (int64_t)(uint32_t)rows[i].before);
		ck_assert_uint_eq(*word, (uint32_t)rows[i].after);
		assert_result(call("pshm_atomic_load32", middle()), (int64_t)(uint32_t)rows[i].after);
		assert_neighbours_untouched(4);
	}
}
END_TEST

START_TEST(every_operation_changes_64_bits_as_it_says)
{
	if (lacks("atomic-64"))
		return;
	words_make();
	for (int i = 0; i < ROWS; i++) {
		int64_t old = 5;
		int64_t now = 5;

		words[MIDDLE] = rows[i].before;
		assert_result(call("pshm_atomic_update64", middle(), rows[i].operation, (int64_t)rows[i].operand, &old), 0);
		ck_assert_uint_eq((uint64_t)old, rows[i].before);
		ck_assert_uint_eq(words[MIDDLE], rows[i].after);
		assert_result(call("pshm_atomic_load64", middle(), &now), 0);
		ck_assert_uint_eq((uint64_t)now, rows[i].after);
		words[MIDDLE] = rows[i].before;
		assert_result(call("pshm_atomic_update64", middle(), rows[i].operation, (int64_t)rows[i].operand, NULL), 0);
		ck_assert_uint_eq(words[MIDDLE], rows[i].after);
		assert_neighbours_untouched(8);
	}
}
END_TEST

static const int64_t values32[] = { 0, 1, -1, INT32_MIN, INT32_MAX, (int64_t)INT32_MAX + 1, UINT32_MAX };
static const int64_t too_wide[] = { (int64_t)INT32_MIN - 1, (int64_t)UINT32_MAX + 1, INT64_MIN, INT64_MAX };

START_TEST(words_of_32_bits_are_taken_signed_and_unsigned)
{
	words_make();
	for (size_t i = 0; i < sizeof values32 / sizeof values32[0]; i++) {
		uint32_t value = (uint32_t)values32[i];

		assert_result(call("pshm_atomic_store32", middle(), values32[i]), 0);
		ck_assert_uint_eq(*(uint32_t *)&words[MIDDLE], value);
		assert_result(call("pshm_atomic_load32", middle()), (int64_t)value);
		assert_result(call("pshm_atomic_compare_exchange32", middle(), values32[i], 3), (int64_t)value);
		ck_assert_uint_eq(*(uint32_t *)&words[MIDDLE], 3);
		assert_result(call("pshm_atomic_compare_exchange32", middle(), 3, values32[i]), 3);
		ck_assert_uint_eq(*(uint32_t *)&words[MIDDLE], value);
		assert_neighbours_untouched(4);
	}
}
END_TEST

START_TEST(values_beyond_32_bits_are_rejected)
{
	words_make();
	for (size_t i = 0; i < sizeof too_wide / sizeof too_wide[0]; i++) {
		assert_error(call("pshm_atomic_store32", middle(), too_wide[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_update32", middle(), PSHM_ATOMIC_ADD, too_wide[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_compare_exchange32", middle(), too_wide[i], 0), "EOVERFLOW");
		assert_error(call("pshm_atomic_compare_exchange32", middle(), 0, too_wide[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_wait", middle(), too_wide[i], 0), "EOVERFLOW");
		ck_assert_uint_eq(words[MIDDLE], PATTERN);
	}
}
END_TEST

START_TEST(compare_exchange_stores_only_over_what_was_expected)
{
	int64_t old = 5;

	words_make();
	*(uint32_t *)&words[MIDDLE] = 7;
	assert_result(call("pshm_atomic_compare_exchange32", middle(), 6, 9), 7);
	ck_assert_uint_eq(*(uint32_t *)&words[MIDDLE], 7);
	assert_neighbours_untouched(4);
	if (lacks("atomic-64"))
		return;
	words[MIDDLE] = (uint64_t)1 << 40 | 7;
	assert_result(call("pshm_atomic_compare_exchange64", middle(), 7, 9, &old), 0);
	ck_assert_uint_eq((uint64_t)old, (uint64_t)1 << 40 | 7);
	ck_assert_uint_eq(words[MIDDLE], (uint64_t)1 << 40 | 7);
	old = 5;
	assert_result(call("pshm_atomic_compare_exchange64", middle(), (int64_t)1 << 40 | 7, -1, &old), 1);
	ck_assert_uint_eq((uint64_t)old, (uint64_t)1 << 40 | 7);
	ck_assert_uint_eq(words[MIDDLE], UINT64_MAX);
	assert_result(call("pshm_atomic_compare_exchange64", middle(), 0, 1, NULL), 0);
	assert_result(call("pshm_atomic_compare_exchange64", middle(), -1, 1, NULL), 1);
	assert_neighbours_untouched(8);
}
END_TEST

static void
store_into(void *address)
{
	(void)call("pshm_atomic_store32", (int64_t)(uintptr_t)address, 1);
}

START_TEST(loads_need_no_right_to_write)
{
	int64_t value = 0;

	words_make();
	ck_assert_int_eq(mprotect(words, (size_t)page(), PROT_READ), 0);
	assert_result(call("pshm_atomic_load32", middle()), (int64_t) * (uint32_t *)&words[MIDDLE]);
	if (!lacks("atomic-64")) {
		assert_result(call("pshm_atomic_load64", middle(), &value), 0);
		ck_assert_uint_eq((uint64_t)value, PATTERN);
	}
	ck_assert_int_eq(signal_of_child(store_into, &words[MIDDLE]), SIGSEGV);
}
END_TEST

static void
add(int number)
{
	(void)number;
	for (int i = 0; i < ADDITIONS; i++) {
		assert_success(call("pshm_atomic_update32", (int64_t)(uintptr_t)&words[0], PSHM_ATOMIC_ADD, 1));
		assert_result(call("pshm_atomic_update64", (int64_t)(uintptr_t)&words[1], PSHM_ATOMIC_ADD, (int64_t)1 << 32, NULL),
		              0);
	}
}

START_TEST(processes_lose_no_addition)
{
	if (lacks("atomic-64"))
		return;
	words_make();
	words[0] = words[1] = 0;
	in_children(PROCESSES, add);
	ck_assert_uint_eq(*(uint32_t *)&words[0], PROCESSES * ADDITIONS);
	ck_assert_uint_eq(words[1], (uint64_t)(PROCESSES * ADDITIONS) << 32);
}
END_TEST

static volatile sig_atomic_t handled;

static void
add_in_handler(int signal)
{
	(void)signal;
	__atomic_add_fetch((uint32_t *)&words[0], 1, __ATOMIC_RELAXED);
	handled++;
}

/* Processes that have one processor to share seldom meet in an addition, and a handler often comes into the middle of one. */
START_TEST(a_handler_loses_no_addition)
{
	enum { SIGNALS = 3000 };
	const struct sigaction action = { .sa_handler = add_in_handler, .sa_flags = SA_RESTART };
	const struct itimerval often = { { 0, 100 }, { 0, 100 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int64_t (*update)(int64_t address, int operation, int64_t operand) = NULL;
	uint32_t calls = 0;

	*(void **)&update = library_symbol("pshm_atomic_update32");
	words_make();
	words[0] = 0;
	handled = 0;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (handled < SIGNALS) {
		for (int i = 0; i < 1000; i++, calls++)
			(void)update((int64_t)(uintptr_t)&words[0], PSHM_ATOMIC_ADD, 1);
		(void)time_now(); /* a sanitizer lets a handler run in a call of the C library alone */
	}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_uint_eq(*(uint32_t *)&words[0], calls + (uint32_t)handled);
}
END_TEST

/* One stores two values in turn; the others never see half of one and half of the other. */
static void
store_or_look(int number)
{
	for (int i = 0; i < ADDITIONS; i++) {
		int64_t value = 0;

		if (number == 0) {
			assert_result(call("pshm_atomic_store64", (int64_t)(uintptr_t)&words[0], i % 2 == 0 ? 0 : -1), 0);
			continue;
		}
		assert_result(call("pshm_atomic_load64", (int64_t)(uintptr_t)&words[0], &value), 0);
		ck_assert_msg(value == 0 || value == -1, "%#llx was seen", (unsigned long long)value);
	}
}

START_TEST(words_of_64_bits_are_never_seen_half_stored)
{
	if (lacks("atomic-64"))
		return;
	words_make();
	words[0] = 0;
	in_children(PROCESSES, store_or_look);
}
END_TEST

/* Called as a program calls them: a libffi call lasts longer than a processor keeps a store to itself. */
static struct {
	int64_t (*load)(int64_t address);
	int (*store32)(int64_t address, int64_t value);
	int (*store64)(int64_t address, int64_t value);
} direct;

/* Each in a cache line of its own: what both store, what they saw, and how far they are. */
enum { LINE = 8, STORED = 0, SEEN = 2 * LINE, ROUND = 4 * LINE, END = 6 * LINE };

static void
meet(int number, uint64_t round)
{
	__atomic_store_n(&words[ROUND + number * LINE], round, __ATOMIC_SEQ_CST);
	for (int i = 0; __atomic_load_n(&words[ROUND + (1 - number) * LINE], __ATOMIC_SEQ_CST) < round; i++)
		if (i > 1000)
			sched_yield();
}

/*
 * Each stores into its own word, then looks at the other's: in any one order of the four steps, the later store is seen. A look
 * before it brings the other's word near, so that a processor which does not wait for its own store sees the old value there.
 */
static void
store_and_look(int number)
{
	const int64_t own = (int64_t)(uintptr_t)&words[STORED + number * LINE];
	const int64_t other = (int64_t)(uintptr_t)&words[STORED + (1 - number) * LINE];
	const int64_t end = time_now() + 2 * SECOND;
	bool is_last = false;

	for (uint64_t round = 1; round < 3 * (uint64_t)ADDITIONS && !is_last; round += 3) {
		(void)direct.load(other);
		if (number == 0 && time_now() > end) /* two that share a processor take turns */
			__atomic_store_n(&words[END], 1, __ATOMIC_SEQ_CST);
		meet(number, round);
		if (round % 2 == 0)
			(void)direct.store64(own, (int64_t)(round << 32 | round));
		else
			(void)direct.store32(own, (int64_t)round);
		words[SEEN + number * LINE] = (uint64_t)direct.load(other);
		is_last = __atomic_load_n(&words[END], __ATOMIC_SEQ_CST) != 0;
		meet(number, round + 1);
		ck_assert_msg(words[SEEN] == round || words[SEEN + LINE] == round, "round %d: neither store was seen", (int)round);
		meet(number, round + 2);
	}
}

START_TEST(stores_and_loads_have_one_order)
{
	*(void **)&direct.load = library_symbol("pshm_atomic_load32");
	*(void **)&direct.store32 = library_symbol("pshm_atomic_store32");
	*(void **)&direct.store64 = library_symbol("pshm_atomic_store64");
	if (lacks("atomic-64"))
		return;
	words_make();
	memset(words, 0, 7 * LINE * sizeof *words);
	in_children(2, store_and_look);
}
END_TEST

Suite *
sync_atomics_suite(void)
{
	const TTest *tests[] = { every_operation_changes_32_bits_as_it_says,
		                 every_operation_changes_64_bits_as_it_says,
		                 words_of_32_bits_are_taken_signed_and_unsigned,
		                 values_beyond_32_bits_are_rejected,
		                 compare_exchange_stores_only_over_what_was_expected,
		                 loads_need_no_right_to_write,
		                 processes_lose_no_addition,
		                 a_handler_loses_no_addition,
		                 words_of_64_bits_are_never_seen_half_stored,
		                 stores_and_loads_have_one_order,
		                 NULL };

	return suite_of("sync_atomics", 60, tests);
}
