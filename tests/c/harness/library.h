/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library under test, reached as a dynamic language reaches it: dlopen, and libffi with the generated
 * table of signatures. Every call is checked against the rules that hold for all functions: errno is left
 * alone, a failure becomes the thread's last failure, a success does not, and outputs stay as they were when
 * a call fails.
 */
#ifndef PSHM_TEST_LIBRARY_H
#define PSHM_TEST_LIBRARY_H

#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <stdbool.h>
#include <stdint.h>

/* Load the file that POSIX_SHM_LIBRARY names; without one the program ends with a message. */
void library_load(void);

/* The address of a symbol, or NULL. */
void *library_symbol(const char *symbol);

/* How many calls went through libffi so far, in this process and its children. */
long library_calls(void);

/* A function that nobody has called, or NULL. */
const char *library_never_called(void);

/* Make a call: call("pshm_ftruncate", fd, 4096). Arguments are integers and pointers, at most six. */
#define call(...) CALL_NTH(__VA_ARGS__, call6, call5, call4, call3, call2, call1, call0, )(__VA_ARGS__)

/* The same for the functions whose result is a constant string. */
#define call_text(...) ((const char *)(intptr_t)call(__VA_ARGS__))

/* Whether a result is a negated errno. */
bool is_error(int64_t result);

#if UINTPTR_MAX == UINT32_MAX
#pragma GCC diagnostic ignored "-Wpointer-to-int-cast"
#endif

#define CALL_NTH(_1, _2, _3, _4, _5, _6, _7, chosen, ...) chosen
#define call0(f) library_call(f, 0, (const int64_t *)0)
#define call1(f, a) library_call(f, 1, (const int64_t[]){ (int64_t)(a) })
#define call2(f, a, b) library_call(f, 2, (const int64_t[]){ (int64_t)(a), (int64_t)(b) })
#define call3(f, a, b, c) library_call(f, 3, (const int64_t[]){ (int64_t)(a), (int64_t)(b), (int64_t)(c) })
#define call4(f, a, b, c, d) library_call(f, 4, (const int64_t[]){ (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d) })
#define call5(f, a, b, c, d, e) \
	library_call(f, 5, (const int64_t[]){ (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), (int64_t)(e) })
#define call6(f, a, b, c, d, e, g) \
	library_call(f, 6, (const int64_t[]){ (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), (int64_t)(e), (int64_t)(g) })

int64_t library_call(const char *function, int count, const int64_t *arguments);

#endif
