/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory behind every page of an object, or the object as it was. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "object.h"
#include "platform.h"

#include <signal.h>

/* A call that reserves pages starts from nothing when a signal interrupts it; a portion takes well under 1 ms. */
enum { PORTION = 1 << 20 };

/* Whether there is room for so many bytes more. A file system without a limit, as a memfd's, has the machine's memory. */
static bool
has_room(int fd, uint64_t wanted)
{
	struct statvfs place;

	if (sys_fstatvfs(fd, &place) < 0)
		return true;
	return place.f_blocks == 0 ? pshm__native_has_memory(wanted) : wanted <= (uint64_t)place.f_bavail * place.f_frsize;
}

/* A request that cannot be met is refused before it takes the room away from others, or brings the system down. */
static bool
exceeds_room(int fd, const struct stat *status, int64_t size)
{
	int64_t missing = size - (int64_t)status->st_blocks * 512;

	return missing > 0 && !has_room(fd, (uint64_t)missing);
}

/* Where the first whole page past the end begins. The page that holds the end may have bytes of the object. */
static int64_t
first_page_past(int64_t end)
{
	int64_t page = platform_page_size();

	return end % page == 0 || end > INT64_MAX - page ? end : end - end % page + page;
}

/* Whole pages past the end, without growing. */
static int
reserve_past_end(int fd, int64_t end, int64_t size)
{
	int error = 0;

	for (int64_t done = first_page_past(end); done < size && error >= 0; done += PORTION)
		error = pshm__native_reserve(fd, done, size - done < PORTION ? size - done : PORTION);
	return error;
}

static int SELDOM
reserve_undisturbed(int fd, int64_t length)
{
	sigset_t all;
	sigset_t old;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pshm__native_fallocate(fd, 0, length);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

/*
 * The pages that are missing below the end, in one call, which the kernel takes back as a whole when it fails:
 * here others may be storing into them, so nothing else can. After an interruption signals wait.
 */
static inline int
reserve_below_end(int fd, int64_t length)
{
	int error = length == 0 ? 0 : pshm__native_fallocate_once(fd, 0, length);

	return error == -EINTR ? reserve_undisturbed(fd, length) : error;
}

/*
 * Give back what was reserved past the end. The end is looked up again: where another
 * process has let the object grow meanwhile, the pages hold its bytes.
 */
static void
release_past_end(int fd, int64_t size)
{
	struct stat status;
	int64_t end = sys_fstat(fd, &status) < 0 ? size : status.st_size;
	int64_t first = first_page_past(end);

	if (first < size)
		(void)pshm__native_release(fd, first, size - first);
}

/* Within one page only the last step would meet the seal, when the pages below the end have been filled. */
static bool
is_sealed_against_growing(int fd)
{
	int seals = pshm__native_get_seals(fd);

	return seals >= 0 && (seals & PSHM_SEAL_GROW) != 0;
}

/*
 * Whether another call, which asked for more of the same object and failed, has given back what was past the end for this
 * one too. Once the object has grown, nobody gives back more of it, but who has looked up the end a moment before.
 */
static bool
lacks_pages(int fd, int64_t size)
{
	struct stat status;

	return sys_fstat(fd, &status) >= 0 && (int64_t)status.st_blocks * 512 < size;
}

/* The last step. What another has given back is reserved again; without room for it the object stays grown. */
static int
grow_into_reserved(int fd, int64_t size)
{
	int error = pshm__native_fallocate(fd, size - 1, 1);

	return error >= 0 && lacks_pages(fd, size) ? reserve_below_end(fd, size) : error;
}

static int
reserve(int fd, int64_t old_size, int64_t size)
{
	int64_t below = old_size < size ? old_size : size;
	int error = reserve_past_end(fd, old_size, size);

	if (error >= 0 && size > old_size && is_sealed_against_growing(fd))
		error = -EPERM;
	if (error >= 0)
		error = reserve_below_end(fd, below);
	if (error >= 0 && size > old_size)
		error = grow_into_reserved(fd, size);
	if (error < 0 && size > old_size)
		release_past_end(fd, size);
	return error;
}

/* Without pages past the end, a failure may leave the object grown: it is cut again, unless it has grown further. */
static int
grow(int fd, int64_t old_size, int64_t size)
{
	struct stat status;
	int error = pshm__native_fallocate(fd, 0, size);

	if (error < 0 && sys_fstat(fd, &status) >= 0 && status.st_size > old_size && status.st_size <= size)
		sys_ftruncate(fd, old_size);
	return error;
}

int
pshm_allocate(int fd, int64_t size)
{
	struct stat status;
	int error;

	if (size < 0)
		return record(-EINVAL);
	error = object_status(fd, &status);
	if (error >= 0 && !can(CAN_ALLOCATE))
		error = -ENOTSUP;
	if (error < 0 || size == 0)
		return record(error);
	if (exceeds_room(fd, &status, size))
		return record(-ENOSPC);
	return record(can(CAN_PUNCH) ? reserve(fd, status.st_size, size) : grow(fd, status.st_size, size));
}
