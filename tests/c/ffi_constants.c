/* SPDX-License-Identifier: BSD-3-Clause */
/* Constants by name and number, and lists of keywords. */
#include "fixture.h"
#include "suites.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The values are written out: they never change, whatever the headers come to say. */
static const struct {
	const char *name;
	int value;
} pinned[] = {
	/* clang-format off */
	{ "PSHM_KIND_OPEN_FLAG", 1 },           { "PSHM_KIND_MODE", 2 },
	{ "PSHM_KIND_PROT", 3 },                { "PSHM_KIND_MAP_FLAG", 4 },
	{ "PSHM_KIND_DIRECTION", 5 },           { "PSHM_KIND_IF_EXISTS", 6 },
	{ "PSHM_KIND_IF_DOES_NOT_EXIST", 7 },   { "PSHM_KIND_ANONYMOUS_FLAG", 8 },
	{ "PSHM_KIND_SEAL", 9 },                { "PSHM_KIND_MSYNC_FLAG", 10 },
	{ "PSHM_KIND_UPDATE", 11 },
	{ "PSHM_KIND_RING_ROLE", 12 },
	{ "PSHM_O_RDONLY", 0 },                 { "PSHM_O_RDWR", 2 },
	{ "PSHM_O_CREAT", 1 << 28 },            { "PSHM_O_EXCL", 1 << 29 },
	{ "PSHM_O_TRUNC", 1 << 30 },
	{ "PSHM_MODE_USER_READ", 0400 },        { "PSHM_MODE_USER_WRITE", 0200 },
	{ "PSHM_MODE_USER_EXEC", 0100 },        { "PSHM_MODE_USER_ALL", 0700 },
	{ "PSHM_MODE_GROUP_READ", 040 },        { "PSHM_MODE_GROUP_WRITE", 020 },
	{ "PSHM_MODE_GROUP_EXEC", 010 },        { "PSHM_MODE_GROUP_ALL", 070 },
	{ "PSHM_MODE_OTHER_READ", 04 },         { "PSHM_MODE_OTHER_WRITE", 02 },
	{ "PSHM_MODE_OTHER_EXEC", 01 },         { "PSHM_MODE_OTHER_ALL", 07 },
	{ "PSHM_STAT_DEV", 0 },                 { "PSHM_STAT_INO", 1 },
	{ "PSHM_STAT_MODE", 2 },                { "PSHM_STAT_NLINK", 3 },
	{ "PSHM_STAT_UID", 4 },                 { "PSHM_STAT_GID", 5 },
	{ "PSHM_STAT_RDEV", 6 },                { "PSHM_STAT_SIZE", 7 },
	{ "PSHM_STAT_BLKSIZE", 8 },             { "PSHM_STAT_BLOCKS", 9 },
	{ "PSHM_STAT_ATIME_SEC", 10 },          { "PSHM_STAT_ATIME_NSEC", 11 },
	{ "PSHM_STAT_MTIME_SEC", 12 },          { "PSHM_STAT_MTIME_NSEC", 13 },
	{ "PSHM_STAT_CTIME_SEC", 14 },          { "PSHM_STAT_CTIME_NSEC", 15 },
	{ "PSHM_PROT_NONE", 0 },                { "PSHM_PROT_READ", 1 },
	{ "PSHM_PROT_WRITE", 2 },               { "PSHM_PROT_EXEC", 4 },
	{ "PSHM_MAP_SHARED", 1 },               { "PSHM_MAP_PRIVATE", 2 },
	{ "PSHM_MAP_FIXED", 0x10 },             { "PSHM_MAP_ANONYMOUS", 1 << 22 },
	{ "PSHM_MAP_FIXED_NOREPLACE", 1 << 23 }, { "PSHM_MAP_NORESERVE", 1 << 24 },
	{ "PSHM_MAP_POPULATE", 1 << 25 },       { "PSHM_MAP_LOCK", 1 << 27 },
	{ "PSHM_MAP_HUGE", 1 << 28 },           { "PSHM_MAP_NODUMP", 1 << 29 },
	{ "PSHM_MAP_GROWSDOWN", 1 << 30 },      { "PSHM_MS_SYNC", 1 << 24 },
	{ "PSHM_MS_ASYNC", 1 << 25 },           { "PSHM_MS_INVALIDATE", 1 << 26 },
	{ "PSHM_DIRECTION_INPUT", 0 },
	{ "PSHM_DIRECTION_IO", 2 },             { "PSHM_IF_EXISTS_DEFAULT", 0 },
	{ "PSHM_IF_EXISTS_ERROR", 1 },          { "PSHM_IF_EXISTS_OVERWRITE", 2 },
	{ "PSHM_IF_EXISTS_TRUNCATE", 3 },       { "PSHM_IF_EXISTS_SUPERSEDE", 4 },
	{ "PSHM_IF_EXISTS_NIL", 5 },            { "PSHM_IF_DOES_NOT_EXIST_DEFAULT", 0 },
	{ "PSHM_IF_DOES_NOT_EXIST_ERROR", 1 },  { "PSHM_IF_DOES_NOT_EXIST_CREATE", 2 },
	{ "PSHM_IF_DOES_NOT_EXIST_NIL", 3 },    { "PSHM_ANONYMOUS_HUGE", 0x00800000 },
	{ "PSHM_ANONYMOUS_NAMEABLE", 1 << 24 },
	{ "PSHM_SEAL_SEAL", 1 },                { "PSHM_SEAL_SHRINK", 2 },
	{ "PSHM_SEAL_GROW", 4 },                { "PSHM_SEAL_WRITE", 8 },
	{ "PSHM_SEAL_FUTURE_WRITE", 16 },       { "PSHM_SEAL_EXEC", 32 },
	{ "PSHM_ATOMIC_ADD", 1 },               { "PSHM_ATOMIC_AND", 2 },
	{ "PSHM_ATOMIC_OR", 3 },                { "PSHM_ATOMIC_XOR", 4 },
	{ "PSHM_ATOMIC_EXCHANGE", 5 },          { "PSHM_RING_SENDER", 1 },
	{ "PSHM_RING_RECEIVER", 2 },            { "PSHM_RING_HEADER_SIZE", 256 },
	{ "PSHM_RING_CAPACITY_MIN", 4096 },     { "PSHM_RING_CAPACITY_MAX", 1 << 30 },
	/* clang-format on */
};

enum { PINNED = sizeof pinned / sizeof pinned[0] };

START_TEST(constants_have_their_values)
{
	for (int i = 0; i < PINNED; i++)
		assert_result(call("pshm_constant", pinned[i].name), pinned[i].value);
	assert_error(call("pshm_constant", NULL), "EFAULT");
	assert_error(call("pshm_constant", "PSHM_WINGS"), "EINVAL");
	assert_error(call("pshm_constant", ""), "EINVAL");
	assert_error(call("pshm_constant", "PSHM_O_CREA"), "EINVAL");
}
END_TEST

static bool
is_of_group(const char *name, const char *group)
{
	return strncmp(name, group, strlen(group)) == 0;
}

/* Of flags that are combined, each is one bit and none is another's, so that `flags & F' and `flags &= ~F' work. */
static void
check_bits(const char *group, int least)
{
	int seen = 0;

	for (int i = 0; i < (int)call("pshm_constant_count"); i++) {
		int value = (int)call("pshm_constant_value", i);

		if (!is_of_group(call_text("pshm_constant_name", i), group) || value == 0)
			continue;
		ck_assert_msg((value & (value - 1)) == 0, "%s is not one bit", call_text("pshm_constant_name", i));
		ck_assert_msg((seen & value) == 0, "%s is another flag's bit", call_text("pshm_constant_name", i));
		seen |= value;
	}
	ck_assert_int_ge(__builtin_popcount((unsigned)seen), least);
}

START_TEST(every_flag_is_one_bit)
{
	check_bits("PSHM_O_", 4);
	check_bits("PSHM_PROT_", 3);
	check_bits("PSHM_MAP_", 11);
	check_bits("PSHM_MS_", 3);
	check_bits("PSHM_ANONYMOUS_", 2);
	check_bits("PSHM_SEAL_", 6);
}
END_TEST

/* In the order of the headers, which is the order above. */
START_TEST(constants_can_be_enumerated)
{
	assert_result(call("pshm_constant_count"), PINNED);
	for (int i = 0; i < PINNED; i++) {
		ck_assert_str_eq(call_text("pshm_constant_name", i), pinned[i].name);
		assert_result(call("pshm_constant_value", i), pinned[i].value);
	}
}
END_TEST

START_TEST(indices_out_of_range_are_answered)
{
	static const int outside[] = { -1, PINNED, INT_MIN, INT_MAX };

	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
		ck_assert_ptr_null(call_text("pshm_constant_name", outside[i]));
		assert_error(call("pshm_constant_value", outside[i]), "EINVAL");
	}
}
END_TEST

/* Of flags that are combined, the text, the value, and what the value is written as. */
static const struct {
	int kind;
	const char *text;
	int value;
	const char *written;
} texts[] = {
	{ PSHM_KIND_OPEN_FLAG, "rdwr creat excl", PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, "rdwr creat excl" },
	{ PSHM_KIND_OPEN_FLAG, "trunc rdonly", PSHM_O_TRUNC, "trunc" },
	{ PSHM_KIND_OPEN_FLAG, "rdonly", 0, "rdonly" },
	{ PSHM_KIND_OPEN_FLAG, "", 0, "rdonly" },
	{ PSHM_KIND_MODE, "", 0, "" },
	{ PSHM_KIND_MODE, " \t\n ", 0, "" },
	{ PSHM_KIND_MODE, "user-read user-write", 0600, "user-read user-write" },
	{ PSHM_KIND_MODE, "\tuser-read\n user-read ", 0400, "user-read" },
	{ PSHM_KIND_MODE, "rwxu rgrp xoth", 0741, "user-read user-write user-exec group-read other-exec" },
	{ PSHM_KIND_MODE, "user-all group-all other-all", 0777,
	  "user-read user-write user-exec group-read group-write group-exec other-read other-write other-exec" },
	{ PSHM_KIND_MODE, "rusr wusr xusr rwxg rgrp wgrp xgrp roth woth xoth rwxo", 0777,
	  "user-read user-write user-exec group-read group-write group-exec other-read other-write other-exec" },
	{ PSHM_KIND_PROT, "none", 0, "none" },
	{ PSHM_KIND_PROT, "exec read", 5, "read exec" },
	{ PSHM_KIND_MAP_FLAG, "shared populate lock huge", 1 | 1 << 25 | 1 << 27 | 1 << 28, "shared populate lock huge" },
	{ PSHM_KIND_MAP_FLAG, "private fixed anonymous growsdown noreserve", 2 | 0x10 | 1 << 22 | 1 << 30 | 1 << 24,
	  "private fixed anonymous noreserve growsdown" },
	{ PSHM_KIND_MAP_FLAG, "nodump fixed-noreplace", 1 << 29 | 1 << 23, "fixed-noreplace nodump" },
	{ PSHM_KIND_MSYNC_FLAG, "invalidate sync", 1 << 26 | 1 << 24, "sync invalidate" },
	{ PSHM_KIND_MSYNC_FLAG, "async", 1 << 25, "async" },
	{ PSHM_KIND_UPDATE, "add", 1, "add" },
	{ PSHM_KIND_UPDATE, "and", 2, "and" },
	{ PSHM_KIND_UPDATE, "or", 3, "or" },
	{ PSHM_KIND_UPDATE, "xor", 4, "xor" },
	{ PSHM_KIND_UPDATE, "exchange", 5, "exchange" },
	{ PSHM_KIND_RING_ROLE, "sender", 1, "sender" },
	{ PSHM_KIND_RING_ROLE, "receiver", 2, "receiver" },
	{ PSHM_KIND_DIRECTION, "io", 2, "io" },
	{ PSHM_KIND_DIRECTION, "input", 0, "input" },
	{ PSHM_KIND_IF_EXISTS, "supersede", 4, "supersede" },
	{ PSHM_KIND_IF_EXISTS, "", 0, "default" },
	{ PSHM_KIND_IF_DOES_NOT_EXIST, " nil", 3, "nil" },
	{ PSHM_KIND_ANONYMOUS_FLAG, "huge", 0x00800000, "huge" },
	{ PSHM_KIND_SEAL, "seal shrink grow write future-write exec", 63, "seal shrink grow write future-write exec" },
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

START_TEST(keywords_become_flags_and_flags_keywords)
{
	for (int i = 0; i < TEXTS; i++) {
		int64_t size = (int64_t)strlen(texts[i].written) + 1;
		char buffer[160];

		assert_result(call("pshm_flags_parse", texts[i].kind, texts[i].text), texts[i].value);
		assert_result(call("pshm_flags_format", texts[i].kind, texts[i].value, NULL, 0), size);
		memset(buffer, '#', sizeof buffer);
		assert_result(call("pshm_flags_format", texts[i].kind, texts[i].value, buffer, size), size);
		ck_assert_str_eq(buffer, texts[i].written);
		ck_assert_msg(buffer[size] == '#', "written past the end of the buffer");
	}
}
END_TEST

/* Whether flags have a text: then it becomes the same flags, and fits in a buffer of its size, and in no smaller one. */
static bool
survives_both_ways(int kind, int flags)
{
	char buffer[160];
	int64_t size = call("pshm_flags_format", kind, flags, buffer, sizeof buffer);

	if (size == -EINVAL)
		return false;
	assert_result(size, (int64_t)strlen(buffer) + 1);
	assert_result(call("pshm_flags_parse", kind, buffer), flags);
	buffer[size] = '#';
	assert_error(call("pshm_flags_format", kind, flags, buffer, size - 1), "ERANGE");
	assert_result(call("pshm_flags_format", kind, flags, buffer, size), size);
	ck_assert_msg(buffer[size] == '#', "written past the end of the buffer");
	return true;
}

/* The bits that a kind has: each has a keyword of its own. */
static unsigned
bits_of(int kind)
{
	unsigned bits = 0;

	for (unsigned bit = 1; bit != 0 && bit <= INT_MAX; bit <<= 1)
		bits |= survives_both_ways(kind, (int)bit) ? bit : 0;
	return bits;
}

START_TEST(every_value_survives_both_ways)
{
	for (int kind = PSHM_KIND_OPEN_FLAG; kind <= PSHM_KIND_RING_ROLE; kind++) {
		unsigned bits = bits_of(kind);
		unsigned flags = 0;

		do
			survives_both_ways(kind, (int)flags);
		while ((flags = (flags - bits) & bits) != 0);
	}
	for (int mode = 0; mode <= 0777; mode++)
		ck_assert(survives_both_ways(PSHM_KIND_MODE, mode));
}
END_TEST

START_TEST(bad_keywords_are_errors)
{
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, NULL), "EFAULT");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "user-reads"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "user-rea"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "USER-READ"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_MODE, "user-read,user-write"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_PROT, "user-read"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_DIRECTION, "input io"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_IF_EXISTS, "nil nil"), "EINVAL");
	assert_error(call("pshm_flags_parse", PSHM_KIND_IF_DOES_NOT_EXIST, "error create"), "EINVAL");
	assert_error(call("pshm_flags_parse", 0, ""), "EINVAL");
	assert_error(call("pshm_flags_parse", 13, ""), "EINVAL");
	assert_error(call("pshm_flags_parse", INT_MIN, "io"), "EINVAL");
}
END_TEST

START_TEST(bad_flags_and_buffers_are_errors)
{
	char buffer[8] = "before";

	assert_error(call("pshm_flags_format", 0, 0, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", 13, 0, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 01000, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, -1, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_DIRECTION, 1, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_IF_EXISTS, 6, buffer, 8), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 0400, buffer, -1), "EINVAL");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 0400, NULL, 8), "EFAULT");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 0400, NULL, -1), "EFAULT");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 0400, buffer, 8), "ERANGE");
	assert_error(call("pshm_flags_format", PSHM_KIND_MODE, 0, buffer, 0), "ERANGE");
	ck_assert_str_eq(buffer, "before");
}
END_TEST

Suite *
ffi_constants_suite(void)
{
	const TTest *tests[] = { constants_have_their_values,
		                 every_flag_is_one_bit,
		                 constants_can_be_enumerated,
		                 indices_out_of_range_are_answered,
		                 keywords_become_flags_and_flags_keywords,
		                 every_value_survives_both_ways,
		                 bad_keywords_are_errors,
		                 bad_flags_and_buffers_are_errors,
		                 NULL };

	return suite_of("ffi_constants", 30, tests);
}
