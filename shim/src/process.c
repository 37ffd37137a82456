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

_Atomic(word64 *) pshm__process_kept;

/* The cache if the kernel cannot wipe a page on fork. */
static word64 in_place;

static void
forget(void)
{
	word64 *kept = atomic_load_explicit(&pshm__process_kept, memory_order_relaxed);

	if (kept != NULL)
		process_store(kept, 0);
}

/*
 * Before the cache can be filled: otherwise a child whose atfork handlers use a lock first would have the identity of its
 * parent.
 */
__attribute__((constructor)) static void
forget_in_children(void)
{
	(void)pthread_atfork(NULL, NULL, forget);
}

/* A page that the kernel fills with zeros in a child (Linux 4.14), or the word in place. */
static word64 *
new_memory(void)
{
#if defined __linux__ && defined MADV_WIPEONFORK
	int64_t size = platform_page_size();
	int64_t page = sys_mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (is_address_error(page))
		return &in_place;
	if (sys_madvise(page, size, MADV_WIPEONFORK) >= 0)
		return (word64 *)(uintptr_t)page;
	sys_munmap(page, size);
#endif
	return &in_place;
}

static void
discard(word64 *unused)
{
	if (unused != &in_place)
		sys_munmap((int64_t)(uintptr_t)unused, platform_page_size());
}

/* Among concurrent threads the first one decides. */
static word64 *
choose_memory(void)
{
	word64 *chosen = new_memory();
	word64 *first = NULL;

	if (atomic_compare_exchange_strong(&pshm__process_kept, &first, chosen))
		return chosen;
	discard(chosen);
	return first;
}

uint64_t
pshm__process_find_out(void)
{
	word64 *kept = atomic_load_explicit(&pshm__process_kept, memory_order_acquire);
	uint64_t self = pshm__native_process_self();

	return process_keep(kept == NULL ? choose_memory() : kept, self);
}

int
pshm__process_alive(uint64_t process)
{
	uint64_t namespace = process_namespace(process);

	if (namespace == 0 || namespace != process_namespace(process_self()))
		return -ENOTSUP;
	return pshm__native_process_alive(process);
}
