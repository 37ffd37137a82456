/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-waiting.c uses of FreeBSD's header of this name; simulated in simulate.c. */
#include <stdint.h>
#include <time.h>
struct _umtx_time {
	struct timespec _timeout;
	uint32_t _flags;
	uint32_t _clockid;
};
enum { UMTX_OP_WAKE = 3, UMTX_OP_WAIT_UINT = 11 };
int _umtx_op(void *word, int operation, unsigned long value, void *size, void *time);
