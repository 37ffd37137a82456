/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The identity of this process. System calls for each use would make a lock many times slower, so the identity is cached, and
 * cleared in a child: by an atfork handler, and on Linux by the kernel, also after forks that run no handlers.
 */
#include "system.h"
#include "error.h"
#include "native.h"
#include "platform.h"
#include "process.h"

#include <pthread.h>

/* Newer than some C libraries: asm-generic/mman-common.h. */
#if defined __linux__ && !defined MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

_Atomic(uint64_t *) pshm__process_kept;

/* The cache if the kernel cannot wipe a page on fork. */
static uint64_t in_place;

static void
forget(void)
{
	uint64_t *kept = atomic_load_explicit(&pshm__process_kept, memory_order_relaxed);

	if (kept != NULL)
		__atomic_store_n(kept, 0, __ATOMIC_RELAXED);
}

/* Before the cache can be filled: otherwise a child whose atfork handlers use a lock first would have the identity of its parent. */
static void __attribute__((constructor))
forget_in_children(void)
{
	(void)pthread_atfork(NULL, NULL, forget);
}

/* A page that the kernel fills with zeros in a child (Linux 4.14), or the word in place. */
static uint64_t *
new_memory(void)
{
#ifdef MADV_WIPEONFORK
	int64_t size = platform_page_size();
	int64_t page = sys_mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (is_address_error(page))
		return &in_place;
	if (sys_madvise(page, size, MADV_WIPEONFORK) >= 0)
		return (uint64_t *)(uintptr_t)page;
	sys_munmap(page, size);
#endif
	return &in_place;
}

static void
discard(uint64_t *unused)
{
	if (unused != &in_place)
		sys_munmap((int64_t)(uintptr_t)unused, platform_page_size());
}

/* Among concurrent threads the first one decides. */
static uint64_t *
choose_memory(void)
{
	uint64_t *chosen = new_memory();
	uint64_t *first = NULL;

	if (atomic_compare_exchange_strong(&pshm__process_kept, &first, chosen))
		return chosen;
	discard(chosen);
	return first;
}

uint64_t
pshm__process_find_out(void)
{
	uint64_t *kept = atomic_load_explicit(&pshm__process_kept, memory_order_acquire);
	uint64_t self = pshm__native_process_self();

	__atomic_store_n(kept == NULL ? choose_memory() : kept, self, __ATOMIC_RELAXED);
	return self;
}

int
pshm__process_alive(uint64_t process)
{
	uint64_t namespace = process_namespace(process);

	if (namespace == 0 || namespace != process_namespace(process_self()))
		return -ENOTSUP;
	return pshm__native_process_alive(process);
}
