/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of string.h that the model checker does not bring along. */
#include <string.h>

size_t
strspn(const char *text, const char *accepted)
{
	size_t length = 0;

	while (text[length] != '\0' && strchr(accepted, text[length]) != NULL)
		length++;
	return length;
}

size_t
strcspn(const char *text, const char *refused)
{
	size_t length = 0;

	while (text[length] != '\0' && strchr(refused, text[length]) == NULL)
		length++;
	return length;
}

void *
memchr(const void *bytes, int byte, size_t count)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < count; i++)
		if (at[i] == (unsigned char)byte)
			return (void *)(at + i);
	return NULL;
}

/* Byte by byte: the model checker's own ones lose what they copy where the count is not a constant. */
void *
memcpy(void *restrict ret_bytes, const void *restrict bytes, size_t count)
{
	__CPROVER_assert(count == 0 || __CPROVER_w_ok(ret_bytes, count), "the copy is written inside an object");
	__CPROVER_assert(count == 0 || __CPROVER_r_ok(bytes, count), "the copy is read inside an object");
	for (size_t i = 0; i < count; i++)
		((char *)ret_bytes)[i] = ((const char *)bytes)[i];
	return ret_bytes;
}

void *
memmove(void *ret_bytes, const void *bytes, size_t count)
{
	char *to = ret_bytes;
	const char *from = bytes;

	__CPROVER_assert(count == 0 || __CPROVER_w_ok(ret_bytes, count), "the copy is written inside an object");
	__CPROVER_assert(count == 0 || __CPROVER_r_ok(bytes, count), "the copy is read inside an object");
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
	__CPROVER_assert(count == 0 || __CPROVER_w_ok(ret_bytes, count), "the bytes are written inside an object");
	for (size_t i = 0; i < count; i++)
		((char *)ret_bytes)[i] = (char)byte;
	return ret_bytes;
}

size_t
strnlen(const char *text, size_t most)
{
	size_t length = 0;

	while (length < most && text[length] != '\0')
		length++;
	return length;
}
