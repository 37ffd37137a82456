/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects that get a name when they are complete. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 8192, WORDS = SIZE / (int)sizeof(uint64_t), RACES = 4096 };

static int
nameable(int direction, int permissions)
{
	return (int)assert_success(call("pshm_open_anonymous", direction, permissions, PSHM_ANONYMOUS_NAMEABLE));
}

/* One that is filled with a value. */
static int
filled(uint64_t value)
{
	uint64_t words[WORDS];
	int fd = nameable(PSHM_DIRECTION_IO, 0600);

	for (int i = 0; i < WORDS; i++)
		words[i] = value;
	ck_assert_int_eq(pwrite(fd, words, SIZE, 0), SIZE);
	return fd;
}

/* The value that every word of an object has; fails where they differ, or the size is another. */
static uint64_t
value_of(int fd)
{
	uint64_t words[WORDS];

	ck_assert_int_eq(descriptor_status(fd).st_size, SIZE);
	ck_assert_int_eq(pread(fd, words, SIZE, 0), SIZE);
	for (int i = 1; i < WORDS; i++)
		ck_assert_msg(words[i] == words[0], "half made: word %d", i);
	return words[0];
}

static uint64_t
value_of_name(const char *name)
{
	int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
	uint64_t value;

	ck_assert_int_ge(fd, 0);
	value = value_of(fd);
	close(fd);
	return value;
}

static int64_t
publish(int fd, const char *name, int if_exists)
{
	return call("pshm_publish", fd, name, if_exists);
}

START_TEST(a_published_object_is_the_one_that_was_made)
{
	static const int permissions[] = { 0, 0400, 0600, 0664, 0777 };
	const char *name = name_of("new");
	int count = object_count();

	if (lacks("publish"))
		return;
	(void)umask(077);
	for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
		int fd = nameable(PSHM_DIRECTION_IO, permissions[i]);

		ck_assert_int_eq(ftruncate(fd, SIZE), 0);
		ck_assert(is_close_on_exec(fd));
		if (shm_is_private())
			ck_assert_int_eq(object_count(), count);
		assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
		ck_assert(object_status(name).st_ino == descriptor_status(fd).st_ino);
		ck_assert_int_eq(object_status(name).st_mode & 07777, permissions[i]);
		ck_assert_int_eq(object_status(name).st_size, SIZE);
		ck_assert_int_eq(object_status(name).st_nlink, 1);
		assert_result(call("pshm_delete_if_same", name, fd), 1);
		close_now(fd);
	}
}
END_TEST

START_TEST(an_object_that_is_not_published_vanishes)
{
	int count = object_count();
	int fd;

	if (lacks("publish"))
		return;
	fd = nameable(PSHM_DIRECTION_IO, 0600);
	ck_assert_int_eq(ftruncate(fd, SIZE), 0);
	ck_assert_int_eq(descriptor_status(fd).st_nlink, 0);
	if (shm_is_private())
		ck_assert_int_eq(object_count(), count);
	close_now(fd);
	if (shm_is_private())
		ck_assert_int_eq(object_count(), count);
}
END_TEST

START_TEST(a_name_that_is_taken_is_what_the_option_says)
{
	const char *name = name_of("taken");
	int first;
	int second;

	if (lacks("publish"))
		return;
	first = filled(1);
	second = filled(2);
	interpose_reset();
	assert_result(publish(first, name_of("free"), PSHM_IF_EXISTS_SUPERSEDE), 0);
	ck_assert_int_eq(interpose_count(CALL_rename), 0); /* a free name takes one step */
	object_remove(name_of("free"));
	close_now(first);
	first = filled(1);
	assert_result(publish(first, name, PSHM_IF_EXISTS_DEFAULT), 0);
	assert_error(publish(second, name, PSHM_IF_EXISTS_DEFAULT), "EEXIST");
	assert_error(publish(second, name, PSHM_IF_EXISTS_ERROR), "EEXIST");
	assert_result(call("pshm_errno"), error_of_name("EEXIST"));
	assert_result(call("pshm_set_errno", 0), 0);
	assert_error(publish(second, name, PSHM_IF_EXISTS_NIL), "EEXIST");
	assert_result(call("pshm_errno"), 0);
	ck_assert_uint_eq(value_of_name(name), 1);
	assert_result(publish(second, name, PSHM_IF_EXISTS_SUPERSEDE), 0);
	ck_assert_uint_eq(value_of_name(name), 2);
	ck_assert_uint_eq(value_of(first), 1);
	ck_assert_int_eq(descriptor_status(first).st_nlink, 0);
	assert_result(call("pshm_delete", name), 0);
	close_now(first);
	close_now(second);
}
END_TEST

/* A file of another kind has the name; unless it is a directory, it is superseded as an object is. */
START_TEST(another_kind_of_file_is_superseded)
{
	const char *name = name_of("kind");
	int fd;

	if (lacks("publish"))
		return;
	for (int kind = 0; kind < 2; kind++) {
		fd = filled(3);
		ck_assert_int_eq(kind == 0 ? mkfifo(path_of(name), 0600) : symlink("nowhere", path_of(name)), 0);
		assert_error(publish(fd, name, PSHM_IF_EXISTS_ERROR), "EEXIST");
		assert_result(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), 0);
		ck_assert_uint_eq(value_of_name(name), 3);
		object_remove(name);
		close_now(fd);
	}
}
END_TEST

START_TEST(an_object_is_published_once)
{
	const char *name = name_of("once");
	int fd;

	if (lacks("publish"))
		return;
	fd = nameable(PSHM_DIRECTION_IO, 0600);
	assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
	assert_error(publish(fd, name_of("twice"), PSHM_IF_EXISTS_ERROR), "EXDEV");
	assert_error(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), "EXDEV");
	object_remove(name);
	assert_error(publish(fd, name, PSHM_IF_EXISTS_ERROR), "EXDEV");
	assert_error(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), "EXDEV");
	close_now(fd);
	fd = object_open_new(name, 0);
	assert_error(publish(fd, name_of("twice"), PSHM_IF_EXISTS_ERROR), "EXDEV");
	close_now(fd);
	fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0));
	/* Where an anonymous object is an unnamed file, it can have a name. */
	if (descriptor_status(fd).st_dev != object_status(name).st_dev)
		assert_error(publish(fd, name_of("twice"), PSHM_IF_EXISTS_ERROR), "EXDEV");
	close_now(fd);
	object_remove(name);
	ck_assert(!object_exists(name_of("twice")));
}
END_TEST

/* A failure costs nothing: the object can still be given another name. */
static void
fail_and_publish(const char *taken, const char *error)
{
	int fd = filled(4);
	int count = object_count();

	assert_error(publish(fd, taken, PSHM_IF_EXISTS_SUPERSEDE), error);
	if (shm_is_private())
		ck_assert_int_eq(object_count(), count);
	assert_result(publish(fd, name_of("free"), PSHM_IF_EXISTS_ERROR), 0);
	ck_assert_uint_eq(value_of_name(name_of("free")), 4);
	object_remove(name_of("free"));
	close_now(fd);
}

/*
 * In a sticky directory a name belongs to the superuser, to the owner of its file and to that of the directory, and to nobody else;
 * in another one to everybody who may write there.
 */
static const struct right {
	const char *directory;
	uid_t owner; /* of the object that has the name */
	bool as_nobody;
	const char *error;
} rights[] = {
	/* clang-format off */
	{ "size=1m,mode=1777,uid=65533", 65534, false, "" },
	{ "size=1m,mode=1777", 65534, true, "" },
	{ "size=1m,mode=1777,uid=65534", 0, true, "" },
	{ "size=1m,mode=1777", 0, true, "EACCES" },
	{ "size=1m,mode=0777", 0, true, "" },
	/* clang-format on */
};

static void
supersede_by_right(void *argument)
{
	const struct right *right = argument;
	int64_t result;
	int fd;

	if (geteuid() != 0 || !private_shm_make(right->directory)) {
		skip("only the superuser can be somebody else");
		return;
	}
	object_make(name_of("old"), 0600, 0);
	if (chown(path_of(name_of("old")), right->owner, (gid_t)-1) < 0 || (right->as_nobody && !become_nobody())) {
		skip("there is nobody else here");
		return;
	}
	fd = filled(15);
	result = publish(fd, name_of("old"), PSHM_IF_EXISTS_SUPERSEDE);
	if (*right->error == '\0')
		assert_result(result, 0);
	else
		assert_error(result, right->error);
	ck_assert_int_eq(object_status(name_of("old")).st_size, is_error(result) ? 0 : SIZE);
	close_now(fd);
}

START_TEST(who_may_supersede_is_the_directorys)
{
	if (lacks("publish"))
		return;
	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
		in_child(supersede_by_right, (void *)(uintptr_t)&rights[i]);
}
END_TEST

static void
fail_as_nobody(void *unused)
{
	(void)unused;
	if (!become_nobody()) {
		skip("only the superuser can be somebody else");
		return;
	}
	fail_and_publish(name_of("theirs"), "EACCES");
}

START_TEST(a_failure_leaves_the_object_as_it_was)
{
	const char *name = name_of("directory");

	if (lacks("publish"))
		return;
	ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
	fail_and_publish(name, "EISDIR");
	ck_assert_int_eq(rmdir(path_of(name)), 0);
	object_make(name_of("theirs"), 0666, 0);
	in_child(fail_as_nobody, NULL);
	object_remove(name_of("theirs"));
}
END_TEST

/* On some systems the directory of objects is a symbolic link to it. */
static void
fail_beyond_a_link(void *unused)
{
	if (!private_shm_make("size=1m,mode=1777") || mount("tmpfs", "/dev", "tmpfs", 0, "size=1m,mode=0755") < 0) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	ck_assert_int_eq(mkdir("/dev/objects", 0), 0);
	ck_assert_int_eq(chmod("/dev/objects", 01777), 0);
	ck_assert_int_eq(symlink("objects", OBJECT_DIRECTORY), 0);
	object_make(name_of("theirs"), 0666, 0);
	fail_as_nobody(unused);
}

START_TEST(a_failure_beyond_a_link_leaves_the_object_as_it_was)
{
	if (lacks("publish"))
		return;
	in_child(fail_beyond_a_link, NULL);
}
END_TEST

/* Of the temporary name nothing is left when the second step fails, and the old object has its name. */
START_TEST(a_failure_of_the_second_step_leaves_no_name)
{
	const char *name = name_of("second");
	int count;
	int fd;

	if (lacks("publish"))
		return;
	object_make(name, 0600, 100);
	count = object_count();
	fd = filled(5);
	interpose_fail(CALL_rename, 1, EIO);
	assert_error(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), "EIO");
	interpose_reset();
	ck_assert_int_eq(object_status(name).st_size, 100);
	if (shm_is_private())
		ck_assert_int_eq(object_count(), count);
	close_now(fd);
	object_remove(name);
}
END_TEST

/* Another thread publishes the same object under the same name, between the two steps. */
static int raced;

static void
publish_meanwhile(void)
{
	char path[64];

	if (descriptor_status(raced).st_nlink > 0)
		return;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", raced);
	ck_assert_int_eq(unlink(path_of(name_of("raced"))), 0);
	ck_assert_int_eq((int)syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, path_of(name_of("raced")), AT_SYMLINK_FOLLOW), 0);
}

START_TEST(two_that_publish_the_same_object_leave_one_name)
{
	if (lacks("publish"))
		return;
	object_make(name_of("raced"), 0600, 0);
	raced = filled(13);
	interpose_before(CALL_lstat, publish_meanwhile);
	assert_result(publish(raced, name_of("raced"), PSHM_IF_EXISTS_SUPERSEDE), 0);
	interpose_reset();
	ck_assert_int_eq(descriptor_status(raced).st_nlink, 1);
	ck_assert_uint_eq(value_of_name(name_of("raced")), 13);
	object_remove(name_of("raced"));
	close_now(raced);
}
END_TEST

/* The descriptor may be one for reading, or another process's. */
static void
publish_for_another(void *socket)
{
	int fd = (int)assert_success(call("pshm_receive", *(int *)socket, -1));

	assert_result(publish(fd, name_of("sent"), PSHM_IF_EXISTS_ERROR), 0);
	close_now(fd);
}

START_TEST(any_descriptor_of_the_object_publishes_it)
{
	int fd;
	int reader;
	int ends[2];

	if (lacks("publish"))
		return;
	fd = nameable(PSHM_DIRECTION_INPUT, 0444);
	ck_assert_int_eq(descriptor_flags(fd) & O_ACCMODE, O_RDONLY);
	assert_result(publish(fd, name_of("reader"), PSHM_IF_EXISTS_ERROR), 0);
	ck_assert_int_eq(object_status(name_of("reader")).st_mode & 0777, 0444);
	object_remove(name_of("reader"));
	close_now(fd);
	fd = filled(6);
	reader = (int)assert_success(call("pshm_reopen", fd, PSHM_DIRECTION_INPUT));
	assert_result(call("pshm_socketpair", &ends[0], &ends[1]), 0);
	assert_result(call("pshm_send", ends[0], reader, -1), 0);
	in_child(publish_for_another, &ends[1]);
	ck_assert_uint_eq(value_of_name(name_of("sent")), 6);
	object_remove(name_of("sent"));
	close_now(reader);
	close_now(fd);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* Each of the two ways to a descriptor will do; without both the call says so, and so does the feature. */
START_TEST(a_descriptor_is_linked_in_one_of_two_ways)
{
	const char *name = name_of("ways");
	int fd;

	if (lacks("publish"))
		return;
	interpose_add_traits(NO_PROC);
	interpose_remove_traits(NO_EMPTY_PATH);
	if (has("publish")) { /* this user may do without /proc, or the kernel is new */
		fd = filled(7);
		assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
		object_remove(name);
		close_now(fd);
	}
	interpose_remove_traits(NO_PROC);
	interpose_add_traits(NO_EMPTY_PATH);
	fd = filled(8);
	interpose_reset();
	assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
	ck_assert_int_eq(interpose_count(CALL_linkat), 2);
	object_remove(name);
	close_now(fd);
	fd = filled(9);
	interpose_add_traits(NO_PROC);
	assert_error(publish(fd, name, PSHM_IF_EXISTS_ERROR), "ENOTSUP");
	assert_result(call("pshm_has", "publish"), 0);
	interpose_remove_traits(NO_PROC);
	assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
	object_remove(name);
	close_now(fd);
}
END_TEST

/* Before Linux 3.17 a descriptor has a path of the process, and none of the thread. */
START_TEST(an_older_proc_publishes)
{
	const char *name = name_of("older");
	int fd;

	if (lacks("publish"))
		return;
	fd = filled(13);
	interpose_add_traits(NO_THREAD_SELF | NO_EMPTY_PATH);
	assert_result(call("pshm_has", "publish"), 1);
	assert_result(publish(fd, name, PSHM_IF_EXISTS_ERROR), 0);
	interpose_remove_traits(NO_THREAD_SELF);
	ck_assert_uint_eq(value_of_name(name), 13);
	object_remove(name);
	close_now(fd);
}
END_TEST

/* Random bytes that are always the same, or somebody who guesses them. */
START_TEST(names_to_replace_by_run_out)
{
	const char *name = name_of("taken");
	int fd;

	if (lacks("publish"))
		return;
	object_make(name, 0600, 99);
	fd = filled(1);
	interpose_fail(CALL_linkat, 0, EEXIST);
	assert_error(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), "EAGAIN");
	ck_assert_int_eq(interpose_count(CALL_linkat), 1 + RACES); /* the name itself, and as many others as elsewhere */
	interpose_reset();
	ck_assert_int_eq(object_status(name).st_size, 99);
	assert_result(publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE), 0);
	close_now(fd);
	object_remove(name);
}
END_TEST

static void
publish_in_a_sandbox(void *error)
{
	int fd = filled(10);

	if (!system_call_forbid(SYS_linkat, *(int *)error)) {
		skip("system calls cannot be forbidden here");
		return;
	}
	assert_error(publish(fd, name_of("sandbox"), PSHM_IF_EXISTS_ERROR), "ENOTSUP");
	assert_error(publish(fd, name_of("sandbox"), PSHM_IF_EXISTS_SUPERSEDE), "ENOTSUP");
	assert_result(call("pshm_has", "publish"), 0);
	ck_assert(!object_exists(name_of("sandbox")));
	close_now(fd);
}

START_TEST(a_sandbox_that_forbids_links_is_named_as_such)
{
	int errors[] = { ENOSYS, EPERM };

	if (lacks("publish"))
		return;
	for (int i = 0; i < 2; i++)
		in_child(publish_in_a_sandbox, &errors[i]);
}
END_TEST

START_TEST(unpublishable_objects_are_an_error)
{
	static const int if_exists[] = { PSHM_IF_EXISTS_ERROR, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_EXISTS_NIL };
	int fd = (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0));
	int64_t result = call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);

	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE | PSHM_ANONYMOUS_HUGE),
	             "ENOTSUP");
	if (!has("publish"))
		for (size_t i = 0; i < 3; i++)
			assert_error(publish(fd, name_of("never"), if_exists[i]), "ENOTSUP EXDEV");
	ck_assert(!object_exists(name_of("never")));
	if (!is_error(result))
		close_now((int)result);
	else
		assert_error(result, "ENOTSUP");
	close_now(fd);
}
END_TEST

/* While one process supersedes, another opens: the name is always there, and what it leads to is complete. */
struct board {
	uint64_t opens;
	uint64_t values;
	int stop;
};

static struct board *board;

static void
open_all_the_time(void *unused)
{
	uint64_t last = 0;

	(void)unused;
	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST)) {
		int fd = (int)assert_success(call("pshm_open", name_of("busy"), PSHM_DIRECTION_INPUT, 0, 0, 0, NULL));
		uint64_t value = value_of(fd);

		ck_assert_uint_ge(value, last);
		board->values += value > last;
		last = value;
		board->opens++;
		close(fd);
	}
}

START_TEST(an_open_beside_publishing_finds_a_complete_object)
{
	enum { TIMES = 4000 };
	pid_t reader;
	int fd;

	if (lacks("publish"))
		return;
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(board, MAP_FAILED);
	fd = filled(1);
	assert_result(publish(fd, name_of("busy"), PSHM_IF_EXISTS_ERROR), 0);
	close(fd);
	reader = child_start(open_all_the_time, NULL);
	for (uint64_t i = 2; i < TIMES; i++) {
		fd = filled(i);
		assert_result(publish(fd, name_of("busy"), PSHM_IF_EXISTS_SUPERSEDE), 0);
		close(fd);
	}
	__atomic_store_n(&board->stop, 1, __ATOMIC_SEQ_CST);
	child_join(reader);
	ck_assert_uint_gt(board->opens, 100);
	ck_assert_uint_gt(board->values, 10);
	note("%llu opens beside %d publications found a complete object", (unsigned long long)board->opens, TIMES);
	object_remove(name_of("busy"));
}
END_TEST

/* Each of many tries to be the first: one is, and the others find its object complete. */
static void
race(int number)
{
	for (int round = 0; round < 20; round++) {
		char word[16];
		uint64_t value = (uint64_t)(round * 100 + number);
		int64_t result;
		int fd = filled(value);

		(void)snprintf(word, sizeof word, "race%d", round);
		result = publish(fd, name_of(word), PSHM_IF_EXISTS_NIL);
		if (result == 0)
			__atomic_add_fetch(&board->values, 1, __ATOMIC_SEQ_CST);
		else
			assert_error(result, "EEXIST");
		close(fd);
		ck_assert_uint_eq(value_of_name(name_of(word)) / 100, (uint64_t)round);
	}
}

START_TEST(of_many_that_publish_one_is_first)
{
	if (lacks("publish"))
		return;
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(board, MAP_FAILED);
	in_children(8, race);
	ck_assert_uint_eq(board->values, 20);
	for (int round = 0; round < 20; round++) {
		char word[16];

		(void)snprintf(word, sizeof word, "race%d", round);
		object_remove(name_of(word));
	}
}
END_TEST

/* The names that are left over, and that each is a complete object. */
static int
count_temporary_names(void)
{
	DIR *directory = opendir(OBJECT_DIRECTORY);
	const struct dirent *entry;
	char name[300];
	int count = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (strncmp(entry->d_name, ".pshm-", 6) != 0)
			continue;
		(void)snprintf(name, sizeof name, "/%s", entry->d_name);
		(void)value_of_name(name);
		object_remove(name);
		count++;
	}
	closedir(directory);
	return count;
}

static void
publish_until_killed(void *unused)
{
	(void)unused;
	for (uint64_t i = 0;; i++) {
		int fd = filled(i);

		assert_result(publish(fd, name_of("killed"), i % 2 == 0 ? PSHM_IF_EXISTS_SUPERSEDE : PSHM_IF_EXISTS_ERROR), 0);
		if (i % 2 == 0)
			object_remove(name_of("killed"));
		close(fd);
		if (i % 2 != 0)
			continue;
		fd = filled(i);
		(void)publish(fd, name_of("killed"), PSHM_IF_EXISTS_SUPERSEDE);
		object_remove(name_of("killed"));
		close(fd);
	}
}

START_TEST(a_maker_that_is_killed_leaves_nothing_half_made)
{
	enum { KILLS = 60 };
	int left = 0;

	if (lacks("publish"))
		return;
	if (!shm_is_private()) {
		skip("other programs have names here");
		return;
	}
	for (int i = 0; i < KILLS; i++) {
		pid_t maker = child_start(publish_until_killed, NULL);

		usleep((useconds_t)(3000 + 97 * i));
		ck_assert_int_eq(kill(maker, SIGKILL), 0);
		ck_assert_int_eq(waitpid(maker, NULL, 0), maker);
		if (object_exists(name_of("killed"))) {
			(void)value_of_name(name_of("killed"));
			object_remove(name_of("killed"));
		}
		left += count_temporary_names();
	}
	ck_assert_int_le(left, KILLS);
	note("%d makers were killed, and %d left a temporary name", KILLS, left);
}
END_TEST

static void
in_a_full_file_system(void *unused)
{
	const int64_t room = 16 * page() - (SIZE + page() - 1) / page() * page();
	char options[64];
	int count;
	int fd;
	int other;

	(void)unused;
	(void)snprintf(options, sizeof options, "size=%d,nr_inodes=4,mode=1777", (int)(16 * page()));
	if (!private_shm_make(options)) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	object_make(name_of("old"), 0600, 0);
	fd = filled(1);
	other = nameable(PSHM_DIRECTION_IO, 0600);
	count = object_count();
	/* No file more: making one fails. */
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE), "ENOSPC");
	/* No memory more: allocating fails, and leaves the object as it was. */
	assert_error(call("pshm_allocate", other, room + 1), "ENOSPC");
	ck_assert_int_eq(descriptor_status(other).st_size, 0);
	assert_result(call("pshm_allocate", other, room), 0);
	/* The first name of what is complete needs neither. */
	assert_result(publish(fd, name_of("new"), PSHM_IF_EXISTS_ERROR), 0);
	assert_result(publish(other, name_of("old"), PSHM_IF_EXISTS_SUPERSEDE), 0);
	ck_assert_uint_eq(value_of_name(name_of("new")), 1);
	ck_assert_int_eq(object_status(name_of("old")).st_size, room);
	ck_assert_int_eq(object_count(), count + 1);
	close_now(fd);
	close_now(other);
}

START_TEST(a_full_file_system_is_an_error_of_the_step_that_needs_it)
{
	if (lacks("publish") || lacks("allocate"))
		return;
	in_child(in_a_full_file_system, NULL);
}
END_TEST

static void
in_a_read_only_file_system(void *unused)
{
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	object_make(name_of("old"), 0600, 0);
	fd = nameable(PSHM_DIRECTION_INPUT, 0600);
	/* A descriptor for reading does not keep the file system from becoming read-only. */
	if (mount("none", OBJECT_DIRECTORY, "none", MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0) {
		skip("the file system cannot be remounted");
		return;
	}
	assert_error(publish(fd, name_of("new"), PSHM_IF_EXISTS_ERROR), "EROFS");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE), "EROFS");
	assert_error(call("pshm_open_wait", name_of("old"), PSHM_DIRECTION_IO, 0, -1), "EROFS");
	close_now(fd);
}

/* An object of the previous mount cannot get a name in another one, though it is the same file system. */
static void
in_another_mount(void *unused)
{
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = filled(14);
	ck_assert_int_eq(mount(OBJECT_DIRECTORY, OBJECT_DIRECTORY, "none", MS_BIND, NULL), 0);
	assert_error(publish(fd, name_of("new"), PSHM_IF_EXISTS_ERROR), "EXDEV");
	close_now(fd);
}

START_TEST(another_mount_of_the_file_system_is_another_one)
{
	if (lacks("publish"))
		return;
	in_child(in_another_mount, NULL);
}
END_TEST

START_TEST(a_read_only_file_system_is_named_as_such)
{
	if (lacks("publish"))
		return;
	in_child(in_a_read_only_file_system, NULL);
}
END_TEST

static void
without_the_right_to_create(void *unused)
{
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m,mode=0755")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = filled(11);
	ck_assert_int_eq(fchmod(fd, 0666), 0); /* whom fs.protected_hardlinks lets link it */
	if (!become_nobody()) {
		skip("only the superuser can be somebody else");
		return;
	}
	assert_error(publish(fd, name_of("new"), PSHM_IF_EXISTS_ERROR), "EACCES");
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE), "EACCES");
	close_now(fd);
}

START_TEST(publishing_requires_the_right_to_create_names)
{
	if (lacks("publish"))
		return;
	in_child(without_the_right_to_create, NULL);
}
END_TEST

static bool
are_hard_links_protected(void)
{
	char text = '0';
	int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ck_assert_int_eq(read(fd, &text, 1), 1);
	close(fd);
	return text == '1';
}

static void
publish_anothers(void *unused)
{
	int fd = filled(12);

	(void)unused;
	if (!become_nobody() || !are_hard_links_protected()) {
		skip("another user's object may be linked here");
		return;
	}
	assert_error(publish(fd, name_of("theirs"), PSHM_IF_EXISTS_ERROR), "EPERM");
	assert_error(publish(fd, name_of("theirs"), PSHM_IF_EXISTS_SUPERSEDE), "EPERM");
	ck_assert(!object_exists(name_of("theirs")));
	close_now(fd);
}

START_TEST(another_users_object_is_not_published)
{
	if (lacks("publish"))
		return;
	in_child(publish_anothers, NULL);
}
END_TEST

/* It is a file of the file system from the start: no seals, and the size of that file system. */
START_TEST(a_nameable_object_is_a_file)
{
	struct stat directory;
	int fd;

	if (lacks("publish"))
		return;
	ck_assert_int_eq(stat(OBJECT_DIRECTORY, &directory), 0);
	fd = nameable(PSHM_DIRECTION_IO, 0600);
	ck_assert(descriptor_status(fd).st_dev == directory.st_dev);
	assert_error(call("pshm_seal", fd, PSHM_SEAL_SHRINK), "EPERM");
	close_now(fd);
}
END_TEST

Suite *
sync_publishing_suite(void)
{
	const TTest *tests[] = { a_published_object_is_the_one_that_was_made,
		                 an_object_that_is_not_published_vanishes,
		                 a_name_that_is_taken_is_what_the_option_says,
		                 another_kind_of_file_is_superseded,
		                 an_object_is_published_once,
		                 who_may_supersede_is_the_directorys,
		                 a_failure_leaves_the_object_as_it_was,
		                 a_failure_beyond_a_link_leaves_the_object_as_it_was,
		                 a_failure_of_the_second_step_leaves_no_name,
		                 two_that_publish_the_same_object_leave_one_name,
		                 any_descriptor_of_the_object_publishes_it,
		                 a_descriptor_is_linked_in_one_of_two_ways,
		                 an_older_proc_publishes,
		                 names_to_replace_by_run_out,
		                 a_sandbox_that_forbids_links_is_named_as_such,
		                 unpublishable_objects_are_an_error,
		                 an_open_beside_publishing_finds_a_complete_object,
		                 of_many_that_publish_one_is_first,
		                 a_maker_that_is_killed_leaves_nothing_half_made,
		                 a_full_file_system_is_an_error_of_the_step_that_needs_it,
		                 another_mount_of_the_file_system_is_another_one,
		                 a_read_only_file_system_is_named_as_such,
		                 publishing_requires_the_right_to_create_names,
		                 another_users_object_is_not_published,
		                 a_nameable_object_is_a_file,
		                 NULL };

	return suite_of("sync_publishing", 60, tests);
}
