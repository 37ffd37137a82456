/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-process.c uses of FreeBSD's header of this name. */
#include <sys/time.h>
enum { SZOMB = 5 };
struct kinfo_proc {
	struct timeval ki_start;
	int ki_jid;
	char ki_stat;
};
