/* SPDX-License-Identifier: BSD-3-Clause */
/* For the files that define the functions in between. */
#ifndef PSHM_TEST_CALLS_H
#define PSHM_TEST_CALLS_H

/* Both the plain and the 64-bit names are defined, so neither may be an alias of the other here. */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#undef _FORTIFY_SOURCE

#include "interpose.h"

#include <dlfcn.h>
#include <errno.h>

/* OpenBSD has it; the C library here does not declare it. */
int shm_mkstemp(char *template);

/* The C library's function of this name. */
#define REAL(function) \
	static __typeof__(function) *real; \
	if (real == 0) \
		*(void **)&real = dlsym(RTLD_NEXT, #function)

static inline int
refuse(int error)
{
	errno = error;
	return -1;
}

#endif
