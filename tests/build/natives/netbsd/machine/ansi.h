/* SPDX-License-Identifier: BSD-3-Clause */
/* gcc asks for it where it is told that this is NetBSD, and leaves these types to it. */
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __WCHAR_TYPE__ wchar_t;
