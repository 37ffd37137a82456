/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of existing objects. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a list of names has this one. */
static int
occurrences(const char *names, int64_t size, const char *name)
{
	int count = 0;

	for (const char *at = names; at < names + size; at += strlen(at) + 1)
		count += strcmp(at, name) == 0;
	return count;
}

static char *
listed(int64_t *ret_size)
{
	char *names;

	*ret_size = assert_success(call("pshm_list", NULL, 0));
	names = malloc((size_t)*ret_size + 1);
	names[*ret_size] = '#';
	assert_result(call("pshm_list", names, *ret_size), *ret_size);
	ck_assert_int_eq(names[*ret_size], '#');
	return names;
}

/* The memory that the C library has allocated; 0 if it does not report that, as in a sanitizer, which checks by itself. */
static size_t
allocated(void)
{
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 33)
	return mallinfo2().uordblks;
#endif
#endif
	return 0;
}

static void
make_lists(int count)
{
	char names[4096];

	for (int i = 0; i < count; i++)
		(void)call("pshm_list", names, sizeof names);
}

/* The C library keeps some of what it got back, and counts that; but not a piece for each list. */
START_TEST(a_list_leaves_no_memory_behind)
{
	enum { LISTS = 1000, LEAST_PIECE = 16 };
	size_t before;

	if (lacks("list"))
		return;
	object_make(name_of("listed"), 0600, 0);
	make_lists(LISTS);
	before = allocated();
	make_lists(LISTS);
	ck_assert_uint_lt(allocated(), before + LISTS * LEAST_PIECE / 2);
	object_remove(name_of("listed"));
}
END_TEST

START_TEST(objects_are_listed_and_nothing_else)
{
	int64_t size;
	char *names;

	if (!has("list")) {
		assert_error(call("pshm_list", NULL, 0), "ENOTSUP");
		skip("list");
		return;
	}
	object_make(name_of("one"), 0600, 100);
	object_make(name_of("two"), 0, 0);
	object_make("/sem.of-a-test", 0600, 32);
	object_make("/.pshm-in-the-making", 0600, 0);
	object_make("/.pshm", 0600, 0);
	ck_assert_int_eq(mkfifo(path_of(name_of("fifo")), 0600), 0);
	ck_assert_int_eq(mkdir(path_of(name_of("directory")), 0700), 0);
	ck_assert_int_eq(symlink(name_of("one") + 1, path_of(name_of("link"))), 0);
	for (int unknown = 0; unknown < 2; unknown++) {
		if (unknown)
			interpose_add_traits(TYPES_UNKNOWN);
		names = listed(&size);
		ck_assert_int_eq(occurrences(names, size, name_of("one")), 1);
		ck_assert_int_eq(occurrences(names, size, name_of("two")), 1);
		ck_assert_int_eq(occurrences(names, size, "/sem.of-a-test"), 0);
		ck_assert_int_eq(occurrences(names, size, "/.pshm-in-the-making"), 0);
		ck_assert_int_eq(occurrences(names, size, "/.pshm"), 1);
		ck_assert_int_eq(occurrences(names, size, name_of("fifo")), 0);
		ck_assert_int_eq(occurrences(names, size, name_of("directory")), 0);
		ck_assert_int_eq(occurrences(names, size, name_of("link")), 0);
		if (shm_is_private())
			ck_assert_int_eq(size, (int64_t)(strlen(name_of("one")) + strlen(name_of("two")) + sizeof "/.pshm" + 2));
		free(names);
	}
	object_remove(name_of("one"));
	object_remove(name_of("two"));
	object_remove("/sem.of-a-test");
	object_remove("/.pshm-in-the-making");
	object_remove("/.pshm");
	object_remove(name_of("fifo"));
	object_remove(name_of("link"));
	ck_assert_int_eq(rmdir(path_of(name_of("directory"))), 0);
}
END_TEST

/* Twice what the first name takes is what the second one exceeds by a byte, or does not, as the system lists them. */
static void
list_two(const char *one, const char *other)
{
	char names[600];
	const char *shorter = strlen(name_of(one)) < strlen(name_of(other)) ? one : other;
	int64_t size;
	bool grows;

	object_make(name_of(one), 0600, 0);
	object_make(name_of(other), 0600, 0);
	interpose_reset();
	interpose_add_traits(OWN_OBJECTS);
	size = assert_success(call("pshm_list", names, sizeof names));
	interpose_remove_traits(OWN_OBJECTS);
	grows = strcmp(names, name_of(shorter)) == 0;
	ck_assert_int_eq(size, 2 * (int64_t)strlen(name_of(shorter)) + 3);
	ck_assert_int_eq(interpose_count(CALL_realloc), grows ? 2 : 1);
	object_remove(name_of(one));
	object_remove(name_of(other));
}

START_TEST(no_byte_is_written_past_the_memory)
{
	if (lacks("list"))
		return;
	list_two("a", "bb");
	list_two("bb", "a");
}
END_TEST

START_TEST(no_object_is_an_empty_list)
{
	char byte = '#';

	if (lacks("list"))
		return;
	if (!shm_is_private()) {
		skip("other programs may have objects");
		return;
	}
	assert_result(call("pshm_list", NULL, 0), 0);
	assert_result(call("pshm_list", &byte, 0), 0);
	assert_result(call("pshm_list", &byte, 1), 0);
	ck_assert_int_eq(byte, '#');
}
END_TEST

/* An object whose type was unknown, and that was gone before anybody could look, is left out. */
START_TEST(vanishing_objects_are_omitted)
{
	int64_t size;
	char *names;

	if (lacks("list"))
		return;
	if (!shm_is_private()) {
		skip("other programs may have objects");
		return;
	}
	object_make(name_of("vanishes"), 0600, 0);
	interpose_add_traits(TYPES_UNKNOWN);
	size = assert_success(call("pshm_list", NULL, 0));
	ck_assert_int_gt(size, 0);
	interpose_fail(CALL_fstatat, 0, ENOENT);
	assert_result(call("pshm_list", NULL, 0), 0);
	interpose_reset();
	names = listed(&size);
	ck_assert_int_eq(occurrences(names, size, name_of("vanishes")), 1);
	free(names);
	object_remove(name_of("vanishes"));
}
END_TEST

START_TEST(a_buffer_too_small_is_untouched)
{
	char buffer[8] = "before";
	char small[NAME_MAX + 2];
	int64_t needed;

	if (lacks("list"))
		return;
	memset(small, '#', sizeof small);
	object_make(name_of("long-enough"), 0600, 0);
	needed = assert_success(call("pshm_list", NULL, 0));
	for (int64_t size = 0; size < needed && size < (int64_t)sizeof small; size++)
		assert_result(call("pshm_list", small, size), needed);
	for (size_t i = 0; i < sizeof small; i++)
		ck_assert_int_eq(small[i], '#');
	assert_result(call("pshm_list", buffer, 0), needed);
	ck_assert_str_eq(buffer, "before");
	assert_error(call("pshm_list", NULL, 1), "EFAULT");
	assert_error(call("pshm_list", NULL, -1), "EFAULT");
	assert_error(call("pshm_list", buffer, -1), "EINVAL");
	object_remove(name_of("long-enough"));
}
END_TEST

START_TEST(many_and_strange_names_are_listed)
{
	char name[300];
	int64_t size;
	char *names;

	if (lacks("list"))
		return;
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof name, "%s-%0*d", name_of("many"), i % 200, i);
		object_make(name, 0600, 0);
	}
	object_make("/\xff\x01 \n\"\\\x80", 0600, 0);
	names = listed(&size);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof name, "%s-%0*d", name_of("many"), i % 200, i);
		ck_assert_int_eq(occurrences(names, size, name), 1);
		object_remove(name);
	}
	ck_assert_int_eq(occurrences(names, size, "/\xff\x01 \n\"\\\x80"), 1);
	object_remove("/\xff\x01 \n\"\\\x80");
	free(names);
}
END_TEST

/* glibc before 2.34 makes the object on any other tmpfs that it finds. */
static void
assert_nowhere(const char *name)
{
	int64_t fd = call("pshm_shm_open", name, PSHM_O_RDWR | PSHM_O_CREAT, 0600);

	if (fd < 0 || !libc_before_2_34()) {
		assert_error(fd, "ENOENT ENOSYS");
		return;
	}
	close_now((int)fd);
	assert_result(call("pshm_shm_unlink", name), 0);
}

/* Without the directory there are no objects; without memory or a descriptor there is no answer. */
static void
without_file_system(void *unused)
{
	(void)unused;
	if (!private_shm_make("size=1m") || mount("tmpfs", "/dev", "tmpfs", 0, "size=1m") < 0) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	assert_error(call("pshm_list", NULL, 0), "ENOENT");
	assert_error(call("pshm_space", NULL, NULL), "ENOENT");
	assert_nowhere(name_of("nowhere"));
	if (has("seals"))
		close_now(anonymous_new(4096)); /* a memfd lives elsewhere */
}

START_TEST(without_a_place_there_is_nothing)
{
	if (lacks("list"))
		return;
	if (getuid() != 0) {
		skip("only the superuser takes /dev away");
		return;
	}
	in_child(without_file_system, NULL);
}
END_TEST

Suite *
api_list_suite(void)
{
	const TTest *tests[] = {
		objects_are_listed_and_nothing_else, a_list_leaves_no_memory_behind,   no_byte_is_written_past_the_memory,
		no_object_is_an_empty_list,          vanishing_objects_are_omitted,    a_buffer_too_small_is_untouched,
		many_and_strange_names_are_listed,   without_a_place_there_is_nothing, NULL
	};

	return suite_of("api_list", 30, tests);
}
