/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes, pages behind them, and room. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
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
		ck_assert_int_eq(pages_of(fd), (sizes[i] + 4095) / 4096 * 4096);
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

/* What an object may look like before more is asked of it than there is. */
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

/* In a place of 1 MiB. Pages that lie past the end from before may be given back: they hold nothing. */
static void
ask_for_too_much(void *unused)
{
	static const int64_t requests[] = { 8 * MIB, MIB + 1, INT64_MAX, INT64_MAX - 5, (int64_t)1 << 40 };

	(void)unused;
	if (!place_make("size=1m")) {
		skip("no private place can be made");
		return;
	}
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		for (size_t j = 0; j < sizeof requests / sizeof requests[0]; j++) {
			const char *name = name_of("small");
			int fd = open(path_of(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
			int64_t past = layouts[i].pages_from + layouts[i].pages > layouts[i].size ? layouts[i].pages : 0;
			int64_t pages;

			lay_out(fd, &layouts[i]);
			pages = pages_of(fd);
			assert_error(call("pshm_allocate", fd, requests[j]), "ENOSPC EFBIG");
			ck_assert_int_eq(descriptor_status(fd).st_size, layouts[i].size);
			ck_assert_int_le(pages_of(fd), pages);
			ck_assert_int_ge(pages_of(fd), pages - past);
			close(fd);
			object_remove(name);
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

/* The same when the room looks sufficient, and is gone in the middle of the work. */
static void
run_out_of_room(void *unused)
{
	(void)unused;
	if (!place_make("size=4m")) {
		skip("no private place can be made");
		return;
	}
	for (int64_t size = 0; size <= 2 * MIB; size += MIB + 4096 + 7) {
		for (int nth = 1; nth <= 4; nth++) {
			int fd = open(path_of(name_of("middle")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

			ck_assert_int_eq(ftruncate(fd, size), 0);
			ck_assert_int_eq(pwrite(fd, "x", size > 5, 5), size > 5);
			interpose_fail(CALL_fallocate, nth, ENOSPC);
			assert_error(call("pshm_allocate", fd, 3 * MIB + 5), "ENOSPC");
			ck_assert(interpose_has_failed());
			interpose_reset();
			ck_assert_int_eq(descriptor_status(fd).st_size, size);
			if (nth <= (3 * MIB + 5 - size + MIB - 1) / MIB)
				ck_assert_int_eq(pages_of(fd), size > 5 ? 4096 : 0);
			close(fd);
			object_remove(name_of("middle"));
		}
	}
}

START_TEST(room_that_is_gone_in_the_middle_is_an_error)
{
	if (lacks("allocate") || lacks("list"))
		return;
	in_child(run_out_of_room, NULL);
}
END_TEST

static void
truncate_and_touch(void *unused)
{
	char *memory;
	int fd;

	(void)unused;
	if (!place_make("size=1m"))
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
	ck_assert(place_make("size=1m"));
	fd = object_open_new(name_of("touch"), 0);
	assert_error(call("pshm_allocate", fd, 8 * MIB), "ENOSPC");
	assert_result(call("pshm_allocate", fd, MIB / 2), 0);
	memory = mmap(NULL, MIB / 2, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert(memory != MAP_FAILED);
	memset(memory, 1, MIB / 2);
}

/* Why there is pshm_allocate: the same wish, as an error and as a SIGBUS. */
START_TEST(a_full_place_is_an_error_and_not_a_signal)
{
	if (lacks("allocate") || lacks("resize"))
		return;
	if (!place_is_private()) {
		skip("no private place can be made");
		return;
	}
	ck_assert_int_eq(signal_of_child(truncate_and_touch, NULL), SIGBUS);
	in_child(allocate_and_touch, NULL);
}
END_TEST

/* What the object has already is not asked for again. */
static void
allocate_more(void *unused)
{
	int fd;

	(void)unused;
	if (!place_make("size=1m")) {
		skip("no private place can be made");
		return;
	}
	fd = object_open_new(name_of("more"), 0);
	assert_result(call("pshm_allocate", fd, MIB / 4 * 3), 0);
	assert_result(call("pshm_allocate", fd, MIB / 8 * 7), 0);
	ck_assert_int_eq(pages_of(fd), MIB / 8 * 7);
	ck_assert_int_eq(descriptor_status(fd).st_size, MIB / 8 * 7);
	close_now(fd);
}

START_TEST(pages_that_are_there_need_no_room)
{
	if (lacks("allocate"))
		return;
	in_child(allocate_more, NULL);
}
END_TEST

/* Within a page nothing is reserved past the end, and the seal is heeded before anything is reserved below it. */
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
	ck_assert_int_eq(pages_of(fd), 4096);
	close_now(fd);
}
END_TEST

/* A system without pages past the end may leave an object half grown: it is cut again. */
START_TEST(an_object_that_was_left_half_grown_is_cut)
{
	int fd;

	if (is_not("freebsd"))
		return;
	fd = object_open_new(name_of("half"), 5000);
	interpose_add_traits(HALF_FALLOCATE);
	assert_error(call("pshm_allocate", fd, 4 * MIB), "ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, 5000);
	assert_error(call("pshm_allocate", fd, 6000), "ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, 5000);
	interpose_fail(CALL_fstat, 2, EIO);
	assert_error(call("pshm_allocate", fd, 4 * MIB), "ENOSPC");
	interpose_reset();
	interpose_remove_traits(HALF_FALLOCATE);
	close_now(fd);
	object_remove(name_of("half"));
}
END_TEST

/* What another process made of the object meanwhile is not cut, and no page of it is given back. */
START_TEST(what_others_let_grow_stays)
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

/* What another call gives back before the object has grown is reserved again, or this call fails. */
START_TEST(what_others_give_back_is_reserved_again)
{
	int fd;

	if (lacks("allocate") || lacks("list"))
		return;
	fd = object_open_new(name_of("release"), 0);
	interpose_add_traits(OTHERS_RELEASE);
	assert_result(call("pshm_allocate", fd, 3 * MIB + 5), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 3 * MIB + 5);
	ck_assert_int_eq(pages_of(fd), 3 * MIB + 4096);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	interpose_fail(CALL_fallocate, 6, ENOSPC);
	assert_error(call("pshm_allocate", fd, 3 * MIB + 5), "ENOSPC");
	ck_assert(interpose_has_failed());
	ck_assert_int_le(pages_of(fd), 4096);
	interpose_reset();
	interpose_remove_traits(OTHERS_RELEASE);
	close_now(fd);
	object_remove(name_of("release"));
}
END_TEST

/* Ask the machine for so much; what was asked of it before is given back. */
static int64_t
allocate_anew(int64_t size)
{
	int fd = anonymous_new(0);
	int64_t result = call("pshm_allocate", fd, size);

	ck_assert_int_eq(descriptor_status(fd).st_size, result == 0 ? size : 0);
	ck_assert_int_eq(pages_of(fd), result == 0 ? size : 0);
	close_now(fd);
	return result;
}

/* A memfd may have what is free without a further look, then what is available, and never what others use. */
START_TEST(what_is_not_available_is_no_room)
{
	if (lacks("allocate") || lacks("seals") || lacks("reopen"))
		return;
	interpose_add_traits(SCARCE_MEMORY);
	interpose_reset();
	assert_result(allocate_anew(MIB), 0);
	ck_assert_int_eq(interpose_count(CALL_open), 0);
	assert_result(allocate_anew(2 * MIB + MIB / 2), 0);
	ck_assert_int_eq(interpose_count(CALL_open), 1);
	assert_error(allocate_anew(2 * MIB + MIB / 2 + 4096), "ENOSPC");
	interpose_fail(CALL_open, 1, ENOENT);
	assert_result(allocate_anew(5 * MIB), 0);
	interpose_fail(CALL_open, 1, EMFILE);
	assert_error(allocate_anew(5 * MIB + 4096), "ENOSPC");
	interpose_fail(CALL_pread, 1, EIO);
	assert_result(allocate_anew(5 * MIB), 0);
	interpose_reset();
	interpose_add_traits(NO_ESTIMATE);
	assert_result(allocate_anew(5 * MIB), 0);
	assert_error(allocate_anew(5 * MIB + 4096), "ENOSPC");
	interpose_remove_traits(SCARCE_MEMORY | NO_ESTIMATE);
}
END_TEST

/* The room suffices by the numbers, and does not: pages past the end count, and do not help. */
static void
run_out_of_room_unseen(void *unused)
{
	int fd;

	(void)unused;
	if (!place_make("size=1m")) {
		skip("no private place can be made");
		return;
	}
	fd = open(path_of(name_of("unseen")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_KEEP_SIZE, 4 * MIB, MIB / 2), 0);
	interpose_fail(CALL_fstat, 2, EIO);
	assert_error(call("pshm_allocate", fd, MIB - 4096), "ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, 0);
	interpose_reset();
	assert_error(call("pshm_allocate", fd, MIB - 4096), "ENOSPC");
	ck_assert_int_eq(descriptor_status(fd).st_size, 0);
	close_now(fd);
}

START_TEST(room_that_is_not_there_after_all_is_an_error)
{
	if (lacks("allocate"))
		return;
	in_child(run_out_of_room_unseen, NULL);
}
END_TEST

/* Signals that come all the time delay the work and do not keep it from ending. */
START_TEST(interruptions_do_not_keep_it_from_ending)
{
	int fd;

	if (lacks("allocate"))
		return;
	fd = object_open_new(name_of("signals"), 16 * MIB);
	interruptions_start();
	assert_result(call("pshm_allocate", fd, 64 * MIB), 0);
	(void)interruptions_stop();
	ck_assert_int_eq(pages_of(fd), 64 * MIB);
	interpose_fail(CALL_fallocate, 1, EINTR);
	assert_result(call("pshm_allocate", fd, 4096), 0);
	ck_assert_int_eq(interpose_count(CALL_fallocate), 2);
	interpose_reset();
	close_now(fd);
	object_remove(name_of("signals"));
}
END_TEST

/* While the signals wait, they wait only: the mask is put back. */
START_TEST(the_signal_mask_is_put_back)
{
	sigset_t before;
	sigset_t after;
	int fd;

	if (lacks("allocate"))
		return;
	fd = anonymous_new(8192);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	interpose_fail(CALL_fallocate, 1, EINTR);
	assert_result(call("pshm_allocate", fd, 8192), 0);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int signal = 1; signal < 32; signal++)
		ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
	close_now(fd);
}
END_TEST

static void
compare_space(const char *options, int64_t total)
{
	int64_t ours = -7;
	int64_t ours_free = -7;

	if (!place_make(options)) {
		skip("no private place can be made");
		return;
	}
	assert_result(call("pshm_space", &ours, &ours_free), 0);
	ck_assert_int_eq(ours, total);
	ck_assert_int_eq(ours_free, total);
	if (total > 0) {
		int fd = open(path_of(name_of("space")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		ck_assert_int_eq(posix_fallocate(fd, 0, 8192), 0);
		close(fd);
		assert_result(call("pshm_space", NULL, &ours_free), 0);
		ck_assert_int_eq(ours_free, total - 8192);
		assert_result(call("pshm_space", &ours, NULL), 0);
		ck_assert_int_eq(ours, total);
	}
}

static void
in_places(void *unused)
{
	(void)unused;
	compare_space("size=1m", MIB);
	compare_space("size=5m", 5 * MIB);
	compare_space("size=0", 0);
}

START_TEST(space_is_the_places)
{
	if (!has("space")) {
		assert_error(call("pshm_space", NULL, NULL), "ENOTSUP");
		skip("space");
		return;
	}
	assert_result(call("pshm_space", NULL, NULL), 0);
	in_child(in_places, NULL);
}
END_TEST

Suite *
api_size_suite(void)
{
	const TTest *tests[] = { truncating_sets_the_size_and_reserves_nothing, a_reader_cannot_size, allocating_gives_pages,
		                 allocating_fills_holes_and_never_shrinks, allocating_nothing_does_nothing,
		                 too_much_is_an_error_and_the_object_as_before, room_that_is_gone_in_the_middle_is_an_error,
		                 a_full_place_is_an_error_and_not_a_signal, pages_that_are_there_need_no_room,
		                 a_seal_is_met_before_any_page_is_taken, an_object_that_was_left_half_grown_is_cut,
		                 what_others_let_grow_stays, room_that_is_not_there_after_all_is_an_error,
		                 interruptions_do_not_keep_it_from_ending, the_signal_mask_is_put_back, space_is_the_places,
		                 what_others_give_back_is_reserved_again, what_is_not_available_is_no_room, NULL };

	return suite_of("api_size", 60, tests);
}
