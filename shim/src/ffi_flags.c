/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of keywords as flags, and back. The rows are generated from the headers. */
#include "system.h"
#include "error.h"

#include <string.h>

static const struct keyword {
	int kind;
	char name[16];
	int value;
} rows[] = {
#define PSHM_KEYWORD(kind, name, value) { kind, name, value },
#include "constants-table.h"
#undef PSHM_KEYWORD
};

/* The kinds that accept only one keyword. */
static const int choices[] = {
#define PSHM_CHOICE(kind) kind,
#include "constants-table.h"
#undef PSHM_CHOICE
};

enum { KEYWORDS = sizeof rows / sizeof rows[0], CHOICES = sizeof choices / sizeof choices[0] };

static const char spaces[] = " \t\n";

static bool
is_kind(int kind)
{
	return kind >= PSHM_KIND_OPEN_FLAG && kind <= PSHM_KIND_RING_ROLE;
}

static bool
is_choice(int kind)
{
	for (int i = 0; i < CHOICES; i++)
		if (choices[i] == kind)
			return true;
	return false;
}

static const struct keyword *
find(int kind, const char *text, size_t length)
{
	for (int i = 0; i < KEYWORDS; i++)
		if (rows[i].kind == kind && strlen(rows[i].name) == length && memcmp(rows[i].name, text, length) == 0)
			return &rows[i];
	return NULL;
}

int
pshm_flags_parse(int kind, const char *keywords)
{
	int flags = 0;
	int count = 0;

	if (keywords == NULL)
		return record(-EFAULT);
	if (!is_kind(kind))
		return record(-EINVAL);
	for (keywords += strspn(keywords, spaces); *keywords != '\0'; keywords += strspn(keywords, spaces)) {
		size_t length = strcspn(keywords, spaces);
		const struct keyword *keyword = find(kind, keywords, length);

		if (keyword == NULL || (is_choice(kind) && ++count > 1))
			return record(-EINVAL);
		flags |= keyword->value;
		keywords += length;
	}
	return flags;
}

/* A keyword is part of the text if all its bits are set and no earlier keyword has covered them. */
static bool
is_part(const struct keyword *keyword, int kind, int flags, int named)
{
	if (keyword->kind != kind)
		return false;
	if (flags == 0 || is_choice(kind))
		return keyword->value == flags;
	return (flags & keyword->value) == keyword->value && (named & keyword->value) != keyword->value;
}

/* The size of the text with its NUL, or -EINVAL. If there is a buffer, it is large enough. */
static int64_t
format(int kind, int flags, char *buffer)
{
	int64_t size = 0;
	int named = 0;

	for (int i = 0; i < KEYWORDS; i++) {
		int64_t length = (int64_t)strlen(rows[i].name);

		if (!is_part(&rows[i], kind, flags, named))
			continue;
		if (buffer != NULL && size > 0)
			buffer[size - 1] = ' ';
		if (buffer != NULL)
			memcpy(buffer + size, rows[i].name, (size_t)length + 1);
		size += length + 1;
		named |= rows[i].value;
	}
	if (buffer != NULL && size == 0)
		buffer[0] = '\0';
	return named == flags ? size + (size == 0) : -EINVAL;
}

int64_t
pshm_flags_format(int kind, int flags, char *ret_keywords, int64_t size)
{
	int64_t needed;

	if (ret_keywords == NULL && size != 0)
		return record(-EFAULT);
	if (!is_kind(kind) || size < 0)
		return record(-EINVAL);
	needed = format(kind, flags, NULL);
	if (needed < 0 || ret_keywords == NULL)
		return record64(needed);
	if (needed > size)
		return record(-ERANGE);
	return format(kind, flags, ret_keywords);
}
