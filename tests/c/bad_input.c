/* SPDX-License-Identifier: BSD-3-Clause */
/* Every row of bad-input.tsv that is not about Lisp, by the lists from its text to the code that tries it. */
#include "bad_input.h"
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "table.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int bad_fd;

static int socket_end;

int
bad_reader(void)
{
	return (int)assert_success(call("pshm_shm_open", name_of("bad"), PSHM_O_RDONLY, 0));
}

struct good
bad_good(void)
{
	const struct good good = { .fd = bad_fd, .socket = socket_end, .name = name_of("none") };

	return good;
}

static const struct bad_row *const lists[] = { bad_names, bad_objects, bad_mappings, bad_passing, bad_rings, bad_sync, bad_texts };

static bool
is_of(const struct bad_row *known, const struct row *row)
{
	return strcmp(known->call, row->columns[0]) == 0 && strcmp(known->arguments, row->columns[1]) == 0 &&
	       strcmp(known->expected, row->columns[2]) == 0;
}

static const struct bad_row *
known_row(const struct row *row)
{
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const struct bad_row *known = lists[i]; known->call != NULL; known++)
			if (is_of(known, row))
				return known;
	ck_abort_msg("line %d of bad-input.tsv is tried by nothing: %s, %s", row->line, row->columns[0], row->columns[1]);
	return NULL;
}

static int
known_count(void)
{
	int count = 0;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const struct bad_row *known = lists[i]; known->call != NULL; known++)
			count++;
	return count;
}

/* The object is as it was made: the rows that size it put its size back. */
static void
check_object(const struct row *row, const struct stat *before)
{
	struct stat now = object_status(name_of("bad"));

	ck_assert_msg(now.st_ino == before->st_ino && now.st_nlink == 1, "line %d of bad-input.tsv: another object has the name",
	              row->line);
	ck_assert_msg(now.st_size == PAGE, "line %d of bad-input.tsv: the size has changed", row->line);
	ck_assert_msg(now.st_mode == before->st_mode && now.st_uid == before->st_uid && now.st_gid == before->st_gid,
	              "line %d of bad-input.tsv: the mode or the owner has changed", row->line);
	ck_assert_msg(is_close_on_exec(bad_fd), "line %d of bad-input.tsv: the descriptor is inheritable", row->line);
}

/* Anything that a row leaves behind is detected immediately. */
static void
try_row(const struct row *row)
{
	struct stat before;
	int mappings = object_mapping_count();
	int descriptors;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	socket_end = ends[0];
	bad_fd = object_open_new(name_of("bad"), PAGE);
	ck_assert_int_eq(fchmod(bad_fd, 0600), 0);
	before = descriptor_status(bad_fd);
	descriptors = descriptor_count();
	known_row(row)->try_it();
	ck_assert_msg(descriptor_count() == descriptors, "line %d of bad-input.tsv leaves descriptors open", row->line);
	ck_assert_msg(object_mapping_count() == mappings, "line %d of bad-input.tsv leaves mappings", row->line);
	if (shm_is_private())
		ck_assert_msg(object_count() == 1, "line %d of bad-input.tsv leaves objects", row->line);
	check_object(row, &before);
	close_now(bad_fd);
	close(ends[0]);
	close(ends[1]);
	object_remove(name_of("bad"));
}

START_TEST(every_row_of_the_table)
{
	const struct row *rows;
	int count = table_read("bad-input.tsv", "call\targuments\texpected", &rows);
	int tried = 0;

	(void)umask(0);
	for (int i = 0; i < count; i++) {
		if (strncmp(rows[i].columns[0], "Lisp ", 5) == 0)
			continue;
		try_row(&rows[i]);
		tried++;
	}
	ck_assert_int_eq(tried, known_count());
	note("%d rows of bad-input.tsv as %s", tried, interpose_platform_name());
}
END_TEST

Suite *
bad_input_suite(void)
{
	const TTest *tests[] = { every_row_of_the_table, NULL };

	return suite_of("bad_input", 60, tests);
}
