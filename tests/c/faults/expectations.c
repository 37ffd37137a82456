/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The results of failures. The rule: the errno, negated, and everything as before. The exceptions are the decisions of
 * the library, and stand in the table below; the first row that fits decides.
 */
#include "expect.h"
#include "faults.h"

#include <errno.h>
#include <string.h>

enum { ANY_ERROR = 0, ANY_CALL = 0 };

/* A scenario's name, or the beginning of several; the function; which of its calls; the errno; and what comes of it. */
static const struct {
	const char *scenario;
	enum interposed function;
	int nth;
	int error;
	const char *result; /* "" is success */
	unsigned damage;
} exceptions[] = {
	/* A question about a feature is answered, whatever goes wrong. */
	{ "has ", CALL_shm_unlink, ANY_CALL, ANY_ERROR, "", LEAVES_NAME | ANSWERS_LESS },
	{ "has ", INTERPOSED, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },

	/* Only a proof says that a process is dead: that its number belongs to nobody, or to a thread. */
	{ "alive", CALL_pidfd_open, ANY_CALL, ESRCH, "", ANSWERS_LESS },
	{ "alive", CALL_pidfd_open, ANY_CALL, EINVAL, "", ANSWERS_LESS },
	{ "alive", CALL_kill, ANY_CALL, ESRCH, "", ANSWERS_LESS },
	{ "alive", INTERPOSED, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },

	/* A handler ends a wait; another value, or a missing call, is no failure of it. */
	{ "wait", CALL_futex, ANY_CALL, EINTR, "EINTR", NO_DAMAGE },
	{ "wait", CALL_futex, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "wait", CALL_futex, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "wait", CALL_futex, ANY_CALL, EPERM, "", NO_DAMAGE },
	{ "wait", CALL_futex, ANY_CALL, ETIMEDOUT, "", NO_DAMAGE }, /* there is no limit */
	{ "wake", CALL_futex, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "wake", CALL_futex, ANY_CALL, EPERM, "", NO_DAMAGE },
	{ "wake", CALL_futex, ANY_CALL, EINTR, "EINTR", NO_DAMAGE },
	{ "lock dead after a wait", CALL_futex, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "lock dead after a wait", CALL_futex, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "lock dead after a wait", CALL_futex, ANY_CALL, EPERM, "", NO_DAMAGE },
	{ "lock dead after a wait", CALL_futex, ANY_CALL, ETIMEDOUT, "", NO_DAMAGE },
	{ "lock dead after a wait", CALL_futex, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "lock dead after a wait", CALL_nanosleep, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "lock dead after a wait", CALL_clock_gettime, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },

	/* An owner in doubt keeps its lock. */
	{ "lock dead after a wait", INTERPOSED, ANY_CALL, ANY_ERROR, "ETIMEDOUT", MAY_SUCCEED },
	{ "lock dead", INTERPOSED, ANY_CALL, ANY_ERROR, "EAGAIN", MAY_SUCCEED },

	/* Neither does the peer at a ring lose its place, and nothing is told of it. */
	{ "ring join dead", INTERPOSED, ANY_CALL, ANY_ERROR, "EBUSY", MAY_SUCCEED },
	{ "ring receive dead after a wait", CALL_futex, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_futex, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_futex, ANY_CALL, EPERM, "", NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_futex, ANY_CALL, ETIMEDOUT, "", NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_futex, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_nanosleep, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "ring receive dead after a wait", CALL_clock_gettime, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "ring receive dead after a wait", INTERPOSED, ANY_CALL, ANY_ERROR, "ETIMEDOUT", MAY_SUCCEED },
	{ "ring receive dead", INTERPOSED, ANY_CALL, ANY_ERROR, "EAGAIN", MAY_SUCCEED },

	/*
	 * A handler ends the wait for an object; what is not there, or leased,
	 * is looked for again, or not when nothing is waited for.
	 */
	{ "open_wait", CALL_nanosleep, ANY_CALL, EINTR, "EINTR", NO_DAMAGE },
	{ "open_wait later", CALL_shm_open, ANY_CALL, ENOENT, "", NO_DAMAGE },
	{ "open_wait later", CALL_shm_open, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "open_wait", CALL_shm_open, ANY_CALL, EACCES, NULL, MAY_SUCCEED }, /* by then it may be permitted, or come */
	{ "open_wait", CALL_shm_open, ANY_CALL, ENOENT, "EAGAIN", NO_DAMAGE },
	{ "open_wait", CALL_shm_open, ANY_CALL, EAGAIN, "EAGAIN", NO_DAMAGE },

	/* An object that can get a name is a file without one, or there is none. */
	{ "nameable for input", CALL_open, 2, EACCES, "ENOTSUP", NO_DAMAGE }, /* a sandbox without /proc */
	{ "nameable for input", CALL_open, 2, EPERM, "ENOTSUP", NO_DAMAGE },
	{ "nameable for input", CALL_open, 2, EISDIR, "EISDIR", NO_DAMAGE },
	{ "nameable for input", CALL_open, 2, ENOENT, "", NO_DAMAGE }, /* the process's own are there */
	{ "nameable", CALL_open, ANY_CALL, ENOENT, "ENOTSUP", NO_DAMAGE },
	{ "nameable", CALL_open, ANY_CALL, EISDIR, "ENOTSUP", NO_DAMAGE },

	/* A descriptor that cannot be linked by itself is by way of /proc, and a name that is taken is superseded. */
	{ "publish", CALL_linkat, ANY_CALL, ENOENT, "EXDEV", MAY_SUCCEED },
	{ "publish", CALL_linkat, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "publish over", CALL_linkat, ANY_CALL, EEXIST, "", NO_DAMAGE },
	{ "publish over", CALL_lstat, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "publish over", CALL_shm_unlink, ANY_CALL, ANY_ERROR, "", NO_DAMAGE }, /* of a name that has gone already */
	{ "publish over", CALL_rename, ANY_CALL, EPERM, "EACCES", NO_DAMAGE },
	{ "publish over", CALL_rename, ANY_CALL, ENOENT, "EXDEV", NO_DAMAGE },
	{ "publish", CALL_fstatat, ANY_CALL, ANY_ERROR, "", NO_DAMAGE }, /* by way of the process */
	{ "publish", CALL_fstat, ANY_CALL, ANY_ERROR, NULL, MAY_SUCCEED },

	/* Interrupted: called again. A close is not, and counts as done; the wait for a message comes back. */
	{ "send", INTERPOSED, ANY_CALL, EINTR, "EINTR", NO_DAMAGE },
	{ "receive", INTERPOSED, ANY_CALL, EINTR, "EINTR", NO_DAMAGE },

	/* Not ready: the call waits for the socket, and tries again. */
	{ "send", CALL_sendmsg, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "receive", CALL_recvmsg, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "", INTERPOSED, ANY_CALL, EINTR, "", NO_DAMAGE },

	/* Closing what was only a help on the way: nobody can do anything about it. */
	{ "close", CALL_close, ANY_CALL, ANY_ERROR, NULL, NO_DAMAGE },
	{ "", CALL_close, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },

	/* An anonymous object: what this system does not have, and what a sandbox does not know, leads to the next fallback. */
	{ "anonymous huge", CALL_memfd_create, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "anonymous", CALL_memfd_create, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "anonymous huge", CALL_memfd_create, ANY_CALL, EPERM, "ENOTSUP", NO_DAMAGE },
	{ "anonymous", CALL_memfd_create, ANY_CALL, EPERM, "", NO_DAMAGE },
	{ "anonymous executable", CALL_memfd_create, 1, EINVAL, "EPERM", MAY_SUCCEED }, /* sealed by the policy, without the flag */
	{ "anonymous", CALL_memfd_create, 1, EINVAL, "", NO_DAMAGE },
	{ "anonymous huge", CALL_memfd_create, ANY_CALL, EINVAL, "ENOTSUP", NO_DAMAGE },
	{ "anonymous", CALL_memfd_create, ANY_CALL, EINVAL, "", NO_DAMAGE },
	/* A policy that forbids executable ones; an older kernel does not know what the policy requires. */
	{ "anonymous executable", CALL_memfd_create, ANY_CALL, EACCES, NULL, NO_DAMAGE },
	{ "anonymous huge", CALL_memfd_create, ANY_CALL, EACCES, "EACCES ENOTSUP", MAY_SUCCEED },
	{ "anonymous", CALL_memfd_create, ANY_CALL, EACCES, NULL, MAY_SUCCEED },
	{ "anonymous", CALL_open, ANY_CALL, ENOTSUP, "", NO_DAMAGE },
	{ "anonymous", CALL_open, ANY_CALL, ENOENT, "", NO_DAMAGE },
	{ "anonymous", CALL_open, ANY_CALL, EISDIR, NULL, MAY_SUCCEED },           /* a kernel without O_TMPFILE says so */
	{ "anonymous for input", CALL_open, ANY_CALL, EACCES, NULL, MAY_SUCCEED }, /* a sandbox without /proc */
	{ "anonymous for input", CALL_open, ANY_CALL, EPERM, NULL, MAY_SUCCEED },
	{ "anonymous", CALL_shm_open, ANY_CALL, EEXIST, NULL, MAY_SUCCEED }, /* a random name is taken: another is tried */
	{ "anonymous", CALL_shm_open, ANY_CALL, EAGAIN, NULL, MAY_SUCCEED }, /* opened for reading by its name */
	{ "anonymous", CALL_shm_unlink, ANY_CALL, ENOENT, "", LEAVES_NAME }, /* another process has removed the temporary name */
	{ "anonymous", CALL_shm_unlink, ANY_CALL, EPERM, "EACCES", LEAVES_NAME },
	{ "anonymous", CALL_shm_unlink, ANY_CALL, ANY_ERROR, NULL, LEAVES_NAME },

	/* Random bytes come from the device where the call is missing. */
	{ "", CALL_getentropy, ANY_CALL, ENOSYS, "", NO_DAMAGE },
	{ "", CALL_getentropy, ANY_CALL, EPERM, "", NO_DAMAGE },

	/* A lease: the call waits until it is broken. What is created has none. */
	{ "shm_open exclusive", CALL_shm_open, ANY_CALL, EAGAIN, NULL, NO_DAMAGE },
	{ "shm_open", CALL_shm_open, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "open creating", CALL_shm_open, ANY_CALL, EAGAIN, NULL, NO_DAMAGE },
	{ "open or create missing", CALL_shm_open, 2, EAGAIN, NULL, NO_DAMAGE },
	{ "open", CALL_shm_open, ANY_CALL, EAGAIN, "", NO_DAMAGE },
	{ "delete if same", CALL_shm_open, ANY_CALL, EAGAIN, "", NO_DAMAGE },

	/* Somebody else's name: the errno is the same on every platform. */
	{ "supersede", CALL_rename, ANY_CALL, EPERM, "EACCES", NO_DAMAGE },
	{ "", CALL_shm_unlink, ANY_CALL, EPERM, "EACCES", NO_DAMAGE },

	/* Another takes or removes the name meanwhile: tried again. */
	{ "open or create existing", CALL_shm_open, 1, ENOENT, "", NO_DAMAGE },
	{ "open or create missing", CALL_shm_open, 1, ENOENT, "", NO_DAMAGE },
	{ "open or create missing", CALL_shm_open, 2, EEXIST, "", NO_DAMAGE },
	{ "supersede", CALL_rename, ANY_CALL, ENOENT, "", NO_DAMAGE },
	{ "supersede", CALL_shm_unlink, ANY_CALL, ENOENT, "", NO_DAMAGE },
	{ "supersede", CALL_shm_open, ANY_CALL, EEXIST, "", NO_DAMAGE },
	/* Where objects are not files, the old one is given up first. */
	{ "supersede", CALL_shm_open, ANY_CALL, ANY_ERROR, NULL, LOSES_NAME },

	/* Without /proc a descriptor with the same access is duplicated, and no other can be had. */
	{ "reopen for io", CALL_open, ANY_CALL, ENOENT, "", NO_DAMAGE },
	{ "reopen for io", CALL_open, ANY_CALL, ENOTSUP, "", NO_DAMAGE },
	{ "reopen for input", CALL_open, ANY_CALL, ENOENT, "", NO_DAMAGE }, /* the thread's own are there */

	/* The object was opened or created, and nobody can say which; so its name stays. */
	{ "shm_open either", CALL_fstat, ANY_CALL, ANY_ERROR, NULL, LEAVES_NAME },
	/* Opening empties; what was opened is looked at afterwards. */
	{ "open truncating", CALL_fstat, ANY_CALL, ANY_ERROR, NULL, IS_EMPTIED },

	/* A limit that cannot be read bounds nothing. */
	{ "allocate", CALL_fstatfs, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "allocate", CALL_sysinfo, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "allocate", CALL_open, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "allocate", CALL_pread, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "allocate", CALL_lstat, ANY_CALL, ANY_ERROR, "", NO_DAMAGE },
	{ "space", CALL_sysinfo, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },
	{ "space", CALL_open, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },
	{ "space", CALL_pread, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },
	{ "space", CALL_lstat, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },
	{ "allocate", CALL_fallocate, ANY_CALL, ENOMEM, "ENOSPC", NO_DAMAGE },
	{ "allocate", CALL_fallocate, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "discard", CALL_fallocate, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "fallocate", CALL_fallocate, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },

	/*
	 * Advice that the kernel does not know, or a sandbox forbids, is a flag that it does not have; a page that would be a
	 * SIGBUS is lacking space.
	 */
	{ "mmap finished", CALL_madvise, 1, ANY_ERROR, "", NO_DAMAGE }, /* huge pages are a hint */
	{ "mmap finished", CALL_madvise, 2, EINVAL, "ENOTSUP", NO_DAMAGE },
	{ "mmap finished", CALL_madvise, 2, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "mmap finished", CALL_madvise, 2, EPERM, "ENOTSUP", NO_DAMAGE },
	{ "mmap nodump", CALL_madvise, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },
	{ "mmap nodump", CALL_madvise, ANY_CALL, EPERM, "ENOTSUP", NO_DAMAGE },
	{ "mmap nodump", CALL_madvise, ANY_CALL, EINVAL, "", NO_DAMAGE }, /* tried again in whole pages of the object */
	{ "mmap finished", CALL_madvise, 2, EFAULT, "ENOSPC", NO_DAMAGE },
	{ "mmap finished", CALL_mlock, ANY_CALL, ENOSYS, "ENOTSUP", GAINS_PAGES },
	{ "mmap finished", CALL_mlock, ANY_CALL, ANY_ERROR, NULL, GAINS_PAGES },
	{ "", CALL_mlock, ANY_CALL, ENOSYS, "ENOTSUP", NO_DAMAGE },

	/* A copy through a mapping: a descriptor that is not open for it. */
	{ "read", CALL_mmap, ANY_CALL, EACCES, "EBADF", NO_DAMAGE },
	{ "read", CALL_mmap, ANY_CALL, EPERM, "EBADF", NO_DAMAGE },
	{ "read", CALL_munmap, ANY_CALL, ANY_ERROR, "", LEAVES_MAPPING },
	{ "write", CALL_munmap, ANY_CALL, ANY_ERROR, "", LEAVES_MAPPING },
	{ "write", CALL_mmap, ANY_CALL, EACCES, "EBADF", NO_DAMAGE },
	{ "write", CALL_mmap, ANY_CALL, EPERM, "EBADF", NO_DAMAGE },

	/* An entry that nobody can look at is left out. */
	{ "list", CALL_fstatat, ANY_CALL, ANY_ERROR, "", ANSWERS_LESS },

	/* A descriptor that knows seals and rejects one: the kernel does not know that seal. */
	{ "seal", CALL_fcntl, 1, EINVAL, "ENOTSUP EINVAL", NO_DAMAGE },
};

enum { EXCEPTIONS = sizeof exceptions / sizeof exceptions[0] };

static bool
is_at(int row, int nth)
{
	return exceptions[row].nth == ANY_CALL || exceptions[row].nth == nth;
}

static bool
fits(int row, const char *scenario, enum interposed function, int nth, int error)
{
	return strncmp(exceptions[row].scenario, scenario, strlen(exceptions[row].scenario)) == 0 &&
	       (exceptions[row].function == INTERPOSED || exceptions[row].function == function) && is_at(row, nth) &&
	       (exceptions[row].error == ANY_ERROR || exceptions[row].error == error);
}

struct expectation
fault_expectation(const struct scenario *scenario, enum interposed function, int nth, int error)
{
	struct expectation expectation = { false, name_of_error(error), NO_DAMAGE };

	for (int i = 0; i < EXCEPTIONS; i++) {
		if (!fits(i, scenario->name, function, nth, error))
			continue;
		expectation.damage = exceptions[i].damage;
		expectation.succeeds = exceptions[i].result != NULL && exceptions[i].result[0] == '\0';
		if (exceptions[i].result != NULL)
			expectation.errors = exceptions[i].result;
		break;
	}
	return expectation;
}
