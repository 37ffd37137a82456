/* SPDX-License-Identifier: BSD-3-Clause */
/* glibc declares getentropy elsewhere. */
