/* SPDX-License-Identifier: BSD-3-Clause */
/* gcc asks for it where it is told that this is FreeBSD. */
