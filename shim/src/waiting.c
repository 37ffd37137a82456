/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for a word of shared memory to change. If the system has no call for it, the word is polled. */
#include "system.h"
#include "deadline.h"
#include "platform.h"
#include "waiting.h"

/* The longest wait of one system call; then the caller checks again. */
#define LONGEST ((int64_t)1000000 * SECOND)

enum { FIRST_PAUSE = 50 * 1000, LAST_PAUSE = 5 * 1000 * 1000 };

/* The pauses become longer, so that a short wait is exact and a long one cheap. */
static int
poll_word(const word32 *word, uint32_t expected, int64_t timeout)
{
	int64_t deadline = pshm__deadline_after(timeout);
	int64_t pause = FIRST_PAUSE;

	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == expected) {
		int64_t left = pshm__deadline_left(deadline);
		int error = left < 0 ? (int)left : -ETIMEDOUT;

		if (left > 0)
			error = sys_nanosleep((long)(left < pause ? left : pause));
		if (error < 0)
			return error;
		pause = 2 * pause < LAST_PAUSE ? 2 * pause : LAST_PAUSE;
	}
	return 0;
}

int
pshm__wait(word32 *word, uint32_t expected, int64_t timeout)
{
	bool cut = timeout < 0 || timeout > LONGEST;
	int error = can(CAN_WAIT) ? pshm__native_wait(word, expected, cut ? LONGEST : timeout) : -ENOSYS;

	if (error == -ENOSYS)
		return poll_word(word, expected, timeout);
	if (error == -EAGAIN || (error == -ETIMEDOUT && cut))
		return 0;
	return error < 0 ? error : 0;
}

int
pshm__wake(word32 *word, int count)
{
	int error = can(CAN_WAIT) ? pshm__native_wake(word, count) : -ENOSYS;

	return error == -ENOSYS || error >= 0 ? 0 : error;
}
