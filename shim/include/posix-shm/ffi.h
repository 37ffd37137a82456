/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_FFI_H
#define POSIX_SHM_FFI_H

/**
 * @file ffi.h
 * @stratum{1,posix-shm/ffi}
 * @date 2026-11-27
 * @brief Stratum 1: the POSIX calls behind shared memory, flattened for foreign function interfaces.
 *
 * These rules apply to every function of the library. The entry of each has a complete program as its example.
 *
 * - **Types.** A signature consists of `int`, `int64_t`, `const char *` and `const void *` (in), and
 *   `char *`, `void *`, `int64_t *` and `int *` (out: a buffer that the caller provides). There is no structure,
 *   no callback, no variadic function, no global variable, and no macro that a caller needs.
 * - **Errors.** A function that can fail returns a value of at least 0, or a negated errno between
 *   -4095 and -1: `-2` is `-ENOENT` on most systems. The numbers differ per platform, so compare by
 *   name, with #pshm_error_name. The calling thread's last failure is kept as well (#pshm_errno).
 *   The C library's `errno` is unchanged. If the system reports an errno that an entry does not
 *   list, it is returned as well, negated.
 * - **Addresses** are `int64_t`, in and out. 0 is never the address of a mapping; -4095 to -1 is an error, also as an
 *   argument. Any other negative number is an address above 2^63, which some systems use.
 * - **Flags** are the library's own and the same on every platform. A flag has the value on which all
 *   platforms agree, if there is one; every other flag is exactly one bit, so that `flags & F` tests a flag and `flags &= ~F`
 *   clears it. If possible, no platform uses that bit for the same call, so that a native constant passed by mistake is
 *   an error and not another flag. An unknown bit is `-EINVAL`. A flag that the platform does not support is `-ENOTSUP`;
 *   #pshm_has reports support in advance.
 * - **Strings** are passed as bytes that end in NUL; the bindings encode text as UTF-8. Returned strings are constants of the
 *   library; do not free them.
 * - **Outputs** are called `ret_*`, point to memory that the caller provides, and are unchanged when the call fails. A
 *   buffer is followed by its size. A function that returns the size that it needs accepts NULL with
 *   size 0; NULL with any other size is `-EFAULT`.
 * - **Descriptors** are close-on-exec. No call unlinks or resizes an object, or changes its mode, unless that is
 *   its purpose.
 * - **Threads and forks.** Every function may be called from any thread at any time, and in the child
 *   after a fork. No lock is held across a system call. The only state is the thread's last failure, and the identity of this
 *   process (#pshm_process_self), which a forked child determines anew.
 * - **Shared memory** is not trusted. The data that the library itself stores there (#pshm_lock_acquire) has a layout that never
 *   changes within a soname, is the same for processes of 32 and 64 bits, and holds no addresses: if another process overwrites it,
 *   a call may fail or wait, but never accesses other memory.
 * - **Interrupted calls** are repeated where that is correct; an entry lists `-EINTR` where it is returned.
 * - **NULL, address 0 and length 0** have the same meaning for every function:
 *
 * | argument | value | result |
 * |---|---|---|
 * | a name or a text | NULL | `-EFAULT` |
 * | memory that is read or written: a buffer, an array, a word, a lock, a ring, the addresses of #pshm_copy and #pshm_fill | NULL, address 0, or an error | `-EFAULT`; success where its length is 0: nothing is accessed |
 * | an optional output | NULL | it is not written |
 * | a mapping: of #pshm_munmap, #pshm_unmap, #pshm_unmap_prefixed, #pshm_mprotect and #pshm_msync | address 0, or an error | `-EINVAL` |
 * | the address of a new mapping | address 0 | the system chooses; `-EINVAL` with a fixed address |
 * | the length of a mapping that is created or removed (#pshm_mmap, #pshm_munmap, ...), of a prefix, and of a range whose pages are reserved | 0 | `-EINVAL` |
 * | the length of mapped memory that is changed (#pshm_mprotect, #pshm_msync), a count of bytes, the size of an object | 0 | success: nothing is done |
 *
 * - **Order.** Where several arguments are wrong, the result does not depend on the platform. The library checks all
 *   arguments first, and returns the first of these errors:
 *
 * | order | error | cause |
 * |---|---|---|
 * | 1 | `-EFAULT` | NULL, or address 0 of memory that would be accessed |
 * | 2 | `-ENAMETOOLONG` | a well-formed name is too long |
 * | 3 | `-EINVAL` | a value that is invalid on every platform, or two arguments that exclude each other |
 * | 4 | `-EOVERFLOW` | a number does not fit this platform's types |
 * | 5 | any other | missing support of the platform, and errors that the system finds, such as `-EBADF`: the first one found |
 *
 * - **Waiting.** A call that can wait takes a timeout: nanoseconds from now, on a clock that does not jump. A negative
 *   timeout, and one whose sum with the clock overflows, is no limit. With 0 the call does not wait: `-EAGAIN`. The result is
 *   `-ETIMEDOUT` after the timeout, and `-EINTR` after a signal handler has run, also one with SA_RESTART.
 * - **Cancellation.** A thread is cancelled (pthread_cancel) in a call of this library only while that call waits, and
 *   then no descriptor stays open. Every other function runs to completion.
 *
 * The library cannot check the following, for which the caller is responsible: a wild pointer that is not NULL, unmapping
 * memory that is still in use, and the signal SIGXFSZ where a file size limit is set.
 */

#include <stdint.h>

/* The version is written here and nowhere else. */
#define PSHM_VERSION_MAJOR 0
#define PSHM_VERSION_MINOR 1
#define PSHM_VERSION_PATCH 0

#if defined __GNUC__
#define PSHM_API __attribute__((visibility("default")))
#else
#define PSHM_API
#endif

/* The annotations have commands of their own. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdocumentation-unknown-command"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup ffi_library The library
 * @brief The version of the library, and the features of the platform.
 * @{
 */

/**
 * @brief Return the version of the loaded library as one number.
 *
 * A binding compares it with the version that it was made for. Within a soname functions are only added, so a binding
 * works with every greater version.
 *
 * @return 1000000 times the major version, plus 1000 times the minor version, plus the patch level.
 * @result{value}
 * @since 0.1
 * @see pshm_version_string
 */
PSHM_API int pshm_version(void);

/**
 * @brief Return the version of the loaded library as text.
 *
 * @return A constant string such as `"0.1.0"`: major, minor and patch.
 * @result{string}
 * @since 0.1
 * @see pshm_version
 */
PSHM_API const char *pshm_version_string(void);

/**
 * @brief Return the size of a page of memory, in bytes.
 *
 * Offsets and fixed addresses of #pshm_mmap, and offsets of #pshm_map_prefixed, are multiples of it.
 *
 * @return A power of two; 4096 on most machines, 16384 or 65536 on some.
 * @result{value}
 * @since 0.1
 * @see pshm_map; sysconf(3)
 */
PSHM_API int pshm_page_size(void);

/**
 * @brief Return the greatest length of a name, in bytes.
 *
 * The leading slash counts; the NUL at the end does not. A portable program limits its
 * names to 31 bytes, the limit of macOS.
 *
 * @return 256 on Linux, but 254 where glibc is older than 2.34; 31 on macOS, 1023 on FreeBSD.
 * @result{value}
 * @since 0.1
 * @see pshm_shm_open
 */
PSHM_API int pshm_name_max(void);

/**
 * @brief Return whether the running system supports a feature.
 *
 * The result describes the running system, not the one that the library was built on: it is 0 on an older
 * kernel where it is 1 on a newer one.
 *
 * Some features are tested by a trial, and 0 also means that the trial was not possible. A trial needs a free descriptor for
 * `allocate`, `anonymous`, `discard`, `huge-objects`, `publish`, `reopen`, `seal-exec`, `seal-future-write`, `seals` and
 * `supersede`, and address space for `huge-pages`, `nodump` and `populate`. A result of 1 stays valid; after a 0, call again.
 *
 * @features
 *
 * | feature | 1 means |
 * |---|---|
 * | `alive` | #pshm_process_alive can determine whether a process of this namespace is alive |
 * | `allocate` | #pshm_allocate and #pshm_fallocate can reserve pages |
 * | `anonymous` | #pshm_open_anonymous creates objects that never have a name, for either direction |
 * | `atomic-64` | 8-byte operations are atomic: #pshm_atomic_load64, the other functions for 64-bit words, and locks work |
 * | `descriptor-io` | pread(2) and pwrite(2) work on these descriptors; otherwise #pshm_read and #pshm_write copy through a mapping |
 * | `discard` | #pshm_discard can release pages |
 * | `growsdown` | #PSHM_MAP_GROWSDOWN is supported, for private anonymous memory |
 * | `huge-objects` | #PSHM_ANONYMOUS_HUGE is supported |
 * | `huge-pages` | #PSHM_MAP_HUGE has an effect |
 * | `identity` | objects have an identity, which #pshm_delete_if_same compares |
 * | `list` | #pshm_list is supported |
 * | `nodump` | #PSHM_MAP_NODUMP is supported |
 * | `noreserve` | #PSHM_MAP_NORESERVE is supported |
 * | `permissions` | #pshm_fchmod and #pshm_fchown work on these descriptors |
 * | `populate` | #PSHM_MAP_POPULATE is supported |
 * | `publish` | #pshm_publish can give a name to an object of #PSHM_ANONYMOUS_NAMEABLE |
 * | `reopen` | #pshm_reopen can return a read-only descriptor |
 * | `resize` | the size of an object can be set more than once |
 * | `seal-exec` | #PSHM_SEAL_EXEC is supported |
 * | `seal-future-write` | #PSHM_SEAL_FUTURE_WRITE is supported |
 * | `seals` | #pshm_seal works on anonymous objects |
 * | `space` | #pshm_space is supported |
 * | `supersede` | superseding is supported and atomic: the name is never free, and a failure leaves the old object |
 * | `wait` | #pshm_atomic_wait blocks in the kernel; otherwise it polls the word |
 *
 * @param feature @role{text} The name of a feature.
 * @retval 1 The system supports the feature.
 * @retval 0 The system does not support it, a trial was not possible, or this version of the library does not know the
 *         feature: a program can ask an older library about features of a newer one.
 * @error{EFAULT} @p feature is NULL.
 * @result{boolean}
 * @since 0.1
 * @see pshm_version
 */
PSHM_API int pshm_has(const char *feature);

/** @} */

/**
 * @defgroup ffi_errors Errors
 * @brief The name, the number and the message of an error.
 * @{
 */

/**
 * @brief Return the calling thread's last failure.
 *
 * Only a failing call of this library sets it, so a language's runtime cannot overwrite it. A successful call leaves it
 * unchanged.
 *
 * @return A positive errno, or 0 when no call of this thread has failed.
 * @result{value}
 * @since 0.1
 * @see pshm_set_errno, pshm_error_name; errno(3)
 */
PSHM_API int pshm_errno(void);

/**
 * @brief Set the calling thread's last failure, usually to 0 before a series of calls.
 *
 * @param error @role{value} A positive errno, at most 4095, or 0.
 * @retval 0 Success.
 * @error{EINVAL} @p error is negative or above 4095.
 * @result{status}
 * @since 0.1
 * @see pshm_errno
 */
PSHM_API int pshm_set_errno(int error);

/**
 * @brief Return the message of an error.
 *
 * The message is in English, whatever the locale, and the same on every platform.
 *
 * @param error @role{value} An errno, negated or not.
 * @return A constant string: `"success"` for 0, `"unknown error"` for a number that is no error of this platform.
 * @result{string}
 * @since 0.1
 * @see pshm_error_name
 */
PSHM_API const char *pshm_strerror(int error);

/**
 * @brief Return the name of an error.
 *
 * Where two names share a number, the result is the one that POSIX prefers: `ENOTSUP`, `EAGAIN`.
 *
 * @param error @role{value} An errno, negated or not.
 * @return A constant string: `"OK"` for 0, `"UNKNOWN"` for a number that is no error of this platform.
 * @result{string}
 * @since 0.1
 * @see pshm_error_number, pshm_strerror
 */
PSHM_API const char *pshm_error_name(int error);

/**
 * @brief Return the number of an error on this platform.
 *
 * Every alias is accepted: `EOPNOTSUPP`, `EWOULDBLOCK` and `EDEADLOCK` too, which some systems number separately. So is
 * `ENODATA` or `EOWNERDEAD` on a system that lacks this error: there it has a number that no other error has.
 *
 * @param name @role{text} A name such as `"ENOENT"`.
 * @return The positive errno.
 * @error{EFAULT} @p name is NULL.
 * @error{EINVAL} This platform has no error of that name.
 * @result{value}
 * @since 0.1
 * @see pshm_error_name
 */
PSHM_API int pshm_error_number(const char *name);

/**
 * @brief Return the number of errors of this platform.
 *
 * @return The number of indices that #pshm_error_at accepts.
 * @result{count}
 * @since 0.1
 * @see pshm_error_at
 */
PSHM_API int pshm_error_count(void);

/**
 * @brief Return the number of the error with an index.
 *
 * A binding builds its own table with this function and #pshm_error_name when it loads.
 * Each number occurs once; aliases are not counted.
 *
 * @param index @role{value} From 0 to #pshm_error_count minus 1. The order is unspecified.
 * @return The positive errno.
 * @error{EINVAL} @p index is out of range.
 * @result{value}
 * @since 0.1
 * @see pshm_error_count, pshm_error_name
 */
PSHM_API int pshm_error_at(int index);

/** @} */

/**
 * @defgroup ffi_constants Constants and keywords
 * @brief Every constant of the library by name, and lists of keywords as flags.
 *
 * A binding reads the constants at run time instead of copying them, and needs no C compiler. The values
 * are the same on every platform and never change.
 *
 * @{
 */

/** @brief The kind of a list of keywords: the first argument of #pshm_flags_parse. */
enum pshm_kind {
	PSHM_KIND_OPEN_FLAG = 1,         /**< Flags of #pshm_shm_open. */
	PSHM_KIND_MODE = 2,              /**< Permission bits. */
	PSHM_KIND_PROT = 3,              /**< Protections of a mapping. */
	PSHM_KIND_MAP_FLAG = 4,          /**< Flags of #pshm_mmap and #pshm_map. */
	PSHM_KIND_DIRECTION = 5,         /**< The direction of #pshm_open: one keyword. */
	PSHM_KIND_IF_EXISTS = 6,         /**< The action of #pshm_open when the object exists: one keyword. */
	PSHM_KIND_IF_DOES_NOT_EXIST = 7, /**< The action of #pshm_open when it does not exist: one keyword. */
	PSHM_KIND_ANONYMOUS_FLAG = 8,    /**< Flags of #pshm_open_anonymous. */
	PSHM_KIND_SEAL = 9,              /**< Seals. */
	PSHM_KIND_MSYNC_FLAG = 10,       /**< Flags of #pshm_msync. */
	PSHM_KIND_UPDATE = 11,           /**< The operation of #pshm_atomic_update32 and #pshm_atomic_update64: one keyword. */
	PSHM_KIND_RING_ROLE = 12         /**< The role of #pshm_ring_join: one keyword. */
};

/**
 * @brief Return the number of constants of the library.
 *
 * @return The number of indices that #pshm_constant_name and #pshm_constant_value accept.
 * @result{count}
 * @since 0.1
 * @see pshm_constant_name, pshm_constant_value
 */
PSHM_API int pshm_constant_count(void);

/**
 * @brief Return the name of the constant with an index.
 *
 * @param index @role{value} From 0 to #pshm_constant_count minus 1, in the order of the headers.
 * @return A constant string such as `"PSHM_O_CREAT"`; NULL when @p index is out of range.
 * @result{string}
 * @nullable
 * @since 0.1
 * @see pshm_constant_value
 */
PSHM_API const char *pshm_constant_name(int index);

/**
 * @brief Return the value of the constant with an index.
 *
 * @param index @role{value} From 0 to #pshm_constant_count minus 1, in the order of the headers.
 * @return The value, which is never negative.
 * @error{EINVAL} @p index is out of range.
 * @result{value}
 * @since 0.1
 * @see pshm_constant_name, pshm_constant
 */
PSHM_API int pshm_constant_value(int index);

/**
 * @brief Return the value of a constant by its name.
 *
 * @param name @role{text} The full name, as in the headers: `"PSHM_MAP_SHARED"`.
 * @return The value, which is never negative.
 * @error{EFAULT} @p name is NULL.
 * @error{EINVAL} The library has no constant of that name.
 * @result{value}
 * @since 0.1
 * @see pshm_constant_count
 */
PSHM_API int pshm_constant(const char *name);

/**
 * @brief Convert a list of keywords to flags.
 *
 * The tables of constants list the keywords: `creat`, `user-read`, `shared`. They are in lower
 * case and separated by spaces, tabs or newlines; an empty list is 0. A kind of 'one keyword' accepts
 * at most one.
 *
 * @param kind @role{enum,pshm_kind} The kind of the keywords.
 * @param keywords @role{text} The list.
 * @return The flags, at least 0.
 * @error{EFAULT} @p keywords is NULL.
 * @error{EINVAL} @p kind or a keyword is unknown, or there are two keywords where one is accepted.
 * @result{flags}
 * @since 0.1
 * @see pshm_flags_format
 */
PSHM_API int pshm_flags_parse(int kind, const char *keywords);

/**
 * @brief Convert flags to a list of keywords, the inverse of #pshm_flags_parse.
 *
 * Where several keywords stand for the same bits, the output has the long keywords of single bits: `user-read user-write
 * user-exec`, neither `user-all` nor `rwxu`.
 *
 * @param kind @role{enum,pshm_kind} The kind of the flags.
 * @param flags @role{value} The flags.
 * @param ret_keywords @role{buffer} @nullable Receives the keywords, separated by single spaces, and a NUL.
 *        NULL with size 0 is allowed: only the size is returned.
 * @param size @role{size,ret_keywords} The size of the buffer, in bytes.
 * @return The size that the text needs, in bytes, its NUL included.
 * @error{EFAULT} @p ret_keywords is NULL and @p size is not 0.
 * @error{EINVAL} @p kind is unknown, @p size is negative, or @p flags has a bit without a keyword.
 * @error{ERANGE} The buffer is too small.
 * @result{needed-size}
 * @since 0.1
 * @see pshm_flags_parse
 */
PSHM_API int64_t pshm_flags_format(int kind, int flags, char *ret_keywords, int64_t size);

/** @} */

/**
 * @defgroup ffi_objects Objects
 * @brief Open, unlink, size and describe shared memory objects.
 * @{
 */

/**
 * @brief Flags of #pshm_shm_open: #PSHM_O_RDONLY or #PSHM_O_RDWR, and any of the others.
 *
 * Each of the others is one bit, which no flag of Linux or a BSD uses.
 *
 * @bits{PSHM_O_,open-flags}
 */
enum pshm_open_flag {
	PSHM_O_RDONLY = 0,         /**< Open for reading only. */
	PSHM_O_RDWR = 2,           /**< Open for reading and writing. */
	PSHM_O_CREAT = 0x10000000, /**< Create the object if it does not exist. */
	PSHM_O_EXCL = 0x20000000,  /**< With #PSHM_O_CREAT: fail if the object exists. */
	PSHM_O_TRUNC = 0x40000000  /**< Set the size of an existing object to 0. */
};

/**
 * @brief Permission bits of an object, with the octal values of POSIX.
 *
 * On Linux the bits for execution have no effect on mappings for execution (#PSHM_PROT_EXEC): read permission suffices,
 * unless the file system is mounted `noexec`.
 *
 * @bits{PSHM_MODE_,mode}
 */
enum pshm_mode {
	PSHM_MODE_USER_READ = 0400,   /**< The owner may read. @also{rusr} */
	PSHM_MODE_USER_WRITE = 0200,  /**< The owner may write. @also{wusr} */
	PSHM_MODE_USER_EXEC = 0100,   /**< Execution by the owner. @also{xusr} */
	PSHM_MODE_USER_ALL = 0700,    /**< All three for the owner. @also{rwxu} */
	PSHM_MODE_GROUP_READ = 0040,  /**< The group may read. @also{rgrp} */
	PSHM_MODE_GROUP_WRITE = 0020, /**< The group may write. @also{wgrp} */
	PSHM_MODE_GROUP_EXEC = 0010,  /**< Execution by the group. @also{xgrp} */
	PSHM_MODE_GROUP_ALL = 0070,   /**< All three for the group. @also{rwxg} */
	PSHM_MODE_OTHER_READ = 0004,  /**< Others may read. @also{roth} */
	PSHM_MODE_OTHER_WRITE = 0002, /**< Others may write. @also{woth} */
	PSHM_MODE_OTHER_EXEC = 0001,  /**< Execution by others. @also{xoth} */
	PSHM_MODE_OTHER_ALL = 0007    /**< All three for others. @also{rwxo} */
};

/**
 * @brief The fields that #pshm_fstat writes: each constant is an index into the array.
 *
 * A new field is only ever appended.
 */
enum pshm_stat_field {
	PSHM_STAT_DEV = 0,         /**< Device of the file system; with the inode it identifies an object. Unsigned. */
	PSHM_STAT_INO = 1,         /**< Inode number. Unsigned; 0 on macOS. */
	PSHM_STAT_MODE = 2,        /**< Permission bits, 0 to 0777. */
	PSHM_STAT_NLINK = 3,       /**< Number of names: 0 once the object is unlinked. */
	PSHM_STAT_UID = 4,         /**< User id of the owner. */
	PSHM_STAT_GID = 5,         /**< Group id. */
	PSHM_STAT_RDEV = 6,        /**< Device number of a device file; 0 for an object. */
	PSHM_STAT_SIZE = 7,        /**< Size, in bytes. */
	PSHM_STAT_BLKSIZE = 8,     /**< Preferred size of a transfer, in bytes. */
	PSHM_STAT_BLOCKS = 9,      /**< Pages in use, counted in units of 512 bytes. */
	PSHM_STAT_ATIME_SEC = 10,  /**< Last access: seconds since the Unix epoch. */
	PSHM_STAT_ATIME_NSEC = 11, /**< Last access: nanoseconds, 0 to 999999999. */
	PSHM_STAT_MTIME_SEC = 12,  /**< Last change of the bytes: seconds since the Unix epoch. */
	PSHM_STAT_MTIME_NSEC = 13, /**< Last change of the bytes: nanoseconds, 0 to 999999999. */
	PSHM_STAT_CTIME_SEC = 14,  /**< Last change of the state: seconds since the Unix epoch. */
	PSHM_STAT_CTIME_NSEC = 15  /**< Last change of the state: nanoseconds, 0 to 999999999. */
};

/**
 * @brief Open a named object, or create it with #PSHM_O_CREAT: shm_open(3).
 *
 * A new object has size 0, and the permissions @p mode without the bits of the process's
 * umask. The descriptor is close-on-exec. A file of another kind in the shared memory file system (a FIFO, a directory, a
 * socket) is an error, and opening it never blocks. As shm_open(3), the call waits while
 * another process has a conflicting lease (fcntl(2)) on the object. #PSHM_O_TRUNC with #PSHM_O_RDONLY, which POSIX leaves
 * undefined, sets the size to 0 on every platform.
 *
 * @name_param
 * @param flags @role{flags,pshm_open_flag} #PSHM_O_RDONLY or #PSHM_O_RDWR, and any of the
 *        others.
 * @param mode @role{flags,pshm_mode} Permission bits, 0 to 0777, of a new object; ignored for an existing one.
 * @return A descriptor; the caller closes it.
 * @name_errors
 * @error{EACCES} The permissions of the object forbid the access, or forbid the writing that #PSHM_O_TRUNC needs.
 * @error{EEXIST} #PSHM_O_CREAT and #PSHM_O_EXCL were given, and the name exists.
 * @error{EINVAL} @p flags has an unknown bit, a native constant, or #PSHM_O_EXCL without #PSHM_O_CREAT; or
 *        @p mode has a bit outside 0777.
 * @error{EISDIR} The name refers to a directory. With glibc it is `-EINVAL` where #PSHM_O_RDWR, #PSHM_O_CREAT or #PSHM_O_TRUNC
 *        was given.
 * @error{ELOOP} The name refers to a symbolic link.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENFILE} The system has no free descriptor.
 * @error{ENODEV} The name refers to another kind of file, such as a FIFO.
 * @error{ENXIO} The name refers to a socket.
 * @error{ENOENT} The object does not exist, and #PSHM_O_CREAT was not given.
 * @error{ENOSPC} The file system has no space for another object.
 * @error{EROFS} The shared memory file system is mounted read-only.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-open name oflag mode => fd
 * @endcode
 * @par In Lisp
 * Open the shared memory object NAME with the flags OFLAG (`open-flags`) and, for a new object, the
 * permissions MODE (`mode`). NAME may lack its leading slash. Return a descriptor, or -1 with the reason in `*errno*`.
 * @result{descriptor}
 * @opens{pshm_close}
 * @since 0.1
 * @see pshm_open, pshm_shm_unlink, pshm_close; shm_open(3), POSIX.1-2017 shm_open
 */
PSHM_API int pshm_shm_open(const char *name, int flags, int mode);

/**
 * @brief Remove the name of an object: shm_unlink(3).
 *
 * Existing descriptors and mappings of the object stay valid; the name can be used for another object immediately.
 *
 * @name_param
 * @retval 0 The name is removed.
 * @name_errors
 * @error{EACCES} The caller may not remove the name.
 * @error{EISDIR} The name refers to a directory.
 * @error{ENOENT} The object does not exist.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-unlink name => result
 * @endcode
 * @par In Lisp
 * Remove the name NAME, which may lack its leading slash, of a shared memory object. Return 0, or -1 with the reason in
 * `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_delete, pshm_delete_if_same; shm_unlink(3), POSIX.1-2017 shm_unlink
 */
PSHM_API int pshm_shm_unlink(const char *name);

/**
 * @brief Set the size of an object: ftruncate(2).
 *
 * Bytes past the old end read as zero. Pages are not reserved: the call succeeds even when there is no
 * memory for them, and an access then raises SIGBUS. #pshm_allocate reserves them.
 *
 * @fd_param
 * @param length @role{size} The new size, in bytes, from 0.
 * @retval 0 The object has that size. On macOS it is rounded up to a page.
 * @fd_error
 * @error{EBUSY} On some systems: the object is in use in a way that forbids the call.
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p length is negative; @p fd was not opened for writing, or refers to a file whose size
 *        cannot be set, such as a pipe; an object of huge pages: @p length is not a multiple of their size; or the platform
 *        allows the size to be set only once (macOS).
 * @error{EPERM} A seal forbids the call.
 *
 * @par Lisp
 * @code{.lisp}
 * ftruncate fd length => result
 * @endcode
 * @par In Lisp
 * Set the size of the object of the descriptor FD to LENGTH octets. Return 0, or -1 with the reason
 * in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_truncate, pshm_allocate; ftruncate(2), POSIX.1-2017 ftruncate
 */
PSHM_API int pshm_ftruncate(int fd, int64_t length);

/**
 * @brief Reserve the pages of a range of an object: posix_fallocate(3) without emulation.
 *
 * The object grows to at least @p offset plus @p length. A file system that cannot reserve pages is an error. Linux does not
 * check the available memory first: a range that is larger than that, but not too large for the file system, makes the OOM
 * killer end processes. #pshm_allocate checks first. After an interruption by a signal, the signals of this thread are
 * blocked until the call is complete.
 *
 * @fd_param
 * @param offset @role{offset} Where the range begins, in bytes, from 0; any byte, not only a multiple of the page size
 *        (#pshm_page_size).
 * @param length @role{size} The size of the range, in bytes, from 1.
 * @retval 0 The pages are reserved.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EFBIG} The end is more than the file system allows.
 * @error{EINVAL} @p offset is negative, or @p length is not positive.
 * @error{ENODEV} @p fd refers to another kind of file, such as a socket. (A regular file is allowed.)
 * @error{ENOSPC} There is no memory for the pages.
 * @error{ENOTSUP} The platform or the file system does not support the call, or a sandbox forbids it.
 * @error{EPERM} A seal forbids the call.
 * @error{ESPIPE} @p fd refers to a pipe.
 *
 * @par Lisp
 * @code{.lisp}
 * fallocate fd offset length => result
 * @endcode
 * @par In Lisp
 * Reserve the pages of LENGTH octets from OFFSET of the object of the descriptor FD. Return 0, or -1
 * with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; posix_fallocate(3), fallocate(2), POSIX.1-2017 posix_fallocate
 */
PSHM_API int pshm_fallocate(int fd, int64_t offset, int64_t length);

/**
 * @brief Describe an object: fstat(2), as an array of integers.
 *
 * The call writes at most @p count fields. A program that was written for fewer fields keeps working with a library
 * that has more; a program that knows more fields learns from the result how many exist.
 *
 * @fd_param
 * @param ret_fields @role{buffer,pshm_stat_field} @nullable Receives the fields, each at the index of its
 *        constant. NULL with count 0 is allowed: only the number is returned.
 * @param count @role{count,ret_fields} The number of elements of the array, from 0.
 * @return The number of fields that exist, 16 in this version.
 * @fd_error
 * @error{EFAULT} @p ret_fields is NULL and @p count is not 0.
 * @error{EINVAL} @p count is negative.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 *
 * @par Lisp
 * @code{.lisp}
 * fstat fd statbuf => result
 * @endcode
 * @par In Lisp
 * Fill STATBUF, a foreign pointer to a `(:struct stat)`, with the description of the object of the
 * descriptor FD. Return 0, or -1 with the reason in `*errno*`.
 * @result{count}
 * @since 0.1
 * @see fstat(2), POSIX.1-2017 fstat
 */
PSHM_API int pshm_fstat(int fd, int64_t *ret_fields, int count);

/**
 * @brief Set the owner and the group of an object: fchown(2).
 *
 * @fd_param
 * @param owner @role{id} A user id, or -1 for no change.
 * @param group @role{id} A group id, or -1 for no change.
 * @retval 0 Success.
 * @fd_error
 * @error{EINVAL} An id is below -1, too large for the platform's type, or the value that means 'no change' to the
 *        system.
 * @error{ENOTSUP} The platform does not support the call on these descriptors (macOS).
 * @error{EPERM} The process may not change the owner or the group; usually only the superuser may.
 *
 * @par Lisp
 * @code{.lisp}
 * fchown fd owner group => result
 * @endcode
 * @par In Lisp
 * Set the owner of the object of the descriptor FD to the user id OWNER, and its group to the group id GROUP; -1 changes
 * nothing, and neither does 4294967295, which is `(uid_t) -1`. Return 0, or -1 with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_fchmod; fchown(2), POSIX.1-2017 fchown
 */
PSHM_API int pshm_fchown(int fd, int64_t owner, int64_t group);

/**
 * @brief Set the permissions of an object: fchmod(2).
 *
 * The umask is ignored. Existing descriptors keep their access.
 *
 * @fd_param
 * @param mode @role{flags,pshm_mode} Permission bits, 0 to 0777.
 * @retval 0 Success.
 * @fd_error
 * @error{EINVAL} @p mode has a bit outside 0777.
 * @error{ENOTSUP} The platform does not support the call on these descriptors (macOS).
 * @error{EPERM} The process does not own the object, or a seal forbids the change.
 *
 * @par Lisp
 * @code{.lisp}
 * fchmod fd mode => result
 * @endcode
 * @par In Lisp
 * Set the permissions of the object of the descriptor FD to MODE (`mode`). Return 0, or -1 with the reason
 * in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_fchown; fchmod(2), POSIX.1-2017 fchmod
 */
PSHM_API int pshm_fchmod(int fd, int mode);

/** @} */

/**
 * @defgroup ffi_mappings Mappings
 * @brief Map objects into memory, and change mappings.
 * @{
 */

/**
 * @brief Protections of a mapping: any of them, or #PSHM_PROT_NONE.
 *
 * @bits{PSHM_PROT_,prot-flags}
 */
enum pshm_prot {
	PSHM_PROT_NONE = 0,  /**< No access. */
	PSHM_PROT_READ = 1,  /**< Reading. */
	PSHM_PROT_WRITE = 2, /**< Writing; on most machines it includes reading. */
	PSHM_PROT_EXEC = 4   /**< Execution. */
};

/**
 * @brief Flags of a mapping: #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE, and any of the others.
 *
 * @bits{PSHM_MAP_,mmap-flags}
 */
enum pshm_map_flag {
	PSHM_MAP_SHARED = 1,                   /**< Stores are visible to every process that maps the object. */
	PSHM_MAP_PRIVATE = 2,                  /**< Stores are visible in this mapping only; the object does not change. */
	PSHM_MAP_FIXED = 0x10,                 /**< Exactly at the address, replacing existing mappings. */
	PSHM_MAP_ANONYMOUS = 0x00400000,       /**< Anonymous memory, without an object: the descriptor is -1. */
	PSHM_MAP_FIXED_NOREPLACE = 0x00800000, /**< Exactly at the address, or `-EEXIST` where a mapping exists. */
	PSHM_MAP_NORESERVE = 0x01000000,       /**< Reserve no swap space. */
	PSHM_MAP_POPULATE = 0x02000000,        /**< Allocate every page before the call returns; no space is an error,
	                                            not a later SIGBUS. */
	PSHM_MAP_LOCK = 0x08000000,            /**< Keep every page in memory: mlock(2) on the new mapping. */
	PSHM_MAP_HUGE = 0x10000000,            /**< Request huge pages: madvise(2) with `MADV_HUGEPAGE`. A hint, never an error. */
	PSHM_MAP_NODUMP = 0x20000000,          /**< Leave the memory out of core dumps: madvise(2) with `MADV_DONTDUMP`. */
	PSHM_MAP_GROWSDOWN = 0x40000000        /**< A stack that grows downward (Linux): private anonymous memory only. */
};

/**
 * @brief Flags of #pshm_msync: either #PSHM_MS_SYNC or #PSHM_MS_ASYNC, optionally with #PSHM_MS_INVALIDATE.
 *
 * @bits{PSHM_MS_,msync-flags}
 */
enum pshm_msync_flag {
	PSHM_MS_SYNC = 0x01000000,      /**< Write, and return when the data is in the file. */
	PSHM_MS_ASYNC = 0x02000000,     /**< Schedule the writing, and return. */
	PSHM_MS_INVALIDATE = 0x04000000 /**< Make the contents of the file visible in its other mappings. */
};

/**
 * @brief Map an object, or anonymous memory, into the address space: mmap(2).
 *
 * One system call, unless a flag needs another: #PSHM_MAP_HUGE, #PSHM_MAP_NODUMP, #PSHM_MAP_POPULATE and
 * #PSHM_MAP_LOCK are separate calls on the new mapping, in this order. When one of the last three fails, the mapping
 * is removed and the error returned. With #PSHM_MAP_FIXED the previous mappings are lost in that case.
 *
 * #PSHM_MAP_FIXED_NOREPLACE is safe on every system: where the system has no such flag (Linux before 4.17) and maps
 * elsewhere, that mapping is removed again.
 *
 * A mapping may extend beyond the end of the object; an access to a page that is wholly beyond the end raises SIGBUS.
 *
 * @param address @role{address} The address of the mapping, or 0: the system chooses. A hint, unless
 *        #PSHM_MAP_FIXED or #PSHM_MAP_FIXED_NOREPLACE is given.
 * @param length @role{size} The size of the mapping, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} The access that the mapping allows. Execution is an error where the file system
 *        is mounted `noexec`.
 * @param flags @role{flags,pshm_map_flag} Either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE,
 *        and any of the others.
 * @param fd @role{descriptor} A descriptor of the object; -1 with #PSHM_MAP_ANONYMOUS.
 * @param offset @role{offset} Where in the object the mapping begins, in bytes: a multiple of the page size
 *        (#pshm_page_size), from 0. #pshm_map takes any offset.
 * @return The address of the mapping. The caller unmaps it (#pshm_munmap) with the same length.
 * @fd_error
 * @error{EACCES} Shared write access through a descriptor opened for reading, or any access through one that does not
 *        allow reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EEXIST} #PSHM_MAP_FIXED_NOREPLACE: a mapping exists at the address, or the system does not map there.
 * @error{EINVAL} @p length is not positive; @p offset is negative or not a multiple of the page size;
 *        @p protections or @p flags has an unknown bit; both or neither of shared and private; both of fixed and
 *        fixed without replacing; an anonymous mapping with a descriptor; a fixed one at address 0 or at an address
 *        that is not a multiple of the page size; @p address is from -4095 to -1; #PSHM_MAP_POPULATE without reading or
 *        writing; #PSHM_MAP_GROWSDOWN without #PSHM_MAP_ANONYMOUS and #PSHM_MAP_PRIVATE.
 * @error{ENODEV} @p fd refers to a file that cannot be mapped, such as a socket. (Regular files and `/dev/zero` can
 *        be mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} The platform does not support a flag, or a sandbox forbids its system call (#pshm_has).
 * @error{EOVERFLOW} @p address, @p length or @p offset does not fit the platform's types, or @p offset plus @p length is
 *        more than an `int64_t` holds.
 * @error{EPERM} A seal or the file system forbids the protection, or, with #PSHM_MAP_FIXED, the address is so low that the
 *        system allows no mapping there. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0, and the process has no privilege,
 *        or a sandbox forbids mlock(2).
 *
 * @par Lisp
 * @code{.lisp}
 * mmap addr length prot flags fd offset => pointer
 * @endcode
 * @par In Lisp
 * Map LENGTH octets from OFFSET of the object of the descriptor FD, with the protections PROT
 * (`prot-flags`) and the flags FLAGS (`mmap-flags`), at the pointer ADDR or, where that is null, at an
 * address that the system chooses. Return a pointer; on failure its address is `+map-failed+` and the reason is in
 * `*errno*`.
 * @result{address}
 * @opens{pshm_munmap}
 * @since 0.1
 * @see pshm_map, pshm_munmap, pshm_mprotect; mmap(2), mlock(2), madvise(2), POSIX.1-2017 mmap
 */
PSHM_API int64_t pshm_mmap(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset);

/**
 * @brief Remove mappings: munmap(2).
 *
 * Every page of the range is unmapped, whichever call mapped it. A range without mappings is not an
 * error.
 *
 * @param address @role{address} @closes The first byte: a multiple of the page size (#pshm_page_size), as #pshm_mmap returned it.
 * @param length @role{size} The size of the range, in bytes, from 1; rounded up to whole pages.
 * @retval 0 No page of the range is mapped.
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is not positive; the
 *        range ends outside the address space.
 * @error{ENOMEM} The range lies inside a mapping, and splitting it would make too many mappings.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * munmap addr length => result
 * @endcode
 * @par In Lisp
 * Remove the mapping of LENGTH octets at the pointer ADDR. Return 0, or -1 with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_mmap, pshm_unmap; munmap(2), POSIX.1-2017 munmap
 */
PSHM_API int pshm_munmap(int64_t address, int64_t length);

/**
 * @brief Change the protections of mapped pages: mprotect(2).
 *
 * @param address @role{address} The first byte: a multiple of the page size (#pshm_page_size).
 * @param length @role{size} The size of the range, in bytes, from 0; rounded up to whole pages.
 * @param protections @role{flags,pshm_prot} The access that the pages allow.
 * @retval 0 Success.
 * @error{EACCES} Write access to a shared mapping of an object that was opened for reading or is sealed
 *        against writing, or execution where the file system is mounted `noexec`.
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is negative;
 *        @p protections has an unknown bit.
 * @error{ENOMEM} A page of the range is not mapped, or the call would make too many mappings.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * mprotect addr length prot => result
 * @endcode
 * @par In Lisp
 * Set the protections of LENGTH octets of mapped memory at the pointer ADDR to PROT (`prot-flags`). Return 0, or
 * -1 with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_mmap; mprotect(2), POSIX.1-2017 mprotect
 */
PSHM_API int pshm_mprotect(int64_t address, int64_t length, int protections);

/**
 * @brief Write mapped pages back to their file: msync(2).
 *
 * The call is for regular files that are mapped like objects. On shared memory it has no effect, since no file backs the pages.
 *
 * @param address @role{address} The first byte: a multiple of the page size (#pshm_page_size).
 * @param length @role{size} The size of the range, in bytes, from 0; rounded up to whole pages.
 * @param flags @role{flags,pshm_msync_flag} Either #PSHM_MS_SYNC or #PSHM_MS_ASYNC, optionally with
 *        #PSHM_MS_INVALIDATE.
 * @retval 0 The data is written; with #PSHM_MS_ASYNC the writing is scheduled.
 * @error{EBUSY} #PSHM_MS_INVALIDATE: a page of the range is locked in memory (#PSHM_MAP_LOCK).
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is negative;
 *        @p flags has an unknown bit, or both or neither of #PSHM_MS_SYNC and #PSHM_MS_ASYNC.
 * @error{EIO} A write to the file failed.
 * @error{ENOMEM} A page of the range is not mapped.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * msync addr length flags => result
 * @endcode
 * @par In Lisp
 * Write LENGTH octets of mapped memory at the pointer ADDR back to their file, with the flags FLAGS
 * (`msync-flags`). Return 0, or -1 with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_mmap; msync(2), POSIX.1-2017 msync
 */
PSHM_API int pshm_msync(int64_t address, int64_t length, int flags);

/** @} */

/**
 * @defgroup ffi_descriptors Descriptors
 * @brief Close, duplicate and inherit descriptors.
 * @{
 */

/**
 * @brief Close a descriptor: close(2).
 *
 * The call is never repeated: an interrupted close has released the descriptor on every supported
 * platform, and another thread may have its number already. It counts as success.
 *
 * Close a descriptor once, and do not use its number again: threads of the runtime may open files at any
 * time (the JVM repeatedly reads the limits of its container), and get the lowest free number.
 *
 * @param fd @role{descriptor} @closes A descriptor of the object.
 * @retval 0 The descriptor is released.
 * @fd_error
 *
 * @par Lisp
 * @code{.lisp}
 * close fd => result
 * @endcode
 * @par In Lisp
 * Close the descriptor FD. Return 0, or -1 with the reason in `*errno*`.
 * @result{status}
 * @since 0.1
 * @see pshm_shm_open; close(2), POSIX.1-2017 close
 */
PSHM_API int pshm_close(int fd);

/**
 * @brief Duplicate a descriptor, close-on-exec: fcntl(2) with `F_DUPFD_CLOEXEC`.
 *
 * Both descriptors have the same access. #pshm_reopen returns one with less.
 *
 * @fd_param
 * @return Another descriptor of the same object; the caller closes it.
 * @fd_error
 * @error{EMFILE} The process has no free descriptor.
 *
 * @par Lisp
 * @code{.lisp}
 * dup fd => fd
 * @endcode
 * @par In Lisp
 * Return a duplicate of the descriptor FD, or -1 with the reason in `*errno*`.
 * @result{descriptor}
 * @opens{pshm_close}
 * @since 0.1
 * @see pshm_reopen, pshm_send; fcntl(2), POSIX.1-2017 fcntl
 */
PSHM_API int pshm_dup(int fd);

/**
 * @brief Set whether programs that this process starts inherit a descriptor: fcntl(2) with `F_SETFD`.
 *
 * New descriptors are not inherited. Call this immediately before the start of the child: every program
 * that any thread starts in between inherits the descriptor too.
 *
 * @fd_param
 * @param inheritable @role{boolean} 1: inherited; 0: closed on exec.
 * @retval 0 Success.
 * @fd_error
 * @error{EINVAL} @p inheritable is neither 0 nor 1.
 * @result{status}
 * @since 0.1
 * @see pshm_send; fcntl(2), POSIX.1-2017 fcntl
 */
PSHM_API int pshm_set_inheritable(int fd, int inheritable);

/** @} */

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
