/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-waiting.c uses of macOS's header of this name. */
enum { OS_CLOCK_MACH_ABSOLUTE_TIME = 32 };
