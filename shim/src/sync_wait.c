/* SPDX-License-Identifier: BSD-3-Clause */
/* Wait for a word to change, and wake waiters. */
#include "system.h"
#include "error.h"
#include "waiting.h"
#include "word.h"

/* Without waiting the word itself decides. */
static int
look(const word32 *word, uint32_t expected)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST) == expected ? -EAGAIN : 0;
}

int
pshm_atomic_wait(int64_t address, int64_t expected, int64_t timeout)
{
	int error = word32_error(address, true);

	if (error == 0)
		error = word32_value_error(expected);
	if (error < 0)
		return record(error);
	if (timeout == 0)
		return record(look(word32_at(address), (uint32_t)expected));
	return record(pshm__wait(word32_at(address), (uint32_t)expected, timeout));
}

int
pshm_atomic_wake(int64_t address, int count)
{
	int error = word32_error(address, count >= 1);

	return record(error < 0 ? error : pshm__wake(word32_at(address), count));
}
