/* SPDX-License-Identifier: BSD-3-Clause */
/* More than the machine or the control group has is an error: what the files of /proc and /sys come to. */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PAGE page()

enum { KIB = 1 << 10, MIB = 1 << 20, FILES = 32, TMPFS = 0x01021994 };

#define MEMINFO(text) "/proc/meminfo", "MemTotal: 9999999 kB\nMemFree: 17 kB\n" text
#define GROUPS(text) "/proc/thread-self/cgroup", text
#define TEN "/234567890"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
/* Shorter than 1024, but not below a directory. */
#define LONG HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN TEN
#define V2 "/sys/fs/cgroup"
#define V1 "/sys/fs/cgroup/memory"

/* The machine of most rows: 8 MiB are available, and 1 MiB of swap space is free. */
#define MACHINE MEMINFO("MemAvailable:    8192 kB\nSwapTotal: 99999 kB\nSwapFree:   1024 kB\n")

/* A group in version 2 and in version 1. */
#define GROUP2(directory, limit, usage, inactive, active) \
	V2 directory "/memory.max", limit "\n", V2 directory "/memory.current", usage "\n", V2 directory "/memory.stat", \
	        "anon 9\nfile 9\ninactive_anon 9\nactive_anon 9\ninactive_file " inactive "\nactive_file " active \
	        "\nworkingset_activate_file 9999999999\n"
#define SWAP2(directory, limit, usage) V2 directory "/memory.swap.max", limit "\n", V2 directory "/memory.swap.current", usage "\n"
#define GROUP1(directory, limit, usage, inactive, active) \
	V1 directory "/memory.limit_in_bytes", limit "\n", V1 directory "/memory.usage_in_bytes", usage "\n", \
	        V1 directory "/memory.stat", \
	        "cache 9\ninactive_file 7777777777\nactive_file 7777777777\ntotal_inactive_anon 9\n" \
	        "total_inactive_file " inactive "\ntotal_active_file " active "\n"
#define SWAP1(directory, limit, usage) \
	V1 directory "/memory.memsw.limit_in_bytes", limit "\n", V1 directory "/memory.memsw.usage_in_bytes", usage "\n"

/* 2^64 and 2^54, and a little: what does not fit, and what does not as a number of kilobytes. */
#define HUGE_NUMBER "18446744073709555712"
#define HUGE_KILOBYTES "18014398509481988"
#define TEXT_4M "4194304"
#define TEXT_1M "1048576"
#define TEXT_256K "262144"

/* A machine whose sysinfo says 5 MiB in all, 256 KiB of free swap space; its files; and what is left then. */
static const struct surroundings {
	const char *title;
	int64_t left;
	const char *files[FILES];
} surroundings[] = {
	/* clang-format off */
	{ "a machine", 9 * MIB, { MACHINE } },
	{ "a machine of no whole pages", 8 * MIB + 2 * KIB, { MEMINFO("MemAvailable: 8194 kB\nSwapFree: 0 kB\n") } },
	{ "swap space that only sysinfo knows", 8 * MIB + 256 * KIB, { MEMINFO("MemAvailable: 8192 kB\n") } },
	{ "figures that begin and end with a 9", 10 * MIB - 4 * KIB, { MEMINFO("MemAvailable: 9999 kB\nSwapFree: 237 kB\n") } },
	{ "figures beside their unit", 9 * MIB, { MEMINFO("MemAvailable: 8192kB\nSwapFree: 1024kB\n") } },
	{ "no estimate", 5 * MIB, { MEMINFO("SwapFree: 1024 kB\n") } },
	{ "nothing in /proc", 5 * MIB, { NULL } },
	{ "an empty /proc/meminfo", 5 * MIB, { "/proc/meminfo", "" } },
	{ "an estimate that is none", 5 * MIB, { MEMINFO("MemAvailable: kB\nSwapFree: 1024 kB\n") } },
	{ "a key that ends as the estimate's", 5 * MIB, { MEMINFO("NotMemAvailable: 8192 kB\nSwapFree: 1024 kB\n") } },

	{ "v2", 3 * MIB + 512 * KIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, TEXT_256K, TEXT_256K), SWAP2("/group", "0", "0") } },
	{ "v2 that may swap", 4 * MIB + 512 * KIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, TEXT_256K, TEXT_256K),
	    SWAP2("/group", "max", "0") } },
	{ "v2 without a file about swap space", 4 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 that may swap a little more", 3 * MIB + 256 * KIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0"), SWAP2("/group", "524288", TEXT_256K) } },
	{ "v2 whose parent may not swap", 3 * MIB,
	  { MACHINE, GROUPS("0::/a/b\n"), GROUP2("/a/b", TEXT_4M, TEXT_1M, "0", "0"), SWAP2("/a/b", "max", "0"),
	    SWAP2("/a", "0", "0") } },
	{ "v2 above its limit", 0,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_1M, TEXT_4M, "0", "0"), SWAP2("/group", "0", "0") } },
	{ "v2 with more swapped than it may", 3 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0"), SWAP2("/group", "4096", TEXT_1M) } },
	{ "v2 with more files than usage", 4 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, TEXT_1M, HUGE_NUMBER, TEXT_1M), SWAP2("/group", "0", "0") } },
	{ "v2 without a limit", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", "max", TEXT_1M, "0", "0"), SWAP2("/group", "0", "0") } },
	{ "v2 with a huge limit", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", HUGE_NUMBER, TEXT_1M, "0", "0"), SWAP2("/group", "0", "0") } },
	{ "v2 with a huge usage", 0,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", TEXT_4M, HUGE_NUMBER, "0", "0"), SWAP2("/group", "0", "0") } },
	{ "v2 on a machine of huge figures", 4 * MIB,
	  { MEMINFO("MemAvailable: " HUGE_NUMBER " kB\nSwapFree: 1024 kB\n"), GROUPS("0::/group\n"),
	    GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 on a machine of figures that are huge in bytes", 4 * MIB,
	  { MEMINFO("MemAvailable: " HUGE_KILOBYTES " kB\nSwapFree: 1024 kB\n"), GROUPS("0::/group\n"),
	    GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 with a limit that is no number", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), GROUP2("/group", "-1", TEXT_1M, "0", "0"), SWAP2("/group", "0", "0") } },
	{ "v2 with an empty limit", 9 * MIB, { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", "" } },
	{ "v2 without its usage", 9 * MIB, { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", TEXT_4M } },
	{ "v2 without its files", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", TEXT_4M, V2 "/group/memory.current", TEXT_1M } },
	{ "v2 that tells of active files alone", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", TEXT_4M, V2 "/group/memory.current", TEXT_1M,
	    V2 "/group/memory.stat", "anon 9\nactive_file 0\n" } },
	{ "v2 that tells of inactive files alone", 9 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", TEXT_4M, V2 "/group/memory.current", TEXT_1M,
	    V2 "/group/memory.stat", "anon 9\ninactive_file 0\n" } },
	{ "v2 with a limit without a newline", 4 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), V2 "/group/memory.max", TEXT_4M, V2 "/group/memory.current", TEXT_1M,
	    V2 "/group/memory.stat", "inactive_file 0\nactive_file 0" } },
	{ "v2, the least above it", 2 * MIB,
	  { MACHINE, GROUPS("0::/a/b/c\n"), GROUP2("/a/b/c", "max", TEXT_1M, "0", "0"),
	    GROUP2("/a/b", TEXT_4M, "3145728", TEXT_1M, "0"),
	    GROUP2("/a", TEXT_4M, TEXT_1M, "0", "0"), SWAP2("/a/b", "0", "0") } },
	{ "v2, the least at the top", 2 * MIB,
	  { MACHINE, GROUPS("0::/a/b\n"), GROUP2("/a/b", TEXT_4M, TEXT_1M, "0", "0"), GROUP2("", TEXT_4M, "2097152", "0", "0"),
	    SWAP2("/a", "0", "0") } },
	{ "v2, nothing to be read in between", 2 * MIB,
	  { MACHINE, GROUPS("0::/a/b/c\n"), V2 "/a/b/c/cgroup.procs", "1\n", GROUP2("/a", TEXT_4M, "2097152", "0", "0"),
	    SWAP2("/a", "0", "0") } },
	{ "v2 whose namespace begins with it", 3 * MIB,
	  { MACHINE, GROUPS("0::/\n"), GROUP2("", TEXT_4M, TEXT_1M, "0", "0"), SWAP2("", "0", "0") } },
	{ "v2 outside of the namespace", 9 * MIB,
	  { MACHINE, GROUPS("0::/../other\n"), GROUP2("", TEXT_4M, TEXT_1M, "0", "0"),
	    GROUP2("/other", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 above the namespace", 9 * MIB, { MACHINE, GROUPS("0::/..\n"), GROUP2("", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 whose name begins with dots", 4 * MIB, { MACHINE, GROUPS("0::/..a\n"), GROUP2("/..a", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 with colons and commas in its name", 4 * MIB,
	  { MACHINE, GROUPS("0::/a:b,memory:c\n"), GROUP2("/a:b,memory:c", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v2 whose directory is too long", 9 * MIB,
	  { MACHINE, GROUPS("0::" LONG "\n"), GROUP2(LONG, TEXT_4M, TEXT_1M, "0", "0") } },
	{ "another group", 9 * MIB, { MACHINE, GROUPS("0::/a\n"), GROUP2("/ab", TEXT_4M, TEXT_1M, "0", "0") } },

	{ "v1", 4 * MIB + 512 * KIB,
	  { MACHINE, GROUPS("3:pids:/\n2:memory:/group\n1:cpu:/\n"), GROUP1("/group", TEXT_4M, TEXT_1M, TEXT_256K, TEXT_256K) } },
	{ "v1 with a limit of memory and swap space", 3 * MIB + 512 * KIB,
	  { MACHINE, GROUPS("2:memory:/group\n"), GROUP1("/group", TEXT_4M, TEXT_1M, TEXT_256K, TEXT_256K),
	    SWAP1("/group", TEXT_4M, TEXT_1M) } },
	{ "v1 with a limit of both that is wider", 4 * MIB,
	  { MACHINE, GROUPS("2:memory:/group\n"), GROUP1("/group", TEXT_4M, TEXT_1M, "0", "0"),
	    SWAP1("/group", "9999999999", TEXT_1M) } },
	{ "v1 without a limit", 9 * MIB,
	  { MACHINE, GROUPS("2:memory:/group\n"), GROUP1("/group", "9223372036854771712", TEXT_1M, "0", "0") } },
	{ "v1 beside other controllers", 4 * MIB,
	  { MACHINE, GROUPS("9:name=memory:/no\n8:cpu,memory,io:/group\n"), GROUP1("/group", TEXT_4M, TEXT_1M, "0", "0"),
	    GROUP1("/no", TEXT_1M, TEXT_1M, "0", "0") } },
	{ "v1 beside a controller of a name as long", 4 * MIB,
	  { MACHINE, GROUPS("3:cpuset:/no\n2:memory:/group\n"), GROUP1("/group", TEXT_4M, TEXT_1M, "0", "0"),
	    GROUP1("/no", TEXT_1M, TEXT_1M, "0", "0") } },
	{ "v1, the least above it", 3 * MIB,
	  { MACHINE, GROUPS("2:memory:/a/b\n"), GROUP1("/a/b", TEXT_4M, TEXT_1M, "0", "0"),
	    GROUP1("/a", TEXT_4M, "2097152", "0", "0") } },
	{ "v1 that is mounted without a namespace", 4 * MIB,
	  { MACHINE, GROUPS("2:memory:/docker/abc\n"), GROUP1("", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v1 below what is mounted", 3 * MIB,
	  { MACHINE, GROUPS("2:memory:/docker/abc/sub\n"), GROUP1("/sub", TEXT_4M, "2097152", "0", "0"),
	    GROUP1("", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "v1 with version 2 beside it", 4 * MIB,
	  { MACHINE, GROUPS("2:memory:/group\n0::/other\n"), GROUP1("/group", TEXT_4M, TEXT_1M, "0", "0"),
	    V2 "/unified/other/cgroup.procs", "1\n" } },
	{ "version 2 beside other controllers of v1", 4 * MIB,
	  { MACHINE, GROUPS("2:cpu:/group\n0::/other\n"), GROUP2("/unified/other", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "lines that are none", 4 * MIB,
	  { MACHINE, GROUPS("\n:\nmemory\n1:memory\nx:y\n2:memory:/group\n"), GROUP1("/group", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "a path that is none", 9 * MIB, { MACHINE, GROUPS("0::group\n"), GROUP2("", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "an older kernel", 4 * MIB,
	  { MACHINE, "/proc/self/cgroup", "0::/group\n", GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0") } },
	{ "a thread of its own group", 4 * MIB,
	  { MACHINE, GROUPS("0::/group\n"), "/proc/self/cgroup", "0::/other\n", GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0"),
	    GROUP2("/other", TEXT_1M, TEXT_1M, "0", "0") } },
	/* clang-format on */
};

enum { SURROUNDINGS = sizeof surroundings / sizeof surroundings[0] };

static int
object_of(bool named)
{
	return named ? object_open_new(name_of("bound"), 0) : anonymous_new(0);
}

/* Ask for so much, and give it back. */
static int64_t
allocate_anew(bool named, int64_t size)
{
	int fd = object_of(named);
	int64_t result = call("pshm_allocate", fd, size);

	ck_assert_int_eq(descriptor_status(fd).st_size, result == 0 ? size : 0);
	ck_assert_int_eq((int64_t)descriptor_status(fd).st_blocks * 512, result == 0 ? (size + PAGE - 1) / PAGE * PAGE : 0);
	close_now(fd);
	if (named)
		object_remove(name_of("bound"));
	return result;
}

/* Up to 1 MiB is not looked at so closely. */
static void
try_surroundings(const struct surroundings *row, bool named)
{
	int64_t whole = row->left / PAGE * PAGE;
	int64_t too_large = whole < MIB ? MIB + 1 : whole + 1;
	int64_t result = whole > MIB ? allocate_anew(named, whole) : 0;

	ck_assert_msg(result == 0, "%s: %s for what is left", row->title, name_of_result(result));
	interpose_reset();
	result = allocate_anew(named, too_large);
	ck_assert_msg(result == -ENOSPC, "%s: %s for one byte more", row->title, name_of_result(result));
	ck_assert_int_eq(interpose_count(CALL_fallocate), 0);
}

static bool
has_much_space(void)
{
	struct statfs status;

	return statfs(OBJECT_DIRECTORY, &status) == 0 &&
	       (status.f_blocks == 0 || (int64_t)status.f_bavail * status.f_bsize > 16 * MIB);
}

/* Every machine and control group of the table, in a file system that is larger than each. */
static void
in_each_surrounding(void (*try)(const struct surroundings *row))
{
	if (!has_much_space()) {
		skip("there is not enough space for objects");
		return;
	}
	interpose_add_traits(SCARCE_MEMORY);
	for (int i = 0; i < SURROUNDINGS; i++) {
		interpose_files(surroundings[i].files);
		try(&surroundings[i]);
	}
	interpose_files(NULL);
	interpose_remove_traits(SCARCE_MEMORY);
	note("%d machines and control groups", SURROUNDINGS);
}

static void
allocate_remaining(const struct surroundings *row)
{
	try_surroundings(row, false);
	try_surroundings(row, true);
}

START_TEST(remaining_memory_can_be_allocated_and_no_more)
{
	if (!lacks("allocate"))
		in_each_surrounding(allocate_remaining);
}
END_TEST

static void
compare_space(const struct surroundings *row)
{
	int64_t left = -7;

	assert_result(call("pshm_space", NULL, &left), 0);
	ck_assert_msg(left == row->left, "%s: %lld left", row->title, (long long)left);
}

START_TEST(space_is_what_is_left)
{
	if (!lacks("space"))
		in_each_surrounding(compare_space);
}
END_TEST

/* A file system that is smaller than the rest is the bound. */
static void
in_small_file_systems(void *unused)
{
	const char *const enough[] = { MACHINE, NULL };
	int64_t left = -7;

	(void)unused;
	if (!private_shm_make("size=3m")) {
		skip("no private shared memory file system can be mounted");
		return;
	}
	interpose_files(enough);
	assert_result(allocate_anew(true, 3 * MIB), 0);
	assert_error(allocate_anew(true, 3 * MIB + 1), "ENOSPC");
	interpose_fail(CALL_fstatfs, 1, EINTR);
	assert_error(allocate_anew(true, 3 * MIB + 1), "ENOSPC");
	ck_assert_int_eq(interpose_count(CALL_fallocate), 0);
	interpose_reset();
	assert_result(allocate_anew(false, 4 * MIB), has("seals") ? 0 : -ENOSPC); /* without memfd it is there, too */
	if (has("space")) {
		assert_result(call("pshm_space", NULL, &left), 0);
		ck_assert_int_eq(left, 3 * MIB);
	}
	ck_assert(private_shm_make("size=0"));
	assert_result(allocate_anew(true, 9 * MIB), 0);
	assert_error(allocate_anew(true, 9 * MIB + 1), "ENOSPC");
	if (has("space")) {
		assert_result(call("pshm_space", NULL, &left), 0);
		ck_assert_int_eq(left, 9 * MIB);
	}
	interpose_files(NULL);
}

START_TEST(the_least_of_all_is_the_bound)
{
	if (lacks("allocate"))
		return;
	in_child(in_small_file_systems, NULL);
}
END_TEST

/* A path that is too long for the library, or that the end of what it reads cuts off, is nobody's. */
static void
in_group_of_path(const char *lines, const char *path, int64_t left)
{
	static char text[8192];
	const char *const files[] = { MACHINE, GROUPS(text), GROUP2("", TEXT_4M, TEXT_1M, "0", "0"),
		                      GROUP2("/group", TEXT_4M, TEXT_1M, "0", "0"), NULL };

	(void)snprintf(text, sizeof text, "%s0::%s\n", lines, path);
	interpose_files(files);
	assert_result(allocate_anew(false, left), 0);
	assert_error(allocate_anew(false, left + 1), "ENOSPC");
	interpose_files(NULL);
}

START_TEST(paths_that_are_too_long_are_left_out)
{
	static char lines[4096];
	static char path[1100];

	if (lacks("allocate"))
		return;
	memset(path, 'a', sizeof path - 1);
	path[0] = '/';
	in_group_of_path("", path, 9 * MIB);
	path[1024] = '\0';
	in_group_of_path("", path, 9 * MIB);
	path[1015] = '\0'; /* with the directory that it is in */
	in_group_of_path("", path, 4 * MIB);
	path[500] = '\0'; /* not there: what is mounted is its own */
	in_group_of_path("", path, 4 * MIB);
	memset(lines, 'a', 4086);
	lines[4085] = '\n'; /* "0::/group/s" are to come, of which the "/s" is cut */
	in_group_of_path(lines, "/group/sub", 9 * MIB);
	memset(lines, 'a', 4086);
	lines[4084] = '\n'; /* just not cut: the last byte that is read is the newline */
	lines[4085] = '\0';
	in_group_of_path(lines, "/group", 4 * MIB);
	lines[4084] = 'a';
	lines[4085] = '\n';
	lines[4086] = '\0';
	in_group_of_path(lines, "/group", 9 * MIB);
	lines[4075] = '\n';
	lines[4076] = '\0';
	in_group_of_path(lines, "/group", 4 * MIB);
}
END_TEST

/* Allocate so much, and count how often the machine is asked and files are opened for that. */
static void
assert_looks(int fd, int64_t size, bool asks, bool opens)
{
	interpose_reset();
	assert_result(call("pshm_allocate", fd, size), 0);
	ck_assert_int_eq(interpose_count(CALL_sysinfo) > 0, asks);
	ck_assert_int_eq(interpose_count(CALL_open) > 0, opens);
}

/* Up to 1 MiB one system call has to do, as long as it says that there is so much. What the object has is not asked for. */
START_TEST(little_is_not_looked_at_closely)
{
	const char *const files[] = { MACHINE, NULL };
	int fd;

	if (lacks("allocate"))
		return;
	interpose_files(files);
	fd = anonymous_new(0);
	assert_looks(fd, MIB, true, false);
	assert_looks(fd, 2 * MIB, true, false);
	assert_looks(fd, 2 * MIB, false, false);
	assert_looks(fd, 3 * MIB + 1, true, true);
	assert_looks(fd, 3 * MIB + PAGE, false, false);
	assert_looks(fd, 3 * MIB + PAGE + 1, true, false);
	interpose_add_traits(SCARCE_MEMORY);
	assert_looks(fd, 3 * MIB + 2 * PAGE + 512 * KIB, true, false);
	assert_looks(fd, 4 * MIB + 3 * PAGE + 1, true, true);
	interpose_remove_traits(SCARCE_MEMORY);
	interpose_files(NULL);
	close_now(fd);
}
END_TEST

/* Only what is made of memory is bounded by it: a file that was adopted has its own file system's space. */
START_TEST(files_elsewhere_are_not_bounded_by_memory)
{
	const char *const files[] = { MACHINE, NULL };
	struct statfs status;
	int fd;

	if (lacks("allocate"))
		return;
	fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || fstatfs(fd, &status) < 0 || status.f_type == TMPFS) {
		skip("this directory is not on a file system that takes unnamed files and is no tmpfs");
		(void)close(fd);
		return;
	}
	interpose_files(files);
	assert_result(call("pshm_allocate", fd, 10 * MIB), 0);
	ck_assert_int_eq(descriptor_status(fd).st_size, 10 * MIB);
	interpose_files(NULL);
	close(fd);
}
END_TEST

/* The blocks that its file system reserves for the superuser are not free, whatever their size; and no memory is. */
START_TEST(reserved_blocks_are_not_free)
{
	const char *const files[] = { MEMINFO("MemAvailable: 16 kB\nSwapFree: 0 kB\n"), NULL };
	int64_t total = -7;
	int64_t left = -7;

	if (lacks("allocate"))
		return;
	interpose_files(files);
	interpose_add_traits(SMALL_DISK);
	assert_result(allocate_anew(true, SMALL_DISK_FREE), 0);
	interpose_reset();
	assert_error(allocate_anew(true, SMALL_DISK_FREE + 1), "ENOSPC");
	ck_assert_int_eq(interpose_count(CALL_fallocate), 0);
	if (has("space")) {
		assert_result(call("pshm_space", &total, &left), 0);
		ck_assert_int_eq(total, 4 * SMALL_DISK_FREE);
		ck_assert_int_eq(left, SMALL_DISK_FREE);
	}
	interpose_remove_traits(SMALL_DISK);
	interpose_files(NULL);
}
END_TEST

/* Descriptors of files that are read on the way are closed, whatever happens. */
static void *
allocate_cancelled(void *argument)
{
	interpose_add_traits(CANCELLED);
	(void)call("pshm_allocate", *(int *)argument, 2 * MIB);
	interpose_remove_traits(CANCELLED);
	pthread_testcancel();
	return NULL;
}

START_TEST(a_cancelled_thread_leaves_no_descriptor)
{
	const char *const files[] = { MACHINE, GROUPS("0::/group\n"), NULL };
	pthread_t thread;
	void *result;
	int before;
	int fd;

	if (lacks("allocate"))
		return;
	fd = anonymous_new(0);
	before = descriptor_count();
	interpose_files(files);
	ck_assert_int_eq(pthread_create(&thread, NULL, allocate_cancelled, &fd), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	interpose_remove_traits(CANCELLED);
	interpose_files(NULL);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	ck_assert_int_eq(descriptor_count(), before);
	close_now(fd);
}
END_TEST

Suite *
memory_suite(void)
{
	const TTest *tests[] = { remaining_memory_can_be_allocated_and_no_more,
		                 space_is_what_is_left,
		                 the_least_of_all_is_the_bound,
		                 paths_that_are_too_long_are_left_out,
		                 little_is_not_looked_at_closely,
		                 files_elsewhere_are_not_bounded_by_memory,
		                 reserved_blocks_are_not_free,
		                 a_cancelled_thread_leaves_no_descriptor,
		                 NULL };

	return suite_of("memory", 60, tests);
}
