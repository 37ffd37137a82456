/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the library under test and the C library. The test program defines the functions that the library
 * imports, and is linked with -rdynamic, so that the dlopened library binds to them. While a call under test runs,
 * they count, fail when a test says so, and play systems other than the one that the tests run on; at any other
 * time they pass through.
 */
#ifndef PSHM_TEST_INTERPOSE_H
#define PSHM_TEST_INTERPOSE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/* The functions in between. */
#define INTERPOSED_FUNCTIONS(ROW) \
	ROW(shm_open) ROW(shm_unlink) ROW(shm_mkstemp) ROW(memfd_create) ROW(open) ROW(rename) ROW(close) ROW(fcntl) \
	ROW(ftruncate) ROW(fallocate) ROW(fstat) ROW(lstat) ROW(fstatat) ROW(statfs) ROW(fstatfs) ROW(fchown) \
	ROW(fchmod) ROW(mmap) ROW(munmap) ROW(mprotect) ROW(msync) ROW(mlock) ROW(madvise) ROW(pread) ROW(pwrite) ROW(opendir) \
	ROW(readdir) ROW(sendmsg) ROW(recvmsg) ROW(socketpair) ROW(getsockname) ROW(ppoll) ROW(getentropy) ROW(clock_gettime) \
	ROW(sysinfo) ROW(realloc) ROW(futex) ROW(nanosleep) ROW(pidfd_open) ROW(kill) ROW(readlink) ROW(stat) ROW(linkat)
/* clang-format on */

/* clang-format off */
enum interposed {
#define ROW(function) CALL_##function,
	INTERPOSED_FUNCTIONS(ROW)
#undef ROW
	INTERPOSED
};
/* clang-format on */

extern const char *const interposed_names[INTERPOSED];

/* Whether there is anything in between: not in the portable program. */
bool interpose_works(void);

/* Around a call under test, by the harness. */
void interpose_enter(void);
void interpose_leave(void);

/* From now on, the n-th call (from 1) of the function fails with the errno; n is 0 for all of them. */
void interpose_fail(enum interposed function, int nth, int error);

/* The same for the first calls, so many of them. */
void interpose_fail_first(enum interposed function, int times, int error);

/* Call this before each call of the function, until the next reset: what another process does meanwhile. */
void interpose_before(enum interposed function, void (*act)(void));

/* Nothing fails any more, and counting begins anew. The platform stays. */
void interpose_reset(void);

/* Remove the name that an shm_unlink which had to fail left behind. */
void interpose_unlink_failed(void);

/* How often a function was called since the last reset. */
int interpose_count(enum interposed function);

/* How many bytes the last pread or pwrite was asked for, or the flags of the last msync. */
size_t interpose_last_count(void);
void interpose_note_count(size_t count);

/* The range that was last unmapped, protected, synchronised, advised or locked above 2^63, where nothing is. */
struct interposed_range {
	uint64_t address;
	uint64_t length;
};
struct interposed_range interpose_last_range(void);
void interpose_note_range(const void *address, size_t length);

/* How many nanoseconds the n-th nanosleep since the last reset was asked for (from 1), of the first INTERPOSED_PAUSES. */
enum { INTERPOSED_PAUSES = 32 };
int64_t interpose_pause(int nth);
void interpose_note_pause(int64_t nanoseconds);

/* The signals that waited during the last fallocate. */
sigset_t interpose_last_mask(void);

/*
 * From now on /proc and /sys hold these files and no others: a path and its text, and so on, up to NULL. The list is the
 * caller's. NULL: what the system has there.
 */
void interpose_files(const char *const *paths_and_texts);

/* Whether the failure that was asked for has happened. */
bool interpose_has_failed(void);

/* The traits of a simulated platform: a set of bits. */
typedef uint64_t traits;

#define TRAIT(number) ((traits)1 << (number))

#define NO_MEMFD TRAIT(0)           /* memfd_create: ENOSYS */
#define NO_EXEC_FLAGS TRAIT(1)      /* memfd_create knows neither MFD_EXEC nor MFD_NOEXEC_SEAL: before Linux 6.3 */
#define NO_TMPFILE TRAIT(2)         /* O_TMPFILE: EOPNOTSUPP */
#define NO_PROC TRAIT(3)            /* nothing below /proc */
#define NO_FALLOCATE TRAIT(4)       /* fallocate: EOPNOTSUPP */
#define NO_POPULATE TRAIT(5)        /* MADV_POPULATE_READ and _WRITE are unknown: before Linux 5.14 */
#define OLD_SEALS TRAIT(6)          /* F_SEAL_FUTURE_WRITE and F_SEAL_EXEC are unknown: before Linux 5.1 */
#define SIZE_ONCE TRAIT(7)          /* a size is set once, and is a multiple of the page's: macOS */
#define NO_DESCRIPTOR_IO TRAIT(8)   /* pread, pwrite: ENXIO */
#define NO_PERMISSIONS TRAIT(9)     /* fchmod, fchown: EINVAL */
#define SHORT_NAMES TRAIT(10)       /* 31 bytes */
#define NO_IDENTITY TRAIT(11)       /* fstat knows no inode, type or times */
#define WRITE_IS_EPERM TRAIT(12)    /* a writable mapping of a read-only object: EPERM */
#define STRICT_FLAGS TRAIT(13)      /* shm_open rejects flags that POSIX does not name */
#define TYPES_UNKNOWN TRAIT(14)     /* readdir does not tell what an entry is */
#define CANCELLED TRAIT(15)         /* while open opens a file, another thread cancels this one */
#define OTHERS_GROW TRAIT(16)       /* while fallocate finds no space, another process lets the object grow past that */
#define FLICKERING TRAIT(17)        /* a name is there when it is created, and missing when it is opened */
#define HIGH_ADDRESSES TRAIT(18)    /* mmap answers with an address above 2^63, where nothing is; other calls take it */
#define SHORT_TRANSFERS TRAIT(19)   /* pread and pwrite move three bytes at most */
#define LARGE_PAGES TRAIT(20)       /* objects are of pages of 16 KiB: mapped in whole ones, and not unmapped otherwise */
#define UNCUT_LENGTHS TRAIT(21)     /* recvmsg has cut a message, and left its parts as long as they were sent: macOS, FreeBSD */
#define SCARCE_MEMORY TRAIT(22)     /* sysinfo: the machine has 5 MiB; 256 KiB of memory and of swap space are free */
#define BUSY_SOCKETS TRAIT(23)      /* the first sendmsg or recvmsg since the last reset is not ready: EAGAIN */
#define NO_NOREPLACE TRAIT(24)      /* MAP_FIXED_NOREPLACE is unknown, and the address a hint: before Linux 4.17 */
#define NO_DUMP_ADVICE TRAIT(25)    /* MADV_DONTDUMP is unknown */
#define NO_THREAD_SELF TRAIT(26)    /* nothing below /proc/thread-self: before Linux 3.17 */
#define NOEXEC_SEALED TRAIT(27)     /* vm.memfd_noexec is 1: a memfd without a flag about execution is sealed against it */
#define NOEXEC_ONLY TRAIT(28)       /* vm.memfd_noexec is 2: EACCES for a memfd that is to be executable */
#define FORBIDDEN_MEMFD TRAIT(29)   /* memfd_create: EPERM, as from a sandbox */
#define READER_KEEPS_SIZE TRAIT(30) /* shm_open ignores O_TRUNC with O_RDONLY: FreeBSD */
#define UNLINK_IS_EPERM TRAIT(31)   /* removing the name of somebody else's object: EPERM, as the kernel and musl say */
#define OWN_OBJECTS TRAIT(32)       /* readdir passes over the objects of other programs, which come and go */
#define NO_SEAL_EXEC TRAIT(33)      /* F_SEAL_EXEC is unknown: before Linux 6.3 */
#define OLD_GLIBC TRAIT(34)         /* glibc 2.31: shm_open takes names of 254 bytes, and leaves errno changed though it succeeds */
#define NO_ENTROPY TRAIT(35)        /* getentropy: ENOSYS, before Linux 3.17 */
#define NO_PIDFD TRAIT(36)          /* pidfd_open: ENOSYS, before Linux 5.3 */
#define NO_FUTEX TRAIT(37)          /* futex: ENOSYS */
#define NO_TIME_32 TRAIT(45)        /* futex of 32-bit systems: ENOSYS, and futex_time64 is there */
#define NO_WIPE TRAIT(38)           /* MADV_WIPEONFORK is unknown: before Linux 4.14 */
#define NEWER_SEALS TRAIT(39)       /* fcntl tells of a seal that a later kernel may have */
#define SMALL_DISK TRAIT(40)        /* statfs, fstatfs: a disk, of which an ordinary user can have SMALL_DISK_FREE bytes */
#define NO_EMPTY_PATH TRAIT(46)     /* linkat with AT_EMPTY_PATH: ENOENT, for an ordinary user before Linux 6.10 */
#define OTHER_PARTS TRAIT(48)       /* recvmsg: a part of another protocol, whose type has the number of a descriptor's */
#define LATE_OBJECTS TRAIT(47)      /* the first shm_open since the last reset finds no object yet: ENOENT */

enum { SMALL_DISK_FREE = 32768 };

/*
 * Simulate a platform by its name: see platforms.c. NULL or "native" is the system itself. One that is unknown ends the program,
 * and so does one that this kernel cannot play.
 */
void interpose_platform(const char *name);
const char *interpose_platform_name(void);

/* The names of those that this kernel can play, a line each, but for the system itself. The others go to standard error. */
void interpose_print_platforms(void);

/* Add to what is simulated, for one test, and take away again. */
void interpose_add_traits(traits more);
void interpose_remove_traits(traits fewer);

/* For the functions in between: count the call; true when it is to fail now, with errno set. */
bool interpose_fails(enum interposed function);

/* The C library's function of the same symbol; or, where a sanitizer has replaced that one, the sanitizer's. */
void *interpose_next(const void *own);
bool interpose_simulates(traits trait);

/* Whether a call under test runs. */
bool interpose_inside(void);

#endif
