/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-process.c uses of NetBSD's header of this name; simulated in simulate.c. */
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
enum { CTL_KERN = 1, KERN_PROC = 14, KERN_PROC2 = 47, KERN_PROC_PID = 1 };
enum { LSZOMB = 5, LSDEAD = 6 };
struct kinfo_proc2 {
	uint64_t p_ustart_sec;
	uint32_t p_ustart_usec;
	int8_t p_stat;
};
int sysctl(const int *name, unsigned count, void *ret_record, size_t *size, void *other, size_t other_size);
