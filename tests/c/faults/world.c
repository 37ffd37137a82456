/* SPDX-License-Identifier: BSD-3-Clause */
/* The world of a scenario, made and removed. */
#include "faults.h"
#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAGE page()

static int64_t
mapping_behind_a_page(int fd)
{
	char *base = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *data = mmap(base + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, PAGE);

	ck_assert(base != MAP_FAILED && data != MAP_FAILED);
	return (int64_t)(uintptr_t)data;
}

void
world_make(struct world *world)
{
	int ends[2];

	object_make(name_of("world"), 0600, 2 * PAGE + 100);
	world->fd = open(path_of(name_of("world")), O_RDWR | O_CLOEXEC);
	world->reader = open(path_of(name_of("world")), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(pwrite(world->fd, "x", 1, PAGE), 1);
	world->anonymous = memfd_create("world", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	world->address = mapping_behind_a_page(world->fd);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	world->here = ends[0];
	world->there = ends[1];
	assert_result(call("pshm_send", world->here, world->fd, -1), 0);
	assert_success(call("pshm_process_self")); /* which the first call keeps */
	world->before = object_status(name_of("world"));
	world->descriptors = descriptor_count();
	world->mappings = object_mapping_count();
	world->objects = object_count();
}

void
world_end(struct world *world, const struct scenario *scenario)
{
	if (is_open(world->fd) && scenario->outcome != OUTCOME_CLOSES)
		close(world->fd);
	close(world->reader);
	close(world->anonymous);
	close(world->here);
	close(world->there);
	munmap((void *)(uintptr_t)(world->address - PAGE), 2 * PAGE);
	(void)unlink(path_of(name_of("world")));
	(void)unlink(path_of(name_of("new")));
	interpose_unlink_failed();
}

void
world_give_back(struct world *world, const struct scenario *scenario, int64_t result)
{
	if (scenario->outcome == OUTCOME_DESCRIPTOR) {
		ck_assert(is_close_on_exec((int)result));
		close((int)result);
	}
	if (scenario->undo != NULL)
		scenario->undo(world, result);
}

bool
world_observe(const struct scenario *scenario, struct course *ret_course)
{
	struct world world;

	world_make(&world);
	interpose_reset();
	ret_course->result = scenario->make(&world);
	for (int i = 0; i < INTERPOSED; i++)
		ret_course->counts[i] = interpose_count((enum interposed)i);
	interpose_reset();
	if (is_error(ret_course->result)) /* where a size is set once, the world's object has it */
		expect_error(__FILE__, __LINE__, scenario->name, ret_course->result,
		             !may_execute_memfds() ? "ENOTSUP EACCES"
		             : has("resize")       ? "ENOTSUP"
		                                   : "ENOTSUP EINVAL");
	else
		world_give_back(&world, scenario, ret_course->result);
	ret_course->after = descriptor_status(world.reader);
	world_end(&world, scenario);
	return !is_error(ret_course->result);
}
