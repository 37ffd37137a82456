/* SPDX-License-Identifier: BSD-3-Clause */
/* Deleting: names, and only those that are meant. */
#include "fixture.h"
#include "suites.h"

#include <sys/stat.h>
#include <unistd.h>

START_TEST(deleting_removes_the_name)
{
	const char *name = name_of("delete");
	int fd = object_open_new(name, 100);

	assert_result(call("pshm_delete", name), 0);
	ck_assert(!object_exists(name));
	ck_assert_int_ge(descriptor_status(fd).st_size, 100);
	assert_error(call("pshm_delete", name), "ENOENT");
	close_now(fd);
}
END_TEST

START_TEST(deleting_if_same_spares_a_successor)
{
	const char *name = name_of("same");
	int old = object_open_new(name, 0);
	int new;

	if (!has("identity")) {
		assert_error(call("pshm_delete_if_same", name, old), "ENOTSUP");
		assert_error(call("pshm_delete_if_same", name, -1), "EBADF");
		close_now(old);
		object_remove(name);
		return;
	}
	new = (int)assert_success(call("pshm_open", name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL));
	assert_result(call("pshm_delete_if_same", name, old), 0);
	ck_assert(object_exists(name));
	assert_result(call("pshm_delete_if_same", name, new), 1);
	ck_assert(!object_exists(name));
	assert_error(call("pshm_delete_if_same", name, new), "ENOENT");
	close_now(old);
	close_now(new);
}
END_TEST

/* A new file system counts its files from the beginning. */
static void
make_the_same_elsewhere(void *unused)
{
	const char *name = name_of("elsewhere");
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = object_open_new(name, 0);
	if (!private_shm_make("size=1m")) {
		skip("no second shared memory file system can be mounted");
		return;
	}
	object_make(name, 0600, 0);
	if (object_status(name).st_ino != descriptor_status(fd).st_ino)
		note("two objects of the same number cannot be made here");
	ck_assert(object_status(name).st_dev != descriptor_status(fd).st_dev);
	assert_result(call("pshm_delete_if_same", name, fd), 0);
	ck_assert(object_exists(name));
	close_now(fd);
}

/* Two objects of the same number on different file systems are not the same. */
START_TEST(an_object_of_elsewhere_is_another)
{
	if (lacks("identity"))
		return;
	in_child(make_the_same_elsewhere, NULL);
}
END_TEST

/* A name that is a link to the object is the link's; it is not opened, and not taken away. */
START_TEST(a_link_to_the_object_is_another)
{
	const char *name = name_of("target");
	int fd;

	if (lacks("list")) /* objects are no files there */
		return;
	fd = object_open_new(name, 0);
	ck_assert_int_eq(symlink(name + 1, path_of(name_of("link"))), 0);
	assert_result(call("pshm_delete_if_same", name_of("link"), fd), 0);
	ck_assert(object_exists(name_of("link")));
	object_remove(name_of("link"));
	object_remove(name);
	close_now(fd);
}
END_TEST

Suite *
api_delete_suite(void)
{
	const TTest *tests[] = { deleting_removes_the_name, deleting_if_same_spares_a_successor, an_object_of_elsewhere_is_another,
		                 a_link_to_the_object_is_another, NULL };

	return suite_of("api_delete", 30, tests);
}
