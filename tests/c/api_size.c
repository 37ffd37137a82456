/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes, the pages behind them, and free space. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"
#include "timing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static int64_t
pages_of(int fd)
{
	return (int64_t)descriptor_status(fd).st_blocks * 512;
}

START_TEST(truncating_sets_the_size_and_reserves_nothing)
{
	int fd = anonymous_new(0);

	assert_result(call("pshm_truncate", fd, 8192), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 8192);
	ck_assert_int_eq(pages_of(fd), 0);
	if (has("resize")) {
		assert_result(call("pshm_truncate", fd, 100), 0);
		ck_assert_int_eq(descriptor_status(fd).st_size, 100);
		assert_result(call("pshm_truncate", fd, 0), 0);
		ck_assert_int_eq(descriptor_status(fd).st_size, 0);
	} else {
		assert_error(call("pshm_truncate", fd, 100), "EINVAL");
		ck_assert_int_eq(descriptor_status(fd).st_size, 8192);
	}
	assert_error(call("pshm_truncate", fd, -1), "EINVAL");
	close_now(fd);
}
END_TEST

START_TEST(a_reader_cannot_size)
{
	const char *name = name_of("reader");
	int fd;

	object_make(name, 0600, 4096);
	fd = (int)assert_success(call("pshm_shm_open", name, PSHM_O_RDONLY, 0));
	assert_error(call("pshm_truncate", fd, 0), "EINVAL EBADF");
	assert_error(call("pshm_ftruncate", fd, 0), "EINVAL EBADF");
	assert_error(call("pshm_allocate", fd, 8192), has("allocate") ? "EBADF" : "ENOTSUP");
	ck_assert_int_eq(object_status(name).st_size, 4096);
	close_now(fd);
	object_remove(name);
}
END_TEST

START_TEST(allocating_gives_pages)
{
	static const int64_t sizes[] = { 1, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 3 * MIB + 5, 8 * MIB };

	if (lacks("allocate"))
		return;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int fd = anonymous_new(0);

		assert_result(call("pshm_allocate", fd, sizes[i]), 0);
		ck_assert_int_eq(descriptor_status(fd).st_size, sizes[i]);
		ck_assert_int_eq(pages_of(fd), (sizes[i] + page() - 1) / page() * page());
		close_now(fd);
	}
}
END_TEST

/* Holes below the old end are filled, bytes stay, and a larger object keeps its size. */
START_TEST(allocating_fills_holes_and_never_shrinks)
{
	char byte = 0;
	int fd;

	if (lacks("allocate"))
		return;
	fd = object_open_new(name_of("holes"), 3 * MIB);
	ck_assert_int_eq(pwrite(fd, "x", 1, MIB), 1);
	assert_result(call("pshm_allocate", fd, 2 * MIB), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 3 * MIB);
	ck_assert_int_eq(pages_of(fd), 2 * MIB);
	ck_assert_int_eq(pread(fd, &byte, 1, MIB), 1);
	ck_assert_int_eq(byte, 'x');
	assert_result(call("pshm_allocate", fd, 4 * MIB), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 4 * MIB);
	ck_assert_int_eq(pages_of(fd), 4 * MIB);
	assert_result(call("pshm_allocate", fd, 4096), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 4 * MIB);
	assert_result(call("pshm_truncate", fd, INT64_MAX), 0);
	assert_result(call("pshm_allocate", fd, 5 * MIB), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, INT64_MAX);
	ck_assert_int_eq(pages_of(fd), 5 * MIB);
	close_now(fd);
	object_remove(name_of("holes"));
}
END_TEST

START_TEST(allocating_nothing_does_nothing)
{
	int fd;

	if (lacks("allocate"))
		return;
	fd = anonymous_new(100);
	interpose_reset();
	assert_result(call("pshm_allocate", fd, 0), 0);
	ck_assert_int_eq(interpose_count(CALL_fallocate), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 100);
	ck_assert_int_eq(pages_of(fd), 0);
	assert_error(call("pshm_allocate", fd, -1), "EINVAL");
	assert_error(call("pshm_allocate", fd, INT64_MIN), "EINVAL");
	assert_error(call("pshm_allocate", fd, INT64_MAX), "EFBIG ENOSPC EINVAL");
	ck_assert_int_eq(descriptor_status(fd).st_size, 100);
	ck_assert_int_eq(pages_of(fd), 0);
	close_now(fd);
}
END_TEST

/* The layouts of an object before more is allocated than there is. */
static const struct layout {
	int64_t size;
	int64_t pages_from;
	int64_t pages;
} layouts[] = {
	{ 0, 0, 0 },
	{ 100, 0, 0 },
	{ 300 * 1024, 0, 0 },
	{ 300 * 1024, 0, 300 * 1024 },
	{ 300 * 1024, 64 * 1024, 64 * 1024 },
	{ 100, 0, 256 * 1024 },
	{ 64 * 1024 + 7, 128 * 1024, 64 * 1024 },
};

static void
lay_out(int fd, const struct layout *layout)
{
	ck_assert_int_eq(ftruncate(fd, layout->size), 0);
	if (layout->pages > 0)
		ck_assert_int_eq(fallocate(fd, FALLOC_FL_KEEP_SIZE, layout->pages_from, layout->pages), 0);
}

static void
ask_for(int64_t size, const struct layout *layout, bool looks_first)
{
	int fd = open(path_of(name_of("small")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int64_t pages;

	lay_out(fd, layout);
	pages = pages_of(fd);
	if (!looks_first)
		interpose_fail(CALL_fstatfs, 0, EIO);
	else
		interpose_reset();
	assert_error(call("pshm_allocate", fd, size), "ENOSPC EFBIG");
	ck_assert_int_eq(interpose_count(CALL_fallocate), looks_first ? 0 : 1);
	interpose_reset();
	ck_assert_int_eq(descriptor_status(fd).st_size, layout->size);
	ck_assert_int_eq(pages_of(fd), pages);
	close(fd);
	object_remove(name_of("small"));
}

/*
 * In a file system of 1 MiB, of which another object has three pages: a request that cannot be met fails before anything is
 * reserved, and otherwise in the kernel.
 */
static void
ask_for_too_much(void *unused)
{
	static const int64_t requests[] = { MIB, MIB - 8192, 8 * MIB, MIB + 1, INT64_MAX, INT64_MAX - 5, (int64_t)1 << 40 };

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	object_make(name_of("part"), 0600, 0);
	assert_result(call("pshm_allocate", open(path_of(name_of("part")), O_RDWR | O_CLOEXEC), 12288), 0);
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		for (size_t j = 0; j < sizeof requests / sizeof requests[0]; j++) {
			ask_for(requests[j], &layouts[i], true);
			ask_for(requests[j], &layouts[i], false);
		}
	}
}

START_TEST(too_much_is_an_error_and_the_object_as_before)
{
	if (lacks("allocate"))
		return;
	in_child(ask_for_too_much, NULL);
}
END_TEST

static void
truncate_and_touch(void *unused)
{
	char *memory;
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m"))
		return;
	fd = object_open_new(name_of("touch"), 8 * MIB);
	memory = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(memory, 1, 8 * MIB);
}

static void
allocate_and_touch(void *unused)
{
	char *memory;
	int fd;

	(void)unused;
	ck_assert(private_shm_make("size=1m"));
	fd = object_open_new(name_of("touch"), 0);
	assert_error(call("pshm_allocate", fd, 8 * MIB), "ENOSPC");
	assert_result(call("pshm_allocate", fd, MIB / 2), 0);
	memory = mmap(NULL, MIB / 2, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert(memory != MAP_FAILED);
	memset(memory, 1, MIB / 2);
}

/* Why there is pshm_allocate: the same request, as an error and as a SIGBUS. */
START_TEST(a_full_place_is_an_error_and_not_a_signal)
{
	if (lacks("allocate") || lacks("resize"))
		return;
	if (!shm_is_private()) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	ck_assert_int_eq(signal_of_child(truncate_and_touch, NULL), SIGBUS);
	in_child(allocate_and_touch, NULL);
}
END_TEST

static void
allocates(int fd, int64_t size)
{
	assert_result(call("pshm_allocate", fd, size), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, size);
	ck_assert_int_eq(pages_of(fd), (size + page() - 1) / page() * page());
}

static void
does_not_allocate(int fd, int64_t size)
{
	struct stat before = descriptor_status(fd);

	assert_error(call("pshm_allocate", fd, size), "ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, before.st_size);
	ck_assert_int_eq(descriptor_status(fd).st_blocks, before.st_blocks);
}

/* Exactly what is free, and no byte more. What the object has already is not asked for again. */
static void
allocate_to_the_limit(void *unused)
{
	int other;
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = object_open_new(name_of("more"), 0);
	other = object_open_new(name_of("other"), 0);
	does_not_allocate(fd, MIB + 1);
	allocates(fd, MIB / 4 * 3);
	does_not_allocate(other, MIB / 4 + 1);
	allocates(fd, MIB / 8 * 7);
	allocates(other, MIB / 8 - page());
	does_not_allocate(fd, MIB / 8 * 7 + page() + 1);
	allocates(fd, MIB / 8 * 7 + page());
	does_not_allocate(other, MIB / 8 - page() + 1);
	allocates(other, MIB / 8 - page());
	close_now(fd);
	close_now(other);
}

START_TEST(free_space_can_be_allocated_and_no_more)
{
	if (lacks("allocate"))
		return;
	in_child(allocate_to_the_limit, NULL);
}
END_TEST

START_TEST(a_seal_is_met_before_any_page_is_taken)
{
	int fd;

	if (lacks("allocate") || lacks("seals"))
		return;
	fd = anonymous_new(100);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_GROW), 0);
	assert_error(call("pshm_allocate", fd, 200), "EPERM");
	ck_assert_int_eq(descriptor_status(fd).st_size, 100);
	ck_assert_int_eq(pages_of(fd), 0);
	assert_result(call("pshm_allocate", fd, 100), 0);
	ck_assert_int_eq(pages_of(fd), page());
	close_now(fd);
}
END_TEST

/* Growth by another process meanwhile is not cut, and none of its pages is released. */
START_TEST(growth_by_others_stays)
{
	int fd;

	if (lacks("allocate"))
		return;
	fd = object_open_new(name_of("others"), 5000);
	interpose_add_traits(OTHERS_GROW);
	assert_error(call("pshm_allocate", fd, 100000), "ENOSPC");
	ck_assert_int_gt(descriptor_status(fd).st_size, 5000);
	interpose_remove_traits(OTHERS_GROW);
	close_now(fd);
	object_remove(name_of("others"));
}
END_TEST

/* Signals that come all the time delay the work and do not keep it from ending. */
START_TEST(interruptions_do_not_keep_it_from_ending)
{
	int fd;

	if (lacks("allocate"))
		return;
	fd = object_open_new(name_of("signals"), 16 * MIB);
	interruptions_start(0, 2000);
	assert_result(call("pshm_allocate", fd, 64 * MIB), 0);
	(void)interruptions_stop();
	ck_assert_int_eq(pages_of(fd), 64 * MIB);
	close_now(fd);
	object_remove(name_of("signals"));
}
END_TEST

/* Each of the calls is repeated for as long as it is interrupted. */
START_TEST(an_interrupted_call_is_repeated)
{
	int fd;

	if (lacks("allocate") || lacks("discard"))
		return;
	fd = anonymous_new(2 * page());
	for (int times = 1; times <= 3; times++) {
		interpose_fail_first(CALL_fallocate, times, EINTR);
		assert_result(call("pshm_allocate", fd, page()), 0);
		ck_assert_int_eq(interpose_count(CALL_fallocate), times + 1);
		ck_assert_int_eq(pages_of(fd), page());
		interpose_fail_first(CALL_fallocate, times, EINTR);
		assert_result(call("pshm_discard", fd, 0, page()), 0);
		ck_assert_int_eq(interpose_count(CALL_fallocate), times + 1);
		ck_assert_int_eq(pages_of(fd), 0);
		interpose_fail_first(CALL_fallocate, times, EINTR);
		assert_result(call("pshm_fallocate", fd, page(), 1), 0);
		ck_assert_int_eq(interpose_count(CALL_fallocate), times + 1);
		ck_assert_int_eq(pages_of(fd), page());
		assert_result(call("pshm_discard", fd, 0, 2 * page()), 0);
		interpose_reset();
	}
	close_now(fd);
}
END_TEST

static void
assert_same_mask(const sigset_t *one, const sigset_t *other)
{
	for (int signal = 1; signal < 32; signal++)
		ck_assert_int_eq(sigismember(one, signal), sigismember(other, signal));
}

static sigset_t
mask_now(void)
{
	sigset_t mask;

	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
	return mask;
}

/* After an interruption every signal waits that can; otherwise none, and the mask is put back whatever comes of it. */
START_TEST(signals_wait_after_an_interruption)
{
	sigset_t before;
	sigset_t during;
	sigset_t after;
	int fd;

	if (lacks("allocate"))
		return;
	sigemptyset(&before);
	sigaddset(&before, SIGUSR2);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
	fd = anonymous_new(8192);
	assert_result(call("pshm_allocate", fd, 4096), 0);
	during = interpose_last_mask();
	assert_same_mask(&before, &during);
	for (int seals = 0; seals <= (has("seals") ? PSHM_SEAL_GROW : 0); seals += PSHM_SEAL_GROW) {
		if (seals != 0)
			assert_result(call("pshm_seal", fd, seals), 0);
		interpose_fail(CALL_fallocate, 1, EINTR);
		assert_result(call("pshm_allocate", fd, 12288), seals == 0 ? 0 : -EPERM);
		interpose_reset();
		assert_result(ftruncate(fd, 8192), 0);
		after = mask_now();
		assert_same_mask(&before, &after);
	}
	interpose_fail(CALL_fallocate, 1, EINTR);
	assert_result(call("pshm_allocate", fd, 8192), 0);
	interpose_reset();
	during = interpose_last_mask();
	for (int signal = 1; signal < 32; signal++)
		ck_assert_int_eq(sigismember(&during, signal), signal != SIGKILL && signal != SIGSTOP);
	close_now(fd);
}
END_TEST

/* A sandbox answers EPERM to a call that it does not know, whatever the object is. */
static void
in_a_sandbox(void *unused)
{
	int named = object_open_new(name_of("sandbox"), 2 * page());
	int fd = anonymous_new(2 * page());

	(void)unused;
	ck_assert_int_eq(pwrite(fd, "x", 1, 0), 1);
	if (!system_call_forbid(SYS_fallocate, EPERM)) {
		skip("no seccomp filter can be installed");
		return;
	}
	assert_error(call("pshm_allocate", fd, page()), "ENOTSUP");
	assert_error(call("pshm_allocate", named, 3 * page()), "ENOTSUP");
	assert_error(call("pshm_fallocate", fd, 0, page()), "ENOTSUP");
	assert_error(call("pshm_discard", fd, 0, page()), "ENOTSUP");
	assert_result(call("pshm_has", "allocate"), 0);
	assert_result(call("pshm_has", "discard"), 0);
	ck_assert_int_eq(pages_of(fd), page());
	ck_assert_int_eq(descriptor_status(named).st_size, 2 * page());
	object_remove(name_of("sandbox"));
}

START_TEST(a_sandbox_is_no_seal)
{
	int fd;

	if (lacks("allocate") || lacks("discard"))
		return;
	in_child(in_a_sandbox, NULL);
	if (lacks("seals"))
		return;
	fd = anonymous_new(8192);
	assert_result(call("pshm_seal", fd, PSHM_SEAL_GROW | PSHM_SEAL_WRITE), 0);
	assert_error(call("pshm_allocate", fd, 12288), "EPERM");
	assert_error(call("pshm_fallocate", fd, 0, 12288), "EPERM");
	assert_error(call("pshm_discard", fd, 0, 4096), "EPERM");
	close_now(fd);
}
END_TEST

/* Bytes 'x' in four pages, of which a part is discarded: it is zero, in a mapping too, and whole pages are free. */
static void
discard_part(int64_t offset, int64_t length, int64_t pages_left)
{
	int64_t size = 4 * page();
	int fd = anonymous_new(size);
	char *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ck_assert(memory != MAP_FAILED);
	memset(memory, 'x', (size_t)size);
	assert_result(call("pshm_discard", fd, offset, length), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, size);
	ck_assert_int_eq(pages_of(fd), pages_left * page());
	for (int64_t i = 0; i < size; i++)
		ck_assert_int_eq(memory[i], i >= offset && i - offset < length ? 0 : 'x');
	munmap(memory, (size_t)size);
	close_now(fd);
}

START_TEST(discarding_gives_pages_back_and_keeps_the_size)
{
	if (lacks("discard"))
		return;
	discard_part(0, 4 * page(), 0);
	discard_part(0, INT64_MAX, 0);
	discard_part(page(), page(), 3);
	discard_part(page(), INT64_MAX - page(), 1);
	discard_part(page() - 1, page() + 2, 3);
	discard_part(1, page(), 4);
	discard_part(page() + 1, 2 * page() - 2, 4);
	discard_part(page() + 1, 2 * page() - 1, 3);
	discard_part(5, 1, 4);
	discard_part(5, 0, 4);
	discard_part(4 * page(), page(), 4);
	discard_part(INT64_MAX, 0, 4);
}
END_TEST

START_TEST(discarding_checks_its_range)
{
	int fd = anonymous_new(2 * page());
	int other;

	assert_error(call("pshm_discard", fd, -1, 1), "EINVAL");
	assert_error(call("pshm_discard", fd, 0, -1), "EINVAL");
	assert_error(call("pshm_discard", fd, INT64_MIN, INT64_MIN), "EINVAL");
	assert_error(call("pshm_discard", fd, INT64_MAX, 1), "EOVERFLOW");
	assert_error(call("pshm_discard", fd, 1, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_discard", -1, 1, INT64_MAX), "EOVERFLOW");
	assert_error(call("pshm_discard", -1, 0, -1), "EINVAL");
	assert_error(call("pshm_discard", -1, 0, 0), "EBADF");
	assert_error(call("pshm_discard", -1, 0, 1), "EBADF");
	close_now(fd);
	if (lacks("discard"))
		return;
	object_make(name_of("reader"), 0600, page());
	fd = (int)assert_success(call("pshm_shm_open", name_of("reader"), PSHM_O_RDONLY, 0));
	other = open(path_of(name_of("reader")), O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(pwrite(other, "x", 1, 0), 1);
	assert_error(call("pshm_discard", fd, 0, page()), "EBADF");
	ck_assert_int_eq(pages_of(fd), page());
	close(other);
	close_now(fd);
	object_remove(name_of("reader"));
}
END_TEST

/* Discarded pages are free for another object. */
static void
discard_for_another(void *unused)
{
	int other;
	int fd;

	(void)unused;
	if (!private_shm_make("size=1m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	fd = object_open_new(name_of("first"), 0);
	other = object_open_new(name_of("second"), 0);
	allocates(fd, MIB);
	does_not_allocate(other, 1);
	assert_result(call("pshm_discard", fd, 0, MIB / 2), 0);
	does_not_allocate(other, MIB / 2 + 1);
	allocates(other, MIB / 2);
	does_not_allocate(fd, MIB);
	close_now(fd);
	close_now(other);
}

START_TEST(discarded_memory_is_free_for_others)
{
	if (lacks("allocate") || lacks("discard"))
		return;
	in_child(discard_for_another, NULL);
}
END_TEST

static void
compare_space(const char *options, int64_t total)
{
	int64_t ours = -7;
	int64_t ours_free = -7;

	if (!private_shm_make(options)) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	assert_result(call("pshm_space", &ours, &ours_free), 0);
	ck_assert_int_eq(ours, total);
	if (total == 0) {
		ck_assert_int_gt(ours_free, 5 * MIB);
	} else {
		int fd = open(path_of(name_of("space")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		ck_assert_int_eq(ours_free, total);
		ck_assert_int_eq(posix_fallocate(fd, 0, 2 * page()), 0);
		close(fd);
		ours = ours_free = -7;
		assert_result(call("pshm_space", NULL, &ours_free), 0);
		ck_assert_int_eq(ours_free, total - 2 * page());
		assert_result(call("pshm_space", &ours, NULL), 0);
		ck_assert_int_eq(ours, total);
	}
}

static void
in_file_systems(void *unused)
{
	(void)unused;
	compare_space("size=1m", MIB);
	compare_space("size=5m", 5 * MIB);
	compare_space("size=0", 0);
}

START_TEST(space_is_that_of_the_file_system)
{
	if (!has("space")) {
		assert_error(call("pshm_space", NULL, NULL), "ENOTSUP");
		skip("space");
		return;
	}
	assert_result(call("pshm_space", NULL, NULL), 0);
	in_child(in_file_systems, NULL);
}
END_TEST

Suite *
api_size_suite(void)
{
	const TTest *tests[] = { truncating_sets_the_size_and_reserves_nothing,
		                 a_reader_cannot_size,
		                 allocating_gives_pages,
		                 allocating_fills_holes_and_never_shrinks,
		                 allocating_nothing_does_nothing,
		                 too_much_is_an_error_and_the_object_as_before,
		                 a_full_place_is_an_error_and_not_a_signal,
		                 free_space_can_be_allocated_and_no_more,
		                 a_seal_is_met_before_any_page_is_taken,
		                 growth_by_others_stays,
		                 interruptions_do_not_keep_it_from_ending,
		                 an_interrupted_call_is_repeated,
		                 signals_wait_after_an_interruption,
		                 a_sandbox_is_no_seal,
		                 discarding_gives_pages_back_and_keeps_the_size,
		                 discarding_checks_its_range,
		                 discarded_memory_is_free_for_others,
		                 space_is_that_of_the_file_system,
		                 NULL };

	return suite_of("api_size", 60, tests);
}
