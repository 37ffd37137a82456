/* SPDX-License-Identifier: BSD-3-Clause */
/* Sleeping until a word of shared memory changes, below the public functions: nothing here records a failure. */
#ifndef PSHM_WAITING_H
#define PSHM_WAITING_H

#include "word.h"

#define SECOND ((int64_t)1000000000)

/*
 * Sleep while the word has the value, at most so many nanoseconds; negative is no limit. 0 says to look again: woken, another
 * value, or no reason. -ETIMEDOUT, or -EINTR after a handler of a signal has run, also of one with SA_RESTART: every wait of the
 * system's is timed, since Linux restarts an untimed one.
 */
int pshm__wait(word32 *word, uint32_t expected, int64_t timeout);

/* Wake at most so many sleepers. */
int pshm__wake(word32 *word, int count);

/* The system's own calls, of native-waiting.c; -ENOSYS where there are none. The wait is at most so long, and not negative. */
int pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds);
int pshm__native_wake(word32 *word, int count);

#endif
