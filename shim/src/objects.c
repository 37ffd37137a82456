/* SPDX-License-Identifier: BSD-3-Clause */
/* shm_open(3) and what is done to an open object. */
#include "system.h"
#include "error.h"
#include "native.h"
#include "name.h"
#include "object.h"
#include "platform.h"

_Static_assert(PSHM_O_RDONLY == O_RDONLY && PSHM_O_RDWR == O_RDWR, "the access modes are the platform's");

/* Each flag of ours has several bits, and counts only as a whole. */
static int
native_flag(int flags, int ours, int native)
{
	return (flags & ours) == ours ? native : 0;
}

/* The native flags, or -EINVAL for a bit that is no flag of ours. */
static int
native_open_flags(int flags)
{
	int native = native_flag(flags, PSHM_O_CREAT, O_CREAT) | native_flag(flags, PSHM_O_EXCL, O_EXCL) |
	             native_flag(flags, PSHM_O_TRUNC, O_TRUNC);
	int known = PSHM_O_RDWR | ((native & O_CREAT) != 0 ? PSHM_O_CREAT : 0) |
	            ((native & O_EXCL) != 0 ? PSHM_O_EXCL : 0) | ((native & O_TRUNC) != 0 ? PSHM_O_TRUNC : 0);

	if ((flags & ~known) != 0 || (native & (O_CREAT | O_EXCL)) == O_EXCL)
		return -EINVAL;
	return native | (flags & PSHM_O_RDWR);
}

int
pshm_shm_open(const char *name, int flags, int mode)
{
	int error = name_check(name);
	int native = native_open_flags(flags);

	if (error < 0)
		return record(error);
	if (native < 0 || (mode & ~0777) != 0)
		return record(-EINVAL);
	return record(object_open(name, native, mode));
}

int
pshm_shm_unlink(const char *name)
{
	int error = name_check(name);

	if (error < 0)
		return record(error);
	return record(sys_shm_unlink(name));
}

int
pshm_ftruncate(int fd, int64_t length)
{
	if (length < 0)
		return record(-EINVAL);
	return record(sys_ftruncate(fd, length));
}

int
pshm_fallocate(int fd, int64_t offset, int64_t length)
{
	if (offset < 0 || length <= 0)
		return record(-EINVAL);
	if (!can(CAN_ALLOCATE))
		return record(object_unsupported(fd));
	return record(native_fallocate(fd, offset, length));
}

/* -1 leaves an id alone; anything else has to arrive as it is, and not as the value that means 'leave'. */
static bool
id_fits(int64_t id, int64_t converted, int64_t leave)
{
	return id == -1 || (id >= 0 && converted == id && converted != leave);
}

/* Where descriptors of objects do not take a call (macOS), EINVAL is its answer. */
static int
permission_result(int result)
{
	return result == -EINVAL && !can(CAN_PERMIT) ? -ENOTSUP : result;
}

int
pshm_fchown(int fd, int64_t owner, int64_t group)
{
	if (!id_fits(owner, (int64_t)(uid_t)owner, (int64_t)(uid_t)-1) ||
	    !id_fits(group, (int64_t)(gid_t)group, (int64_t)(gid_t)-1))
		return record(-EINVAL);
	return record(permission_result(sys_fchown(fd, (uid_t)owner, (gid_t)group)));
}

int
pshm_fchmod(int fd, int mode)
{
	if ((mode & ~0777) != 0)
		return record(-EINVAL);
	return record(permission_result(sys_fchmod(fd, mode)));
}
