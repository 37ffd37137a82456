/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_FFI_H
#define POSIX_SHM_FFI_H

/**
 * @file ffi.h
 * @stratum{1,posix-shm/ffi}
 * @brief Stratum 1: the POSIX calls behind shared memory, flattened for foreign function interfaces.
 *
 * This is a contract: it holds for every function of the library.
 *
 * - **Types.** A signature is made of `int`, `int64_t`, `const char *` and `const void *` (in), and
 *   `char *`, `void *`, `int64_t *` and `int *` (a buffer of the caller, out). There is no structure,
 *   no callback, no variadic function, no global variable, and no macro that a caller needs.
 * - **Errors.** A function that can fail returns a value of at least 0, or a negated errno between
 *   -4095 and -1: `-2` is `-ENOENT` on most systems. The numbers differ per platform, so compare by
 *   name, with #pshm_error_name. The calling thread's last failure is kept as well (#pshm_errno).
 *   The C library's `errno` is left as it was found. Where the system reports an errno that an entry
 *   does not list, it is passed on, negated.
 * - **Addresses** are `int64_t`, in and out. 0 is never a mapping; -4095 to -1 is an error, on the way in too.
 *   Any other negative number is an address above 2^63, which some systems use.
 * - **Flags** are the library's own and the same on every platform. Where all platforms agree on a value it is
 *   that one; every other flag is exactly one bit, so that `flags & F` asks for a flag and `flags &= ~F` takes
 *   it away. Where there is one, it is a bit that no platform uses in the same call, so that a native constant passed
 *   by mistake is an error and not another flag. An unknown bit is `-EINVAL`. What the platform cannot do is `-ENOTSUP`, and
 *   #pshm_has tells beforehand.
 * - **Strings** go in as bytes that end in NUL; the bindings encode text as UTF-8. Strings that are returned
 *   are constants of the library: nobody frees anything.
 * - **Outputs** are called `ret_*`, are memory of the caller's, and are untouched when the call fails. A
 *   buffer is followed by its size. A function that returns the size that it needs does so for NULL with
 *   size 0; NULL with any other size is `-EFAULT`.
 * - **Descriptors** are close-on-exec. Nothing is unlinked, resized or given another mode unless the
 *   call was asked to do that.
 * - **Threads and forks.** Every function may be called from any thread at any time, and in the child
 *   after a fork. No lock is held across a system call. The only state is the thread's last failure, and which process this
 *   is (#pshm_process_self), which a forked child forgets.
 * - **Shared memory** is trusted with nothing. What the library itself stores there (#pshm_lock_acquire) has a layout that never
 *   changes within a soname, is the same for processes of 32 and 64 bits, and holds no addresses: whatever another process writes
 *   over it can make a call fail or wait, and never touch other memory.
 * - **Interrupted calls** are repeated where that is right; an entry says where `-EINTR` comes back.
 * - **Nothing**, that is NULL, address 0 and length 0, means the same to every function:
 *
 * | argument | what it is | answer |
 * |---|---|---|
 * | a name or a text | NULL | `-EFAULT` |
 * | memory that is read or written: a buffer, an array, a word, a lock, the addresses of #pshm_copy and #pshm_fill | NULL, address 0, or an error | `-EFAULT`; where its length is 0, nothing is touched, and it is no error |
 * | an output that is optional | NULL | it is not written |
 * | a mapping: of #pshm_munmap, #pshm_unmap, #pshm_unmap_prefixed, #pshm_mprotect and #pshm_msync | address 0, or an error | `-EINVAL` |
 * | the place of a new mapping | address 0 | the system chooses; `-EINVAL` where the place is to be fixed |
 * | the length of a mapping that is made or removed, of a prefix, and of a part whose pages are reserved | 0 | `-EINVAL` |
 * | the length of mapped memory that is changed (#pshm_mprotect, #pshm_msync), a count of bytes, the size of an object | 0 | done: there is nothing to do |
 *
 * - **Order.** Where several arguments are wrong, the answer does not depend on the platform. The library checks all
 *   arguments before it does anything, and the first of these is the result:
 *
 * | order | error | what is wrong |
 * |---|---|---|
 * | 1 | `-EFAULT` | NULL, or address 0 of memory that would be touched |
 * | 2 | `-ENAMETOOLONG` | a well-formed name is too long |
 * | 3 | `-EINVAL` | an argument has a value that is none on any platform, or two that do not go together |
 * | 4 | `-EOVERFLOW` | a number does not fit this platform's types |
 * | 5 | any other | what the platform lacks and what the system finds, such as `-EBADF`: the first that it comes upon |
 * - **Waiting.** A call that can wait takes a timeout: nanoseconds from now, on a clock that does not jump. A negative
 *   timeout, and one whose sum with the clock overflows, is no limit. 0 does not wait: `-EAGAIN`. When the time is up the
 *   result is `-ETIMEDOUT`, and `-EINTR` after any signal handler has run, also one with SA_RESTART.
 * - **Cancellation.** A thread is cancelled (pthread_cancel) in a call of this library only while that call waits, and
 *   then nothing is left open. Every other function runs to its end, and so do #pshm_atomic_wait and #pshm_lock_acquire: the
 *   wake-up of a cancelled thread would be lost.
 *
 * The caller answers for what cannot be checked: a wild pointer that is not NULL, unmapping memory that
 * is still in use, and the signal SIGXFSZ where a file size limit is set.
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

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup ffi_library The library
 * @brief What was loaded, and what this platform can do.
 * @{
 */

/**
 * @brief Return the version of the loaded library as one number.
 *
 * A binding compares it with the version that it was made for. Functions are only ever added within a
 * soname, so a greater number is good.
 *
 * @return 1000000 times the major version, plus 1000 times the minor version, plus the patch level.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_version() >= 1000
 * True
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_version_string
 */
PSHM_API int pshm_version(void);

/**
 * @brief Return the version of the loaded library as text.
 *
 * @return A constant string such as `"0.1.0"`: major, minor and patch.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_version_string().count(b".")
 * 2
 * @endcode
 * @result{string}
 * @since 0.1
 * @see pshm_version
 */
PSHM_API const char *pshm_version_string(void);

/**
 * @brief Return the size of a page of memory, in bytes.
 *
 * Offsets and fixed addresses of #pshm_mmap are multiples of it.
 *
 * @return A power of two; 4096 on most machines, 16384 or 65536 on some.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_page_size() % 4096
 * 0
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_map; sysconf(3)
 */
PSHM_API int pshm_page_size(void);

/**
 * @brief Return the greatest length of a name, in bytes.
 *
 * The leading slash counts; the NUL at the end does not. A program that is to run everywhere keeps its
 * names to 31 bytes, the limit of macOS.
 *
 * @return 256 on Linux, 31 on macOS, 1023 on FreeBSD.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_name_max() >= 31
 * True
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_shm_open
 */
PSHM_API int pshm_name_max(void);

/**
 * @brief Say whether this platform, as it runs now, can do a thing.
 *
 * The answer comes from the running system, not from the one that the library was built on: an older
 * kernel answers 0 where a newer one answers 1.
 *
 * Where the answer is found by trying, 0 also means that it could not be tried. A descriptor is needed for
 * `allocate`, `anonymous`, `discard`, `huge-objects`, `reopen`, `seal-exec`, `seal-future-write`, `seals` and `supersede`:
 * while the process or the system has none free, they are answered with 0. `huge-pages`, `nodump` and `populate` need room
 * for a mapping. So keep an answer of 1, and ask again after a 0.
 *
 * @features
 *
 * | feature | 1 means |
 * |---|---|
 * | `alive` | #pshm_process_alive can find out whether a process of this namespace is alive |
 * | `allocate` | #pshm_allocate and #pshm_fallocate can reserve pages |
 * | `anonymous` | #pshm_open_anonymous makes objects that never have a name, for either direction |
 * | `atomic-64` | words of 8 bytes are changed atomically: #pshm_atomic_load64 and its kin, and locks |
 * | `descriptor-io` | the system itself reads and writes these descriptors; else #pshm_read and #pshm_write copy through a mapping |
 * | `discard` | #pshm_discard can give pages back |
 * | `growsdown` | #PSHM_MAP_GROWSDOWN is supported, for private memory of no object |
 * | `huge-objects` | #PSHM_ANONYMOUS_HUGE is supported |
 * | `huge-pages` | #PSHM_MAP_HUGE has an effect |
 * | `identity` | objects can be told apart, as #pshm_delete_if_same does |
 * | `list` | #pshm_list knows the names |
 * | `nodump` | #PSHM_MAP_NODUMP is supported |
 * | `noreserve` | #PSHM_MAP_NORESERVE is supported |
 * | `permissions` | #pshm_fchmod and #pshm_fchown work on these descriptors |
 * | `populate` | #PSHM_MAP_POPULATE is supported |
 * | `reopen` | #pshm_reopen can give a read-only descriptor |
 * | `resize` | the size of an object can be set more than once |
 * | `seal-exec` | #PSHM_SEAL_EXEC is supported |
 * | `seal-future-write` | #PSHM_SEAL_FUTURE_WRITE is supported |
 * | `seals` | #pshm_seal works on anonymous objects |
 * | `space` | #pshm_space knows the size of the shared memory file system |
 * | `supersede` | superseding works, its name is never free, and no failure costs the old object |
 * | `wait` | the system itself lets a process sleep until a word changes; else #pshm_atomic_wait polls it |
 *
 * @param feature @role{text} A name from the table.
 * @retval 1 The platform can do it.
 * @retval 0 It cannot, or it could not be tried now, or this library does not know the feature: a program can ask an
 *         older library for what a newer one has.
 * @error{EFAULT} @p feature is NULL.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_has(b"allocate") in (0, 1)
 * True
 * >>> pshm_has(b"wings")
 * 0
 * @endcode
 * @result{boolean}
 * @since 0.1
 * @see pshm_version
 */
PSHM_API int pshm_has(const char *feature);

/** @} */

/**
 * @defgroup ffi_errors Errors
 * @brief From a number to a name, a sentence, and back.
 * @{
 */

/**
 * @brief Return the calling thread's last failure.
 *
 * Only a failing call of this library sets it, so nothing that a language's runtime does in between
 * can overwrite it. A call that succeeds leaves it alone.
 *
 * @return A positive errno, or 0 when no call of this thread has failed.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_close(-1) < 0
 * True
 * >>> pshm_error_name(pshm_errno())
 * b'EBADF'
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_set_errno, pshm_error_name; errno(3)
 */
PSHM_API int pshm_errno(void);

/**
 * @brief Set the calling thread's last failure, usually to 0 before a series of calls.
 *
 * @param error @role{value} A positive errno, at most 4095, or 0.
 * @retval 0 It is set.
 * @error{EINVAL} @p error is negative or above 4095.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_set_errno(0)
 * 0
 * >>> pshm_errno()
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_errno
 */
PSHM_API int pshm_set_errno(int error);

/**
 * @brief Return a sentence about an error.
 *
 * The text is the library's own, in English, and does not depend on the locale.
 *
 * @param error @role{value} An errno, negated or not.
 * @return A constant string: `"success"` for 0, `"unknown error"` for a number that has no name here.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_strerror(pshm_error_number(b"ENOENT"))
 * b'no such object, file or directory'
 * @endcode
 * @result{string}
 * @since 0.1
 * @see pshm_error_name
 */
PSHM_API const char *pshm_strerror(int error);

/**
 * @brief Return the name of an error.
 *
 * Where two names share a number, the one that POSIX prefers is given: `ENOTSUP`, `EAGAIN`.
 *
 * @param error @role{value} An errno, negated or not.
 * @return A constant string: `"OK"` for 0, `"UNKNOWN"` for a number that has no name here.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_error_name(pshm_shm_unlink(b"noslash"))
 * b'EINVAL'
 * @endcode
 * @result{string}
 * @since 0.1
 * @see pshm_error_number, pshm_strerror
 */
PSHM_API const char *pshm_error_name(int error);

/**
 * @brief Return the number of an error on this platform.
 *
 * Every alias is understood: `EOPNOTSUPP`, `EWOULDBLOCK` and `EDEADLOCK` too, which some systems number separately. So is
 * `ENODATA` on a system that has no such error: the number there is one that no other error has.
 *
 * @param name @role{text} A name such as `"ENOENT"`.
 * @return The positive errno.
 * @error{EFAULT} @p name is NULL.
 * @error{EINVAL} This platform has no error of that name.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_error_number(b"EWOULDBLOCK") == pshm_error_number(b"EAGAIN")
 * True
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_error_name
 */
PSHM_API int pshm_error_number(const char *name);

/**
 * @brief Return how many errors have a name on this platform.
 *
 * @return The number of indices that #pshm_error_at accepts.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_error_count() > 30
 * True
 * @endcode
 * @result{count}
 * @since 0.1
 * @see pshm_error_at
 */
PSHM_API int pshm_error_count(void);

/**
 * @brief Return the number of the error with an index.
 *
 * A binding that wants a table of its own reads it with this and #pshm_error_name when it loads.
 * Aliases are not counted: every number comes once.
 *
 * @param index @role{value} From 0 to #pshm_error_count minus 1. The order means nothing.
 * @return The positive errno.
 * @error{EINVAL} @p index is out of range.
 *
 * @par Example
 * @code{.py}
 * >>> b"ENOSPC" in [pshm_error_name(pshm_error_at(i)) for i in range(pshm_error_count())]
 * True
 * @endcode
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
 * A language that has no C compiler at hand reads the constants here instead of copying them. The values
 * are the same on every platform and never change.
 *
 * @{
 */

/** @brief What a list of keywords is about: the first argument of #pshm_flags_parse. */
enum pshm_kind {
	PSHM_KIND_OPEN_FLAG = 1,         /**< Flags of #pshm_shm_open. */
	PSHM_KIND_MODE = 2,              /**< Permission bits. */
	PSHM_KIND_PROT = 3,              /**< Protections of a mapping. */
	PSHM_KIND_MAP_FLAG = 4,          /**< Flags of #pshm_mmap and #pshm_map. */
	PSHM_KIND_DIRECTION = 5,         /**< The direction of #pshm_open: one keyword. */
	PSHM_KIND_IF_EXISTS = 6,         /**< What #pshm_open does when the object exists: one keyword. */
	PSHM_KIND_IF_DOES_NOT_EXIST = 7, /**< What #pshm_open does when it does not: one keyword. */
	PSHM_KIND_ANONYMOUS_FLAG = 8,    /**< Flags of #pshm_open_anonymous. */
	PSHM_KIND_SEAL = 9,              /**< Seals. */
	PSHM_KIND_MSYNC_FLAG = 10,       /**< Flags of #pshm_msync. */
	PSHM_KIND_UPDATE = 11            /**< The operation of #pshm_atomic_update32 and #pshm_atomic_update64: one keyword. */
};

/**
 * @brief Return how many constants the library has.
 *
 * @return The number of indices that #pshm_constant_name and #pshm_constant_value accept.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_constant_count() > 50
 * True
 * @endcode
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
 *
 * @par Example
 * @code{.py}
 * >>> pshm_constant_name(0)
 * b'PSHM_KIND_OPEN_FLAG'
 * >>> pshm_constant_name(-1) is None
 * True
 * @endcode
 * @result{string}
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
 *
 * @par Example
 * @code{.py}
 * >>> pshm_constant_value(0) == PSHM_KIND_OPEN_FLAG
 * True
 * @endcode
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
 *
 * @par Example
 * @code{.py}
 * >>> pshm_constant(b"PSHM_MAP_SHARED")
 * 1
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_constant_count
 */
PSHM_API int pshm_constant(const char *name);

/**
 * @brief Turn a list of keywords into flags.
 *
 * The keywords stand in the tables of constants: `creat`, `user-read`, `shared`. They are written in lower
 * case and separated by spaces, tabs or newlines; an empty list is 0. A kind that says 'one keyword' takes
 * at most one.
 *
 * @param kind @role{enum,pshm_kind} What the keywords are about, a `PSHM_KIND_` constant.
 * @param keywords @role{text} The list.
 * @return The flags, at least 0.
 * @error{EFAULT} @p keywords is NULL.
 * @error{EINVAL} @p kind or a keyword is unknown, or there are two keywords where one is taken.
 *
 * @par Example
 * @code{.py}
 * >>> oct(pshm_flags_parse(PSHM_KIND_MODE, b"user-read user-write"))
 * '0o600'
 * @endcode
 * @result{flags}
 * @since 0.1
 * @see pshm_flags_format
 */
PSHM_API int pshm_flags_parse(int kind, const char *keywords);

/**
 * @brief Write flags as a list of keywords, the inverse of #pshm_flags_parse.
 *
 * Of several keywords for the same bits the long single ones are written: `user-read user-write user-exec`,
 * neither `user-all` nor `rwxu`.
 *
 * @param kind @role{enum,pshm_kind} What the flags are, a `PSHM_KIND_` constant.
 * @param flags @role{value} The flags.
 * @param ret_keywords @role{buffer} @nullable Receives the keywords, separated by single spaces, with a NUL.
 *        NULL with size 0 asks for the size.
 * @param size @role{size,ret_keywords} The size of the buffer, in bytes.
 * @return The size that the text needs, in bytes, its NUL included.
 * @error{EFAULT} @p ret_keywords is NULL and @p size is not 0.
 * @error{EINVAL} @p kind is unknown, @p size is negative, or @p flags has a bit that has no keyword.
 * @error{ERANGE} The buffer is too small.
 *
 * @par Example
 * @code{.py}
 * >>> buffer = ctypes.create_string_buffer(64)
 * >>> pshm_flags_format(PSHM_KIND_PROT, PSHM_PROT_READ | PSHM_PROT_WRITE, buffer, 64)
 * 11
 * >>> buffer.value
 * b'read write'
 * @endcode
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
 * @brief Flags of #pshm_shm_open. #PSHM_O_RDONLY or #PSHM_O_RDWR, and any of the others.
 *
 * Each of the others is one bit, and none of them is a flag that Linux or a BSD has.
 *
 * @bits{PSHM_O_,open-flags}
 */
enum pshm_open_flag {
	PSHM_O_RDONLY = 0,         /**< Open for reading only. */
	PSHM_O_RDWR = 2,           /**< Open for reading and writing. */
	PSHM_O_CREAT = 0x10000000, /**< Create the object if there is none. */
	PSHM_O_EXCL = 0x20000000,  /**< With #PSHM_O_CREAT: fail if there is one. */
	PSHM_O_TRUNC = 0x40000000  /**< Empty the object if there is one. */
};

/**
 * @brief Permission bits: who may open an object, as POSIX writes them in octal.
 *
 * On Linux the bits for execution do not decide who may map for execution (#PSHM_PROT_EXEC): whoever may read may,
 * unless the file system is mounted so that nothing is executed.
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
	PSHM_STAT_RDEV = 6,        /**< Device that a device file stands for: 0 for an object. */
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
 * @brief Open a named object, and create it when asked to: shm_open(3).
 *
 * An object that is created has size 0, and the permissions @p mode without the bits of the process's
 * umask. The descriptor is close-on-exec. Something that is not an object but has such a name where
 * objects live (a FIFO, a directory, a socket) is an error, and opening it never blocks. As shm_open(3), the call waits while
 * another process has a conflicting lease (fcntl(2)) on the object. #PSHM_O_TRUNC with #PSHM_O_RDONLY, which POSIX leaves
 * undefined, empties the object on every platform.
 *
 * @name_param
 * @param flags @role{flags,pshm_open_flag} `PSHM_O_` constants: #PSHM_O_RDONLY or #PSHM_O_RDWR, and any of the
 *        others.
 * @param mode @role{flags,pshm_mode} Permission bits, 0 to 0777, of an object that is created. Not used otherwise.
 * @return A descriptor; the caller closes it.
 * @name_errors
 * @error{EACCES} The permissions of the object do not allow it, or #PSHM_O_TRUNC without the right to write.
 * @error{EEXIST} #PSHM_O_CREAT and #PSHM_O_EXCL were given and the name is taken.
 * @error{EINVAL} @p flags has an unknown bit, a native constant, or #PSHM_O_EXCL without #PSHM_O_CREAT; or
 *        @p mode has a bit outside 0777.
 * @error{EISDIR} The name is a directory's. glibc says `-EINVAL` where #PSHM_O_RDWR, #PSHM_O_CREAT or #PSHM_O_TRUNC
 *        was given.
 * @error{ELOOP} The name is a symbolic link's.
 * @error{EMFILE} The process has no descriptor free.
 * @error{ENFILE} The system has no descriptor free.
 * @error{ENODEV} The name is something else's, such as a FIFO's.
 * @error{ENXIO} The name is a socket's.
 * @error{ENOENT} There is no such object and #PSHM_O_CREAT was not given.
 * @error{ENOSPC} There is no room for another object.
 * @error{EROFS} The place where objects live is read-only.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-open name oflag mode => fd
 * @endcode
 * @par In Lisp
 * Open the shared memory object NAME with the flags OFLAG (`open-flags`) and, when it is created, the
 * permissions MODE (`mode`). NAME may lack its leading slash. Return a descriptor, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> fd = pshm_shm_open(b"/foobar-shm", PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0o600)
 * >>> fd >= 0
 * True
 * >>> pshm_error_name(pshm_shm_open(b"/foobar-shm", PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0o600))
 * b'EEXIST'
 * @endcode
 * @result{descriptor}
 * @since 0.1
 * @see pshm_open, pshm_shm_unlink, pshm_close; shm_open(3), POSIX.1-2017 shm_open
 */
PSHM_API int pshm_shm_open(const char *name, int flags, int mode);

/**
 * @brief Remove the name of an object: shm_unlink(3).
 *
 * The object lives on while a descriptor or a mapping of it is left; the name is free at once.
 *
 * @name_param
 * @retval 0 The name is gone.
 * @name_errors
 * @error{EACCES} The caller may not remove the name.
 * @error{EISDIR} The name is a directory's.
 * @error{ENOENT} There is no such object.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-unlink name => result
 * @endcode
 * @par In Lisp
 * Remove the name NAME, which may lack its leading slash, of a shared memory object. Return 0, or -1 with the reason in
 * `*errno*`.
 * @par Example
 * @code{.py}
 * >>> pshm_shm_unlink(b"/foobar-shm")
 * 0
 * >>> pshm_error_name(pshm_shm_unlink(b"/foobar-shm"))
 * b'ENOENT'
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_delete, pshm_delete_if_same; shm_unlink(3), POSIX.1-2017 shm_unlink
 */
PSHM_API int pshm_shm_unlink(const char *name);

/**
 * @brief Set the size of an object: ftruncate(2).
 *
 * Bytes past the old end read as zero. Pages are not reserved: the call succeeds even when there is no
 * memory for them, and touching them is then a SIGBUS. #pshm_allocate reserves them.
 *
 * @fd_param
 * @param length @role{size} The new size, in bytes, from 0.
 * @retval 0 The object has that size. On macOS it is rounded up to a page.
 * @fd_error
 * @error{EBUSY} Some systems: the object is in use in a way that forbids it.
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p length is negative; @p fd was not opened for writing, or is of something that has no size to
 *        set, such as a pipe; an object of huge pages: @p length is not a multiple of their size; or the platform
 *        lets the size be set only once (macOS).
 * @error{EPERM} A seal forbids it.
 *
 * @par Lisp
 * @code{.lisp}
 * ftruncate fd length => result
 * @endcode
 * @par In Lisp
 * Set the size of the object behind the descriptor FD to LENGTH octets. Return 0, or -1 with the reason
 * in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> pshm_ftruncate(fd, 40)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_truncate, pshm_allocate; ftruncate(2), POSIX.1-2017 ftruncate
 */
PSHM_API int pshm_ftruncate(int fd, int64_t length);

/**
 * @brief Reserve the pages of a part of an object: posix_fallocate(3), the system's own.
 *
 * The object grows to at least @p offset plus @p length. There is no emulation: what the system cannot do
 * is an error. Linux does not look first whether the pages can be had: a part that is larger than the memory
 * that is available, and not too large for the file system, has the OOM killer end processes. #pshm_allocate
 * looks first. Once the call was interrupted by a signal, the signals of this thread wait until it is done.
 *
 * @fd_param
 * @param offset @role{offset} Where the part begins, in bytes, from 0.
 * @param length @role{size} The size of the part, in bytes, from 1.
 * @retval 0 The pages are there.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EFBIG} The end is more than the file system allows.
 * @error{EINVAL} @p offset is negative, or @p length is not positive.
 * @error{ENODEV} @p fd is something else's, such as a socket's. (A regular file's works.)
 * @error{ENOSPC} There is no memory for the pages.
 * @error{ENOTSUP} The platform or the file system cannot do it, or a sandbox does not allow it.
 * @error{EPERM} A seal forbids it.
 * @error{ESPIPE} @p fd is a pipe.
 *
 * @par Lisp
 * @code{.lisp}
 * fallocate fd offset length => result
 * @endcode
 * @par In Lisp
 * Reserve the pages of LENGTH octets from OFFSET of the object behind the descriptor FD. Return 0, or -1
 * with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> pshm_fallocate(fd, 0, 4096)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; posix_fallocate(3), fallocate(2), POSIX.1-2017 posix_fallocate
 */
PSHM_API int pshm_fallocate(int fd, int64_t offset, int64_t length);

/**
 * @brief Describe an object: fstat(2), flattened into an array.
 *
 * Writes as many fields as both sides know. A caller that was written for fewer fields keeps working when
 * the library has more; a caller that knows more sees from the result which ones exist.
 *
 * @fd_param
 * @param ret_fields @role{buffer,pshm_stat_field} @nullable Receives the fields, indexed by the `PSHM_STAT_`
 *        constants. NULL with count 0 asks for the number.
 * @param count @role{count,ret_fields} How many `int64_t` the array has room for.
 * @return The number of fields that exist, 16 in this version.
 * @fd_error
 * @error{EFAULT} @p ret_fields is NULL and @p count is not 0.
 * @error{EINVAL} @p count is negative.
 * @error{EISDIR} @p fd is a directory's.
 * @error{ENODEV} @p fd is something else's, such as a pipe's.
 *
 * @par Lisp
 * @code{.lisp}
 * fstat fd statbuf => result
 * @endcode
 * @par In Lisp
 * Fill STATBUF, a foreign pointer to a `(:struct stat)`, with the description of the object behind the
 * descriptor FD. Return 0, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> fields = (ctypes.c_int64 * 16)()
 * >>> pshm_fstat(fd, fields, 16)
 * 16
 * >>> fields[PSHM_STAT_SIZE], oct(fields[PSHM_STAT_MODE])
 * (4096, '0o600')
 * @endcode
 * @result{count}
 * @since 0.1
 * @see fstat(2), POSIX.1-2017 fstat
 */
PSHM_API int pshm_fstat(int fd, int64_t *ret_fields, int count);

/**
 * @brief Give an object another owner or group: fchown(2).
 *
 * @fd_param
 * @param owner @role{id} A user id, or -1 to leave it alone.
 * @param group @role{id} A group id, or -1 to leave it alone.
 * @retval 0 Done.
 * @fd_error
 * @error{EINVAL} An id is below -1, or more than the platform's type holds, or the value that means 'leave
 *        it alone' to it.
 * @error{ENOTSUP} The platform cannot do it on these descriptors (macOS).
 * @error{EPERM} The caller may not give it away; usually only the superuser may.
 *
 * @par Lisp
 * @code{.lisp}
 * fchown fd owner group => result
 * @endcode
 * @par In Lisp
 * Give the object behind the descriptor FD to the user id OWNER and the group id GROUP; -1 leaves one
 * alone, and so does 4294967295, which is `(uid_t) -1`. Return 0, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> pshm_fchown(fd, -1, -1)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_fchmod; fchown(2), POSIX.1-2017 fchown
 */
PSHM_API int pshm_fchown(int fd, int64_t owner, int64_t group);

/**
 * @brief Set the permissions of an object: fchmod(2).
 *
 * The umask plays no part. Descriptors that are open keep the access that they have.
 *
 * @fd_param
 * @param mode @role{flags,pshm_mode} Permission bits, 0 to 0777.
 * @retval 0 Done.
 * @fd_error
 * @error{EINVAL} @p mode has a bit outside 0777.
 * @error{ENOTSUP} The platform cannot do it on these descriptors (macOS).
 * @error{EPERM} The caller does not own the object, or a seal forbids the change.
 *
 * @par Lisp
 * @code{.lisp}
 * fchmod fd mode => result
 * @endcode
 * @par In Lisp
 * Give the object behind the descriptor FD the permissions MODE (`mode`). Return 0, or -1 with the reason
 * in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> pshm_fchmod(fd, 0o640)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_fchown; fchmod(2), POSIX.1-2017 fchmod
 */
PSHM_API int pshm_fchmod(int fd, int mode);

/** @} */

/**
 * @defgroup ffi_mappings Mappings
 * @brief Memory that is the object.
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
	PSHM_PROT_WRITE = 2, /**< Writing; on most machines reading comes with it. */
	PSHM_PROT_EXEC = 4   /**< Execution. */
};

/**
 * @brief Flags of a mapping: #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE, and any of the others.
 *
 * @bits{PSHM_MAP_,mmap-flags}
 */
enum pshm_map_flag {
	PSHM_MAP_SHARED = 1,                   /**< Stores are seen by everybody who maps the object. */
	PSHM_MAP_PRIVATE = 2,                  /**< Stores are this mapping's own; the object does not change. */
	PSHM_MAP_FIXED = 0x10,                 /**< Exactly at the address, replacing what is mapped there. */
	PSHM_MAP_ANONYMOUS = 0x00400000,       /**< Memory of no object: the descriptor is -1. */
	PSHM_MAP_FIXED_NOREPLACE = 0x00800000, /**< Exactly at the address, or `-EEXIST` where something is mapped already. */
	PSHM_MAP_NORESERVE = 0x01000000,       /**< Reserve no swap space. */
	PSHM_MAP_POPULATE = 0x02000000,        /**< Bring every page in before the call returns; no space is an error, not a later SIGBUS. */
	PSHM_MAP_LOCK = 0x08000000,            /**< Keep every page in memory: mlock(2) on the new mapping. */
	PSHM_MAP_HUGE = 0x10000000,            /**< Ask for huge pages: madvise(2) with `MADV_HUGEPAGE`. A hint, and never an error. */
	PSHM_MAP_NODUMP = 0x20000000,          /**< Leave the memory out of core dumps: madvise(2) with `MADV_DONTDUMP`. */
	PSHM_MAP_GROWSDOWN = 0x40000000        /**< A stack that grows downward (Linux): private memory of no object only. */
};

/**
 * @brief Flags of #pshm_msync: either #PSHM_MS_SYNC or #PSHM_MS_ASYNC, and #PSHM_MS_INVALIDATE with it or not.
 *
 * @bits{PSHM_MS_,msync-flags}
 */
enum pshm_msync_flag {
	PSHM_MS_SYNC = 0x01000000,      /**< Write, and return when the file has it. */
	PSHM_MS_ASYNC = 0x02000000,     /**< Have it written soon, and return. */
	PSHM_MS_INVALIDATE = 0x04000000 /**< Let other mappings of the file see what it holds now. */
};

/**
 * @brief Map an object, or memory of no object, into the address space: mmap(2).
 *
 * One system call, unless a flag asks for another: #PSHM_MAP_HUGE, #PSHM_MAP_NODUMP, #PSHM_MAP_POPULATE and
 * #PSHM_MAP_LOCK are separate calls on the new mapping, in this order. When one of the last three fails, the mapping
 * is removed and the error returned. With #PSHM_MAP_FIXED what was mapped there before is gone in that case.
 *
 * #PSHM_MAP_FIXED_NOREPLACE is safe on every system: where the system itself has no such flag (Linux before 4.17), a
 * mapping that it makes elsewhere is removed again.
 *
 * Mapping beyond the end of the object works; touching a page that is wholly beyond it is a SIGBUS.
 *
 * @param address @role{address} Where the mapping should go, or 0 to let the system choose. A hint, without
 *        #PSHM_MAP_FIXED or #PSHM_MAP_FIXED_NOREPLACE.
 * @param length @role{size} The size of the mapping, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} `PSHM_PROT_` constants. Execution is refused where the file system
 *        is mounted so that nothing is executed.
 * @param flags @role{flags,pshm_map_flag} `PSHM_MAP_` constants: either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE,
 *        and any of the others.
 * @param fd @role{descriptor} A descriptor of the object; -1 with #PSHM_MAP_ANONYMOUS.
 * @param offset @role{offset} Where in the object the mapping begins, in bytes: a multiple of the page size,
 *        from 0.
 * @return The address of the mapping. The caller unmaps it with the same length.
 * @fd_error
 * @error{EACCES} Shared write access was asked of a descriptor opened for reading, or the descriptor is not
 *        for reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EEXIST} #PSHM_MAP_FIXED_NOREPLACE: something is mapped there, or the system does not map there.
 * @error{EINVAL} @p length is not positive; @p offset is negative or not a multiple of the page size;
 *        @p protections or @p flags has an unknown bit; both or neither of shared and private; both of fixed and
 *        fixed without replacing; an anonymous mapping with a descriptor; a fixed one at address 0 or at an address
 *        that is not a multiple of the page size; @p address is from -4095 to -1; #PSHM_MAP_POPULATE without reading or writing; #PSHM_MAP_GROWSDOWN without
 *        #PSHM_MAP_ANONYMOUS and #PSHM_MAP_PRIVATE.
 * @error{ENODEV} @p fd is of something that cannot be mapped, such as a socket. (Not all that is no object: a
 *        regular file and `/dev/zero` are mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} A flag is not to be had on this platform (#pshm_has).
 * @error{EOVERFLOW} @p address, @p length or @p offset does not fit the platform's types, or @p offset plus @p length is
 *        more than an `int64_t` holds.
 * @error{EPERM} A seal or the file system forbids the protection, or #PSHM_MAP_FIXED an address so low that the system
 *        lets nobody map there. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0, and the process has no privilege.
 *
 * @par Lisp
 * @code{.lisp}
 * mmap addr length prot flags fd offset => pointer
 * @endcode
 * @par In Lisp
 * Map LENGTH octets from OFFSET of the object behind the descriptor FD, with the protections PROT
 * (`prot-flags`) and the flags FLAGS (`mmap-flags`), at the pointer ADDR or, where that is null, wherever
 * the system likes. Return a pointer; on failure its address is `+map-failed+` and the reason is in
 * `*errno*`.
 * @par Example
 * @code{.py}
 * >>> address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0)
 * >>> memory = (ctypes.c_char * 4096).from_address(address)
 * >>> memory[0:5] = b"hello"
 * @endcode
 * @result{address}
 * @since 0.1
 * @see pshm_map, pshm_munmap, pshm_mprotect; mmap(2), mlock(2), madvise(2), POSIX.1-2017 mmap
 */
PSHM_API int64_t pshm_mmap(int64_t address, int64_t length, int protections, int flags, int fd, int64_t offset);

/**
 * @brief Remove mappings: munmap(2).
 *
 * Every page of the range is removed, whatever it was mapped by. A range in which nothing is mapped is not an
 * error.
 *
 * @param address @role{address} @closes The first byte: a multiple of the page size, as #pshm_mmap returned it.
 * @param length @role{size} The size of the range, in bytes, from 1; rounded up to whole pages.
 * @retval 0 Nothing is mapped there now.
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is not positive; the
 *        range ends outside the address space.
 * @error{ENOMEM} The range lies inside a mapping, and there would be too many mappings after cutting it.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * munmap addr length => result
 * @endcode
 * @par In Lisp
 * Remove the mapping of LENGTH octets at the pointer ADDR. Return 0, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> del memory
 * >>> pshm_munmap(address, 4096)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_mmap, pshm_unmap; munmap(2), POSIX.1-2017 munmap
 */
PSHM_API int pshm_munmap(int64_t address, int64_t length);

/**
 * @brief Change the protections of mapped pages: mprotect(2).
 *
 * @param address @role{address} The first byte: a multiple of the page size.
 * @param length @role{size} The size of the range, in bytes, from 0; rounded up to whole pages.
 * @param protections @role{flags,pshm_prot} `PSHM_PROT_` constants.
 * @retval 0 Done.
 * @error{EACCES} Write access to a shared mapping of an object that was opened for reading or is sealed
 *        against writing, or execution where the file system is mounted so that nothing is executed.
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is negative;
 *        @p protections has an unknown bit.
 * @error{ENOMEM} A page of the range is not mapped, or there would be too many mappings.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * mprotect addr length prot => result
 * @endcode
 * @par In Lisp
 * Give LENGTH octets of mapped memory at the pointer ADDR the protections PROT (`prot-flags`). Return 0, or
 * -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0)
 * >>> pshm_mprotect(address, 4096, PSHM_PROT_READ)
 * 0
 * >>> pshm_munmap(address, 4096)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_mmap; mprotect(2), POSIX.1-2017 mprotect
 */
PSHM_API int pshm_mprotect(int64_t address, int64_t length, int protections);

/**
 * @brief Write mapped pages back to their file: msync(2).
 *
 * For descriptors of regular files that were mapped like objects. Shared memory has no file behind it: its pages
 * are the object, and the call does nothing to them.
 *
 * @param address @role{address} The first byte: a multiple of the page size.
 * @param length @role{size} The size of the range, in bytes, from 0; rounded up to whole pages.
 * @param flags @role{flags,pshm_msync_flag} `PSHM_MS_` constants: either #PSHM_MS_SYNC or #PSHM_MS_ASYNC, and
 *        #PSHM_MS_INVALIDATE or not.
 * @retval 0 Done; with #PSHM_MS_ASYNC it is under way.
 * @error{EBUSY} #PSHM_MS_INVALIDATE: a page of the range is locked in memory (#PSHM_MAP_LOCK).
 * @error{EINVAL} @p address is 0, from -4095 to -1, or not a multiple of the page size; @p length is negative;
 *        @p flags has an unknown bit, or both or neither of #PSHM_MS_SYNC and #PSHM_MS_ASYNC.
 * @error{EIO} The file could not be written.
 * @error{ENOMEM} A page of the range is not mapped.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * msync addr length flags => result
 * @endcode
 * @par In Lisp
 * Write LENGTH octets of mapped memory at the pointer ADDR back to their file, in the way of FLAGS
 * (`msync-flags`). Return 0, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> address = pshm_mmap(0, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, fd, 0)
 * >>> pshm_msync(address, 4096, PSHM_MS_SYNC)
 * 0
 * >>> pshm_munmap(address, 4096)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_mmap; msync(2), POSIX.1-2017 msync
 */
PSHM_API int pshm_msync(int64_t address, int64_t length, int flags);

/** @} */

/**
 * @defgroup ffi_descriptors Descriptors
 * @brief Close, duplicate and hand down descriptors.
 * @{
 */

/**
 * @brief Close a descriptor: close(2).
 *
 * Never repeated: a close that is interrupted has released the descriptor on every platform that is served
 * here, and another thread may have its number already. It counts as done.
 *
 * Do not close twice either, nor use the number again: the runtime has threads of its own that open files at any
 * moment (the JVM reads the limits of its container again and again), and get the lowest number that is free.
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
 * @par Example
 * @code{.py}
 * >>> pshm_close(fd)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_shm_open; close(2), POSIX.1-2017 close
 */
PSHM_API int pshm_close(int fd);

/**
 * @brief Duplicate a descriptor, close-on-exec: fcntl(2) with `F_DUPFD_CLOEXEC`.
 *
 * Both descriptors have the same access. #pshm_reopen makes one that has less.
 *
 * @fd_param
 * @return Another descriptor of the same object; the caller closes it.
 * @fd_error
 * @error{EMFILE} The process has no descriptor free.
 *
 * @par Lisp
 * @code{.lisp}
 * dup fd => fd
 * @endcode
 * @par In Lisp
 * Return a duplicate of the descriptor FD, or -1 with the reason in `*errno*`.
 * @par Example
 * @code{.py}
 * >>> other = pshm_dup(0)
 * >>> pshm_close(other)
 * 0
 * @endcode
 * @result{descriptor}
 * @since 0.1
 * @see pshm_reopen, pshm_send; fcntl(2), POSIX.1-2017 fcntl
 */
PSHM_API int pshm_dup(int fd);

/**
 * @brief Let a descriptor be inherited by programs that this process starts, or not: fcntl(2) with `F_SETFD`.
 *
 * Descriptors are not inherited unless this says so. Set it just before the child is started: every program
 * that any thread starts in between inherits the descriptor too.
 *
 * @fd_param
 * @param inheritable @role{boolean} 1: inherited; 0: closed on exec.
 * @retval 0 Done.
 * @fd_error
 * @error{EINVAL} @p inheritable is neither 0 nor 1.
 *
 * @par Example
 * @code{.py}
 * >>> import os
 * >>> other = pshm_dup(0)
 * >>> pshm_set_inheritable(other, 1)
 * 0
 * >>> os.get_inheritable(other)
 * True
 * >>> pshm_close(other)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_send; fcntl(2), POSIX.1-2017 fcntl
 */
PSHM_API int pshm_set_inheritable(int fd, int inheritable);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
