/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-waiting.c uses of OpenBSD's header of this name; simulated in simulate.c. */
#include <stdint.h>
#include <time.h>
enum { FUTEX_WAIT = 1, FUTEX_WAKE = 2 };
int futex(volatile uint32_t *word, int operation, int value, const struct timespec *time, volatile uint32_t *other);
