/* SPDX-License-Identifier: BSD-3-Clause */
/* What native-process.c uses of macOS's header of this name. */
enum { SZOMB = 5 };
