/* SPDX-License-Identifier: BSD-3-Clause */
/* Words, waiting, processes and locks: memory that anybody may have scribbled on. */
#include "fuzz.h"

enum { WORDS = 6, FIRST = 2, LAST = 3 };

/* Calls are about two words in the middle; the others are never touched. A copy says what has to be in them. */
static _Alignas(64) union {
	uint64_t wide[WORDS];
	uint32_t narrow[2 * WORDS];
} words, copy;

struct word {
	int64_t address;
	int index; /* in words of its size */
	int error;
};

static int64_t
address_of(int index, int size)
{
	return (int64_t)(uintptr_t)&words + (int64_t)index * size;
}

static struct word
some_word(int size)
{
	static const int64_t nowhere[] = { 0, -1, -4095, -100 };
	int index = choose(2) == 0 ? FIRST * 8 / size : LAST * 8 / size;

	switch (choose(8)) {
	case 0:
		return (struct word){ nowhere[choose(4)], NONE, -EFAULT };
	case 1:
		return (struct word){ address_of(index, size) + 1 + choose(size - 1), NONE, -EINVAL };
	default:
		return (struct word){ address_of(index, size), index, 0 };
	}
}

static bool
fits(int64_t value)
{
	return value >= INT32_MIN && value <= UINT32_MAX;
}

static uint64_t
updated(int operation, uint64_t value, uint64_t operand)
{
	switch (operation) {
	case PSHM_ATOMIC_ADD:
		return value + operand;
	case PSHM_ATOMIC_AND:
		return value & operand;
	case PSHM_ATOMIC_OR:
		return value | operand;
	case PSHM_ATOMIC_XOR:
		return value ^ operand;
	default:
		return operand;
	}
}

static void
compare_words(void)
{
	CHECK(memcmp(&words, &copy, sizeof words) == 0);
}

void
op_atomic32(void)
{
	struct word word = some_word(4);
	int64_t value = some_size();
	int64_t other = choose(2) == 0 && word.index != NONE ? words.narrow[word.index] : some_size();
	int operation = choose(7);
	uint32_t *now = word.index == NONE ? NULL : &copy.narrow[word.index];
	int value_error = word.error != 0 ? word.error : fits(value) ? 0 : -EOVERFLOW;

	EXPECT(word.error != 0 ? word.error : (int64_t)*now, pshm_atomic_load32(word.address));
	EXPECT(value_error, pshm_atomic_store32(word.address, value));
	if (value_error == 0)
		*now = (uint32_t)value;
	if (word.error != -EFAULT && !is_between(operation, 1, 5)) {
		EXPECT(-EINVAL, pshm_atomic_update32(word.address, operation, value));
	} else {
		EXPECT(value_error != 0 ? value_error : (int64_t)*now, pshm_atomic_update32(word.address, operation, value));
		if (value_error == 0)
			*now = (uint32_t)updated(operation, *now, (uint32_t)value);
	}
	if (value_error == 0 && !fits(other))
		value_error = -EOVERFLOW;
	EXPECT(value_error != 0 ? value_error : (int64_t)*now, pshm_atomic_compare_exchange32(word.address, other, value));
	if (value_error == 0 && *now == (uint32_t)other)
		*now = (uint32_t)value;
	compare_words();
}

void
op_atomic64(void)
{
	struct word word = some_word(8);
	int64_t value = some_size();
	int64_t other = choose(2) == 0 && word.index != NONE ? (int64_t)words.wide[word.index] : some_size();
	int operation = choose(7);
	int64_t output = PATTERN;
	uint64_t *now = word.index == NONE ? NULL : &copy.wide[word.index];
	bool known = is_between(operation, 1, 5);

	EXPECT(word.error, pshm_atomic_store64(word.address, value));
	if (word.error == 0)
		*now = (uint64_t)value;
	EXPECT(word.error == 0 && !known ? -EINVAL : word.error, pshm_atomic_update64(word.address, operation, other, &output));
	CHECK(output == (word.error == 0 && known ? value : PATTERN));
	if (word.error == 0 && known)
		*now = updated(operation, *now, (uint64_t)other);
	EXPECT(word.error != 0 ? word.error : *now == (uint64_t)other,
	       pshm_atomic_compare_exchange64(word.address, other, value, NULL));
	if (word.error == 0 && *now == (uint64_t)other)
		*now = (uint64_t)value;
	EXPECT(word.error, pshm_atomic_load64(word.address, &output));
	CHECK(word.error != 0 || output == (int64_t)*now);
	EXPECT(-EFAULT, pshm_atomic_load64(word.address, NULL));
	compare_words();
}

void
op_wait_and_wake(void)
{
	struct word word = some_word(4);
	int64_t expected = choose(2) == 0 && word.index != NONE ? words.narrow[word.index] : some_size();
	bool same = word.error == 0 && fits(expected) && words.narrow[word.index] == (uint32_t)expected;
	int64_t timeout = same ? choose(3) * 1000 : some_size();
	int count = some_int();
	int64_t result = CALL(pshm_atomic_wait(word.address, expected, timeout));

	if (word.error != 0)
		CHECK(result == word.error);
	else if (!fits(expected))
		CHECK(result == -EOVERFLOW);
	else if (!same)
		CHECK(result == 0);
	else /* libFuzzer's own timer is a handler */
		CHECK(timeout == 0 ? result == -EAGAIN : result == -ETIMEDOUT || result == -EINTR || result == 0);
	EXPECT(word.error == -EFAULT ? -EFAULT : count < 1 ? -EINVAL : word.error, pshm_atomic_wake(word.address, count));
	compare_words();
}

/* Words that are no lock, one that is nearly this process's, and valid ones. */
static uint64_t
some_lock(void)
{
	uint64_t self = (uint64_t)pshm_process_self();

	switch (choose(6)) {
	case 0:
		return 0;
	case 1:
		return self;
	case 2:
		return self ^ (uint64_t)1 << choose(64);
	case 3:
		return self | (uint64_t)choose(4) << 22;
	case 4:
		return (uint64_t)choose(4) << 22;
	default:
		return take_bytes(8);
	}
}

/* Whatever is in it: at least 0 is held, less is not held, and nothing else is touched. */
void
op_lock(void)
{
	struct word word = some_word(8);
	int64_t timeout = choose(3) * 1000;
	int64_t self = CALL(pshm_process_self());
	int64_t held;

	if (word.error == 0)
		words.wide[word.index] = some_lock();
	held = CALL(pshm_lock_acquire(word.address, timeout));
	if (word.error != 0) {
		CHECK(held == word.error);
		EXPECT(word.error, pshm_lock_owner(word.address));
		EXPECT(word.error, pshm_lock_mark_repaired(word.address));
		EXPECT(word.error, pshm_lock_release(word.address));
		return;
	}
	CHECK(held == 0 || held == 1 || held == -EINTR || held == (timeout == 0 ? -EAGAIN : -ETIMEDOUT));
	if (held >= 0) {
		EXPECT(self, pshm_lock_owner(word.address));
		if (choose(2) == 0)
			EXPECT(0, pshm_lock_mark_repaired(word.address));
		EXPECT(0, pshm_lock_release(word.address));
		EXPECT(0, pshm_lock_owner(word.address));
	} else if (CALL(pshm_lock_owner(word.address)) != self) {
		EXPECT(-EPERM, pshm_lock_release(word.address));
		EXPECT(-EPERM, pshm_lock_mark_repaired(word.address));
	}
	copy.wide[word.index] = words.wide[word.index];
	compare_words();
}

void
op_process(void)
{
	int64_t process = (int64_t)some_lock();
	int64_t result = CALL(pshm_process_alive(process));

	if (process <= 0 || (process & 0x3fffff) == 0 || (process & 0xc00000) != 0)
		CHECK(result == -EINVAL);
	else
		CHECK(result == 0 || result == 1 || result == -ENOTSUP);
	CHECK(process != pshm_process_self() || result == 1 || result == -ENOTSUP);
}
