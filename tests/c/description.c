/* SPDX-License-Identifier: BSD-3-Clause */
/* Values that must be the same on every machine, written to the file POSIX_SHM_DESCRIPTION, to be compared. */
#include "fixture.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FIELDS = PSHM_STAT_CTIME_NSEC + 1, READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE };

/* Above the 32 bits of a size, and below the 4 GiB at which qemu's user mode of 32-bit machines cuts a position off. */
static const int64_t far = (int64_t)5 << 30;
static const int64_t mapped = (int64_t)3 << 30;

static int
value_at(int index)
{
	return (int)call("pshm_constant_value", index);
}

static void
describe_constants(FILE *file)
{
	for (int i = 0; i < call("pshm_constant_count"); i++)
		fprintf(file, "%s %d\n", call_text("pshm_constant_name", i), value_at(i));
	for (int i = 0; i < call("pshm_error_count"); i++) {
		int error = (int)call("pshm_error_at", i);

		fprintf(file, "%s: %s\n", call_text("pshm_error_name", error), call_text("pshm_strerror", error));
	}
}

static void
describe_keywords(FILE *file)
{
	for (int kind = PSHM_KIND_OPEN_FLAG; kind <= PSHM_KIND_UPDATE; kind++) {
		for (int i = 0; i < call("pshm_constant_count"); i++) {
			char text[256] = "";

			if (call("pshm_flags_format", kind, value_at(i), text, sizeof text) >= 0)
				fprintf(file, "kind %d, %d: %s\n", kind, value_at(i), text);
		}
	}
}

/* Fields whose values are given, in the order of their numbers. */
static void
describe_fields(FILE *file, int fd)
{
	const struct timespec times[2] = { { -1, 999999999 }, { (time_t)((int64_t)1 << (sizeof(time_t) > 4 ? 33 : 30)), 1 } };
	int64_t fields[FIELDS];

	ck_assert_int_eq(futimens(fd, times), 0);
	assert_result(call("pshm_fstat", fd, fields, FIELDS), FIELDS);
	assert_result(fields[PSHM_STAT_MTIME_SEC], times[1].tv_sec); /* as far as the machine's time_t reaches */
	for (int field = 0; field < PSHM_STAT_CTIME_SEC; field++)
		if (field != PSHM_STAT_DEV && field != PSHM_STAT_INO && field != PSHM_STAT_UID && field != PSHM_STAT_GID &&
		    field != PSHM_STAT_MTIME_SEC)
			fprintf(file, "field %d: %lld\n", field, (long long)fields[field]);
}

static void
describe_bytes(FILE *file, int fd)
{
	int64_t address = assert_success(call("pshm_map", fd, 7, READ_WRITE, PSHM_MAP_SHARED, mapped));
	unsigned char bytes[8];

	ck_assert_int_gt(address, 0);
	assert_result(call("pshm_fill", address + 1, 0x7f, 2), 0);
	assert_result(call("pshm_copy", address + 3, address, 3), 0);
	assert_result(call("pshm_read", fd, bytes, 1, far), 1);
	ck_assert_int_eq(bytes[0], 0x80);
	assert_result(call("pshm_read", fd, bytes, 7, mapped), 7);
	for (int i = 0; i < 7; i++)
		fprintf(file, "%02x ", bytes[i]);
	assert_result(call("pshm_unmap", address, 7), 0);
}

START_TEST(every_machine_has_the_same_description)
{
	const char *path = getenv("POSIX_SHM_DESCRIPTION");
	FILE *file;
	int fd;

	if (is_not("native"))
		return;
	file = fopen(path == NULL ? "/dev/null" : path, "we");
	ck_assert_ptr_nonnull(file);
	fd = (int)assert_success(
	        call("pshm_open", name_of("far"), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0640, NULL));
	assert_result(call("pshm_truncate", fd, far + 7), 0);
	assert_result(call("pshm_write", fd, "\x80", 1, far), 1);
	assert_result(call("pshm_write", fd, "\x80", 1, mapped), 1);
	describe_constants(file);
	describe_keywords(file);
	describe_fields(file, fd);
	describe_bytes(file, fd);
	fprintf(file, "\n%s, %lld bytes of a name\n", call_text("pshm_version_string"), (long long)call("pshm_name_max"));
	fclose(file);
	close_now(fd);
	object_remove(name_of("far"));
}
END_TEST

Suite *
description_suite(void)
{
	const TTest *tests[] = { every_machine_has_the_same_description, NULL };

	return suite_of("description", 30, tests);
}
