/* SPDX-License-Identifier: BSD-3-Clause */
/* The features of the running platform. */
#include "system.h"
#include "anonymous.h"
#include "error.h"
#include "mapping.h"
#include "native.h"
#include "object.h"
#include "platform.h"
#include "process.h"
#include "waiting.h"

#include <string.h>

/* Whether a call that returns a descriptor succeeds; the descriptor is closed. */
static bool COLD
opens(int fd)
{
	if (fd >= 0)
		sys_close(fd);
	return fd >= 0;
}

/* An object for a trial. */
static int COLD
trial(int direction, unsigned fallbacks)
{
	const struct anonymous_request request = { direction, 0600, false };

	return pshm__anonymous_open(&request, fallbacks);
}

/* If a process cannot determine that it is itself alive, it cannot do so for another one. */
static bool COLD
has_alive(void)
{
	return pshm__process_alive(process_self()) == 1;
}

static bool COLD
has_allocate(void)
{
	int fd = can(CAN_ALLOCATE) ? trial(PSHM_DIRECTION_IO, ~0U) : -ENOTSUP;
	bool allocates = fd >= 0 && pshm__object_reserve(fd, 0, 1) >= 0;

	(void)opens(fd);
	return allocates;
}

/* An object for input needs more than one for both: if it needs a name, the feature is not supported. */
static bool COLD
has_anonymous(void)
{
	const unsigned unnamed = FALLBACK_MEMFD | FALLBACK_TMPFILE | FALLBACK_SHM_ANON;

	return opens(trial(PSHM_DIRECTION_IO, unnamed)) && opens(trial(PSHM_DIRECTION_INPUT, unnamed));
}

static bool COLD
has_descriptor_io(void)
{
	return can(CAN_DESCRIPTOR_IO);
}

static bool COLD
has_discard(void)
{
	int fd = can(CAN_DISCARD) ? trial(PSHM_DIRECTION_IO, ~0U) : -ENOTSUP;
	bool discards = fd >= 0 && pshm__native_discard(fd, 0, 1) >= 0;

	(void)opens(fd);
	return discards;
}

static bool COLD
has_growsdown(void)
{
	return !mapping_lacks(PSHM_MAP_GROWSDOWN);
}

static bool COLD
has_huge_objects(void)
{
	return (platform.fallbacks & FALLBACK_MEMFD) != 0 && opens(pshm__native_memfd(false, true));
}

/* Whether a call on a page of memory succeeds. */
static bool COLD
works_on_page(int (*call)(int64_t address, int64_t length))
{
	int64_t page = platform_page_size();
	int64_t address = sys_mmap(0, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (is_address_error(address))
		return false;
	error = call(address, page);
	sys_munmap(address, page);
	return error >= 0;
}

static bool COLD
has_huge_pages(void)
{
	return works_on_page(pshm__native_ask_for_huge_pages);
}

static bool COLD
has_identity(void)
{
	return can(CAN_IDENTIFY);
}

static bool COLD
has_list(void)
{
	return platform.directory != NULL;
}

static bool COLD
has_nodump(void)
{
	return works_on_page(pshm__mapping_leave_out_of_dumps);
}

static bool COLD
has_noreserve(void)
{
	return !mapping_lacks(PSHM_MAP_NORESERVE);
}

static bool COLD
has_permissions(void)
{
	return can(CAN_PERMIT);
}

static int
populate_reading(int64_t address, int64_t length)
{
	return pshm__native_populate(address, length, false);
}

static bool COLD
has_populate(void)
{
	return works_on_page(populate_reading);
}

static bool COLD
has_reopen(void)
{
	int fd = trial(PSHM_DIRECTION_IO, ~0U);
	bool reopens = fd >= 0 && opens(pshm__native_reopen(fd, O_RDONLY));

	(void)opens(fd);
	return reopens;
}

static bool COLD
has_resize(void)
{
	return can(CAN_RESIZE);
}

static bool COLD
takes_seals(int seals)
{
	int fd = trial(PSHM_DIRECTION_IO, FALLBACK_MEMFD);
	bool takes = fd >= 0 && pshm__native_add_seals(fd, seals) >= 0;

	(void)opens(fd);
	return takes;
}

static bool COLD
has_seals(void)
{
	return takes_seals(PSHM_SEAL_SHRINK);
}

static bool COLD
has_seal_exec(void)
{
	return takes_seals(PSHM_SEAL_EXEC);
}

static bool COLD
has_seal_future_write(void)
{
	return takes_seals(PSHM_SEAL_FUTURE_WRITE);
}

static bool COLD
has_wait(void)
{
	word32 word = 0;

	return can(CAN_WAIT) && pshm__native_wake(&word, 1) >= 0;
}

static const struct {
	char name[20];
	bool (*has)(void);
} features[] = {
	{ "alive", has_alive },
	{ "allocate", has_allocate },
	{ "anonymous", has_anonymous },
	{ "atomic-64", has_wide_words },
	{ "descriptor-io", has_descriptor_io },
	{ "discard", has_discard },
	{ "growsdown", has_growsdown },
	{ "huge-objects", has_huge_objects },
	{ "huge-pages", has_huge_pages },
	{ "identity", has_identity },
	{ "list", has_list },
	{ "nodump", has_nodump },
	{ "noreserve", has_noreserve },
	{ "permissions", has_permissions },
	{ "populate", has_populate },
	{ "publish", pshm__object_can_publish },
	{ "reopen", has_reopen },
	{ "resize", has_resize },
	{ "seal-exec", has_seal_exec },
	{ "seal-future-write", has_seal_future_write },
	{ "seals", has_seals },
	{ "space", has_list },
	{ "supersede", pshm__object_can_supersede },
	{ "wait", has_wait },
};

int
pshm_has(const char *feature)
{
	if (feature == NULL)
		return record(-EFAULT);
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
		if (strcmp(features[i].name, feature) == 0)
			return features[i].has();
	return 0;
}
