/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words in shared memory: the check of an address, and atomic access of 4 and 8 bytes. If 8-byte operations are not lock-free, a
 * compiler would call libatomic, whose locks are private to a process: then 64-bit words are not supported.
 */
#ifndef PSHM_WORD_H
#define PSHM_WORD_H

#include "error.h"
#include "platform.h"

/* The alignment is explicit, since an int64_t on i686 has 4, for which clang would call libatomic. */
typedef uint32_t __attribute__((aligned(4), may_alias)) word32;
typedef uint64_t __attribute__((aligned(8), may_alias)) word64;

/* clang counts an unaligned long long of i686 as not lock-free. */
#if __GCC_ATOMIC_LLONG_LOCK_FREE == 2 || defined __i586__ || defined __i686__
#define WIDE_WORDS 1
#else
#define WIDE_WORDS 0
#endif

/*
 * Whether a word of so many bytes can be at an address, and whether the other arguments are valid: in the order of
 * ffi.h. Values that do not fit come next, and missing support of the platform comes last.
 */
static inline int
word_error(int64_t address, unsigned size, bool valid)
{
	if (address == 0 || is_address_error(address))
		return -EFAULT;
	if (((uint64_t)address & (size - 1)) != 0 || !valid)
		return -EINVAL;
	return (int64_t)(uintptr_t)address != address ? -EOVERFLOW : 0;
}

static inline int
word32_error(int64_t address, bool valid)
{
	return word_error(address, sizeof(word32), valid);
}

static inline bool
has_wide_words(void)
{
	return WIDE_WORDS && can(CAN_ATOMIC_64);
}

static inline int
word64_error(int64_t address, bool valid)
{
	int error = word_error(address, sizeof(word64), valid);

	return error == 0 && !has_wide_words() ? -ENOTSUP : error;
}

/* A 32-bit value is a signed or an unsigned number. */
static inline int
word32_value_error(int64_t value)
{
	return value < INT32_MIN || value > UINT32_MAX ? -EOVERFLOW : 0;
}

static inline word32 *
word32_at(int64_t address)
{
	return (word32 *)(uintptr_t)address;
}

static inline word64 *
word64_at(int64_t address)
{
	return (word64 *)(uintptr_t)address;
}

/* The order is a constant at each call. */
static inline uint64_t
word64_load(const word64 *word, int order)
{
#if WIDE_WORDS
	return __atomic_load_n(word, order);
#else
	(void)order;
	return *word;
#endif
}

/*
 * Compare and exchange; if the word had another value, *expected receives it.
 * Acquires and releases, or is sequentially consistent.
 */
static inline bool
word64_exchange_if(word64 *word, uint64_t *expected, uint64_t desired, int order)
{
#if WIDE_WORDS
	return __atomic_compare_exchange_n(word, expected, desired, false, order,
	                                   order == __ATOMIC_SEQ_CST ? order : __ATOMIC_ACQUIRE);
#else
	(void)word;
	(void)expected;
	(void)desired;
	(void)order;
	return false;
#endif
}

#endif
