/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is the object. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE };

static int64_t
map_shared(int fd, int64_t length, int protections)
{
	int64_t address = call("pshm_mmap", 0, length, protections, PSHM_MAP_SHARED, fd, 0);

	assert_success(address);
	ck_assert(address % page() == 0);
	return address;
}

static void
unmap(int64_t address, int64_t length)
{
	assert_result(call("pshm_munmap", address, length), 0);
	assert_nothing_mapped(address);
}

static void
look_for_hello(void *unused)
{
	int fd = open(path_of(name_of("shared")), O_RDONLY | O_CLOEXEC);
	char bytes[5];

	(void)unused;
	ck_assert_int_eq(pread(fd, bytes, 5, 0), 5);
	ck_assert_mem_eq(bytes, "hello", 5);
	close(fd);
}

START_TEST(stores_are_seen_by_another_process)
{
	const char *name = name_of("shared");
	int fd = object_open_new(name, page());
	int64_t address = map_shared(fd, page(), READ_WRITE);

	ck_assert_str_eq(protections_at(address), "rw-s");
	memcpy(memory_at(address), "hello", 5);
	in_child(look_for_hello, NULL);
	unmap(address, page());
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(private_stores_stay_private)
{
	int fd = object_open_new(name_of("private"), page());
	int64_t address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_PRIVATE, fd, 0));
	char byte = 'x';

	ck_assert_str_eq(protections_at(address), "rw-p");
	memory_at(address)[0] = 'y';
	ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 0);
	unmap(address, page());
	close_now(fd);
	object_remove(name_of("private"));
}
END_TEST

START_TEST(protections_are_the_ones_asked_for)
{
	static const char *const written[] = { "---s", "r--s", "-w-s", "rw-s" };
	int fd = object_open_new(name_of("protections"), page());

	for (int protections = 0; protections < 4; protections++) {
		int64_t address = map_shared(fd, page(), protections);

		ck_assert_str_eq(protections_at(address), written[protections]);
		for (int other = 0; other < 4; other++) {
			assert_result(call("pshm_mprotect", address, page(), other), 0);
			ck_assert_str_eq(protections_at(address), written[other]);
		}
		unmap(address, page());
	}
	close_now(fd);
	object_remove(name_of("protections"));
}
END_TEST

START_TEST(a_reader_gets_no_writable_memory)
{
	const char *name = name_of("reader");
	int64_t address;
	int fd;

	object_make(name, 0600, page());
	fd = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0));
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED, fd, 0),
	             strcmp(interpose_platform_name(), "macos") == 0 ? "EPERM" : "EACCES");
	address = map_shared(fd, page(), PSHM_PROT_READ);
	assert_error(call("pshm_mprotect", address, page(), READ_WRITE), "EACCES");
	ck_assert_str_eq(protections_at(address), "r--s");
	unmap(address, page());
	address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_PRIVATE, fd, 0));
	ck_assert_str_eq(protections_at(address), "rw-p");
	unmap(address, page());
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(the_offset_is_heeded)
{
	int fd = object_open_new(name_of("offset"), 3 * page());
	int64_t address;

	ck_assert_int_eq(pwrite(fd, "there", 5, 2 * page()), 5);
	address = assert_success(call("pshm_mmap", 0, page(), PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 2 * page()));
	ck_assert_mem_eq(memory_at(address), "there", 5);
	unmap(address, page());
	close_now(fd);
	object_remove(name_of("offset"));
}
END_TEST

START_TEST(a_fixed_address_is_the_one)
{
	int fd = object_open_new(name_of("fixed"), page());
	int64_t free_address = assert_success(
	        call("pshm_mmap", 0, 2 * page(), PSHM_PROT_NONE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));

	assert_result(call("pshm_mmap", free_address + page(), page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, fd, 0),
	              free_address + page());
	ck_assert_str_eq(protections_at(free_address), "---p");
	ck_assert_str_eq(protections_at(free_address + page()), "rw-s");
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", free_address + 1, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED, fd, 0), "EINVAL");
	unmap(free_address, 2 * page());
	close_now(fd);
	object_remove(name_of("fixed"));
}
END_TEST

START_TEST(anonymous_memory_is_of_no_object)
{
	int64_t address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));

	memory_at(address)[page() - 1] = 1;
	ck_assert_str_eq(protections_at(address), "rw-p");
	unmap(address, page());
	address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0));
	ck_assert_str_eq(protections_at(address), "rw-s");
	unmap(address, page());
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, 0, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_PRIVATE, -1, 0), "EBADF");
}
END_TEST

START_TEST(populating_brings_every_page_in)
{
	int fd = object_open_new(name_of("populate"), 8 * page());
	int64_t address;

	if (!has("populate")) {
		assert_error(call("pshm_mmap", 0, 8 * page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0), "ENOTSUP");
		skip("populate");
	} else {
		address = assert_success(call("pshm_mmap", 0, 8 * page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0));
		ck_assert_int_eq(mapping_figure(address, "Rss"), 8 * page() / 1024);
		ck_assert_int_eq(descriptor_status(fd).st_blocks, 8 * page() / 512);
		unmap(address, 8 * page());
		address = assert_success(
		        call("pshm_mmap", 0, 8 * page(), PSHM_PROT_READ, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0));
		ck_assert_int_eq(mapping_figure(address, "Rss"), 8 * page() / 1024);
		unmap(address, 8 * page());
		address = assert_success(
		        call("pshm_mmap", 0, 8 * page(), PSHM_PROT_WRITE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0));
		ck_assert_int_eq(mapping_figure(address, "Rss"), 8 * page() / 1024);
		unmap(address, 8 * page());
		assert_error(call("pshm_mmap", 0, 9 * page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0), "ENOSPC");
	}
	assert_error(call("pshm_mmap", 0, page(), PSHM_PROT_NONE, PSHM_MAP_SHARED | PSHM_MAP_POPULATE, fd, 0), "EINVAL");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("populate"));
}
END_TEST

START_TEST(locking_locks)
{
	int fd = object_open_new(name_of("lock"), page());
	int64_t address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0));

	ck_assert_int_eq(mapping_figure(address, "Locked"), page() / 1024);
	unmap(address, page());
	interpose_fail(CALL_mlock, 1, error_of_name("EAGAIN"));
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0), "EAGAIN");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("lock"));
}
END_TEST

START_TEST(only_what_can_be_touched_is_locked)
{
	int fd = object_open_new(name_of("lock"), page());

	assert_error(call("pshm_mmap", 0, 2 * page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0), "ENOMEM");
	assert_error(call("pshm_mmap", 0, page(), PSHM_PROT_NONE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0), "ENOMEM");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("lock"));
}
END_TEST

/*
 * Every kind of memory, of a length that is a byte more than a page: the figure of smaps is that of both pages. Between pages
 * without access no mapping is merged with its neighbour.
 */
static void
check_each_kind(int flag, const char *figure)
{
	static const int kinds[] = { PSHM_MAP_SHARED, PSHM_MAP_PRIVATE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS,
		                     PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS };
	int fd = object_open_new(name_of("kinds"), 2 * page());
	int64_t around = assert_success(
	        call("pshm_mmap", 0, 4 * page(), PSHM_PROT_NONE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		int object = (kinds[i] & PSHM_MAP_ANONYMOUS) != 0 ? -1 : fd;
		int64_t address = assert_success(
		        call("pshm_mmap", around + page(), page() + 1, READ_WRITE, kinds[i] | PSHM_MAP_FIXED | flag, object, 0));

		ck_assert_int_eq(mapping_figure(address, figure), 2 * page() / 1024);
	}
	unmap(around, 4 * page());
	close_now(fd);
	object_remove(name_of("kinds"));
}

START_TEST(every_kind_of_memory_is_populated)
{
	if (has("populate"))
		check_each_kind(PSHM_MAP_POPULATE, "Rss");
	else
		skip("populate");
}
END_TEST

START_TEST(every_kind_of_memory_is_locked)
{
	check_each_kind(PSHM_MAP_LOCK, "Locked");
}
END_TEST

/* What is mapped again after a failure is gone, and what is around it stays. */
START_TEST(a_failure_unmaps_its_mapping_alone)
{
	int64_t around = assert_success(call("pshm_mmap", 0, 4 * page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));

	interpose_fail(CALL_mlock, 0, EAGAIN);
	assert_error(call("pshm_mmap", around + page(), page() + 1, READ_WRITE,
	                  PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_FIXED | PSHM_MAP_LOCK, -1, 0),
	             "EAGAIN");
	interpose_reset();
	assert_nothing_mapped(around + page());
	assert_nothing_mapped(around + 2 * page());
	ck_assert_str_eq(protections_at(around), "rw-p");
	ck_assert_str_eq(protections_at(around + 3 * page()), "rw-p");
	unmap(around, 4 * page());
}
END_TEST

/* mlock(2): the superuser has no limit. With one of 0, and no privilege, nothing may be locked at all. */
static void
lock_beyond_the_limit(void *descriptor)
{
	const struct rlimit one = { (rlim_t)page(), (rlim_t)page() };
	const struct rlimit none = { 0, 0 };
	int fd = *(int *)descriptor;

	if (geteuid() == 0 && !become_nobody()) {
		skip("this user cannot become another one");
		return;
	}
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &one), 0);
	assert_error(call("pshm_mmap", 0, 2 * page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0), "ENOMEM");
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, fd, 0), "EPERM");
}

START_TEST(the_limit_of_locked_memory_is_told)
{
	int fd = object_open_new(name_of("limit"), 2 * page());

	in_child(lock_beyond_the_limit, &fd);
	close_now(fd);
	object_remove(name_of("limit"));
}
END_TEST

static int64_t
map_at(int fd, int64_t address, int64_t length, int flags)
{
	return call("pshm_mmap", address, length, READ_WRITE, PSHM_MAP_SHARED | flags, fd, 0);
}

/* Whatever the system does with the flag: taken by a page at either end, in the middle, as a whole, or not at all. */
static void
check_noreplace(void)
{
	int fd = object_open_new(name_of("noreplace"), page());
	int64_t range = free_range(5 * page());
	int64_t other;

	assert_result(map_at(fd, range + page(), 3 * page(), PSHM_MAP_FIXED_NOREPLACE), range + page());
	for (int first = 0; first <= 3; first++)
		assert_error(map_at(fd, range + first * page(), 2 * page(), PSHM_MAP_FIXED_NOREPLACE), "EEXIST");
	assert_error(map_at(fd, range, 5 * page(), PSHM_MAP_FIXED_NOREPLACE), "EEXIST");
	assert_error(map_at(fd, range + 2 * page(), 1, PSHM_MAP_FIXED_NOREPLACE), "EEXIST");
	ck_assert_int_eq(object_mapping_count(), 1);
	assert_nothing_mapped(range);
	assert_nothing_mapped(range + 4 * page());
	assert_result(map_at(fd, range, page(), PSHM_MAP_FIXED_NOREPLACE), range);
	other = assert_success(map_at(fd, range, page(), 0)); /* a hint goes elsewhere */
	ck_assert(other != range);
	unmap(other, page());
	unmap(range, 4 * page());
	close_now(fd);
	object_remove(name_of("noreplace"));
}

START_TEST(fixed_without_replacing)
{
	check_noreplace();
	interpose_add_traits(NO_NOREPLACE);
	check_noreplace();
}
END_TEST

START_TEST(fixed_without_replacing_reserves_addresses)
{
	int fd = object_open_new(name_of("fixed"), page());
	int64_t range = free_range(page());

	assert_error(map_at(fd, 0, page(), PSHM_MAP_FIXED_NOREPLACE), "EINVAL");
	assert_error(map_at(fd, -1, page(), PSHM_MAP_FIXED_NOREPLACE), "EINVAL");
	assert_error(map_at(fd, range + 1, page(), PSHM_MAP_FIXED_NOREPLACE), "EINVAL");
	assert_error(map_at(fd, range, page(), PSHM_MAP_FIXED | PSHM_MAP_FIXED_NOREPLACE), "EINVAL");
	assert_error(map_at(-1, range, page(), PSHM_MAP_FIXED_NOREPLACE), "EBADF");
	assert_error(call("pshm_map", fd, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED_NOREPLACE, 0), "EINVAL");
	assert_error(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED_NOREPLACE, 0, 1), "EINVAL");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("fixed"));
}
END_TEST

/* A kernel that takes the flag for a hint maps an object of huge pages in whole ones, elsewhere: nothing of it is left. */
START_TEST(a_place_that_is_taken_leaves_no_large_page)
{
	int fd = object_open_new(name_of("large"), 4 * page());
	int64_t taken = map_shared(fd, page(), PSHM_PROT_READ);

	interpose_add_traits(NO_NOREPLACE | LARGE_PAGES);
	assert_error(map_at(fd, taken, page(), PSHM_MAP_FIXED_NOREPLACE), "EEXIST");
	interpose_remove_traits(LARGE_PAGES);
	ck_assert_int_eq(object_mapping_count(), 1);
	ck_assert_str_eq(protections_at(taken), "r--s");
	unmap(taken, page());
	close_now(fd);
	object_remove(name_of("large"));
}
END_TEST

/* Every kind of mapping that a flag may be asked of. */
static void
map_without_dump(int fd, int sharing, bool dumps)
{
	int nodump = dumps ? 0 : PSHM_MAP_NODUMP;
	int64_t address = assert_success(call("pshm_mmap", 0, page(), READ_WRITE, sharing | nodump, fd, 0));

	ck_assert_int_eq(mapping_has_flag(address, "dd"), !dumps);
	unmap(address, page());
	if (fd == -1)
		return;
	address = assert_success(call("pshm_map", fd, page(), READ_WRITE, sharing | nodump, 5));
	ck_assert_int_eq(mapping_has_flag(address, "dd"), !dumps);
	ck_assert_int_eq(mapping_has_flag(address + page() - 1, "dd"), !dumps);
	assert_result(call("pshm_unmap", address, page()), 0);
	address = assert_success(call("pshm_map_prefixed", fd, page(), READ_WRITE, sharing | nodump, 0, 1));
	ck_assert_int_eq(mapping_has_flag(address, "dd"), !dumps);
	assert_result(call("pshm_unmap_prefixed", address, page(), 1), 0);
}

START_TEST(memory_is_left_out_of_core_dumps)
{
	int fd = object_open_new(name_of("nodump"), 2 * page());

	if (lacks("nodump")) {
		assert_error(map_at(fd, 0, page(), PSHM_MAP_NODUMP), "ENOTSUP");
	} else {
		for (int dumps = 0; dumps < 2; dumps++) {
			map_without_dump(fd, PSHM_MAP_SHARED, dumps);
			map_without_dump(fd, PSHM_MAP_PRIVATE, dumps);
			map_without_dump(-1, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, dumps);
			map_without_dump(-1, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, dumps);
		}
	}
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("nodump"));
}
END_TEST

/* Of a length that is a byte more than a page, both pages, and neither of those around them. */
static void
check_advice(int flag, const char *letters)
{
	static const int kinds[] = { PSHM_MAP_SHARED, PSHM_MAP_PRIVATE };
	int fd = object_open_new(name_of("advice"), 2 * page());

	for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
		int kind = kinds[i / 2] | (i % 2 == 0 ? 0 : PSHM_MAP_ANONYMOUS);
		int64_t around = assert_success(
		        call("pshm_mmap", 0, 4 * page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS, -1, 0));
		int64_t address = assert_success(call("pshm_mmap", around + page(), page() + 1, READ_WRITE,
		                                      kind | PSHM_MAP_FIXED | flag, i % 2 == 0 ? fd : -1, 0));

		ck_assert_int_eq(mapping_has_flag(address + page(), letters), mapping_has_flag(address, letters));
		ck_assert(!mapping_has_flag(around, letters));
		ck_assert(!mapping_has_flag(around + 3 * page(), letters));
		unmap(around, 4 * page());
	}
	close_now(fd);
	object_remove(name_of("advice"));
}

START_TEST(advice_is_about_its_mapping_alone)
{
	if (has("nodump"))
		check_advice(PSHM_MAP_NODUMP, "dd");
	if (has("huge-pages"))
		check_advice(PSHM_MAP_HUGE, "hg");
}
END_TEST

START_TEST(memory_that_core_dumps_must_include_is_not_mapped)
{
	int fd = object_open_new(name_of("dump"), page());

	interpose_add_traits(NO_DUMP_ADVICE);
	assert_result(call("pshm_has", "nodump"), 0);
	assert_error(map_at(fd, 0, page(), PSHM_MAP_NODUMP), "ENOTSUP");
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS | PSHM_MAP_NODUMP, -1, 0),
	             "ENOTSUP");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("dump"));
}
END_TEST

/* Of an object of huge pages only whole ones are left out. */
START_TEST(whole_pages_are_left_out_of_core_dumps)
{
	int64_t address;
	int fd;

	if (lacks("nodump") || pages_are_large())
		return;
	fd = object_open_new(name_of("whole"), 4 * page());
	interpose_add_traits(LARGE_PAGES);
	address = assert_success(map_at(fd, 0, page(), PSHM_MAP_NODUMP));
	ck_assert(mapping_has_flag(address, "dd"));
	ck_assert(mapping_has_flag(address + 3 * page(), "dd"));
	interpose_remove_traits(LARGE_PAGES);
	object_mappings_remove();
	close_now(fd);
	object_remove(name_of("whole"));
}
END_TEST

START_TEST(huge_pages_are_asked_for)
{
	int64_t address;

	if (lacks("huge-pages"))
		return;
	interpose_reset();
	address = assert_success(
	        call("pshm_mmap", 0, 4 << 20, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_HUGE, -1, 0));
	ck_assert_int_eq(interpose_count(CALL_madvise), 1);
	unmap(address, 4 << 20);
}
END_TEST

/* Of a length that is a byte more than a page, both pages. */
START_TEST(the_last_page_is_asked_to_be_huge)
{
	int64_t address;

	if (lacks("huge-pages"))
		return;
	address = assert_success(
	        call("pshm_mmap", 0, page() + 1, READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | PSHM_MAP_HUGE, -1, 0));
	ck_assert(mapping_has_flag(address, "hg"));
	ck_assert(mapping_has_flag(address + page(), "hg"));
	unmap(address, page() + 1);
}
END_TEST

/* Whatever the system says to it, and whatever is mapped. */
START_TEST(huge_pages_are_a_hint)
{
	static const char *const refusals[] = { "EINVAL", "ENOMEM", "EPERM", "ENOSYS" };
	int fd = object_open_new(name_of("hint"), page());

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		int64_t address;

		interpose_fail(CALL_madvise, 1, error_of_name(refusals[i]));
		address = assert_success(map_at(fd, 0, page(), PSHM_MAP_HUGE));
		ck_assert_str_eq(protections_at(address), "rw-s");
		unmap(address, page());
	}
	close_now(fd);
	object_remove(name_of("hint"));
}
END_TEST

/* Synchronising is seen where there is a file: what is mapped is in it, and a page that is not mapped is an error. */
START_TEST(mapped_pages_are_written_to_their_file)
{
	char path[] = "/tmp/pshm-msync-XXXXXX";
	int file = mkstemp(path);
	int64_t address;

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(ftruncate(file, 2 * page()), 0);
	address = map_shared(file, 2 * page(), READ_WRITE);
	memory_at(address)[page()] = 'x';
	interpose_reset();
	assert_result(call("pshm_msync", address + page(), 1, PSHM_MS_SYNC), 0);
	ck_assert_int_eq(interpose_count(CALL_msync), 1);
	assert_result(call("pshm_msync", address, 2 * page(), PSHM_MS_ASYNC), 0);
	assert_result(call("pshm_msync", address, 2 * page(), PSHM_MS_SYNC | PSHM_MS_INVALIDATE), 0);
	assert_result(call("pshm_msync", address, 2 * page(), PSHM_MS_ASYNC | PSHM_MS_INVALIDATE), 0);
	assert_result(call("pshm_msync", address, 0, PSHM_MS_SYNC), 0);
	interpose_fail(CALL_msync, 1, error_of_name("EINTR"));
	assert_result(call("pshm_msync", address, page(), PSHM_MS_SYNC), 0);
	ck_assert_int_eq(interpose_count(CALL_msync), 2);
	interpose_fail(CALL_msync, 1, error_of_name("EIO"));
	assert_error(call("pshm_msync", address, page(), PSHM_MS_SYNC), "EIO");
	interpose_reset();
	unmap(address, 2 * page());
	close(file);
	unlink(path);
}
END_TEST

/* msync(2): a page that is locked is EBUSY to invalidating, and to it only. So each flag is seen to arrive. */
START_TEST(the_flags_of_synchronising_reach_the_system)
{
	int fd = object_open_new(name_of("sync"), page());
	int64_t address = assert_success(map_at(fd, 0, page(), PSHM_MAP_LOCK));

	assert_result(call("pshm_msync", address, page(), PSHM_MS_SYNC), 0);
	ck_assert_int_eq(interpose_last_count(), MS_SYNC);
	assert_result(call("pshm_msync", address, page(), PSHM_MS_ASYNC), 0);
	ck_assert_int_eq(interpose_last_count(), MS_ASYNC);
	assert_error(call("pshm_msync", address, page(), PSHM_MS_SYNC | PSHM_MS_INVALIDATE), "EBUSY");
	assert_error(call("pshm_msync", address, page(), PSHM_MS_ASYNC | PSHM_MS_INVALIDATE), "EBUSY");
	unmap(address, page());
	assert_error(call("pshm_msync", address, page(), PSHM_MS_SYNC), "ENOMEM");
	close_now(fd);
	object_remove(name_of("sync"));
}
END_TEST

START_TEST(bad_ranges_are_not_synchronised)
{
	static const int bad_flags[] = { 0,
		                         PSHM_MS_INVALIDATE,
		                         PSHM_MS_SYNC | PSHM_MS_ASYNC,
		                         PSHM_MS_SYNC | 1,
		                         MS_SYNC,
		                         MS_ASYNC,
		                         MS_SYNC | MS_ASYNC,
		                         1 << 27 | PSHM_MS_SYNC,
		                         -1,
		                         INT_MIN };
	int fd = object_open_new(name_of("sync"), page());
	int64_t address = map_shared(fd, page(), PSHM_PROT_READ);

	interpose_reset();
	for (size_t i = 0; i < sizeof bad_flags / sizeof bad_flags[0]; i++)
		assert_error(call("pshm_msync", address, page(), bad_flags[i]), "EINVAL");
	assert_error(call("pshm_msync", 0, page(), PSHM_MS_SYNC), "EINVAL");
	assert_error(call("pshm_msync", -1, page(), PSHM_MS_SYNC), "EINVAL");
	assert_error(call("pshm_msync", -4095, page(), PSHM_MS_SYNC), "EINVAL");
	assert_error(call("pshm_msync", address, -1, PSHM_MS_SYNC), "EINVAL");
	ck_assert_int_eq(interpose_count(CALL_msync), 0);
	assert_error(call("pshm_msync", address + 1, page(), PSHM_MS_SYNC), "EINVAL");
	unmap(address, page());
	close_now(fd);
	object_remove(name_of("sync"));
}
END_TEST

/* proc(5) reports the same of a mapping by a direct call and of ours with the same flag. */
static void
compare_flag(int ours, int native, const char *letters)
{
	void *plain = mmap(NULL, 16 * (size_t)page(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | native, -1, 0);
	int64_t address = assert_success(
	        call("pshm_mmap", 0, 16 * page(), READ_WRITE, PSHM_MAP_PRIVATE | PSHM_MAP_ANONYMOUS | ours, -1, 0));

	ck_assert(plain != MAP_FAILED);
	ck_assert_str_eq(protections_at(address), "rw-p");
	if (mapping_has_flag((int64_t)(uintptr_t)plain, letters))
		ck_assert_msg(mapping_has_flag(address, letters), "the mapping lacks the flag %s", letters);
	else
		note("this system does not report the flag %s of a mapping", letters);
	unmap(address, 16 * page());
	ck_assert_int_eq(munmap(plain, 16 * (size_t)page()), 0);
}

START_TEST(other_flags_reach_the_system)
{
	compare_flag(PSHM_MAP_NORESERVE, MAP_NORESERVE, "nr");
	compare_flag(PSHM_MAP_GROWSDOWN, MAP_GROWSDOWN, "gd");
}
END_TEST

START_TEST(only_private_memory_of_no_object_grows_down)
{
	static const int sharings[] = { PSHM_MAP_SHARED, PSHM_MAP_PRIVATE };
	int fd;

	if (lacks("growsdown"))
		return;
	fd = object_open_new(name_of("down"), page());
	for (size_t i = 0; i < 2; i++)
		assert_error(call("pshm_mmap", 0, page(), READ_WRITE, sharings[i] | PSHM_MAP_GROWSDOWN, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS | PSHM_MAP_GROWSDOWN, -1, 0),
	             "EINVAL");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("down"));
}
END_TEST

START_TEST(bad_arguments_map_nothing)
{
	static const int bad_flags[] = { 0,
		                         3,
		                         MAP_ANONYMOUS | 1,
		                         MAP_NORESERVE | 1,
		                         MAP_GROWSDOWN | 1,
		                         MAP_LOCKED | 1,
		                         MAP_POPULATE | 1,
		                         0x00200001,
		                         0x04000001,
		                         INT_MIN | 1,
		                         -1,
		                         INT_MIN };
	static const int64_t bad_lengths[] = { 0, -1, INT64_MIN };
	int fd = object_open_new(name_of("bad"), page());

	for (size_t i = 0; i < sizeof bad_flags / sizeof bad_flags[0]; i++)
		assert_error(call("pshm_mmap", 0, page(), PSHM_PROT_READ, bad_flags[i], fd, 0), "EINVAL");
	for (size_t i = 0; i < sizeof bad_lengths / sizeof bad_lengths[0]; i++)
		assert_error(call("pshm_mmap", 0, bad_lengths[i], PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), 8, PSHM_MAP_SHARED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), -1, PSHM_MAP_SHARED, fd, 0), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 1), "EINVAL");
	assert_error(call("pshm_mmap", 0, page(), PSHM_PROT_READ, PSHM_MAP_SHARED, fd, -page()), "EINVAL");
	assert_error(call("pshm_mmap", 0, INT64_MAX, PSHM_PROT_READ, PSHM_MAP_SHARED, fd, 0), "ENOMEM EOVERFLOW");
	ck_assert_int_eq(object_mapping_count(), 0);
	close_now(fd);
	object_remove(name_of("bad"));
}
END_TEST

START_TEST(bad_ranges_unmap_nothing)
{
	int fd = object_open_new(name_of("range"), page());
	int64_t address = map_shared(fd, page(), PSHM_PROT_READ);

	assert_error(call("pshm_munmap", 0, page()), "EINVAL");
	assert_error(call("pshm_munmap", -1, page()), "EINVAL");
	assert_error(call("pshm_munmap", -4095, page()), "EINVAL");
	assert_error(call("pshm_munmap", -page(), page()), UINTPTR_MAX == UINT32_MAX ? "EOVERFLOW" : "EINVAL");
	assert_error(call("pshm_munmap", address, 0), "EINVAL");
	assert_error(call("pshm_munmap", address, -1), "EINVAL");
	assert_error(call("pshm_munmap", address + 1, page()), "EINVAL");
	assert_error(call("pshm_mprotect", address, page(), 8), "EINVAL");
	assert_error(call("pshm_mprotect", address, -1, 0), "EINVAL");
	assert_error(call("pshm_mprotect", -1, page(), 0), "EINVAL");
	assert_error(call("pshm_mprotect", -4095, page(), 0), "EINVAL");
	assert_error(call("pshm_mprotect", 0, page(), 0), "EINVAL");
	assert_error(call("pshm_mprotect", 0, 0, 0), "EINVAL");
	assert_error(call("pshm_mprotect", address + 1, page(), 0), "EINVAL");
	assert_result(call("pshm_mprotect", address, 0, 0), 0);
	ck_assert_str_eq(protections_at(address), "r--s");
	unmap(address, page());
	assert_error(call("pshm_mprotect", address, page(), PSHM_PROT_READ), "ENOMEM");
	assert_result(call("pshm_munmap", address, page()), 0);
	close_now(fd);
	object_remove(name_of("range"));
}
END_TEST

/* A range that begins so far above 2^63 was handed on as it is. */
static void
check_high_range(int64_t result, int64_t above, int64_t length)
{
	struct interposed_range range = interpose_last_range();

	assert_result(result, 0);
	ck_assert_msg(range.address == (uint64_t)INT64_MAX + 1 + (uint64_t)above && range.length == (uint64_t)length,
	              "the range was %llx, %llu", (unsigned long long)range.address, (unsigned long long)range.length);
}

/* An address that is negative as an int64_t is no error, unless it is one of the 4095 that are. */
START_TEST(a_high_address_is_an_address)
{
	int fd = object_open_new(name_of("high"), page());

	if (UINTPTR_MAX == UINT32_MAX) {
		skip("addresses have 32 bits");
	} else {
		interpose_add_traits(HIGH_ADDRESSES);
		assert_result(call("pshm_mmap", 0, page(), READ_WRITE, PSHM_MAP_SHARED, fd, 0), INT64_MIN);
		assert_result(call("pshm_map", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0), INT64_MIN);
		assert_result(call("pshm_map", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 5), INT64_MIN + 5);
		interpose_reset();
		assert_result(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, 5), INT64_MIN + page());
		ck_assert_int_eq(interpose_count(CALL_mmap), 3);
		ck_assert_int_eq(interpose_count(CALL_munmap), 0);
		assert_result(call("pshm_map_prefixed", fd, page(), READ_WRITE, PSHM_MAP_SHARED, 0, page()), INT64_MIN + page());
		check_high_range(call("pshm_munmap", INT64_MIN, page()), 0, page());
		check_high_range(call("pshm_munmap", INT64_MIN, 1), 0, 1);
		check_high_range(call("pshm_mprotect", INT64_MIN, page(), PSHM_PROT_READ), 0, page());
		check_high_range(call("pshm_msync", INT64_MIN, page(), PSHM_MS_SYNC), 0, page());
		check_high_range(call("pshm_unmap", INT64_MIN + 5, page()), 0, page() + 5);
		check_high_range(call("pshm_unmap_prefixed", INT64_MIN + page(), page(), 5), 0, 2 * page());
		check_high_range(call("pshm_unmap_prefixed", INT64_MIN + page(), INT64_MAX - page(), 5), 0, INT64_MAX);
		check_high_range(call("pshm_munmap", -2 * page(), page()), INT64_MAX - 2 * page() + 1, page());
		check_high_range(call("pshm_munmap", -4096, 1), INT64_MAX - 4095, 1);
		interpose_remove_traits(HIGH_ADDRESSES);
	}
	close_now(fd);
	object_remove(name_of("high"));
}
END_TEST

/* Address 0 and the values that are errors name no mapping, whatever the system would say to the page below or around them. */
START_TEST(no_mapping_is_at_an_error)
{
	static const int64_t errors[] = { 0, -1, -2, -100, -4094, -4095 };

	interpose_add_traits(HIGH_ADDRESSES);
	interpose_reset();
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		assert_error(call("pshm_munmap", errors[i], 1), "EINVAL");
		assert_error(call("pshm_unmap", errors[i], 1), "EINVAL");
		assert_error(call("pshm_unmap_prefixed", errors[i], 1, 1), "EINVAL");
		assert_error(call("pshm_mprotect", errors[i], 1, PSHM_PROT_READ), "EINVAL");
		assert_error(call("pshm_msync", errors[i], 1, PSHM_MS_SYNC), "EINVAL");
	}
	ck_assert_int_eq(interpose_count(CALL_munmap) + interpose_count(CALL_mprotect) + interpose_count(CALL_msync), 0);
	interpose_remove_traits(HIGH_ADDRESSES);
}
END_TEST

START_TEST(a_mapping_is_one_system_call)
{
	int fd = object_open_new(name_of("one"), page());
	int64_t address;

	interpose_reset();
	address = map_shared(fd, page(), READ_WRITE);
	ck_assert_int_eq(interpose_count(CALL_mmap), 1);
	for (int function = 0; function < INTERPOSED; function++)
		ck_assert_msg(function == CALL_mmap || interpose_count((enum interposed)function) == 0, "%s was called",
		              interposed_names[function]);
	unmap(address, page());
	close_now(fd);
	object_remove(name_of("one"));
}
END_TEST

Suite *
ffi_mappings_suite(void)
{
	const TTest *tests[] = { stores_are_seen_by_another_process,
		                 private_stores_stay_private,
		                 protections_are_the_ones_asked_for,
		                 a_reader_gets_no_writable_memory,
		                 the_offset_is_heeded,
		                 a_fixed_address_is_the_one,
		                 anonymous_memory_is_of_no_object,
		                 populating_brings_every_page_in,
		                 every_kind_of_memory_is_populated,
		                 locking_locks,
		                 every_kind_of_memory_is_locked,
		                 only_what_can_be_touched_is_locked,
		                 a_failure_unmaps_its_mapping_alone,
		                 the_limit_of_locked_memory_is_told,
		                 huge_pages_are_asked_for,
		                 the_last_page_is_asked_to_be_huge,
		                 huge_pages_are_a_hint,
		                 fixed_without_replacing,
		                 fixed_without_replacing_reserves_addresses,
		                 a_place_that_is_taken_leaves_no_large_page,
		                 memory_is_left_out_of_core_dumps,
		                 advice_is_about_its_mapping_alone,
		                 memory_that_core_dumps_must_include_is_not_mapped,
		                 whole_pages_are_left_out_of_core_dumps,
		                 mapped_pages_are_written_to_their_file,
		                 the_flags_of_synchronising_reach_the_system,
		                 bad_ranges_are_not_synchronised,
		                 other_flags_reach_the_system,
		                 only_private_memory_of_no_object_grows_down,
		                 bad_arguments_map_nothing,
		                 bad_ranges_unmap_nothing,
		                 a_high_address_is_an_address,
		                 no_mapping_is_at_an_error,
		                 a_mapping_is_one_system_call,
		                 NULL };

	return suite_of("ffi_mappings", 30, tests);
}
