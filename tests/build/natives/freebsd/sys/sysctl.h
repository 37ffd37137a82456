/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-process.c uses of FreeBSD's header of this name; simulated in simulate.c. */
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
enum { CTL_KERN = 1, KERN_PROC = 14, KERN_BOOTTIME = 21, KERN_PROC_PID = 1 };
int sysctl(const int *name, unsigned count, void *ret_record, size_t *size, void *other, size_t other_size);
