/* SPDX-License-Identifier: BSD-3-Clause */
/* For the files that define the functions in between. */
#ifndef PSHM_TEST_CALLS_H
#define PSHM_TEST_CALLS_H

/*
 * As the library is compiled (system.h): what is called fstat here is the fstat64 or the __fstat64_time64 that the library
 * imports on this machine. Fortification would give it yet other names.
 */
#undef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#undef _TIME_BITS
#define _TIME_BITS 64
#undef _FORTIFY_SOURCE

#include "interpose.h"

#include <errno.h>
#include <stdint.h>

/* OpenBSD has it; the C library here does not declare it. */
int shm_mkstemp(char *template);

/* clang-format off */
/* The function that this one is in front of. */
#define REAL(function) \
	static __typeof__(function) *real; \
	if (real == 0) \
		*(void **)&real = interpose_next((const void *)(uintptr_t)function)
/* clang-format on */

/* The page size of objects where pages are large. */
enum { LARGE_PAGE = 16384 };

static inline int
fail_with(int error)
{
	errno = error;
	return -1;
}

#endif
