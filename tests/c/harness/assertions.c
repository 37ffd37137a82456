/* SPDX-License-Identifier: BSD-3-Clause */
/* Where an assertion goes: to Check, or, from a child of a test, to standard error. */
#define PSHM_TEST_ASSERTIONS_PLAIN
#include "assertions.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static bool is_child;

void
assertions_of_child(void)
{
	is_child = true;
}

void
assertion_failed(const char *file, int line, const char *expression, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	text[0] = '\0';
	va_start(arguments, format);
	if (format != NULL)
		(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (is_child) {
		fprintf(stderr, "%s:%d: in a child: %s %s\n", file, line, expression, text);
		_exit(1);
	}
	_ck_assert_failed(file, line, expression, "%s", text[0] == '\0' ? expression : text);
}

void
assertion_passed(const char *file, int line)
{
	if (!is_child)
		_mark_point(file, line);
}
