/* SPDX-License-Identifier: BSD-3-Clause */
/* The laws that hold for every call, and the loop. */
#include "fuzz.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPERATIONS_PER_INPUT = 60, ERRNO_BEFORE = 4242, DESCRIPTORS_MOST = 64 };

int64_t page;
int64_t arena; /* addresses that may be mapped over, cut and protected */
unsigned char buffer[BUFFER + 16];
bool starved; /* the next call gets no descriptor */
static int last_before;

static void
set_descriptor_limit(rlim_t limit)
{
	struct rlimit limits;

	(void)getrlimit(RLIMIT_NOFILE, &limits);
	limits.rlim_cur = limit;
	CHECK(setrlimit(RLIMIT_NOFILE, &limits) == 0);
}

void
before_call(void)
{
	last_before = pshm_errno();
	if (starved)
		set_descriptor_limit(1);
	errno = ERRNO_BEFORE;
}

int64_t
after_call(int64_t result, bool quiet)
{
	CHECK(errno == ERRNO_BEFORE);
	if (starved)
		set_descriptor_limit(DESCRIPTORS_MOST);
	CHECK(result >= -4095);
	if (result < 0 && !quiet)
		CHECK(pshm_errno() == -result);
	else
		CHECK(pshm_errno() == last_before);
	return result;
}

/* Everything works in the child of a fork; what it does to descriptors stays there. */
void
op_fork(void)
{
	const struct descriptor *slot = some_slot();
	int status;
	pid_t child;

	if (choose(16) != 0)
		return;
	child = fork();
	if (child == 0) {
		int64_t fields[FIELDS];
		bool good = pshm_errno() >= 0 && pshm_close(-1) == -EBADF && pshm_errno() == EBADF;

		if (slot != NULL) {
			good = good && pshm_fstat(slot->fd, fields, FIELDS) == FIELDS;
			good = good && fields[PSHM_STAT_SIZE] == object_behind(slot)->size;
			good = good && pshm_close(slot->fd) == 0 && pshm_fstat(slot->fd, fields, FIELDS) == -EBADF;
		}
		_exit(good ? 0 : 1);
	}
	CHECK(child > 0);
	while (waitpid(child, &status, 0) < 0)
		CHECK(errno == EINTR); /* libFuzzer's own timer */
	CHECK(status == 0);
}

static void (*const operations[])(void) = {
	/* clang-format off */
	op_shm_open, op_open,       op_open, op_open_anonymous, op_open_anonymous, op_publish, op_open_wait, op_delete,
	op_delete_if_same,
	op_truncate, op_truncate,   op_allocate, op_allocate, op_fallocate, op_space, op_fstat, op_fchmod, op_fchown,
	op_close,    op_dup,        op_set_inheritable, op_reopen, op_send, op_receive, op_socketpair, op_seal, op_seals,
	op_read,     op_write,      op_write, op_copy_and_fill, op_map, op_map, op_unmap, op_mmap, op_mmap_fixed, op_tables,
	op_list,     op_fork,     op_discard, op_atomic32, op_atomic64, op_wait_and_wake, op_lock, op_process,
	op_ring,     op_hostile_ring,
	/* clang-format on */
};

static void
start_process(void)
{
	page = pshm_page_size();
	arena = (int64_t)(uintptr_t)mmap(NULL, (size_t)(ARENA_PAGES * page), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	set_descriptor_limit(DESCRIPTORS_MOST);
	model_prepare();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;

	if (!started)
		start_process();
	started = true;
	input_begin(data, size);
	model_start();
	for (int i = 0; i < OPERATIONS_PER_INPUT && !input_has_ended() && model.object_count < OBJECTS - 1; i++) {
		unsigned which = take();

		starved = choose(16) == 1;
		operations[which % (sizeof operations / sizeof operations[0])]();
		starved = false;
		model_compare();
	}
	model_finish();
	return 0;
}
