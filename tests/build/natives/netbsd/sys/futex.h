/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-waiting.c uses of NetBSD's header of this name; the call is simulated in simulate.c. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };
#define SYS___futex 166
#define syscall netbsd_syscall
long netbsd_syscall(long number, ...);
