/* SPDX-License-Identifier: BSD-3-Clause */
/* The way into the library: dlopen and libffi, or, where there are none, a program that is linked with it. */
#ifndef PSHM_TEST_INVOKE_H
#define PSHM_TEST_INVOKE_H

#include <stdint.h>

/* The value of errno before each call, and after it. */
enum { UNTOUCHED = 98765 };

/* Find every function of the signatures; without one the program ends with a message. */
void invoke_open(void);

/* The address of a symbol, or NULL. */
void *invoke_symbol(const char *symbol);

/* Call the function of that index. errno is untouched, or the test fails. */
int64_t invoke(int index, const int64_t *values);

#endif
