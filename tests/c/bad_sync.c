/* SPDX-License-Identifier: BSD-3-Clause */
/* Words, waiting, processes and locks. */
#include "bad_input.h"
#include "fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WORDS = 4 };

#define PATTERN UINT64_C(0x1122334455667788)
#define ANOTHERS UINT64_C(0x0000100001000001)

/* Each function that takes the address of a word, with good values for its other arguments. */
static const struct {
	const char *function;
	int count;
	int64_t values[4]; /* the first is the address */
	int size;
} calls[] = {
	{ "pshm_atomic_load32", 1, { 0 }, 4 },
	{ "pshm_atomic_store32", 2, { 0, 1 }, 4 },
	{ "pshm_atomic_update32", 3, { 0, PSHM_ATOMIC_ADD, 1 }, 4 },
	{ "pshm_atomic_compare_exchange32", 3, { 0, 1, 1 }, 4 },
	{ "pshm_atomic_wait", 3, { 0, 1, 0 }, 4 },
	{ "pshm_atomic_wake", 2, { 0, 1 }, 4 },
	{ "pshm_atomic_load64", 2, { 0, 0 }, 8 },
	{ "pshm_atomic_store64", 2, { 0, 1 }, 8 },
	{ "pshm_atomic_update64", 4, { 0, PSHM_ATOMIC_ADD, 1, 0 }, 8 },
	{ "pshm_atomic_compare_exchange64", 4, { 0, 1, 1, 0 }, 8 },
	{ "pshm_lock_acquire", 2, { 0, 0 }, 8 },
	{ "pshm_lock_release", 1, { 0 }, 8 },
	{ "pshm_lock_mark_repaired", 1, { 0 }, 8 },
	{ "pshm_lock_owner", 1, { 0 }, 8 },
};

enum { CALLS = sizeof calls / sizeof calls[0] };

static int64_t
call_at(int i, int64_t address)
{
	static int64_t output;
	int64_t values[4];

	memcpy(values, calls[i].values, sizeof values);
	values[0] = address;
	if (strcmp(calls[i].function, "pshm_atomic_load64") == 0)
		values[1] = (int64_t)(uintptr_t)&output;
	return library_call(calls[i].function, calls[i].count, values);
}

/* Words with a value, between words that nothing may touch. */
static uint64_t *
words_new(uint64_t value)
{
	uint64_t *words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(words, MAP_FAILED);
	for (int i = 0; i < WORDS; i++)
		words[i] = value;
	return words;
}

static void
words_end(uint64_t *words, uint64_t value)
{
	for (int i = 0; i < WORDS; i++)
		ck_assert_msg(words[i] == value, "word %d has changed", i);
	ck_assert_int_eq(munmap(words, PAGE), 0);
}

static void
address_nowhere(void)
{
	for (int i = 0; i < CALLS; i++) {
		assert_error(call_at(i, 0), "EFAULT");
		assert_error(call_at(i, -1), "EFAULT");
		assert_error(call_at(i, -4095), "EFAULT");
	}
}

static void
address_misaligned(void)
{
	uint64_t *words = words_new(PATTERN);

	for (int i = 0; i < CALLS; i++)
		for (int offset = 1; offset < calls[i].size; offset++)
			assert_error(call_at(i, (int64_t)(uintptr_t)words + 8 + offset), "EINVAL");
	words_end(words, PATTERN);
}

static void
address_too_wide(void)
{
	if (sizeof(void *) == sizeof(int64_t)) {
		note("addresses of 64 bits: none is too wide");
		return;
	}
	for (int i = 0; i < CALLS; i++) {
		assert_error(call_at(i, (int64_t)1 << 32), "EOVERFLOW");
		assert_error(call_at(i, INT64_MIN), "EOVERFLOW");
	}
}

static void
value_too_wide(void)
{
	static const int64_t values[] = { (int64_t)INT32_MIN - 1, (int64_t)UINT32_MAX + 1, INT64_MIN, INT64_MAX };
	uint64_t *words = words_new(PATTERN);
	int64_t address = (int64_t)(uintptr_t)words + 8;

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		assert_error(call("pshm_atomic_store32", address, values[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_update32", address, PSHM_ATOMIC_EXCHANGE, values[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_compare_exchange32", address, values[i], 0), "EOVERFLOW");
		assert_error(call("pshm_atomic_compare_exchange32", address, 0, values[i]), "EOVERFLOW");
		assert_error(call("pshm_atomic_wait", address, values[i], -1), "EOVERFLOW");
	}
	words_end(words, PATTERN);
}

static void
operation_unknown(void)
{
	static const int operations[] = { 0, 6, -1, INT_MIN, INT_MAX };
	uint64_t *words = words_new(PATTERN);
	int64_t address = (int64_t)(uintptr_t)words + 8;

	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
		assert_error(call("pshm_atomic_update32", address, operations[i], 1), "EINVAL");
		assert_error(call("pshm_atomic_update64", address, operations[i], 1, NULL), "EINVAL");
	}
	words_end(words, PATTERN);
}

static void
value_nowhere(void)
{
	uint64_t *words = words_new(PATTERN);

	assert_error(call("pshm_atomic_load64", (int64_t)(uintptr_t)words, NULL), "EFAULT");
	words_end(words, PATTERN);
}

static void
would_wait(void)
{
	uint64_t *words = words_new(0);

	assert_error(call("pshm_atomic_wait", (int64_t)(uintptr_t)words, 0, 0), "EAGAIN");
	assert_result(call("pshm_atomic_wait", (int64_t)(uintptr_t)words, 1, 0), 0);
	words_end(words, 0);
}

static void
wake_nobody(void)
{
	uint64_t *words = words_new(0);

	assert_error(call("pshm_atomic_wake", (int64_t)(uintptr_t)words, 0), "EINVAL");
	assert_error(call("pshm_atomic_wake", (int64_t)(uintptr_t)words, -1), "EINVAL");
	assert_error(call("pshm_atomic_wake", (int64_t)(uintptr_t)words, INT_MIN), "EINVAL");
	words_end(words, 0);
}

static void
no_process(void)
{
	int64_t mine = assert_success(call("pshm_process_self"));
	const int64_t values[] = {
		0, -1, INT64_MIN, mine | INT64_MIN, mine & ~(int64_t)0x3fffff, mine | (int64_t)1 << 22, mine | (int64_t)1 << 23
	};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_error(call("pshm_process_alive", values[i]), "EINVAL");
}

static void
lock_held(void)
{
	uint64_t *words = words_new(ANOTHERS);

	assert_error(call("pshm_lock_acquire", (int64_t)(uintptr_t)words, 0), has("atomic-64") ? "EAGAIN" : "ENOTSUP");
	words_end(words, ANOTHERS);
}

static void
lock_of_others(void)
{
	static const uint64_t values[] = { 0, ANOTHERS };

	for (int i = 0; i < 2; i++) {
		uint64_t *words = words_new(values[i]);

		assert_error(call("pshm_lock_release", (int64_t)(uintptr_t)words), has("atomic-64") ? "EPERM" : "ENOTSUP");
		assert_error(call("pshm_lock_mark_repaired", (int64_t)(uintptr_t)words), has("atomic-64") ? "EPERM" : "ENOTSUP");
		words_end(words, values[i]);
	}
}

static void
nameable_and_huge(void)
{
	assert_error(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE | PSHM_ANONYMOUS_HUGE),
	             "ENOTSUP");
}

/* An object that can be published; where there is none, one that cannot. */
static int
publishable(void)
{
	int flags = has("publish") ? PSHM_ANONYMOUS_NAMEABLE : 0;

	return (int)assert_success(call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0600, flags));
}

static void
publish_option(void)
{
	static const int options[] = { PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_EXISTS_TRUNCATE, 6, -1, INT_MIN, INT_MAX };
	int fd = publishable();

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		assert_error(call("pshm_publish", fd, name_of("option"), options[i]), "EINVAL");
	ck_assert(!object_exists(name_of("option")));
	close_now(fd);
}

static void
publish_twice(void)
{
	const char *error = has("publish") ? "EXDEV" : "ENOTSUP EXDEV";
	int fd = object_open_new(name_of("named"), 0);

	assert_error(call("pshm_publish", fd, name_of("twice"), 0), error);
	object_remove(name_of("named"));
	assert_error(call("pshm_publish", fd, name_of("twice"), 0), error);
	close_now(fd);
	fd = memfd_create("memfd", MFD_CLOEXEC);
	assert_error(call("pshm_publish", fd, name_of("twice"), PSHM_IF_EXISTS_SUPERSEDE), error);
	close(fd);
	ck_assert(!object_exists(name_of("twice")));
}

static void
publish_descriptor(void)
{
	bool is_file = has("list");
	int directory = open(OBJECT_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	assert_error(call("pshm_publish", -1, name_of("none"), 0), "EBADF");
	assert_error(call("pshm_publish", INT_MAX, name_of("none"), 0), "EBADF");
	assert_error(call("pshm_publish", ends[0], name_of("none"), 0), is_file ? "ENODEV" : "ENOTSUP");
	assert_error(call("pshm_publish", directory, name_of("none"), 0), is_file ? "EISDIR" : "ENOTSUP");
	ck_assert(!object_exists(name_of("none")));
	close(directory);
	close(ends[0]);
	close(ends[1]);
}

static void
publish_taken(void)
{
	int fd = publishable();

	object_make(name_of("taken"), 0600, 7);
	assert_error(call("pshm_publish", fd, name_of("taken"), PSHM_IF_EXISTS_ERROR),
	             has("publish") ? "EEXIST" : "ENOTSUP EXDEV EEXIST");
	assert_result(call("pshm_set_errno", 0), 0);
	assert_error(call("pshm_publish", fd, name_of("taken"), PSHM_IF_EXISTS_NIL),
	             has("publish") ? "EEXIST" : "ENOTSUP EXDEV EEXIST");
	if (has("publish"))
		assert_result(call("pshm_errno"), 0);
	ck_assert_int_eq(object_status(name_of("taken")).st_size, 7);
	object_remove(name_of("taken"));
	close_now(fd);
}

static void
wait_option(void)
{
	for (int timeout = 0; timeout >= -1; timeout--) {
		assert_error(call("pshm_open_wait", name_of("none"), 1, 0, timeout), "EINVAL");
		assert_error(call("pshm_open_wait", name_of("none"), -1, 0, timeout), "EINVAL");
		assert_error(call("pshm_open_wait", name_of("none"), PSHM_DIRECTION_IO, -1, timeout), "EINVAL");
		assert_error(call("pshm_open_wait", name_of("none"), PSHM_DIRECTION_IO, INT64_MIN, timeout), "EINVAL");
	}
}

static void
wait_for_nothing(void)
{
	int next = descriptor_next();

	assert_error(call("pshm_open_wait", name_of("none"), PSHM_DIRECTION_INPUT, 0, 0), "EAGAIN");
	object_make(name_of("small"), 0600, 7);
	assert_error(call("pshm_open_wait", name_of("small"), PSHM_DIRECTION_INPUT, 8, 0), "EAGAIN");
	assert_error(call("pshm_open_wait", name_of("small"), PSHM_DIRECTION_INPUT, INT64_MAX, 0), "EAGAIN");
	ck_assert_int_eq(chmod(path_of(name_of("small")), 0), 0);
	assert_error(call("pshm_open_wait", name_of("small"), PSHM_DIRECTION_INPUT, 0, 0),
	             has("list") || geteuid() == 0 ? "EAGAIN" : "EACCES");
	object_remove(name_of("small"));
	ck_assert_int_eq(descriptor_next(), next);
}

const struct bad_row bad_sync[] = {
	{ "atomics, wait, wake and locks", "address 0; -1; -4095", "-EFAULT", address_nowhere },
	{ "atomics, wait, wake and locks", "an address that is no multiple of the word's size",
	  "-EINVAL; nothing around it is touched", address_misaligned },
	{ "atomics, wait, wake and locks", "an address that the platform's pointers do not hold", "-EOVERFLOW", address_too_wide },
	{ "atomic_store32, atomic_update32, atomic_compare_exchange32, atomic_wait", "a value below -2^31 or above 2^32-1",
	  "-EOVERFLOW; the word as before", value_too_wide },
	{ "atomic_update32, atomic_update64", "an unknown operation", "-EINVAL; the word as before", operation_unknown },
	{ "atomic_load64", "NULL for the value", "-EFAULT", value_nowhere },
	{ "atomic_wait", "timeout 0, and the word has the value", "-EAGAIN", would_wait },
	{ "atomic_wake", "count 0 or negative", "-EINVAL", wake_nobody },
	{ "process_alive", "0; negative; no process number in it; a lock's flag in it", "-EINVAL", no_process },
	{ "lock_acquire", "timeout 0 of a lock that is held", "-EAGAIN; the owner as before", lock_held },
	{ "lock_release, lock_mark_repaired", "a lock that is free, or another process's", "-EPERM; the lock as before",
	  lock_of_others },
	{ "open_anonymous", "nameable and huge at once", "-ENOTSUP", nameable_and_huge },
	{ "publish", "an option that is neither error, supersede nor nil", "-EINVAL; no name", publish_option },
	{ "publish", "a named object; one that had a name; an anonymous one that cannot have one", "-EXDEV; no name",
	  publish_twice },
	{ "publish", "a bad descriptor; one of a pipe or a directory",
	  "-EBADF; -ENODEV, -EISDIR; where nothing can be published -ENOTSUP", publish_descriptor },
	{ "publish", "a name that is taken, with error and with nil",
	  "-EEXIST; after nil not recorded; the object that has it as before", publish_taken },
	{ "open_wait", "an unknown direction; a negative size", "-EINVAL at once, whatever the timeout", wait_option },
	{ "open_wait", "timeout 0: no object; too small a one; one without permissions", "-EAGAIN; nothing is opened",
	  wait_for_nothing },
	{ NULL, NULL, NULL, NULL },
};
