/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions of string.h: plain loops, as the model checker's own ones lose what they copy where the count is not a constant.
 * What a function reads and writes is checked as a whole, after its loop, and not at each byte: the checker would state six things
 * of each.
 */
#include "model.h"

#include <stdio.h>
#include <string.h>

static void
can_read(const void *bytes, size_t count)
{
	__CPROVER_assert(count == 0 || __CPROVER_r_ok(bytes, count), "what is read is inside an object");
}

static void
can_write(const void *bytes, size_t count)
{
	__CPROVER_assert(count == 0 || __CPROVER_w_ok(bytes, count), "what is written is inside an object");
}

#pragma CPROVER check push
#pragma CPROVER check disable "bounds"
#pragma CPROVER check disable "pointer"
#pragma CPROVER check disable "pointer-overflow"
#pragma CPROVER check disable "conversion"

size_t
strlen(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	can_read(text, length + 1);
	return length;
}

size_t
strnlen(const char *text, size_t most)
{
	size_t length = 0;

	while (length < most && text[length] != '\0')
		length++;
	can_read(text, length < most ? length + 1 : most);
	return length;
}

char *
strchr(const char *text, int byte)
{
	size_t at = 0;

	while (text[at] != (char)byte && text[at] != '\0')
		at++;
	can_read(text, at + 1);
	return text[at] == (char)byte ? (char *)text + at : NULL;
}

char *
strrchr(const char *text, int byte)
{
	const char *last = NULL;
	size_t at = 0;

	for (; text[at] != '\0'; at++)
		if (text[at] == (char)byte)
			last = text + at;
	can_read(text, at + 1);
	return (char *)(byte == '\0' ? text + at : last);
}

static int
difference(const char *one, const char *other)
{
	return (unsigned char)*one - (unsigned char)*other;
}

int
strcmp(const char *one, const char *other)
{
	size_t at = 0;

	while (one[at] != '\0' && one[at] == other[at])
		at++;
	can_read(one, at + 1);
	can_read(other, at + 1);
	return difference(one + at, other + at);
}

int
strncmp(const char *one, const char *other, size_t most)
{
	size_t at = 0;

	while (at < most && one[at] != '\0' && one[at] == other[at])
		at++;
	can_read(one, at < most ? at + 1 : most);
	can_read(other, at < most ? at + 1 : most);
	return at < most ? difference(one + at, other + at) : 0;
}

int
memcmp(const void *one, const void *other, size_t count)
{
	size_t at = 0;

	can_read(one, count);
	can_read(other, count);
	while (at < count && ((const char *)one)[at] == ((const char *)other)[at])
		at++;
	return at < count ? difference((const char *)one + at, (const char *)other + at) : 0;
}

size_t
strspn(const char *text, const char *accepted)
{
	size_t length = 0;

	while (text[length] != '\0' && strchr(accepted, text[length]) != NULL)
		length++;
	can_read(text, length + 1);
	return length;
}

size_t
strcspn(const char *text, const char *refused)
{
	size_t length = 0;

	while (text[length] != '\0' && strchr(refused, text[length]) == NULL)
		length++;
	can_read(text, length + 1);
	return length;
}

void *
memchr(const void *bytes, int byte, size_t count)
{
	const unsigned char *text = bytes;
	size_t at = 0;

	while (at < count && text[at] != (unsigned char)byte)
		at++;
	can_read(bytes, at < count ? at + 1 : count);
	return at < count ? (void *)(text + at) : NULL;
}

char *
strcpy(char *restrict ret_text, const char *restrict text)
{
	size_t at = 0;

	can_write(ret_text, strlen(text) + 1);
	do
		ret_text[at] = text[at];
	while (text[at++] != '\0');
	return ret_text;
}

void *
memcpy(void *restrict ret_bytes, const void *restrict bytes, size_t count)
{
	can_write(ret_bytes, count);
	can_read(bytes, count);
	for (size_t i = 0; i < count; i++)
		((char *)ret_bytes)[i] = ((const char *)bytes)[i];
	return ret_bytes;
}

void *
memmove(void *ret_bytes, const void *bytes, size_t count)
{
	char *to = ret_bytes;
	const char *from = bytes;

	can_write(ret_bytes, count);
	can_read(bytes, count);
	if (to < from)
		for (size_t i = 0; i < count; i++)
			to[i] = from[i];
	else
		for (size_t i = count; i > 0; i--)
			to[i - 1] = from[i - 1];
	return ret_bytes;
}

void *
memset(void *ret_bytes, int byte, size_t count)
{
	can_write(ret_bytes, count);
	for (size_t i = 0; i < count; i++)
		((char *)ret_bytes)[i] = (char)byte;
	return ret_bytes;
}

/* Any text that fits. */
int
snprintf(char *restrict ret_text, size_t size, const char *restrict format, ...)
{
	size_t length = nondet_uint64();

	(void)format;
	assume(length < size);
	can_write(ret_text, size);
	__CPROVER_havoc_slice(ret_text, size);
	ret_text[length] = '\0';
	return (int)length;
}

#pragma CPROVER check pop
