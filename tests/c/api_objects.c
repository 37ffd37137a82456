/* SPDX-License-Identifier: BSD-3-Clause */
/* Open and delete objects: every combination of the options, and who is told what. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	UNTOUCHED = -77,
	RACES = 4096,
	COLUMN_OBJECT = 0,
	COLUMN_DIRECTION,
	COLUMN_EXISTS,
	COLUMN_MISSING,
	COLUMN_OUTCOME,
	COLUMN_SIZE,
	COLUMN_CREATED
};

static int
option(int kind, const char *keyword)
{
	return (int)assert_success(call("pshm_flags_parse", kind, strcmp(keyword, "-") == 0 ? "" : keyword));
}

struct combination {
	int direction;
	int if_exists;
	int if_does_not_exist;
};

static struct combination
combination_of(const struct row *row)
{
	struct combination options = {
		option(PSHM_KIND_DIRECTION, row->columns[COLUMN_DIRECTION]),
		option(PSHM_KIND_IF_EXISTS, row->columns[COLUMN_EXISTS]),
		option(PSHM_KIND_IF_DOES_NOT_EXIST, row->columns[COLUMN_MISSING]),
	};

	return options;
}

/* A system where a size is set once cannot empty an object that has one, and says so. */
static bool
is_impossible(const char *outcome)
{
	return strcmp(outcome, "truncated") == 0 && !has("resize");
}

static void
check_error(const struct row *row, int64_t result, int created)
{
	const char *outcome = row->columns[COLUMN_OUTCOME];
	bool nil = strcmp(outcome, "nil") == 0;
	const char *error = strcmp(row->columns[COLUMN_OBJECT], "exists") == 0 ? "EEXIST" : "ENOENT";

	assert_error(result, is_impossible(outcome) ? "ENOTSUP" : error);
	assert_result(call("pshm_errno"), nil ? 0 : -result);
	ck_assert_msg(created == UNTOUCHED, "line %d: ret_created was written to", row->line);
}

static void
check_descriptor(const struct row *row, int fd, int created, int direction, ino_t old)
{
	const char *outcome = row->columns[COLUMN_OUTCOME];
	bool kept = strcmp(outcome, "opened") == 0 || strcmp(outcome, "truncated") == 0;
	struct stat status = descriptor_status(fd);

	ck_assert_msg(created == atoi(row->columns[COLUMN_CREATED]), "line %d: created is %d", row->line, created);
	ck_assert(is_close_on_exec(fd));
	ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, direction == PSHM_DIRECTION_IO ? O_RDWR : O_RDONLY);
	ck_assert(status.st_ino == object_status(name_of("object")).st_ino);
	ck_assert_msg((status.st_ino == old) == kept, "line %d: it is %s object", row->line, kept ? "another" : "the same");
	ck_assert_int_eq(status.st_mode & 0777, kept ? 0600 : 0640);
	close_now(fd);
}

static void
check_object(const struct row *row)
{
	const char *name = name_of("object");
	const char *size = is_impossible(row->columns[COLUMN_OUTCOME]) ? "4096" : row->columns[COLUMN_SIZE];

	if (strcmp(size, "-") == 0) {
		ck_assert_msg(!object_exists(name), "line %d: there is an object", row->line);
		return;
	}
	ck_assert_msg(object_status(name).st_size == atoi(size), "line %d: the size is %lld", row->line,
	              (long long)object_status(name).st_size);
	object_remove(name);
}

static void
check_row(const struct row *row)
{
	const char *name = name_of("object");
	const char *outcome = row->columns[COLUMN_OUTCOME];
	struct combination options = combination_of(row);
	bool fails = strcmp(outcome, "does-not-exist") == 0 || strcmp(outcome, "exists") == 0 || strcmp(outcome, "nil") == 0;
	int created = UNTOUCHED;
	int holder = -1;
	ino_t old = 0;
	int64_t result;

	if (strcmp(row->columns[COLUMN_OBJECT], "exists") == 0) {
		object_make(name, 0600, 4096);
		holder = open(path_of(name), O_RDONLY | O_CLOEXEC); /* keeps the inode number from being used again */
		old = object_status(name).st_ino;
	}
	assert_result(call("pshm_set_errno", 0), 0);
	result = call("pshm_open", name, options.direction, options.if_exists, options.if_does_not_exist, 0666, &created);
	if (fails || is_impossible(outcome))
		check_error(row, result, created);
	else
		check_descriptor(row, (int)assert_success(result), created, options.direction, old);
	check_object(row);
	if (holder >= 0)
		close(holder);
}

START_TEST(every_row_of_the_options_table)
{
	const struct row *rows;
	int count = table_read("open-options.tsv", "object\tdirection\tif_exists\tif_does_not_exist\toutcome\tsize\tcreated",
	                       &rows);

	(void)umask(027);
	for (int i = 0; i < count; i++)
		check_row(&rows[i]);
	ck_assert_int_eq(count, 96);
	note("%d rows of open-options.tsv as %s", count, interpose_platform_name());
}
END_TEST

START_TEST(created_may_be_null)
{
	const char *name = name_of("null");

	close_now((int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL)));
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL), "EEXIST");
	object_remove(name);
}
END_TEST

START_TEST(bad_options_create_nothing)
{
	static const int bad[][4] = {
		{ 1, 0, 2, 0600 },  { 3, 0, 2, 0600 }, { -1, 0, 2, 0600 }, { INT_MIN, 0, 2, 0600 },
		{ 2, -1, 2, 0600 }, { 2, 6, 2, 0600 }, { 2, 0, 4, 0600 },  { 2, 0, -1, 0600 },
		{ 2, 0, 2, 01000 }, { 2, 0, 2, -1 },   { 2, 0, 2, 04600 }, { 2, 0, INT_MAX, 0600 },
	};
	int created = UNTOUCHED;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_error(call("pshm_open", name_of("bad"), bad[i][0], bad[i][1], bad[i][2], bad[i][3], &created), "EINVAL");
	ck_assert(!object_exists(name_of("bad")));
}
END_TEST

/* nil is an answer; any other failure of the same call is a failure. */
START_TEST(only_nil_goes_unrecorded)
{
	const char *name = name_of("nil");

	assert_result(call("pshm_set_errno", EBADF), 0);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, PSHM_IF_DOES_NOT_EXIST_NIL, 0600, NULL), "ENOENT");
	assert_result(call("pshm_errno"), EBADF);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0600, NULL), "ENOENT");
	assert_result(call("pshm_errno"), ENOENT);
	object_make(name, 0600, 0);
	assert_result(call("pshm_set_errno", EBADF), 0);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_NIL, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL),
	             "EEXIST");
	assert_result(call("pshm_errno"), EBADF);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL),
	             "EEXIST");
	assert_result(call("pshm_errno"), EEXIST);
	interpose_fail(CALL_shm_open, 1, EMFILE);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_NIL, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL),
	             "EMFILE");
	assert_result(call("pshm_errno"), EMFILE);
	object_remove(name);
}
END_TEST

START_TEST(superseding_leaves_the_old_object_to_who_has_it)
{
	const char *name = name_of("supersede");
	int old = object_open_new(name, 4096);
	int created = UNTOUCHED;
	int new;

	ck_assert_int_eq(pwrite(old, "old", 3, 0), 3);
	new = (int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, &created));
	ck_assert_int_eq(created, 1);
	ck_assert_int_eq(descriptor_status(old).st_nlink, 0);
	ck_assert_int_eq(descriptor_status(old).st_size, 4096);
	ck_assert_int_eq(descriptor_status(new).st_nlink, 1);
	ck_assert_int_eq(descriptor_status(new).st_size, 0);
	ck_assert(descriptor_status(new).st_ino == object_status(name).st_ino);
	close_now(old);
	close_now(new);
	object_remove(name);
}
END_TEST

/* Each step fails with each kind of error: the old object keeps its name, and nothing is left of the new one. */
START_TEST(a_failed_supersede_keeps_the_old_object)
{
	static const struct {
		enum interposed step;
		int error;
		const char *result;
	} failures[] = {
		{ CALL_shm_open, EMFILE, "EMFILE" }, { CALL_shm_open, EACCES, "EACCES" }, { CALL_shm_open, ENOSPC, "ENOSPC" },
		{ CALL_shm_open, EEXIST, "EAGAIN" }, { CALL_rename, EPERM, "EACCES" },    { CALL_rename, ENOSPC, "ENOSPC" },
		{ CALL_rename, ENOENT, "EAGAIN" },   { CALL_rename, EBUSY, "EBUSY" },     { CALL_getentropy, EIO, "EIO" },
	};
	static const int directions[] = { PSHM_DIRECTION_IO, PSHM_DIRECTION_INPUT };
	const char *name = name_of("kept");
	int objects;
	ino_t old;

	if (lacks("supersede"))
		return;
	object_make(name, 0600, 4096);
	objects = object_count();
	old = object_status(name).st_ino;
	for (size_t i = 0; i < 2 * sizeof failures / sizeof failures[0]; i++) {
		interpose_fail(failures[i / 2].step, 0, failures[i / 2].error);
		assert_error(call("pshm_open", name, directions[i % 2], PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE,
		                  0600, NULL),
		             failures[i / 2].result);
		ck_assert(interpose_has_failed());
		ck_assert(object_status(name).st_ino == old);
		if (shm_is_private())
			ck_assert_int_eq(object_count(), objects);
	}
	interpose_reset();
	object_remove(name);
}
END_TEST

/* A tidier may remove the temporary name, and another process may have it: superseding tries again. */
START_TEST(superseding_survives_tidying)
{
	static const struct {
		enum interposed step;
		int error;
	} races[] = { { CALL_rename, ENOENT }, { CALL_shm_open, EEXIST } };
	const char *name = name_of("tidied");

	if (lacks("supersede"))
		return;
	for (size_t i = 0; i < 2; i++) {
		object_make(name, 0600, 4096);
		interpose_fail(races[i].step, 1, races[i].error);
		close_now((int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL)));
		ck_assert_int_eq(interpose_count(races[i].step), 2);
		ck_assert_int_eq(object_status(name).st_size, 0);
		interpose_reset();
		object_remove(name);
	}
}
END_TEST

/* How superseding is done: by a rename where objects are files, else by name; the permissions are shm_open's. */
START_TEST(each_way_of_superseding)
{
	static const int directions[] = { PSHM_DIRECTION_IO, PSHM_DIRECTION_INPUT };
	static const int permissions[] = { 0, 0373, 0200, 0777 };
	const char *name = name_of("ways");

	(void)umask(022);
	for (size_t i = 0; i < 8; i++) {
		int fd;

		object_make(name, 0600, 100);
		interpose_reset();
		fd = (int)assert_success(call("pshm_open", name, directions[i % 2], PSHM_IF_EXISTS_SUPERSEDE,
		                              PSHM_IF_DOES_NOT_EXIST_CREATE, permissions[i / 2], NULL));
		ck_assert_int_eq(interpose_count(CALL_open),
		                 interpose_count(CALL_pread)); /* the random device, and nothing of /proc */
		ck_assert_int_eq(interpose_count(CALL_rename) == 1, has("supersede"));
		ck_assert_int_eq(object_status(name).st_mode & 0777, permissions[i / 2] & ~022);
		ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, i % 2 == 0 ? O_RDWR : O_RDONLY);
		ck_assert(is_close_on_exec(fd));
		close_now(fd);
		object_remove(name);
	}
}
END_TEST

static void
check_superseded(const char *name)
{
	int fd = (int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL));
	struct stat status;

	ck_assert_int_eq(lstat(path_of(name), &status), 0);
	ck_assert(S_ISREG(status.st_mode));
	ck_assert(status.st_ino == descriptor_status(fd).st_ino);
	close_now(fd);
	object_remove(name);
}

/* A file of another kind is replaced, and what a link leads to is left alone; a directory stays. */
START_TEST(superseding_replaces_files_of_other_kinds)
{
	const char *name = name_of("kinds");
	int objects;

	if (lacks("supersede"))
		return;
	(void)alarm(5);
	ck_assert_int_eq(mkfifo(path_of(name), 0600), 0);
	check_superseded(name);
	object_make(name_of("target"), 0600, 100);
	ck_assert_int_eq(symlink(name_of("target") + 1, path_of(name)), 0);
	check_superseded(name);
	ck_assert_int_eq(object_status(name_of("target")).st_size, 100);
	object_remove(name_of("target"));
	ck_assert_int_eq(mknod(path_of(name), S_IFSOCK | 0600, 0), 0);
	check_superseded(name);
	ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
	objects = object_count();
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL), "EISDIR");
	if (shm_is_private())
		ck_assert_int_eq(object_count(), objects);
	ck_assert_int_eq(rmdir(path_of(name)), 0);
}
END_TEST

/* The buffer of a path holds the longest name. */
START_TEST(the_longest_name_is_superseded)
{
	char name[300];
	int max = (int)call("pshm_name_max");

	if (lacks("supersede"))
		return;
	memset(name, 'n', sizeof name);
	(void)snprintf(name, sizeof name, "%s", name_of("long"));
	name[strlen(name)] = 'n';
	name[max] = '\0';
	object_make(name, 0600, 100);
	check_superseded(name);
}
END_TEST

/* A reader finds one of the two objects at any moment. */
static void
supersede_often(void *name)
{
	for (int i = 0; i < 3000; i++)
		close_now((int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL)));
}

START_TEST(the_name_is_never_free)
{
	char name[32];
	pid_t writer;

	if (lacks("supersede"))
		return;
	(void)snprintf(name, sizeof name, "%s", name_of("gap"));
	object_make(name, 0600, 0);
	writer = child_start(supersede_often, name);
	for (int i = 0; i < 3000; i++)
		close_now((int)assert_success(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, 0, 0, NULL)));
	child_join(writer);
	object_remove(name);
}
END_TEST

/* Where O_TRUNC does nothing for a reader, the object that is returned is emptied, and no other. */
START_TEST(truncating_for_input_empties)
{
	const char *name = name_of("emptied");
	bool by_hand = strcmp(interpose_platform_name(), "freebsd") == 0 || strcmp(interpose_platform_name(), "posix") == 0;
	int fd;

	if (lacks("resize"))
		return;
	for (int stratum = 1; stratum <= 2; stratum++) {
		object_make(name, 0600, 4096);
		interpose_reset();
		fd = (int)assert_success(
		        stratum == 1 ? call("pshm_shm_open", name, PSHM_O_RDONLY | PSHM_O_TRUNC, 0)
		                     : call("pshm_open", name, PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_TRUNCATE, 0, 0, NULL));
		ck_assert_int_eq(interpose_count(CALL_ftruncate), by_hand);
		ck_assert_int_eq(object_status(name).st_size, 0);
		ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, O_RDONLY);
		close_now(fd);
		interpose_reset();
		close_now((int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY | PSHM_O_TRUNC, 0)));
		ck_assert_int_eq(interpose_count(CALL_ftruncate), 0); /* it is empty */
		object_remove(name);
	}
}
END_TEST

static void
empty_as_nobody(void *unused)
{
	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can be somebody else");
		return;
	}
	assert_error(call("pshm_shm_open", name_of("unwritable"), PSHM_O_RDONLY | PSHM_O_TRUNC, 0), "EACCES");
	assert_error(call("pshm_open", name_of("unwritable"), PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_TRUNCATE, 0, 0, NULL), "EACCES");
}

START_TEST(truncating_needs_the_right_to_write)
{
	if (lacks("resize"))
		return;
	object_make(name_of("unwritable"), 0444, 4096);
	in_child(empty_as_nobody, NULL);
	ck_assert_int_eq(object_status(name_of("unwritable")).st_size, 4096);
	object_remove(name_of("unwritable"));
}
END_TEST

/* Before an object that was opened for reading is opened for emptying, another one takes its name: so many times. */
static int replacements;

static void
take_the_name(void)
{
	if (replacements == 0)
		return;
	replacements--;
	object_remove(name_of("replaced"));
	object_make(name_of("replaced"), 0600, 100);
}

static int64_t
empty_while_replaced(int times)
{
	replacements = times;
	interpose_before(CALL_shm_open, take_the_name);
	return call("pshm_open", name_of("replaced"), PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_TRUNCATE, 0, 0600, NULL);
}

/* FreeBSD empties in a second step, and POSIX does not say that it can be done in one. */
START_TEST(another_object_is_not_emptied)
{
	const char *platform = interpose_platform_name();
	bool steps = strcmp(platform, "freebsd") == 0 || strcmp(platform, "posix") == 0;
	int fd;

	if (strcmp(platform, "macos") == 0) {
		skip("an object has one size there");
		return;
	}
	object_make(name_of("replaced"), 0600, 100);
	fd = (int)assert_success(empty_while_replaced(steps ? 2 : 1));
	ck_assert_int_eq(interpose_count(CALL_shm_open), steps ? 4 : 1);
	ck_assert_int_eq(descriptor_status(fd).st_size, 0);
	ck_assert_int_eq(descriptor_status(fd).st_ino, object_status(name_of("replaced")).st_ino);
	close_now(fd);
	if (steps) {
		object_remove(name_of("replaced"));
		object_make(name_of("replaced"), 0600, 100);
		assert_error(empty_while_replaced(-1), "EAGAIN");
		ck_assert_int_eq(interpose_count(CALL_shm_open), 2 * RACES);
		ck_assert_int_eq(object_status(name_of("replaced")).st_size, 100);
	}
	interpose_reset();
	object_remove(name_of("replaced"));
}
END_TEST

/* When others take and remove the name all the time, the call ends with an error and not never. */
START_TEST(endless_races_end)
{
	int unlinks;
	const char *name = name_of("race");

	interpose_reset();
	interpose_add_traits(FLICKERING);
	assert_error(
	        call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL),
	        "EAGAIN");
	ck_assert_int_eq(interpose_count(CALL_shm_open), 2 * RACES);
	interpose_remove_traits(FLICKERING);
	interpose_fail(CALL_shm_open, 0, EEXIST);
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL), "EAGAIN");
	unlinks = interpose_count(CALL_shm_unlink);
	interpose_reset();
	if (has("supersede")) {
		interpose_fail(CALL_rename, 0, ENOENT); /* others tidy the temporary name away */
		assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL), "EAGAIN");
		ck_assert_int_eq(interpose_count(CALL_rename), RACES);
		interpose_reset();
	} else {
		ck_assert_int_eq(unlinks, RACES);
	}
	ck_assert(!object_exists(name));
}
END_TEST

/* An object that may not be opened can still be deleted, as any file. */
static void
delete_unreadable(void *unused)
{
	const char *name = name_of("unreadable");
	int other;
	int fd;

	(void)unused;
	if (getuid() == 0 && !become_nobody())
		return;
	fd = object_open_new(name, 0);
	assert_result(call("pshm_fchmod", fd, 0), 0);
	if ((other = open(path_of(name), O_RDONLY | O_CLOEXEC)) >= 0) {
		close(other);
		skip("in a user namespace of its own, this process may open everything");
		object_remove(name);
		close_now(fd);
		return;
	}
	assert_error(call("pshm_open", name, PSHM_DIRECTION_INPUT, 0, 0, 0, NULL), "EACCES");
	assert_error(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, 0, 0, NULL), "EACCES");
	if (has("list"))
		assert_result(call("pshm_delete_if_same", name, fd), 1);
	else
		assert_result(call("pshm_delete", name), 0);
	ck_assert(!object_exists(name));
	close_now(fd);
}

START_TEST(permissions_are_enforced)
{
	if (lacks("permissions"))
		return;
	in_child(delete_unreadable, NULL);
}
END_TEST

/* Linux denies O_CREAT of another user's object in a sticky directory; opening what exists must not need it. */
static void
open_as_nobody(void *unused)
{
	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can be somebody else");
		return;
	}
	close_now((int)assert_success(call("pshm_open", name_of("theirs"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE,
	                                   PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL)));
	assert_error(call("pshm_delete", name_of("theirs")), "EACCES");
}

START_TEST(open_or_create_opens_another_users_object)
{
	object_make(name_of("theirs"), 0666, 0);
	in_child(open_as_nobody, NULL);
	object_remove(name_of("theirs"));
}
END_TEST

Suite *
api_objects_suite(void)
{
	const TTest *tests[] = { every_row_of_the_options_table,
		                 created_may_be_null,
		                 bad_options_create_nothing,
		                 only_nil_goes_unrecorded,
		                 superseding_leaves_the_old_object_to_who_has_it,
		                 a_failed_supersede_keeps_the_old_object,
		                 superseding_survives_tidying,
		                 each_way_of_superseding,
		                 superseding_replaces_files_of_other_kinds,
		                 the_longest_name_is_superseded,
		                 the_name_is_never_free,
		                 truncating_for_input_empties,
		                 truncating_needs_the_right_to_write,
		                 another_object_is_not_emptied,
		                 endless_races_end,
		                 permissions_are_enforced,
		                 open_or_create_opens_another_users_object,
		                 NULL };

	return suite_of("api_objects", 60, tests);
}
