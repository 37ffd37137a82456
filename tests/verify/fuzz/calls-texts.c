/* SPDX-License-Identifier: BSD-3-Clause */
/* Names, numbers and tables. */
#include "fuzz.h"

static char text[64];

/* Text from the input: a keyword, a feature, a constant, or nonsense. */
static const char *
some_text(void)
{
	static const char *const words[] = { "user-read", "creat",       "rdwr",         "shared",
		                             "none",      "nil",         "seals",        "space",
		                             "ENOENT",    "EWOULDBLOCK", "PSHM_O_CREAT", "user-read  user-write\tgroup-all",
		                             "" };
	int which = choose((int)(sizeof words / sizeof words[0]) + 3);

	if (which < (int)(sizeof words / sizeof words[0]))
		return words[which];
	if (which == (int)(sizeof words / sizeof words[0]))
		return NULL;
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)take();
	return text;
}

void
op_tables(void)
{
	const char *word = some_text();
	int number = some_int();
	int kind = choose(4) == 0 ? some_int() : 1 + choose(9);
	char keywords[512];
	int64_t flags = CALL(pshm_flags_parse(kind, word));
	int64_t size;

	if (word == NULL)
		CHECK(flags == -EFAULT);
	size = CALL(pshm_flags_format(kind, flags >= 0 ? (int)flags : number, NULL, 0));
	if (flags >= 0)
		CHECK(size > 0);
	if (size > 0) {
		memset(keywords, PATTERN, sizeof keywords);
		EXPECT(-ERANGE, pshm_flags_format(kind, flags >= 0 ? (int)flags : number, keywords, size - 1));
		CHECK((unsigned char)keywords[0] == PATTERN);
		EXPECT(size, pshm_flags_format(kind, flags >= 0 ? (int)flags : number, keywords, size));
		CHECK((int64_t)strlen(keywords) + 1 == size && (unsigned char)keywords[size] == PATTERN);
		EXPECT(flags >= 0 ? flags : number, pshm_flags_parse(kind, keywords));
	}
	(void)CALL(pshm_constant(word));
	(void)CALL(pshm_error_number(word));
	(void)CALL(pshm_has(word));
	CHECK(pshm_strerror(number) != NULL && pshm_error_name(number) != NULL);
	CHECK((pshm_constant_name(number) == NULL) == (number < 0 || number >= pshm_constant_count()));
	if (pshm_constant_name(number) != NULL)
		EXPECT(pshm_constant_value(number), pshm_constant(pshm_constant_name(number)));
	else
		EXPECT(-EINVAL, pshm_constant_value(number));
	EXPECT(number >= 0 && number < pshm_error_count() ? pshm_error_at(number) : -EINVAL, pshm_error_at(number));
	if (pshm_error_at(number) > 0)
		EXPECT(pshm_error_at(number), pshm_error_number(pshm_error_name(pshm_error_at(number))));
	CHECK(pshm_set_errno(number) == (number < 0 || number > 4095 ? -EINVAL : 0));
	CHECK(pshm_version() == 1000 && strcmp(pshm_version_string(), "0.1.0") == 0 && pshm_page_size() == page &&
	      (pshm_name_max() == 256 || pshm_name_max() == 254));
}
