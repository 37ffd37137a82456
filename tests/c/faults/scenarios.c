/* SPDX-License-Identifier: BSD-3-Clause */
/* One scenario for each way through each function that makes a system call. */
#include "faults.h"
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE page()

enum { READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE, FIELDS = 16, MIB = 1 << 20, WORD = 64 };

static int64_t
shm_open_existing(struct world *world)
{
	(void)world;
	return call("pshm_shm_open", name_of("world"), PSHM_O_RDWR, 0);
}

static int64_t
shm_open_exclusive(struct world *world)
{
	(void)world;
	return call("pshm_shm_open", name_of("new"), PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0600);
}

static int64_t
shm_open_either(struct world *world)
{
	(void)world;
	return call("pshm_shm_open", name_of("new"), PSHM_O_RDWR | PSHM_O_CREAT, 0600);
}

static int64_t
shm_unlink_(struct world *world)
{
	(void)world;
	return call("pshm_shm_unlink", name_of("world"));
}

static int64_t
ftruncate_(struct world *world)
{
	return call("pshm_ftruncate", world->fd, 5 * PAGE);
}

static int64_t
fallocate_(struct world *world)
{
	return call("pshm_fallocate", world->fd, 0, 5 * PAGE);
}

static int64_t
fstat_(struct world *world)
{
	int64_t fields[FIELDS];

	return call("pshm_fstat", world->fd, fields, FIELDS);
}

static int64_t
fchown_(struct world *world)
{
	return call("pshm_fchown", world->fd, -1, -1);
}

static int64_t
fchmod_(struct world *world)
{
	return call("pshm_fchmod", world->fd, 0640);
}

static int64_t
mmap_(struct world *world)
{
	return call("pshm_mmap", 0, 2 * PAGE, READ_WRITE, PSHM_MAP_SHARED, world->fd, 0);
}

static int64_t
mmap_lock(struct world *world)
{
	return call("pshm_mmap", 0, 2 * PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, world->fd, 0);
}

static int64_t
mmap_finished(struct world *world)
{
	return call("pshm_mmap", 0, 2 * PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_HUGE | PSHM_MAP_POPULATE | PSHM_MAP_LOCK,
	            world->fd, 0);
}

static int64_t
mmap_nodump(struct world *world)
{
	return call("pshm_mmap", 0, 2 * PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_NODUMP, world->fd, 0);
}

/* On the page before the mapping, which belongs to nobody. */
static int64_t
mmap_noreplace(struct world *world)
{
	munmap((void *)(uintptr_t)(world->address - PAGE), PAGE);
	return call("pshm_mmap", world->address - PAGE, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_FIXED_NOREPLACE, world->fd, 0);
}

static void
unmap_page(struct world *world, int64_t result)
{
	(void)world;
	munmap((void *)(uintptr_t)result, PAGE);
}

static void
unmap_pages(struct world *world, int64_t result)
{
	(void)world;
	munmap((void *)(uintptr_t)(result & -(int64_t)PAGE), 2 * PAGE);
}

static int64_t
munmap_(struct world *world)
{
	return call("pshm_munmap", world->address, PAGE);
}

static int64_t
mprotect_(struct world *world)
{
	return call("pshm_mprotect", world->address, PAGE, PSHM_PROT_READ);
}

static int64_t
msync_(struct world *world)
{
	return call("pshm_msync", world->address, PAGE, PSHM_MS_SYNC);
}

static int64_t
close_(struct world *world)
{
	return call("pshm_close", world->fd);
}

static int64_t
dup_(struct world *world)
{
	return call("pshm_dup", world->fd);
}

static int64_t
set_inheritable(struct world *world)
{
	return call("pshm_set_inheritable", world->fd, 1);
}

static int64_t
open_with(const char *word, int direction, int if_exists, int if_does_not_exist)
{
	int created = -7;

	return call("pshm_open", name_of(word), direction, if_exists, if_does_not_exist, 0640, &created);
}

static int64_t
open_existing(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_ERROR);
}

static int64_t
open_truncating(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_TRUNCATE, PSHM_IF_DOES_NOT_EXIST_ERROR);
}

static int64_t
open_truncating_for_input(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_TRUNCATE, PSHM_IF_DOES_NOT_EXIST_ERROR);
}

static int64_t
open_creating(struct world *world)
{
	(void)world;
	return open_with("new", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
open_or_create_existing(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
open_or_create_missing(struct world *world)
{
	(void)world;
	return open_with("new", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_OVERWRITE, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
supersede(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
supersede_for_input(struct world *world)
{
	(void)world;
	return open_with("world", PSHM_DIRECTION_INPUT, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
supersede_missing(struct world *world)
{
	(void)world;
	return open_with("new", PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, PSHM_IF_DOES_NOT_EXIST_CREATE);
}

static int64_t
anonymous(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0640, 0);
}

static int64_t
anonymous_for_input(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0240, 0);
}

static int64_t
anonymous_executable(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0740, 0);
}

static int64_t
anonymous_huge(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0640, PSHM_ANONYMOUS_HUGE);
}

static int64_t
nameable(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_IO, 0640, PSHM_ANONYMOUS_NAMEABLE);
}

static int64_t
nameable_for_input(struct world *world)
{
	(void)world;
	return call("pshm_open_anonymous", PSHM_DIRECTION_INPUT, 0240, PSHM_ANONYMOUS_NAMEABLE);
}

/* The object is opened and closed by calls that a cancellation does not act in. */
static int64_t
publish_as(const char *word, int if_exists)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, OBJECT_DIRECTORY, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int64_t result;

	ck_assert_int_ge(fd, 0);
	result = call("pshm_publish", fd, name_of(word), if_exists);
	(void)syscall(SYS_close, fd);
	return result;
}

static int64_t
publish(struct world *world)
{
	(void)world;
	return publish_as("new", PSHM_IF_EXISTS_ERROR);
}

static int64_t
publish_over(struct world *world)
{
	(void)world;
	return publish_as("world", PSHM_IF_EXISTS_SUPERSEDE);
}

static int64_t
open_wait(struct world *world)
{
	(void)world;
	return call("pshm_open_wait", name_of("world"), PSHM_DIRECTION_IO, PAGE, 0);
}

/* The object is there when the call looks for the second time. */
static int64_t
open_wait_later(struct world *world)
{
	int64_t result;

	(void)world;
	interpose_add_traits(LATE_OBJECTS);
	result = call("pshm_open_wait", name_of("world"), PSHM_DIRECTION_IO, PAGE, 1000000000000);
	interpose_remove_traits(LATE_OBJECTS);
	return result;
}

static int64_t
delete_(struct world *world)
{
	(void)world;
	return call("pshm_delete", name_of("world"));
}

static int64_t
delete_if_same(struct world *world)
{
	return call("pshm_delete_if_same", name_of("world"), world->fd);
}

static int64_t
truncate_(struct world *world)
{
	return call("pshm_truncate", world->fd, 5 * PAGE);
}

/* A machine and a control group that have enough: which files are read does not depend on where the tests run. */
static const char *const enough[] = {
	/* clang-format off */
	"/proc/meminfo", "MemAvailable: 1000000 kB\nSwapFree: 1000 kB\n",
	"/proc/thread-self/cgroup", "0::/group\n",
	"/sys/fs/cgroup/group/memory.max", "104857600\n",
	"/sys/fs/cgroup/group/memory.current", "1048576\n",
	"/sys/fs/cgroup/group/memory.stat", "anon 0\ninactive_file 4096\nactive_file 4096\n",
	"/sys/fs/cgroup/group/memory.swap.max", "0\n",
	"/sys/fs/cgroup/group/memory.swap.current", "0\n",
	NULL
	/* clang-format on */
};

static int64_t
allocate_past_end(struct world *world)
{
	int64_t result;

	interpose_files(enough);
	result = call("pshm_allocate", world->fd, 3 * MIB);
	interpose_files(NULL);
	return result;
}

static int64_t
allocate_below_end(struct world *world)
{
	return call("pshm_allocate", world->fd, 2 * PAGE);
}

static int64_t
allocate_anonymous(struct world *world)
{
	return call("pshm_allocate", world->anonymous, 3 * PAGE);
}

static int64_t
discard(struct world *world)
{
	return call("pshm_discard", world->fd, PAGE, PAGE);
}

static int64_t
space(struct world *world)
{
	int64_t total;
	int64_t left;
	int64_t result;

	(void)world;
	interpose_files(enough);
	result = call("pshm_space", &total, &left);
	interpose_files(NULL);
	return result;
}

static int64_t
map(struct world *world)
{
	return call("pshm_map", world->fd, PAGE, READ_WRITE, PSHM_MAP_SHARED, 5);
}

static int64_t
map_lock(struct world *world)
{
	return call("pshm_map", world->fd, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, 5);
}

static int64_t
unmap(struct world *world)
{
	return call("pshm_unmap", world->address + 5, 7);
}

static int64_t
read_(struct world *world)
{
	char bytes[64];

	return call("pshm_read", world->fd, bytes, sizeof bytes, PAGE - 3);
}

static int64_t
write_(struct world *world)
{
	return call("pshm_write", world->fd, "bytes", 5, PAGE - 3);
}

static int64_t
map_prefixed(struct world *world)
{
	return call("pshm_map_prefixed", world->fd, PAGE, READ_WRITE, PSHM_MAP_SHARED, 0, 16);
}

static int64_t
map_prefixed_lock(struct world *world)
{
	return call("pshm_map_prefixed", world->fd, PAGE, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_LOCK, 0, 16);
}

static int64_t
unmap_prefixed_(struct world *world)
{
	return call("pshm_unmap_prefixed", world->address, PAGE, 16);
}

static void
unmap_prefixed(struct world *world, int64_t result)
{
	(void)world;
	munmap((void *)(uintptr_t)(result - PAGE), 2 * PAGE);
}

static int64_t
send(struct world *world)
{
	return call("pshm_send", world->there, world->fd, -1);
}

static int64_t
receive(struct world *world)
{
	return call("pshm_receive", world->there, -1);
}

static int64_t
when_busy(int64_t (*make)(struct world *world), struct world *world)
{
	int64_t result;

	interpose_add_traits(BUSY_SOCKETS);
	result = make(world);
	interpose_remove_traits(BUSY_SOCKETS);
	return result;
}

static int64_t
send_later(struct world *world)
{
	return when_busy(send, world);
}

static int64_t
receive_later(struct world *world)
{
	return when_busy(receive, world);
}

static int64_t
receive_in_time_(struct world *world)
{
	return call("pshm_receive", world->there, 1000000000000);
}

static int64_t
receive_in_time(struct world *world)
{
	return when_busy(receive_in_time_, world);
}

static int ends[2];

static int64_t
socketpair_(struct world *world)
{
	(void)world;
	return call("pshm_socketpair", &ends[0], &ends[1]);
}

static void
close_ends(struct world *world, int64_t result)
{
	(void)world;
	(void)result;
	close(ends[0]);
	close(ends[1]);
}

static int64_t
seal(struct world *world)
{
	return call("pshm_seal", world->anonymous, PSHM_SEAL_SHRINK);
}

static int64_t
seals(struct world *world)
{
	return call("pshm_seals", world->anonymous);
}

static int64_t
reopen_for_input(struct world *world)
{
	return call("pshm_reopen", world->fd, PSHM_DIRECTION_INPUT);
}

static int64_t
reopen_for_io(struct world *world)
{
	return call("pshm_reopen", world->fd, PSHM_DIRECTION_IO);
}

static int64_t
list(struct world *world)
{
	char names[512];

	(void)world;
	return call("pshm_list", names, sizeof names);
}

static int64_t
process_alive(struct world *world)
{
	(void)world;
	return call("pshm_process_alive", call("pshm_process_self"));
}

/* The word has another value. */
static int64_t
atomic_wait(struct world *world)
{
	return call("pshm_atomic_wait", world->address + WORD, 5, -1);
}

static int64_t
atomic_wake(struct world *world)
{
	return call("pshm_atomic_wake", world->address + WORD, 1);
}

static int64_t
lock_free(struct world *world)
{
	int64_t held = call("pshm_lock_acquire", world->address + WORD, -1);

	if (held == 0)
		assert_result(call("pshm_lock_release", world->address + WORD), 0);
	return held;
}

/* Its owner has this process's number, and started before it: it is dead. */
static int64_t
lock_of_dead_owner(const struct world *world, int64_t timeout)
{
	uint64_t *lock = (uint64_t *)(uintptr_t)(world->address + WORD);
	uint64_t self = (uint64_t)call("pshm_process_self");

	if (self >> 44 == 0) /* of no known namespace: nobody can judge it */
		return -error_of_name("ENOTSUP");
	*lock = self ^ (uint64_t)1 << 24;
	return call("pshm_lock_acquire", world->address + WORD, timeout);
}

static int64_t
lock_dead(struct world *world)
{
	return lock_of_dead_owner(world, 0);
}

static int64_t
lock_dead_after_a_wait(struct world *world)
{
	return lock_of_dead_owner(world, 1);
}

/* A ring whose other end is taken by a process that is dead, or is free. */
static _Alignas(64) uint64_t ring[(PSHM_RING_HEADER_SIZE + PSHM_RING_CAPACITY_MIN) / sizeof(uint64_t)];

enum { SENDERS_PROCESS = 10 };

static int64_t
ring_call(const char *function, int role)
{
	memset(ring, 0, PSHM_RING_HEADER_SIZE);
	return call(function, (int64_t)(uintptr_t)ring, PSHM_RING_CAPACITY_MIN, role);
}

static int64_t
ring_join(struct world *world)
{
	(void)world;
	return ring_call("pshm_ring_join", PSHM_RING_SENDER);
}

static int64_t
ring_send(struct world *world)
{
	int64_t joined = ring_join(world);

	return joined < 0 ? joined : call("pshm_ring_send", (int64_t)(uintptr_t)ring, PSHM_RING_CAPACITY_MIN, "abc", 3, -1);
}

/* Its sender has this process's number, and started before it. */
static int64_t
ring_of_dead_sender(void)
{
	uint64_t self = (uint64_t)call("pshm_process_self");
	int64_t joined = ring_call("pshm_ring_join", PSHM_RING_RECEIVER);

	ring[SENDERS_PROCESS] = self ^ (uint64_t)1 << 24;
	return self >> 44 == 0 ? -error_of_name("ENOTSUP") : joined;
}

static int64_t
ring_join_dead(struct world *world)
{
	int64_t error = ring_of_dead_sender();

	(void)world;
	return error < 0 ? error : call("pshm_ring_join", (int64_t)(uintptr_t)ring, PSHM_RING_CAPACITY_MIN, PSHM_RING_SENDER);
}

/* Success is to be told of the death. */
static int64_t
ring_receive_from_dead(int64_t timeout)
{
	int64_t result = ring_of_dead_sender();
	char byte;

	if (result == 0)
		result = call("pshm_ring_receive", (int64_t)(uintptr_t)ring, PSHM_RING_CAPACITY_MIN, &byte, 1, timeout);
	return result == -error_of_name("EOWNERDEAD") ? 0 : result;
}

static int64_t
ring_receive_dead(struct world *world)
{
	(void)world;
	return ring_receive_from_dead(0);
}

static int64_t
ring_receive_dead_after_a_wait(struct world *world)
{
	(void)world;
	return ring_receive_from_dead(1);
}

/* clang-format off */
#define FEATURE(id, text) \
	static int64_t \
	has_##id(struct world *world) \
	{ \
		(void)world; \
		return call("pshm_has", text); \
	}
/* clang-format on */

FEATURE(alive, "alive")
FEATURE(allocate, "allocate")
FEATURE(anonymous, "anonymous")
FEATURE(discard, "discard")
FEATURE(huge_objects, "huge-objects")
FEATURE(huge_pages, "huge-pages")
FEATURE(populate, "populate")
FEATURE(publish, "publish")
FEATURE(reopen, "reopen")
FEATURE(seal_exec, "seal-exec")
FEATURE(seals, "seals")
FEATURE(supersede, "supersede")
FEATURE(wait, "wait")

const struct scenario scenarios[] = {
	{ "shm_open existing", shm_open_existing, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "shm_open exclusive", shm_open_exclusive, OUTCOME_DESCRIPTOR, 1, NULL },
	{ "shm_open either", shm_open_either, OUTCOME_DESCRIPTOR, 1, NULL },
	{ "shm_unlink", shm_unlink_, OUTCOME_NUMBER, -1, NULL },
	{ "ftruncate", ftruncate_, OUTCOME_NUMBER, 0, NULL },
	{ "fallocate", fallocate_, OUTCOME_NUMBER, 0, NULL },
	{ "fstat", fstat_, OUTCOME_NUMBER, 0, NULL },
	{ "fchown", fchown_, OUTCOME_NUMBER, 0, NULL },
	{ "fchmod", fchmod_, OUTCOME_NUMBER, 0, NULL },
	{ "mmap", mmap_, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "mmap lock", mmap_lock, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "mmap finished", mmap_finished, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "mmap nodump", mmap_nodump, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "mmap noreplace", mmap_noreplace, OUTCOME_ADDRESS, 0, unmap_page },
	{ "munmap", munmap_, OUTCOME_UNMAPS, 0, NULL },
	{ "mprotect", mprotect_, OUTCOME_NUMBER, 0, NULL },
	{ "msync", msync_, OUTCOME_NUMBER, 0, NULL },
	{ "close", close_, OUTCOME_CLOSES, 0, NULL },
	{ "dup", dup_, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "set_inheritable", set_inheritable, OUTCOME_NUMBER, 0, NULL },
	{ "open existing", open_existing, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "open truncating", open_truncating, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "open truncating for input", open_truncating_for_input, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "open creating", open_creating, OUTCOME_DESCRIPTOR, 1, NULL },
	{ "open or create existing", open_or_create_existing, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "open or create missing", open_or_create_missing, OUTCOME_DESCRIPTOR, 1, NULL },
	{ "supersede", supersede, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "supersede for input", supersede_for_input, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "supersede missing", supersede_missing, OUTCOME_DESCRIPTOR, 1, NULL },
	{ "anonymous", anonymous, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "anonymous for input", anonymous_for_input, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "anonymous executable", anonymous_executable, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "anonymous huge", anonymous_huge, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "nameable", nameable, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "nameable for input", nameable_for_input, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "publish", publish, OUTCOME_NUMBER, 1, NULL },
	{ "publish over", publish_over, OUTCOME_NUMBER, 0, NULL },
	{ "open_wait", open_wait, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "open_wait later", open_wait_later, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "delete", delete_, OUTCOME_NUMBER, -1, NULL },
	{ "delete if same", delete_if_same, OUTCOME_NUMBER, -1, NULL },
	{ "truncate", truncate_, OUTCOME_NUMBER, 0, NULL },
	{ "allocate past end", allocate_past_end, OUTCOME_NUMBER, 0, NULL },
	{ "allocate below end", allocate_below_end, OUTCOME_NUMBER, 0, NULL },
	{ "allocate anonymous", allocate_anonymous, OUTCOME_NUMBER, 0, NULL },
	{ "discard", discard, OUTCOME_NUMBER, 0, NULL },
	{ "space", space, OUTCOME_NUMBER, 0, NULL },
	{ "map", map, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "map lock", map_lock, OUTCOME_ADDRESS, 0, unmap_pages },
	{ "unmap", unmap, OUTCOME_UNMAPS, 0, NULL },
	{ "read", read_, OUTCOME_NUMBER, 0, NULL },
	{ "write", write_, OUTCOME_NUMBER, 0, NULL },
	{ "map_prefixed", map_prefixed, OUTCOME_ADDRESS, 0, unmap_prefixed },
	{ "map_prefixed lock", map_prefixed_lock, OUTCOME_ADDRESS, 0, unmap_prefixed },
	{ "unmap_prefixed", unmap_prefixed_, OUTCOME_UNMAPS, 0, NULL },
	{ "send", send, OUTCOME_NUMBER, 0, NULL },
	{ "receive", receive, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "send later", send_later, OUTCOME_NUMBER, 0, NULL },
	{ "receive later", receive_later, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "receive in time", receive_in_time, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "socketpair", socketpair_, OUTCOME_NUMBER, 0, close_ends },
	{ "seal", seal, OUTCOME_NUMBER, 0, NULL },
	{ "seals", seals, OUTCOME_NUMBER, 0, NULL },
	{ "reopen for input", reopen_for_input, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "reopen for io", reopen_for_io, OUTCOME_DESCRIPTOR, 0, NULL },
	{ "list", list, OUTCOME_NUMBER, 0, NULL },
	{ "alive", process_alive, OUTCOME_NUMBER, 0, NULL },
	{ "wait", atomic_wait, OUTCOME_NUMBER, 0, NULL },
	{ "wake", atomic_wake, OUTCOME_NUMBER, 0, NULL },
	{ "lock", lock_free, OUTCOME_NUMBER, 0, NULL },
	{ "lock dead", lock_dead, OUTCOME_NUMBER, 0, NULL },
	{ "lock dead after a wait", lock_dead_after_a_wait, OUTCOME_NUMBER, 0, NULL },
	{ "ring join", ring_join, OUTCOME_NUMBER, 0, NULL },
	{ "ring join dead", ring_join_dead, OUTCOME_NUMBER, 0, NULL },
	{ "ring send", ring_send, OUTCOME_NUMBER, 0, NULL },
	{ "ring receive dead", ring_receive_dead, OUTCOME_NUMBER, 0, NULL },
	{ "ring receive dead after a wait", ring_receive_dead_after_a_wait, OUTCOME_NUMBER, 0, NULL },
	{ "has alive", has_alive, OUTCOME_NUMBER, 0, NULL },
	{ "has allocate", has_allocate, OUTCOME_NUMBER, 0, NULL },
	{ "has anonymous", has_anonymous, OUTCOME_NUMBER, 0, NULL },
	{ "has discard", has_discard, OUTCOME_NUMBER, 0, NULL },
	{ "has huge-objects", has_huge_objects, OUTCOME_NUMBER, 0, NULL },
	{ "has huge-pages", has_huge_pages, OUTCOME_NUMBER, 0, NULL },
	{ "has populate", has_populate, OUTCOME_NUMBER, 0, NULL },
	{ "has publish", has_publish, OUTCOME_NUMBER, 0, NULL },
	{ "has reopen", has_reopen, OUTCOME_NUMBER, 0, NULL },
	{ "has seal-exec", has_seal_exec, OUTCOME_NUMBER, 0, NULL },
	{ "has seals", has_seals, OUTCOME_NUMBER, 0, NULL },
	{ "has supersede", has_supersede, OUTCOME_NUMBER, 0, NULL },
	{ "has wait", has_wait, OUTCOME_NUMBER, 0, NULL },
};

const int scenario_count = sizeof scenarios / sizeof scenarios[0];
