/* SPDX-License-Identifier: BSD-3-Clause */
/* The clock, and signals that come again and again. */
#ifndef PSHM_TEST_TIMING_H
#define PSHM_TEST_TIMING_H

#include "interpose.h"

#include <stdint.h>

#define MILLISECOND INT64_C(1000000)
#define SECOND INT64_C(1000000000)

/* Nanoseconds on a clock that does not jump. */
int64_t time_now(void);

/* The shortest time of many calls: on a busy machine at least one takes about as long as on an idle one. */
int64_t shortest_time(void (*act)(void));

/*
 * Deliver a signal to this process every so many microseconds, to a handler with the flags,
 * such as SA_RESTART, until it is stopped.
 */
void interruptions_start(int flags, int microseconds);

/* Deliver it once, after so many seconds, unless this is called again before; 0: never. What waits much too long fails by it. */
void interrupt_after(int seconds);

/* How often the handler has run. */
int interruptions_stop(void);

/* Until the next interpose_reset, the test fails where a system call is made very often: the call under test does not end. */
void calls_must_end(enum interposed function);

/*
 * The last call under test slept until the timeout was over: for the first pause, and then each time twice as long, up to the
 * longest. The last pause ends with the time.
 */
void assert_pauses_grow(int64_t first, int64_t longest, int64_t timeout);

#endif
