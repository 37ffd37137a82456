/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process as one word, which a lock stores: bits 0 to 21 its ID, 24 to 43 the low bits of its start time (never 0),
 * 44 to 62 its PID namespace (0 if unknown). Bits 22 and 23 are free for the owner of the word.
 */
#ifndef PSHM_PROCESS_H
#define PSHM_PROCESS_H

#include "system.h"
#include "word.h"

#include <stdatomic.h>

/* At the declaration, so that the compiler accesses the word without the global offset table. */
#define HIDDEN __attribute__((visibility("hidden")))

enum { PROCESS_START_SHIFT = 24, PROCESS_NAMESPACE_SHIFT = 44 };

#define PROCESS_NUMBER UINT64_C(0x3fffff)
#define PROCESS_START UINT64_C(0xfffff)
#define PROCESS_NAMESPACE UINT64_C(0x7ffff)
#define PROCESS_BITS (PROCESS_NUMBER | PROCESS_START << PROCESS_START_SHIFT | PROCESS_NAMESPACE << PROCESS_NAMESPACE_SHIFT)

static inline uint64_t
process_word(uint64_t number, uint64_t start, uint64_t namespace)
{
	start &= PROCESS_START;
	return (number & PROCESS_NUMBER) | (start == 0 ? 1 : start) << PROCESS_START_SHIFT |
	       (namespace & PROCESS_NAMESPACE) << PROCESS_NAMESPACE_SHIFT;
}

static inline uint64_t
process_namespace(uint64_t process)
{
	return process >> PROCESS_NAMESPACE_SHIFT & PROCESS_NAMESPACE;
}

/* The address of the cached word, once it is known; NULL before. The word is 0 until its first use, as in a child. */
extern HIDDEN _Atomic(word64 *) pshm__process_kept;

/* The word is all that a thread needs of another one, so that no order is needed. */
#if WIDE_WORDS
static inline uint64_t
process_load(const word64 *kept)
{
	return __atomic_load_n(kept, __ATOMIC_RELAXED);
}

static inline void
process_store(word64 *kept, uint64_t process)
{
	__atomic_store_n(kept, process, __ATOMIC_RELAXED);
}

/* Among concurrent threads the first one decides: one that had no free descriptor found out less than another. */
static inline uint64_t
process_keep(word64 *kept, uint64_t process)
{
	uint64_t first = 0;

	return word64_exchange_if(kept, &first, process, __ATOMIC_ACQ_REL) ? process : first;
}
#else
/* In two halves, and the one with the number last: where that is 0 nothing is kept. */
static inline uint64_t
process_load(const word64 *kept)
{
	const word32 *halves = (const word32 *)kept;
	uint32_t low = __atomic_load_n(halves, __ATOMIC_ACQUIRE);

	return low == 0 ? 0 : (uint64_t)__atomic_load_n(halves + 1, __ATOMIC_RELAXED) << 32 | low;
}

static inline void
process_store(word64 *kept, uint64_t process)
{
	word32 *halves = (word32 *)kept;

	__atomic_store_n(halves + 1, (uint32_t)(process >> 32), __ATOMIC_RELAXED);
	__atomic_store_n(halves, (uint32_t)process, __ATOMIC_RELEASE);
}

static inline uint64_t
process_keep(word64 *kept, uint64_t process)
{
	process_store(kept, process);
	return process;
}
#endif

/* Obtain the identity from the system, and cache it. */
COLD uint64_t pshm__process_find_out(void);

/* This process. */
static inline uint64_t
process_self(void)
{
	const word64 *kept = atomic_load_explicit(&pshm__process_kept, memory_order_acquire);
	uint64_t self = kept == NULL ? 0 : process_load(kept);

	return self == 0 ? pshm__process_find_out() : self;
}

/* 1, 0, or -ENOTSUP if this process cannot determine it. 0 is definite. */
int pshm__process_alive(uint64_t process);

/* The identity of this process from native-process.c, without the cache of process.c. */
uint64_t pshm__native_process_self(void);

/* The same about another process of this namespace. */
int pshm__native_process_alive(uint64_t process);

#endif
