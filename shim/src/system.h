/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system calls that every platform has, each with its result or its negated errno. This is the only place
 * that reads errno, and it restores errno. Every source file includes this header first.
 */
#ifndef PSHM_SYSTEM_H
#define PSHM_SYSTEM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#undef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#undef _TIME_BITS
#define _TIME_BITS 64

#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h> /* rename */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h> /* getentropy */
#endif

_Static_assert(sizeof(off_t) == sizeof(int64_t), "offsets are 64 bits wide");

/* FreeBSD and OpenBSD lack the first of these errors. Their errors end at about 100; no system has any as large as these. */
#ifndef ENODATA
#define ENODATA 4001
#endif
#ifndef EOWNERDEAD
#define EOWNERDEAD 4002
#endif

/*
 * Functions that the compiler keeps out of the path of a successful call: rarely called ones and the branches to them, and slower
 * alternatives, for which the shorter path then need not save registers.
 */
#ifdef __GNUC__
#define COLD __attribute__((cold, noinline))
#define NOINLINE __attribute__((noinline))
#else
#define COLD
#define NOINLINE
#endif

/* After a call has failed: its errno, negated; errno is put back to what it was before the call. */
COLD int pshm__system_error(int saved);

/* After a call has failed: was it interrupted, so that it is to be repeated? Puts errno back if so. */
COLD bool pshm__system_interrupted(int saved);

static inline int
system_result(int result, int saved)
{
	return result < 0 ? pshm__system_error(saved) : result;
}

/* The kernel is older than the call, or a sandbox, which answers EPERM or ENOSYS, does not let it through. */
static inline bool
is_missing_call(int error)
{
	return error == -ENOSYS || error == -EPERM;
}

/* After a call that may leave errno changed though it succeeds: glibc before 2.34 looks for the file system of objects first. */
static inline int
quiet_result(int result, int saved)
{
	int error = system_result(result, saved);

	errno = saved;
	return error;
}

/*
 * Around every call in which a thread could be cancelled (pthreads(7)): its descriptors would stay open. A pending
 * cancellation acts later, in the caller's own code, or while the library waits. Some systems have no cancellation.
 */
#ifdef PTHREAD_CANCEL_DISABLE
static inline int
cancellation_disable(void)
{
	int state = PTHREAD_CANCEL_ENABLE; /* an old glibc does not set it in a program without threads */

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	return state;
}

static inline void
cancellation_restore(int state)
{
	int disabled;

	(void)pthread_setcancelstate(state, &disabled);
}
#else
static inline int
cancellation_disable(void)
{
	return 0;
}

static inline void
cancellation_restore(int state)
{
	(void)state;
}
#endif

static inline int
sys_shm_open(const char *name, int flags, int mode)
{
	int state = cancellation_disable();
	int saved = errno;
	int fd;

	do
		fd = shm_open(name, flags, (mode_t)mode);
	while (fd < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return quiet_result(fd, saved);
}

/*
 * In a sticky directory the kernel returns EPERM for a name of another user. POSIX and glibc specify EACCES for shm_unlink, but
 * musl returns EPERM.
 */
static inline int
removal_result(int result, int saved)
{
	int error = quiet_result(result, saved);

	return error == -EPERM ? -EACCES : error;
}

static inline int
sys_shm_unlink(const char *name)
{
	int saved = errno;

	return removal_result(shm_unlink(name), saved);
}

static inline int
sys_rename(const char *from, const char *to)
{
	int saved = errno;

	return removal_result(rename(from, to), saved);
}

static inline int
sys_open(const char *path, int flags, int mode)
{
	int state = cancellation_disable();
	int saved = errno;
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return system_result(fd, saved);
}

static inline int
sys_ftruncate(int fd, int64_t length)
{
	int saved = errno;
	int result;

	do
		result = ftruncate(fd, length);
	while (result < 0 && pshm__system_interrupted(saved));
	return system_result(result, saved);
}

static inline int
sys_fstat(int fd, struct stat *ret_status)
{
	int saved = errno;

	return system_result(fstat(fd, ret_status), saved);
}

static inline int
sys_lstat(const char *path, struct stat *ret_status)
{
	int saved = errno;

	return system_result(lstat(path, ret_status), saved);
}

static inline int
sys_fstatat(int directory, const char *name, struct stat *ret_status, int flags)
{
	int saved = errno;

	return system_result(fstatat(directory, name, ret_status, flags), saved);
}

static inline int
sys_fstatvfs(int fd, struct statvfs *ret_status)
{
	int saved = errno;
	int result;

	do
		result = fstatvfs(fd, ret_status);
	while (result < 0 && pshm__system_interrupted(saved));
	return system_result(result, saved);
}

static inline int
sys_fchown(int fd, uid_t owner, gid_t group)
{
	int saved = errno;
	int result;

	do
		result = fchown(fd, owner, group);
	while (result < 0 && pshm__system_interrupted(saved));
	return system_result(result, saved);
}

static inline int
sys_fchmod(int fd, int mode)
{
	int saved = errno;
	int result;

	do
		result = fchmod(fd, (mode_t)mode);
	while (result < 0 && pshm__system_interrupted(saved));
	return system_result(result, saved);
}

static inline int64_t
sys_mmap(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset)
{
	int saved = errno;
	void *memory = mmap((void *)(uintptr_t)address, (size_t)length, protections, flags, fd, offset);

	return memory == MAP_FAILED ? pshm__system_error(saved) : (int64_t)(uintptr_t)memory;
}

static inline int
sys_munmap(int64_t address, int64_t length)
{
	int saved = errno;

	return system_result(munmap((void *)(uintptr_t)address, (size_t)length), saved);
}

static inline int
sys_mprotect(int64_t address, int64_t length, int protections)
{
	int saved = errno;

	return system_result(mprotect((void *)(uintptr_t)address, (size_t)length, protections), saved);
}

static inline int
sys_msync(int64_t address, int64_t length, int flags)
{
	int state = cancellation_disable();
	int saved = errno;
	int result;

	do
		result = msync((void *)(uintptr_t)address, (size_t)length, flags);
	while (result < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return system_result(result, saved);
}

/* The kernel itself says EPERM where nothing may be locked. */
static inline int
sys_mlock(int64_t address, int64_t length)
{
	int saved = errno;
	int result = system_result(mlock((void *)(uintptr_t)address, (size_t)length), saved);

	return result == -ENOSYS ? -ENOTSUP : result;
}

/* Never repeated: an interrupted close has released the descriptor (Linux close(2), BSD and macOS sources). */
static inline int
sys_close(int fd)
{
	int state = cancellation_disable();
	int saved = errno;
	int result = close(fd);

	cancellation_restore(state);
	return result < 0 && pshm__system_interrupted(saved) ? 0 : system_result(result, saved);
}

static inline int
sys_fcntl(int fd, int command, int argument)
{
	int saved = errno;

	return system_result(fcntl(fd, command, argument), saved);
}

static inline int64_t
sys_pread(int fd, void *bytes, size_t count, int64_t offset)
{
	int state = cancellation_disable();
	int saved = errno;
	ssize_t result;

	do
		result = pread(fd, bytes, count, offset);
	while (result < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return result < 0 ? pshm__system_error(saved) : result;
}

static inline int64_t
sys_pwrite(int fd, const void *bytes, size_t count, int64_t offset)
{
	int state = cancellation_disable();
	int saved = errno;
	ssize_t result;

	do
		result = pwrite(fd, bytes, count, offset);
	while (result < 0 && pshm__system_interrupted(saved));
	cancellation_restore(state);
	return result < 0 ? pshm__system_error(saved) : result;
}

static inline void *
sys_realloc(void *memory, size_t size)
{
	int saved = errno;
	void *moved = realloc(memory, size);

	if (moved == NULL)
		(void)pshm__system_error(saved);
	return moved;
}

/* Sending and receiving are not repeated: an interrupted caller may have handlers of its own language to run. */
static inline int64_t
sys_sendmsg(int socket, const struct msghdr *message, int flags)
{
	int state = cancellation_disable();
	int saved = errno;
	ssize_t result = sendmsg(socket, message, flags);

	cancellation_restore(state);
	return result < 0 ? pshm__system_error(saved) : result;
}

static inline int64_t
sys_recvmsg(int socket, struct msghdr *ret_message, int flags)
{
	int state = cancellation_disable();
	int saved = errno;
	ssize_t result = recvmsg(socket, ret_message, flags);

	cancellation_restore(state);
	return result < 0 ? pshm__system_error(saved) : result;
}

/* The address family of a socket. */
static inline int
sys_family(int socket)
{
	int saved = errno;
	struct sockaddr address = { .sa_family = AF_UNSPEC };
	socklen_t size = sizeof address;
	int result = getsockname(socket, &address, &size);

	return result < 0 ? pshm__system_error(saved) : address.sa_family;
}

static inline int
sys_setsockopt(int socket, int option, int value)
{
	int saved = errno;

	return system_result(setsockopt(socket, SOL_SOCKET, option, &value, sizeof value), saved);
}

static inline int
sys_socketpair(int type, int ret_ends[2])
{
	int saved = errno;

	return system_result(socketpair(AF_UNIX, type, 0, ret_ends), saved);
}

static inline int
sys_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int saved = errno;

	return system_result(clock_gettime(clock, ret_time), saved);
}

/* Sleep for less than a second, or until a signal handler has run, or the thread is cancelled. */
static inline int
sys_pause(long nanoseconds)
{
	const struct timespec time = { .tv_nsec = nanoseconds };
	int saved = errno;

	return system_result(nanosleep(&time, NULL), saved);
}

/* The same, and never cancelled. */
static inline int
sys_nanosleep(long nanoseconds)
{
	int state = cancellation_disable();
	int result = sys_pause(nanoseconds);

	cancellation_restore(state);
	return result;
}

/*
 * Wait until a descriptor is ready: 1, or 0 when the nanoseconds are over. A signal with a handler ends the wait, in spite of
 * SA_RESTART, and so does the cancellation of the thread: this and sys_pause are the calls here that it acts in.
 */
#ifdef __APPLE__
static inline int
sys_poll(struct pollfd *descriptor, int64_t nanoseconds)
{
	int64_t milliseconds = (nanoseconds + 999999) / 1000000;
	int saved = errno;

	return system_result(poll(descriptor, 1, (int)milliseconds), saved);
}
#else
static inline int
sys_poll(struct pollfd *descriptor, int64_t nanoseconds)
{
	struct timespec time = { .tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000) };
	int saved = errno;

	return system_result(ppoll(descriptor, 1, &time, NULL), saved);
}
#endif

static inline int
sys_getentropy(void *ret_bytes, size_t count)
{
	int saved = errno;

	return system_result(getentropy(ret_bytes, count), saved);
}

static inline int
sys_opendir(const char *path, DIR **ret_directory)
{
	int state = cancellation_disable();
	int saved = errno;

	*ret_directory = opendir(path);
	cancellation_restore(state);
	return *ret_directory == NULL ? pshm__system_error(saved) : 0;
}

/* The next entry; NULL at the end and for an error: only errno distinguishes them, readdir(3). */
static inline const struct dirent *
sys_readdir(DIR *directory, int *ret_error)
{
	const struct dirent *entry;
	int state = cancellation_disable();
	int saved = errno;

	errno = 0;
	entry = readdir(directory);
	cancellation_restore(state);
	*ret_error = entry == NULL ? -errno : 0;
	errno = saved;
	return entry;
}

static inline int
sys_closedir(DIR *directory)
{
	int state = cancellation_disable();
	int saved = errno;
	int result = closedir(directory);

	cancellation_restore(state);
	return system_result(result, saved);
}

#endif
