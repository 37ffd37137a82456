/* SPDX-License-Identifier: BSD-3-Clause */
/* Many processes and one name. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 8, ROUNDS = 4000 };

/* The memory that the processes share. */
struct shared {
	int created[ROUNDS];
	int turn[ROUNDS];
	ino_t inodes[PROCESSES];
	int exists;
	int missing;
	long done;
};

static struct shared *shared;

static void
share(void)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

/* Wait until all have come to this round: then all begin it together. */
static void
meet(int round)
{
	__atomic_add_fetch(&shared->turn[round], 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->turn[round], __ATOMIC_SEQ_CST) < PROCESSES)
		sched_yield();
}

/*
 * Each keeps the object of the round until all have theirs, so that no inode number is used twice. No two may have
 * the same, and at most one object has the name.
 */
static void
supersede(int number)
{
	for (int round = 0; round + 1 < ROUNDS; round += 2) {
		int created = 0;
		int fd;

		meet(round);
		fd = (int)assert_success(call("pshm_open", name_of("race"),
		                              number % 2 == 0 ? PSHM_DIRECTION_IO : PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_SUPERSEDE,
		                              PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, &created));
		ck_assert_int_eq(created, 1);
		shared->inodes[number] = descriptor_status(fd).st_ino;
		ck_assert_uint_le(descriptor_status(fd).st_nlink, 1);
		meet(round + 1);
		for (int other = 0; other < PROCESSES; other++)
			ck_assert_msg(other == number || shared->inodes[other] != shared->inodes[number],
			              "round %d: two processes have the same object", round);
		close_now(fd);
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
	}
}

START_TEST(each_superseding_process_gets_its_own_object)
{
	share();
	in_children(PROCESSES, supersede);
	ck_assert(object_exists(name_of("race")));
	if (shm_is_private())
		ck_assert_int_eq(object_count(), 1);
	ck_assert_int_eq(shared->done, (long)PROCESSES * (ROUNDS / 2));
	note("%ld objects superseded one another in %d processes", shared->done, PROCESSES);
	object_remove(name_of("race"));
	munmap(shared, sizeof *shared);
}
END_TEST

/* One creates, the others open what he created. */
static void
open_or_create(int number)
{
	(void)number;
	for (int round = 0; round < ROUNDS / 4; round++) {
		char word[16];
		int created = -7;

		(void)snprintf(word, sizeof word, "once%d", round);
		meet(round);
		close_now((int)assert_success(call("pshm_open", name_of(word), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE,
		                                   PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, &created)));
		ck_assert(created == 0 || created == 1);
		__atomic_add_fetch(&shared->created[round], created, __ATOMIC_SEQ_CST);
	}
}

START_TEST(exactly_one_is_told_that_it_created)
{
	share();
	in_children(PROCESSES, open_or_create);
	for (int round = 0; round < ROUNDS / 4; round++) {
		char word[16];

		(void)snprintf(word, sizeof word, "once%d", round);
		ck_assert_msg(shared->created[round] == 1, "round %d: created %d times", round, shared->created[round]);
		object_remove(name_of(word));
	}
	munmap(shared, sizeof *shared);
}
END_TEST

/* Open or create, while others remove the name all the time: nothing but the object is an answer. */
static void
create_or_remove(int number)
{
	for (int round = 0; round < ROUNDS; round++) {
		if (number % 2 == 0) {
			close_now((int)assert_success(call("pshm_open", name_of("flicker"), PSHM_DIRECTION_IO,
			                                   PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL)));
		} else if (is_error(call("pshm_delete", name_of("flicker")))) {
			assert_result(call("pshm_errno"), ENOENT);
		}
	}
}

START_TEST(creating_survives_removing)
{
	in_children(PROCESSES, create_or_remove);
	if (object_exists(name_of("flicker")))
		object_remove(name_of("flicker"));
}
END_TEST

/* The exclusive ones: of any number, one creates; the rest are told that it exists. */
static void
exclusively(int number)
{
	(void)number;
	for (int round = 0; round < ROUNDS / 4; round++) {
		int64_t result;

		meet(round);
		result = call("pshm_open", name_of("exclusive"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, 0, 0600, NULL);
		if (!is_error(result)) {
			__atomic_add_fetch(&shared->created[round], 1, __ATOMIC_SEQ_CST);
			close_now((int)result);
		} else {
			assert_error(result, "EEXIST");
		}
		meet(ROUNDS - 1 - round);
		if (!is_error(result))
			assert_result(call("pshm_delete", name_of("exclusive")), 0);
	}
}

START_TEST(one_of_many_creates_exclusively)
{
	share();
	in_children(PROCESSES, exclusively);
	for (int round = 0; round < ROUNDS / 4; round++)
		ck_assert_msg(shared->created[round] == 1, "round %d: created %d times", round, shared->created[round]);
	munmap(shared, sizeof *shared);
}
END_TEST

/* Threads use one process's descriptors; each has a failure of its own all the while. */
static void *
churn(void *argument)
{
	int number = (int)(intptr_t)argument;
	int expected = number % 2 == 0 ? EBADF : EINVAL;

	for (int round = 0; round < 500; round++) {
		int64_t fd = call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, 0);
		int64_t size = (int64_t)(number + 1) * 4096;

		if (is_error(fd) || call("pshm_truncate", fd, size) != 0 || descriptor_status((int)fd).st_size != size)
			return (void *)"an object is not this thread's own";
		(void)(number % 2 == 0 ? call("pshm_close", -1) : call("pshm_truncate", fd, -1));
		sched_yield();
		if (call("pshm_close", fd) != 0 || call("pshm_errno") != expected)
			return (void *)"a failure is another thread's";
	}
	return NULL;
}

START_TEST(threads_do_not_disturb_one_another)
{
	pthread_t threads[PROCESSES];
	void *complaint;

	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, (void *)(intptr_t)i), 0);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &complaint), 0);
		ck_assert_msg(complaint == NULL, "%s", (const char *)complaint);
	}
}
END_TEST

/* Remove the temporary objects, which are empty; the result is their number. */
static int
remove_temporary(void)
{
	DIR *directory = opendir(OBJECT_DIRECTORY);
	const struct dirent *entry;
	int count = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory)) != NULL) {
		char name[300];

		if (strncmp(entry->d_name, ".pshm-", 6) != 0)
			continue;
		(void)snprintf(name, sizeof name, "/%s", entry->d_name);
		ck_assert_int_eq(object_status(name).st_size, 0);
		object_remove(name);
		count++;
	}
	closedir(directory);
	return count;
}

/* A process that is killed at any moment leaves no object but a temporary one, and no name half made. */
static void
make_and_supersede(void *unused)
{
	(void)unused;
	for (;;) {
		close_now(anonymous_new(4096));
		close_now((int)assert_success(call("pshm_open", name_of("killed"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE,
		                                   PSHM_IF_DOES_NOT_EXIST_CREATE, 0640, NULL)));
	}
}

START_TEST(a_killed_process_leaves_nothing_half_made)
{
	enum { KILLS = 300 };

	(void)umask(0);
	if (lacks("anonymous") || lacks("supersede"))
		return;
	if (!shm_is_private()) {
		skip("a temporary object could be left among everybody's");
		return;
	}
	for (int i = 0; i < KILLS; i++) {
		pid_t child = child_start(make_and_supersede, NULL);

		(void)usleep((unsigned)(random() % 3000));
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		ck_assert_int_le(remove_temporary(), 1);
		ck_assert_int_le(object_count(), 1);
		if (object_exists(name_of("killed")))
			ck_assert_int_eq(object_status(name_of("killed")).st_mode & 0777, 0640);
		close_now((int)assert_success(call("pshm_open", name_of("killed"), PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE,
		                                   PSHM_IF_DOES_NOT_EXIST_CREATE, 0640, NULL)));
	}
	object_remove(name_of("killed"));
	note("%d processes killed", KILLS);
}
END_TEST

/*
 * One process asks for more than there is, without looking first; the other lets the object grow meanwhile, and stores: no
 * byte of it may be lost. The file system has 1 MiB, of which another object has a part: more than all of it would be rejected at
 * the beginning, and not in the middle.
 */
static void
ask_too_much(void *argument)
{
	int fd = *(int *)argument;

	for (int round = 0; round < ROUNDS; round++) {
		interpose_fail(CALL_fstatfs, 0, EIO);
		assert_error(call("pshm_allocate", fd, 1 << 20), "ENOSPC");
	}
}

static void
grow_and_store(void *argument)
{
	int fd = *(int *)argument;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t size = 4096 * (1 + random() % 200);
		int64_t read = 0;

		ck_assert_int_eq(ftruncate(fd, size), 0);
		/* Where there is no page left for the moment, nothing is stored, and nothing can be lost. */
		if (pwrite(fd, &size, sizeof size, size - 8) != sizeof size)
			continue;
		for (int look = 0; look < 20; look++) {
			ck_assert_int_eq(pread(fd, &read, sizeof read, size - 8), sizeof read);
			ck_assert_int_eq(read, size);
			ck_assert_int_eq(descriptor_status(fd).st_size, size);
		}
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
		ck_assert_int_eq(ftruncate(fd, 0), 0);
	}
}

static void
fail_and_grow(void *unused)
{
	pid_t asks;
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		shared->done = -1;
		return;
	}
	assert_result(call("pshm_allocate", object_open_new(name_of("part"), 0), 65536), 0);
	fd = object_open_new(name_of("loss"), 0);
	asks = child_start(ask_too_much, &fd);
	grow_and_store(&fd);
	child_join(asks);
	close_now(fd);
}

START_TEST(a_failing_allocation_loses_no_byte_of_others)
{
	if (lacks("allocate"))
		return;
	share();
	in_child(fail_and_grow, NULL);
	ck_assert_int_ne(shared->done, 0);
	if (shared->done > 0)
		note("%ld times bytes of others survived a failing allocation", shared->done);
	munmap(shared, sizeof *shared);
}
END_TEST

static void
allocate_much(void *argument)
{
	__atomic_store_n(&shared->missing, 1, __ATOMIC_SEQ_CST);
	assert_result(call("pshm_allocate", *(int *)argument, 256 << 20), 0);
	__atomic_store_n(&shared->missing, 0, __ATOMIC_SEQ_CST);
}

/* Killed in the middle: nothing stays reserved. */
START_TEST(a_killed_allocation_leaves_nothing_reserved)
{
	int killed = 0;

	if (lacks("allocate"))
		return;
	share();
	for (int i = 0; i < 40; i++) {
		int fd = anonymous_new(0);
		pid_t child;
		struct stat status;

		shared->missing = 0;
		child = child_start(allocate_much, &fd);
		while (__atomic_load_n(&shared->missing, __ATOMIC_SEQ_CST) == 0)
			sched_yield();
		(void)usleep((unsigned)(random() % 20000));
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		status = descriptor_status(fd);
		killed += status.st_size == 0;
		ck_assert_int_eq((int64_t)status.st_blocks * 512, status.st_size);
		ck_assert(status.st_size == 0 || status.st_size == 256 << 20);
		close_now(fd);
	}
	ck_assert_int_gt(killed, 0);
	note("%d processes killed in the middle of an allocation", killed);
	munmap(shared, sizeof *shared);
}
END_TEST

Suite *
races_suite(void)
{
	const TTest *tests[] = { each_superseding_process_gets_its_own_object,
		                 exactly_one_is_told_that_it_created,
		                 creating_survives_removing,
		                 one_of_many_creates_exclusively,
		                 threads_do_not_disturb_one_another,
		                 a_killed_process_leaves_nothing_half_made,
		                 a_failing_allocation_loses_no_byte_of_others,
		                 a_killed_allocation_leaves_nothing_reserved,
		                 NULL };

	return suite_of("races", 120, tests);
}
