/* SPDX-License-Identifier: BSD-3-Clause */
/* The errnos of the man pages, sections 2 and 3, of Linux and POSIX.1-2017; EOPNOTSUPP is ENOTSUP here. */
#include "faults.h"

#include <errno.h>

static const int shm_open_errors[] = { EACCES, EAGAIN, EEXIST, EINTR,  EINVAL, EISDIR, ELOOP, EMFILE,    ENAMETOOLONG,
	                               ENFILE, ENOENT, ENOMEM, ENOSPC, ENXIO,  EPERM,  EROFS, EOVERFLOW, 0 };
static const int shm_unlink_errors[] = { EACCES, EBUSY, EIO, EISDIR, ENAMETOOLONG, ENOENT, ENOMEM, EPERM, EROFS, 0 };
static const int shm_mkstemp_errors[] = { EACCES, EEXIST, EINVAL, EMFILE, ENFILE, ENOSPC, EROFS, 0 };
static const int memfd_create_errors[] = { EACCES, EFAULT, EINVAL, EMFILE, ENFILE, ENOMEM, ENOSYS, EPERM, 0 };
static const int open_errors[] = { EACCES,       EDQUOT,  EINTR,     EINVAL, EISDIR, ELOOP,   EMFILE,
	                           ENAMETOOLONG, ENFILE,  ENODEV,    ENOENT, ENOMEM, ENOSPC,  ENOTDIR,
	                           ENXIO,        ENOTSUP, EOVERFLOW, EPERM,  EROFS,  ETXTBSY, 0 };
static const int rename_errors[] = { EACCES, EBUSY,  EDQUOT, EFAULT,  EINVAL, EISDIR, ELOOP, EMLINK, ENAMETOOLONG,
	                             ENOENT, ENOMEM, ENOSPC, ENOTDIR, EROFS,  EXDEV,  EPERM, 0 };
static const int linkat_errors[] = { EACCES, EBADF,  EDQUOT, EEXIST, EFAULT,  EINVAL, EIO,   ELOOP, EMLINK, ENAMETOOLONG,
	                             ENOENT, ENOMEM, ENOSPC, ENOSYS, ENOTDIR, EPERM,  EROFS, EXDEV, 0 };
static const int close_errors[] = { EBADF, EINTR, EIO, ENOSPC, EDQUOT, 0 };
static const int fcntl_errors[] = { EACCES, EAGAIN, EBADF, EBUSY, EINVAL, EMFILE, EPERM, 0 };
static const int ftruncate_errors[] = { EBADF, EBUSY, EFBIG, EINTR, EINVAL, EIO, EPERM, EROFS, ETXTBSY, 0 };
static const int fallocate_errors[] = { EBADF,  EFBIG,  EINTR,   EINVAL, EIO,    ENODEV,  ENOMEM,
	                                ENOSPC, ENOSYS, ENOTSUP, EPERM,  ESPIPE, ETXTBSY, 0 };
static const int fstat_errors[] = { EBADF, EFAULT, EIO, ENOMEM, EOVERFLOW, 0 };
static const int lstat_errors[] = { EACCES, EFAULT, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOVERFLOW, 0 };
static const int statfs_errors[] = { EACCES, EFAULT, EINTR, EIO, ELOOP, ENOENT, ENOMEM, ENOSYS, ENOTDIR, EOVERFLOW, 0 };
static const int fstatfs_errors[] = { EBADF, EFAULT, EINTR, EIO, ENOMEM, ENOSYS, EOVERFLOW, 0 };
static const int fchown_errors[] = { EBADF, EINTR, EINVAL, EIO, ENOMEM, EPERM, EROFS, EDQUOT, 0 };
static const int fchmod_errors[] = { EBADF, EINTR, EINVAL, EIO, ENOMEM, EPERM, EROFS, 0 };
static const int mmap_errors[] = { EACCES, EAGAIN, EBADF, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM, ETXTBSY, 0 };
static const int munmap_errors[] = { EINVAL, ENOMEM, 0 };
static const int mprotect_errors[] = { EACCES, EINVAL, ENOMEM, 0 };
static const int msync_errors[] = { EBUSY, EINTR, EINVAL, EIO, ENOMEM, 0 };
static const int mlock_errors[] = { EAGAIN, EINVAL, ENOMEM, ENOSYS, EPERM, 0 };
static const int madvise_errors[] = { EACCES, EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, ENOMEM, ENOSYS, EPERM, 0 };
static const int pread_errors[] = { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ENXIO, EOVERFLOW, ESPIPE, 0 };
static const int pwrite_errors[] = { EAGAIN, EBADF, EDQUOT,    EFAULT, EFBIG, EINTR,  EINVAL, EIO,
	                             ENOSPC, ENXIO, EOVERFLOW, EPERM,  EPIPE, ESPIPE, 0 };
static const int opendir_errors[] = { EACCES, EBADF, EMFILE, ENFILE, ENOENT, ENOMEM, ENOTDIR, 0 };
static const int readdir_errors[] = { EBADF, EFAULT, EINVAL, ENOENT, ENOTDIR, EOVERFLOW, 0 };
static const int sendmsg_errors[] = { EACCES,  EAGAIN, EBADF,    ECONNREFUSED, ECONNRESET, EFAULT, EINTR,        EINVAL, EMSGSIZE,
	                              ENOBUFS, ENOMEM, ENOTCONN, ENOTSOCK,     ENOTSUP,    EPIPE,  ETOOMANYREFS, 0 };
static const int recvmsg_errors[] = {
	EAGAIN, EBADF, ECONNREFUSED, ECONNRESET, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN, ENOTSOCK, 0
};
static const int getsockname_errors[] = { EBADF, EFAULT, EINVAL, ENOBUFS, ENOTSOCK, 0 };
static const int ppoll_errors[] = { EFAULT, EINTR, EINVAL, ENOMEM, 0 };
static const int socketpair_errors[] = { EFAULT, EMFILE, ENFILE, ENOMEM, ENOTSUP, EACCES, 0 };
static const int getentropy_errors[] = { EFAULT, EIO, ENOSYS, EPERM, 0 };
static const int clock_gettime_errors[] = { EFAULT, EINVAL, EPERM, 0 };
static const int sysinfo_errors[] = { EFAULT, 0 };
static const int futex_errors[] = { EACCES, EAGAIN, EFAULT, EINTR, EINVAL, ENOSYS, EPERM, ETIMEDOUT, 0 };
static const int nanosleep_errors[] = { EFAULT, EINTR, EINVAL, 0 };
static const int pidfd_open_errors[] = { EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ENOSYS, EPERM, ESRCH, 0 };
static const int kill_errors[] = { EINVAL, EPERM, ESRCH, 0 };
static const int readlink_errors[] = { EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, 0 };
static const int realloc_errors[] = { ENOMEM, 0 };

const int *const fault_errors[INTERPOSED] = {
#define ROW(function) [CALL_##function] = function##_errors,
#define fstatat_errors lstat_errors
#define stat_errors lstat_errors
	INTERPOSED_FUNCTIONS(ROW)
#undef ROW
};
