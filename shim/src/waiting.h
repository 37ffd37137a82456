/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for a word of shared memory to change, below the public functions: nothing here records a failure. */
#ifndef PSHM_WAITING_H
#define PSHM_WAITING_H

#include "word.h"

#define SECOND ((int64_t)1000000000)

/*
 * Wait while the word has the value, at most so many nanoseconds; negative is no limit. 0: load the word again, after a wakeup, a
 * change, or a spurious wakeup. -ETIMEDOUT, or -EINTR after a signal handler has run, also one with SA_RESTART: every system
 * call has a timeout, since Linux restarts one without.
 */
int pshm__wait(word32 *word, uint32_t expected, int64_t timeout);

/* Wake at most so many waiters. */
int pshm__wake(word32 *word, int count);

/* The system calls of native-waiting.c; -ENOSYS if the system has none. The time is limited, and not negative. */
int pshm__native_wait(word32 *word, uint32_t expected, int64_t nanoseconds);
int pshm__native_wake(word32 *word, int count);

#endif
