/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_API_H
#define POSIX_SHM_API_H

/**
 * @file api.h
 * @stratum{2,posix-shm}
 * @brief Stratum 2: objects that open like files, their size, mappings and seals, and passing them to other processes.
 *
 * Open-or-create semantics, anonymous objects, guaranteed allocation, seals, and descriptor passing to other processes. The
 * rules at the head of ffi.h apply here as well: closed types, negated errnos, no state, no lock, no allocation (except in
 * #pshm_list).
 */

#include <posix-shm/ffi.h>

/* The annotations have commands of their own. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdocumentation-unknown-command"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup api_objects Objects
 * @brief Open, create, describe and close objects.
 * @{
 */

/**
 * @brief The access of a descriptor. The values are those of #PSHM_O_RDONLY and #PSHM_O_RDWR.
 *
 * @choice{PSHM_DIRECTION_,direction}
 */
enum pshm_direction {
	PSHM_DIRECTION_INPUT = 0, /**< Reading. */
	PSHM_DIRECTION_IO = 2     /**< Reading and writing. */
};

/**
 * @brief The action of #pshm_open when it may create and the object exists.
 *
 * @choice{PSHM_IF_EXISTS_,if-exists}
 */
enum pshm_if_exists {
	PSHM_IF_EXISTS_DEFAULT = 0,   /**< As #PSHM_IF_EXISTS_OVERWRITE. */
	PSHM_IF_EXISTS_ERROR = 1,     /**< Fail with `-EEXIST`. */
	PSHM_IF_EXISTS_OVERWRITE = 2, /**< Open the existing object unchanged. */
	PSHM_IF_EXISTS_TRUNCATE = 3,  /**< Open it and set its size to 0, also where the call may not create. */
	PSHM_IF_EXISTS_SUPERSEDE = 4, /**< Replace it with a new object; existing descriptors of the old one stay valid. */
	PSHM_IF_EXISTS_NIL = 5        /**< Return `-EEXIST`, which is not recorded as a failure. */
};

/**
 * @brief The action of #pshm_open when the object does not exist.
 *
 * @choice{PSHM_IF_DOES_NOT_EXIST_,if-does-not-exist}
 */
enum pshm_if_does_not_exist {
	PSHM_IF_DOES_NOT_EXIST_DEFAULT = 0, /**< Error for input, and where an existing object is overwritten or
	                                         truncated; else create. */
	PSHM_IF_DOES_NOT_EXIST_ERROR = 1,   /**< Fail with `-ENOENT`. */
	PSHM_IF_DOES_NOT_EXIST_CREATE = 2,  /**< Create it. */
	PSHM_IF_DOES_NOT_EXIST_NIL = 3      /**< Return `-ENOENT`, which is not recorded as a failure. */
};

/**
 * @brief Flags of #pshm_open_anonymous: 0, or one of the constants below.
 *
 * @bits{PSHM_ANONYMOUS_,anonymous-flags}
 */
enum pshm_anonymous_flag {
	PSHM_ANONYMOUS_HUGE = 0x00800000,    /**< An object of huge pages (Linux, `MFD_HUGETLB`). Its size is a multiple
	                                         of the size of a huge page. */
	PSHM_ANONYMOUS_NAMEABLE = 0x01000000 /**< An object that #pshm_publish can give a name (Linux, `O_TMPFILE`). */
};

/**
 * @brief Open or create a named object, with one option for each case: it exists, or it does not.
 *
 * If the object does not exist, @p if_does_not_exist applies. If it exists, @p if_exists applies, but only where
 * @p if_does_not_exist would have created the object: with `error` or `nil` for @p if_does_not_exist the existing object is
 * opened unchanged, and of @p if_exists only `truncate` has an effect. The options are those of Common Lisp's `open`. Creation
 * is exclusive: of concurrent callers, exactly one creates the object.
 *
 * Superseding creates the new object under a temporary name and renames it over the old one: the name always refers to one
 * of the two, and a failure never costs the old object. A file of another kind with that name, such as a FIFO or a
 * symbolic link, is replaced as well; a directory is not. A process that is killed between the two steps leaves an empty
 * object whose name begins with `/.pshm-`; so does a failure in a sandbox that permits creation but not removal.
 * #pshm_list omits such names. While no process supersedes, `rm -f /dev/shm/.pshm-*` removes them.
 * If the feature `supersede` (#pshm_has) is 0 because objects are not files, the old name is removed before the new object
 * exists, and is lost if the creation fails; if it is 0 because of a sandbox, superseding fails.
 *
 * Named objects honour the umask. `truncate` with direction `input` sets the size to 0 and returns a
 * read-only descriptor. As shm_open(3), the call waits while another process has a conflicting lease (fcntl(2)) on the object.
 *
 * @name_param
 * @param direction @role{enum,pshm_direction} @default{PSHM_DIRECTION_INPUT} The access of the descriptor.
 * @param if_exists @role{enum,pshm_if_exists} @default{PSHM_IF_EXISTS_DEFAULT} The action when the object exists;
 *        0 is the default.
 * @param if_does_not_exist @role{enum,pshm_if_does_not_exist} @default{PSHM_IF_DOES_NOT_EXIST_DEFAULT} The action
 *        when it does not exist; 0 is the default.
 * @param permissions @role{flags,pshm_mode} @default{0644} Permission bits, 0 to 0777, of a new object, less the
 *        umask.
 * @param ret_created @role{out,boolean} @nullable Receives 1 if this call created the object, else 0. May be
 *        NULL.
 * @return A descriptor; the caller closes it.
 * @name_errors
 * @error{EACCES} The permissions of the object forbid the access. `supersede`: the process may not remove the name.
 * @error{EAGAIN} Other processes created and removed the name, or the temporary names of superseding, during every attempt
 *        of this call.
 * @error{EEXIST} The object exists, and `error` or `nil` applies. After `nil`, #pshm_errno is
 *        unchanged.
 * @error{EINVAL} @p direction, @p if_exists or @p if_does_not_exist is not one of its constants, or
 *        @p permissions has a bit outside 0777.
 * @error{EISDIR} The name refers to a directory. With glibc it is `-EINVAL` for `io` and for `truncate`, but not for
 *        `supersede`. Where `error` or `nil` applies, it is `-EEXIST`.
 * @error{ELOOP} The name refers to a symbolic link.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENFILE} The system has no free descriptor.
 * @error{ENODEV} The name refers to another kind of file, such as a FIFO.
 * @error{ENXIO} The name refers to a socket.
 * @error{ENOENT} The object does not exist, and `error` or `nil` applies. After `nil`, #pshm_errno is
 *        unchanged.
 * @error{ENOSPC} The file system has no space for another object.
 * @error{ENOTSUP} `truncate` of an object that has a size, where the platform allows it to be set only once
 *        (#pshm_has, `resize`).
 * @error{EROFS} The shared memory file system is mounted read-only.
 *
 * @par Lisp
 * @code{.lisp}
 * open-shm name &key direction if-exists if-does-not-exist permissions class finalize => shm, created
 * @endcode
 * @par In Lisp
 * Open or create the shared memory object NAME and return it as an `open-shm`. IF-DOES-NOT-EXIST applies if the object does
 * not exist. IF-EXISTS applies if it exists and IF-DOES-NOT-EXIST would have created it; otherwise the object is opened
 * unchanged, and of IF-EXISTS only `:truncate` has an effect. Where an option that is nil applies, both values are nil. A new
 * object has the PERMISSIONS less the umask. `shm-name` of the result is NAME as it was given, perhaps the same string: do not
 * modify it while the result is in use. With FINALIZE an object that becomes garbage while it is open is closed by the garbage
 * collector, some time later, with the warning `shm-leaked`; `close-shm` cancels that. The result is an instance of CLASS.
 * @par Exceptional situations
 * `shm-does-not-exist` if the object does not exist and `:error` applies; `shm-exists` if it exists and `:error` applies;
 * `shm-invalid-argument` for an invalid argument, before any call;
 * `shm-error` for an error of the system, and for a NAME that is too long for the system (`:enametoolong`). The
 * restarts `continue`, `use-value`, and `overwrite`, `truncate`, `supersede` or `create` where they apply, are
 * established.
 * @par Affected by
 * The umask of the process; the permissions of the object.
 * @par Lisp example
 * @code{.lisp}
 * (open-shm "/foobar-shm" :if-does-not-exist nil)
 * => NIL, NIL
 * (multiple-value-bind (shm created) (open-shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (prog1 (list (shm-name shm) created)
 *     (close-shm shm)
 *     (delete-shm "/foobar-shm")))
 * => ("/foobar-shm" T)
 * @endcode
 * @result{descriptor}
 * @opens{pshm_close}
 * @since 0.1
 * @see pshm_shm_open, pshm_open_anonymous, pshm_delete, pshm_close; shm_open(3), POSIX.1-2017 shm_open
 */
PSHM_API int pshm_open(const char *name, int direction, int if_exists, int if_does_not_exist, int permissions, int *ret_created);

/**
 * @brief Create an anonymous object.
 *
 * The object exists as long as a descriptor or a mapping of it. Pass the descriptor to another process
 * with #pshm_send, or to a child with #pshm_set_inheritable. If the feature `anonymous` (#pshm_has) is 1, the object
 * never has a name: it is a memfd, or an unnamed file of the shared memory file system. Otherwise it
 * is created exclusively under a random name that begins with `/.pshm-`, which is removed immediately; a SIGKILL between the
 * two steps leaves the name (#pshm_open describes how to remove it).
 *
 * Its permissions are exactly @p permissions: the umask is ignored, except where the permissions of objects cannot be changed
 * (#pshm_has, `permissions`). They can be changed later (#pshm_fchmod), unless `vm.memfd_noexec` is 2: then an object without
 * execute permissions is sealed with #PSHM_SEAL_EXEC, and one with them is an error.
 *
 * The size of an object of huge pages, and the lengths and offsets of its mappings, are multiples of the size of a huge page:
 * #pshm_map with another length maps more than that, which #pshm_unmap with that length does not remove.
 * #pshm_map_prefixed and #pshm_write do not support it (`-EINVAL`). This call succeeds also if no huge page is free:
 * then mapping fails with `-ENOMEM`, and #pshm_allocate with `-ENOSPC`.
 *
 * An object that can be given a name (#PSHM_ANONYMOUS_NAMEABLE) is a file of the shared memory file system from the start:
 * the size of that file system limits it, and it does not support seals. Without a name it exists as long as a descriptor or
 * a mapping of it.
 *
 * @param direction @role{enum,pshm_direction} @default{PSHM_DIRECTION_INPUT} The access of the descriptor. With
 *        #PSHM_DIRECTION_INPUT the object is empty, and cannot be changed through this descriptor.
 * @param permissions @role{flags,pshm_mode} @default{0644} Permission bits, 0 to 0777.
 * @param flags @role{flags,pshm_anonymous_flag} @default{0} 0, #PSHM_ANONYMOUS_HUGE or #PSHM_ANONYMOUS_NAMEABLE.
 * @return A descriptor; the caller closes it.
 * @error{EACCES} @p permissions has an execute permission, and the system allows no executable memfd
 *        (`vm.memfd_noexec`). #PSHM_ANONYMOUS_NAMEABLE: the process may not create files in the shared memory file system.
 * @error{EAGAIN} A name is needed, and each of a hundred random names exists already.
 * @error{EINVAL} @p direction is not one of its constants, @p permissions has a bit outside 0777, or @p flags has
 *        an unknown bit.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENFILE} The system has no free descriptor.
 * @error{ENOENT} A name is needed, and the shared memory file system does not exist.
 * @error{ENOMEM} There is no memory for the object.
 * @error{ENOSPC} #PSHM_ANONYMOUS_NAMEABLE: the shared memory file system has no space for another object.
 * @error{ENOTSUP} #PSHM_ANONYMOUS_HUGE: the platform does not support objects of huge pages. #PSHM_ANONYMOUS_NAMEABLE: it has no
 *        unnamed files, or /proc is not mounted, which direction `input` needs. Both flags: they exclude each other.
 * @error{EROFS} #PSHM_ANONYMOUS_NAMEABLE: the shared memory file system is mounted read-only.
 *
 * @par Lisp
 * @code{.lisp}
 * open-shm* &key direction permissions attempts huge nameable class finalize => shm
 * @endcode
 * @par In Lisp
 * Create an anonymous shared memory object and return it as an `open-shm`. Its permissions are exactly PERMISSIONS: the umask
 * is ignored. With NAMEABLE, `publish-shm` can give it a name. The `shm-name` of the result is a label, a random name of no object.
 * CLASS and FINALIZE are those of `open-shm`.
 * @par Exceptional situations
 * `shm-exists` if ATTEMPTS is 0; `shm-invalid-argument` for an invalid argument; `shm-error` for an error of the system.
 * @par Affected by
 * The features of the platform (#pshm_has).
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io :permissions '(:user-all))))
 *   (prog1 (stat-mode (shm-stats shm))
 *     (close-shm shm)))
 * => (:USER-READ :USER-WRITE :USER-EXEC)
 * @endcode
 * @result{descriptor}
 * @opens{pshm_close}
 * @since 0.1
 * @see pshm_open, pshm_send, pshm_seal, pshm_publish; memfd_create(2), open(2) about `O_TMPFILE`
 */
PSHM_API int pshm_open_anonymous(int direction, int permissions, int flags);

/** @} */

/**
 * @defgroup api_delete Deleting
 * @brief Remove the names of objects.
 * @{
 */

/**
 * @brief Remove the name of an object.
 *
 * As #pshm_shm_unlink: existing descriptors stay valid.
 *
 * @name_param
 * @retval 0 The name is removed.
 * @name_errors
 * @error{EACCES} The process may not remove the name.
 * @error{EISDIR} The name refers to a directory.
 * @error{ENOENT} The object does not exist.
 *
 * @par Lisp
 * @code{.lisp}
 * delete-shm name => t
 * @endcode
 * @par In Lisp
 * Remove the name NAME of a shared memory object and return t. Existing descriptors and mappings of the object stay
 * valid.
 * @par Exceptional situations
 * `shm-does-not-exist` if the object does not exist, also for a name that no object can have, such as `"/a/b"`;
 * `shm-invalid-argument` if NAME is not a string; `shm-error` for
 * an error of the system, and for a NAME that is too long for the system (`:enametoolong`).
 * @par Affected by
 * The permissions of the shared memory file system.
 * @par Lisp example
 * @code{.lisp}
 * (progn (close-shm (open-shm "/foobar-shm" :direction :io :if-does-not-exist :create))
 *        (delete-shm "/foobar-shm"))
 * => T
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_delete_if_same, pshm_open; shm_unlink(3), POSIX.1-2017 shm_unlink
 */
PSHM_API int pshm_delete(const char *name);

/**
 * @brief Remove a name if it still refers to the object of a descriptor.
 *
 * A process whose object was superseded does not delete the new object.
 * The comparison and the removal are two steps: an object that gets the name between them loses it.
 *
 * @name_param
 * @fd_param
 * @retval 1 The name referred to this object, and is removed.
 * @retval 0 The name refers to another object, and stays.
 * @name_errors
 * @fd_error
 * @error{EACCES} The process may not remove the name.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 * @error{ENOENT} The object does not exist.
 * @error{ENOTSUP} Objects have no identity on the platform (macOS).
 *
 * @par Lisp
 * @code{.lisp}
 * delete-shm-if-same name shm => deleted
 * @endcode
 * @par In Lisp
 * Remove the name NAME if it still refers to the object of SHM, and return whether it did. An object that gets the name between
 * the comparison and the removal loses it.
 * @par Exceptional situations
 * `shm-does-not-exist` if the object does not exist; `shm-invalid-argument` if NAME is not a string or SHM is closed;
 * `shm-error` for an error of the system, and for a NAME that is too long for the system (`:enametoolong`).
 * @par Lisp example
 * @code{.lisp}
 * (let ((old (open-shm "/foobar-shm" :direction :io :if-does-not-exist :create)))
 *   (close-shm (open-shm "/foobar-shm" :direction :io :if-exists :supersede))
 *   (prog1 (delete-shm-if-same "/foobar-shm" old)
 *     (close-shm old)
 *     (delete-shm "/foobar-shm")))
 * => NIL
 * @endcode
 * @result{boolean}
 * @since 0.1
 * @see pshm_delete; fstat(2), shm_unlink(3)
 */
PSHM_API int pshm_delete_if_same(const char *name, int fd);

/** @} */

/**
 * @defgroup api_size Size and memory
 * @brief Set the size of an object, and reserve or release its memory.
 * @{
 */

/**
 * @brief Set the size of an object.
 *
 * As #pshm_ftruncate: pages are not reserved. A smaller size removes pages from every mapping; a later
 * access to one raises SIGBUS. #PSHM_SEAL_SHRINK prevents it.
 *
 * @fd_param
 * @param size @role{size} The new size, in bytes, from 0.
 * @retval 0 The object has that size. On macOS it is rounded up to a page.
 * @fd_error
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p size is negative; @p fd was not opened for writing, or refers to a file whose size
 *        cannot be set, such as a pipe; an object of huge pages: @p size is not a multiple of their size; or the platform
 *        allows the size to be set only once (macOS).
 * @error{EPERM} A seal forbids the call.
 *
 * @par Lisp
 * @code{.lisp}
 * truncate-shm shm size
 * @endcode
 * @par In Lisp
 * Set the size of SHM to SIZE octets. New octets are zero. No memory is reserved: see `allocate-shm`.
 * Return no values.
 * @par Exceptional situations
 * `shm-invalid-argument` if SIZE is not an integer from 0 to 2^63 - 1, or SHM is closed; `shm-error` for
 * an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (stat-size (shm-stats shm)))
 * => 100
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate, pshm_ftruncate; ftruncate(2), POSIX.1-2017 ftruncate
 */
PSHM_API int pshm_truncate(int fd, int64_t size);

/**
 * @brief Grow an object to at least a size, with every page backed by memory.
 *
 * After success no access below @p size can fail for lack of memory. An error leaves the size and the bytes of the object
 * unchanged: the call removes the pages that it has added, and no byte that another process has stored meanwhile. A
 * process that is killed during the call leaves no reservation. An object that is larger keeps its size.
 *
 * A process with write access can release the pages later (#pshm_discard), unless #PSHM_SEAL_WRITE or
 * #PSHM_SEAL_FUTURE_WRITE forbids it.
 *
 * A request for more than the available memory fails before any reservation. On Linux the available memory is the least of
 * three: the free space of the object's file system, `MemAvailable` (proc_meminfo(5)) plus the free swap space, and the
 * remainder of the control group of the process and its ancestors (the limit less the usage, not counting files that the
 * kernel can drop; cgroups(7), version 1 or 2, mounted at `/sys/fs/cgroup`). A shared memory file system may be larger than
 * the memory, and the system reacts to a lack of pages with the OOM killer, not with an error. A figure that cannot be read is
 * ignored. Where at most 1 MiB is missing, free memory and swap space are compared alone, and no file of `/proc` or `/sys` is
 * opened. Other processes use memory too: the result describes the moment of the call.
 *
 * The call makes one fallocate(2). After an interruption by a signal, the signals of this thread are blocked until the call is
 * complete.
 *
 * @fd_param
 * @param size @role{size} The least size, in bytes, from 0. With 0 nothing is done.
 * @retval 0 The memory is reserved.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p size is negative.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 * @error{ENOSPC} The file system, the machine or the control group has not enough memory.
 * @error{ENOTSUP} The platform or the file system does not support the call, or a sandbox forbids it; there is no emulation.
 * @error{EPERM} A seal forbids the call.
 *
 * @par Lisp
 * @code{.lisp}
 * allocate-shm shm size
 * @endcode
 * @par In Lisp
 * Grow SHM to at least SIZE octets, every page of them backed by memory. After success no access to them can
 * fault for lack of memory; an error leaves the size and the octets unchanged. Return no values.
 * @par Exceptional situations
 * `shm-error` with the errno `:enospc` if there is not enough memory: for a named object the report has the total and the free
 * space; with `:ebadf` if SHM was opened for input, and with another errno for another error of the system;
 * `shm-invalid-argument` if SIZE is not an integer from 0 to 2^63 - 1, or SHM is closed.
 * @par Affected by
 * The free space of the shared memory file system (not for an anonymous object), of the machine and of the control group:
 * `shm-space`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (allocate-shm shm 4096)
 *   (stat-size (shm-stats shm)))
 * => 4096
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_discard, pshm_space, pshm_truncate; fallocate(2)
 */
PSHM_API int pshm_allocate(int fd, int64_t size);

/**
 * @brief Release the memory of a range of an object; the size does not change.
 *
 * The bytes of the range are zero afterwards, for every process, in mappings too. Whole pages in the range are released; of
 * a page that is only partly in it, that part is filled with zeros. The range may have unallocated pages and extend past the
 * end: offset 0 and length `INT64_MAX` release all pages of an object. A later access allocates a new page,
 * and raises SIGBUS if there is no memory: #pshm_allocate reserves it again.
 *
 * @fd_param
 * @param offset @role{offset} Where the range begins, in bytes, from 0; any byte, not only a multiple of the page size
 *        (#pshm_page_size).
 * @param length @role{size} The size of the range, in bytes, from 0. With 0 nothing is done.
 * @retval 0 The memory is released.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EINVAL} @p offset or @p length is negative.
 * @error{EISDIR} @p length is 0, and @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a socket.
 * @error{ENOTSUP} The platform or the file system does not support the call, or a sandbox forbids it (#pshm_has, `discard`).
 * @error{EOVERFLOW} @p offset and @p length together are more than `INT64_MAX`.
 * @error{EPERM} A seal forbids the call: #PSHM_SEAL_WRITE or #PSHM_SEAL_FUTURE_WRITE.
 * @error{ESPIPE} @p fd refers to a pipe.
 *
 * @par Lisp
 * @code{.lisp}
 * discard-shm shm offset length
 * @endcode
 * @par In Lisp
 * Release the memory of LENGTH octets of SHM from OFFSET. They are zero afterwards; the size of SHM does not change.
 * Return no values.
 * @par Exceptional situations
 * `shm-error` with the errno `:ebadf` if SHM was opened for input, with `:eperm` if a seal forbids the call, with `:enotsup`
 * if the platform does not support it, with `:eoverflow` if OFFSET plus LENGTH is more than 2^63 - 1;
 * `shm-invalid-argument` if one of them is not an integer from 0 to 2^63 - 1, or SHM is closed.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (allocate-shm shm 8192)
 *   (discard-shm shm 0 8192)
 *   (let ((stats (shm-stats shm)))
 *     (list (stat-size stats) (stat-blocks stats))))
 * => (8192 0)
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; fallocate(2)
 */
PSHM_API int pshm_discard(int fd, int64_t offset, int64_t length);

/**
 * @brief Return the size of the shared memory file system, and the number of bytes that named objects can still use.
 *
 * On Linux the file system is `/dev/shm`, which has 64 MiB in many containers. The free space is the least of those of the
 * file system, the machine and the control group of this process: the limit of #pshm_allocate, and here the files of `/proc`
 * and `/sys` are always read. The file system does not limit anonymous objects.
 *
 * @param ret_total @role{out,size} @nullable Receives the size of the file system, in bytes; 0 if it has no
 *        limit. May be NULL.
 * @param ret_free @role{out,size} @nullable Receives the free space, in bytes. May be NULL.
 * @retval 0 Success.
 * @error{EACCES} The process may not search the directory of the file system.
 * @error{ENOENT} The directory does not exist.
 * @error{ENOTSUP} The platform has no such file system, or reports no figures.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-space => total, free
 * @endcode
 * @par In Lisp
 * Return the size of the shared memory file system, 0 if it has no limit, and the space that named objects can still use: the
 * least of the free space of the file system, the machine and the control group of this process.
 * @par Exceptional situations
 * `shm-error` if the platform reports no figures.
 * @par Affected by
 * The use of memory by all processes.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (total free) (shm-space)
 *   (and (typep total '(integer 0)) (plusp free)))
 * => T
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; statfs(2), tmpfs(5), proc_meminfo(5), cgroups(7)
 */
PSHM_API int pshm_space(int64_t *ret_total, int64_t *ret_free);

/** @} */

/**
 * @defgroup api_mappings Mappings
 * @brief Map objects from any offset.
 * @{
 */

/**
 * @brief Map a range of an object, from any offset.
 *
 * As #pshm_mmap, but the offset need not be a multiple of the page size (#pshm_page_size): the mapping begins at the page that
 * contains it, and the result is the address of the byte at @p offset. #pshm_unmap accepts that address. Of an object of
 * huge pages only whole ones can be mapped and unmapped (#pshm_open_anonymous).
 *
 * @param fd @role{descriptor} A descriptor of the object; -1 with #PSHM_MAP_ANONYMOUS.
 * @param length @role{size} The size, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} @default{PSHM_PROT_READ | PSHM_PROT_WRITE} The access that the mapping
 *        allows.
 * @param flags @role{flags,pshm_map_flag} @default{PSHM_MAP_SHARED} Either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE,
 *        and any of the others except #PSHM_MAP_FIXED and #PSHM_MAP_FIXED_NOREPLACE.
 * @param offset @role{offset} @default{0} Where in the object the first byte is, in bytes, from 0; any byte, not
 *        only a multiple of the page size.
 * @return The address of the first byte. The caller unmaps it (#pshm_unmap) with the same length.
 * @fd_error
 * @error{EACCES} Shared write access through a descriptor opened for reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EINVAL} @p length is not positive; @p offset is negative; @p protections or @p flags has an unknown
 *        bit, or @p flags a fixed address; both or neither of shared and private; an anonymous mapping with a
 *        descriptor; #PSHM_MAP_POPULATE without reading or writing; #PSHM_MAP_GROWSDOWN without
 *        #PSHM_MAP_ANONYMOUS and #PSHM_MAP_PRIVATE.
 * @error{ENODEV} @p fd refers to a file that cannot be mapped, such as a socket. (Regular files and `/dev/zero` can
 *        be mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} The platform does not support a flag, or a sandbox forbids its system call (#pshm_has).
 * @error{EOVERFLOW} @p offset plus @p length is more than an `int64_t` holds, or one of them does not fit the
 *        platform's types.
 * @error{EPERM} A seal or the file system forbids the protection. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0,
 *        and the process has no privilege, or a sandbox forbids mlock(2).
 *
 * @par Lisp
 * @code{.lisp}
 * mmap-shm shm length &key ptr prot flags offset => pointer
 * @endcode
 * @par In Lisp
 * Map LENGTH octets of SHM from OFFSET, and return a foreign pointer to the first. FLAGS of nil are `(:shared)`.
 * @par Exceptional situations
 * `mmap-error` for an error of the system, a LENGTH of 0, or FLAGS that exclude each other;
 * `mmap-invalid-argument` if an argument is of the wrong type or SHM is closed. Memory past the end of the object
 * can be mapped; an access to it is a memory fault.
 * @par Affected by
 * The limits on mappings and on locked memory; the features of the platform (#pshm_has).
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4096)
 *   (let ((pointer (mmap-shm shm 4096)))
 *     (setf (cffi:mem-ref pointer :int) 42)
 *     (prog1 (cffi:mem-ref pointer :int)
 *       (munmap pointer 4096))))
 * => 42
 * @endcode
 * @result{address}
 * @opens{pshm_unmap}
 * @since 0.1
 * @see pshm_unmap, pshm_mmap; mmap(2), POSIX.1-2017 mmap
 */
PSHM_API int64_t pshm_map(int fd, int64_t length, int protections, int flags, int64_t offset);

/**
 * @brief Remove a mapping of #pshm_map.
 *
 * @param address @role{address} @closes The address that #pshm_map returned.
 * @param length @role{size} The length of the mapping, in bytes, from 1.
 * @retval 0 The mapping is removed.
 * @error{EINVAL} @p address is in the first page, or from -4095 to -1; @p length is not positive; the range ends outside
 *        the address space.
 * @error{ENOMEM} The range lies inside a mapping, and splitting it would make too many mappings.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * munmap ptr length
 * @endcode
 * @par In Lisp
 * Remove the mapping of LENGTH octets at PTR, the pointer that `mmap-shm` returned. Return no values.
 * @par Exceptional situations
 * `mmap-error` for an error of the system or a LENGTH of 0; `mmap-invalid-argument` for a null pointer or a LENGTH that is not a
 * non-negative integer.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (munmap (mmap-shm shm 100) 100))
 * =>
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_map; munmap(2), POSIX.1-2017 munmap
 */
PSHM_API int pshm_unmap(int64_t address, int64_t length);

/** @} */

/**
 * @defgroup api_bytes Bytes
 * @brief Copy bytes without a mapping, and so without a fault.
 * @{
 */

/**
 * @brief Copy bytes out of an object.
 *
 * The count is short at the end of the object, and 0 past it; the call never faults. The file position of the descriptor
 * is ignored.
 *
 * @fd_param
 * @param ret_bytes @role{buffer} Receives the bytes.
 * @param count @role{count,ret_bytes} The number of bytes, from 0.
 * @param offset @role{offset} @default{0} Where in the object they begin, in bytes, from 0; any byte, not only a
 *        multiple of the page size.
 * @return The number of bytes copied: @p count, or fewer at the end of the object.
 * @fd_error
 * @error{EFAULT} @p ret_bytes is NULL and @p count is not 0.
 * @error{EINVAL} @p count or @p offset is negative.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe or a socket, and @p count is 0 or the copy needs a
 *        mapping.
 * @error{EOVERFLOW} @p count does not fit the platform's types.
 * @error{ESPIPE} @p fd refers to a pipe or a socket.
 *
 * @par Lisp
 * @code{.lisp}
 * read-shm shm vector &key start end offset => count
 * @endcode
 * @par In Lisp
 * Copy octets of SHM, from OFFSET, into the elements of VECTOR from START up to END. The element type of VECTOR is one that
 * `map-shm-vector` supports. Return the number of octets copied: fewer than requested at the end of the object, 0 past it. The
 * last element may then be partly old and partly new. The octets are copied once, without a temporary buffer, where the
 * implementation can pin VECTOR: on SBCL and ECL, and everywhere if VECTOR is in shared memory.
 * @par Exceptional situations
 * `shm-invalid-argument` if an argument is of the wrong type or out of bounds, or SHM is closed; `shm-error`
 * for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4)
 *   (let ((octets (make-array 10 :element-type '(unsigned-byte 8) :initial-element 7)))
 *     (list (read-shm shm octets) octets)))
 * => (4 #(0 0 0 0 7 7 7 7 7 7))
 * @endcode
 * @result{count}
 * @since 0.1
 * @see pshm_write, pshm_map; pread(2)
 */
PSHM_API int64_t pshm_read(int fd, void *ret_bytes, int64_t count, int64_t offset);

/**
 * @brief Copy bytes into an object, never past its end.
 *
 * The count is short at the end of the object, and 0 past it: the object never grows. The size is read
 * first; if another process shrinks the object between the two steps, the write may
 * restore a part of the old size. On Linux a write through a descriptor with `O_APPEND` (fcntl(2)) goes to the
 * end whatever the offset is (pwrite(2), Bugs), and the object grows; the descriptors of this library do not have that flag.
 *
 * @fd_param
 * @param bytes @role{buffer} The bytes.
 * @param count @role{count,bytes} The number of bytes, from 0.
 * @param offset @role{offset} @default{0} Where in the object they begin, in bytes, from 0; any byte, not only a
 *        multiple of the page size.
 * @return The number of bytes copied: @p count, or fewer at the end of the object. The count is also short if an error
 *         occurs after some bytes; the next call returns the error.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing. (If no byte is to be written, since
 *        @p count is 0 or @p offset is at the end or past it, the access mode is not checked, and the result is 0.)
 * @error{EFAULT} @p bytes is NULL and @p count is not 0.
 * @error{EINVAL} @p count or @p offset is negative, or the object is of huge pages.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 * @error{ENOSPC} There is no memory for an unallocated page.
 * @error{EOVERFLOW} @p count does not fit the platform's types.
 * @error{EPERM} A seal forbids the call.
 *
 * @par Lisp
 * @code{.lisp}
 * write-shm shm vector &key start end offset short => count
 * @endcode
 * @par In Lisp
 * Copy the elements of VECTOR from START up to END into SHM at OFFSET. VECTOR is one that `read-shm` accepts. Return the number
 * of octets copied. The object does not grow: if it ends before the elements do, the octets that fit are copied. Then
 * `shm-too-short` is signalled, with the restarts `extend` and `continue`, or, with a SHORT of `:count`, their number is
 * returned.
 * @par Exceptional situations
 * `shm-invalid-argument` if an argument is of the wrong type or out of bounds, or SHM is closed; `shm-too-short` if
 * the object ends before the elements do; `shm-error` for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4)
 *   (let ((octets (coerce #(1 2 3 4 5 6) '(vector (unsigned-byte 8)))))
 *     (write-shm shm octets :short :count)))
 * => 4
 * (with-open-shm* (shm :direction :io)
 *   (handler-bind ((shm-too-short (lambda (condition)
 *                                   (declare (ignore condition))
 *                                   (invoke-shm-restart :extend))))
 *     (list (write-shm shm (coerce #(1 2 3 4 5 6) '(vector (unsigned-byte 8))))
 *           (stat-size (shm-stats shm)))))
 * => (6 6)
 * @endcode
 * @result{count}
 * @since 0.1
 * @see pshm_read; pwrite(2)
 */
PSHM_API int64_t pshm_write(int fd, const void *bytes, int64_t count, int64_t offset);

/** @} */

/**
 * @defgroup api_arrays Arrays
 * @brief Mappings for runtimes whose arrays have a header, and stores that change only the bytes of their target.
 * @{
 */

/**
 * @brief Map an object directly behind a prefix of private memory.
 *
 * For runtimes whose arrays have a header: the header is stored in the last bytes of the prefix, the object contains only
 * elements, and the runtime has an array whose first element is at @p offset. The prefix is
 * private to this process, readable, writable and zero.
 *
 * The call never replaces a mapping of another thread: it reserves the whole range first.
 *
 * @fd_param
 * @param length @role{size} The size of the data, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} The access that the data allows.
 * @param flags @role{flags,pshm_map_flag} Either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE, and any of the others except
 *        #PSHM_MAP_FIXED and #PSHM_MAP_FIXED_NOREPLACE.
 * @param offset @role{offset} Where in the object the data begins, in bytes: a multiple of the page size (#pshm_page_size), from 0.
 * @param prefix @role{size} The least size of the prefix, in bytes, from 1; rounded up to whole pages.
 * @return The address of the data, a multiple of the page size. The prefix ends there.
 * @fd_error
 * @error{EACCES} Shared write access through a descriptor opened for reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EINVAL} @p length or @p prefix is not positive; @p offset is negative or not a multiple of the page size;
 *        @p protections or @p flags has an unknown bit, or @p flags a fixed address; both or neither of shared and
 *        private; an anonymous mapping with a descriptor;
 *        #PSHM_MAP_POPULATE without reading or writing; #PSHM_MAP_GROWSDOWN; an object of huge pages.
 * @error{ENODEV} @p fd refers to a file that cannot be mapped, such as a socket. (Regular files and `/dev/zero` can
 *        be mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} The platform does not support a flag, or a sandbox forbids its system call (#pshm_has).
 * @error{EOVERFLOW} @p length plus @p prefix is more than an `int64_t` holds, or one of the numbers does not fit
 *        the platform's types.
 * @error{EPERM} A seal or the file system forbids the protection. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0,
 *        and the process has no privilege, or a sandbox forbids mlock(2).
 * @result{address}
 * @opens{pshm_unmap_prefixed}
 * @since 0.1
 * @see pshm_unmap_prefixed, pshm_map; mmap(2)
 */
PSHM_API int64_t pshm_map_prefixed(int fd, int64_t length, int protections, int flags, int64_t offset, int64_t prefix);

/**
 * @brief Remove a mapping of #pshm_map_prefixed and its prefix.
 *
 * @param address @role{address} @closes The address that #pshm_map_prefixed returned.
 * @param length @role{size} The length of the mapping, in bytes, from 1.
 * @param prefix @role{size} The size of the prefix that was requested, in bytes, from 1.
 * @retval 0 The mapping and its prefix are removed.
 * @error{EINVAL} @p address is 0, from -4095 to -1, not a multiple of the page size, or not above the size of the
 *        prefix; @p length or @p prefix is not positive.
 * @error{ENOMEM} The range lies inside a mapping, and splitting it would make too many mappings.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 * @result{status}
 * @since 0.1
 * @see pshm_map_prefixed; munmap(2)
 */
PSHM_API int pshm_unmap_prefixed(int64_t address, int64_t length, int64_t prefix);

/**
 * @brief Copy bytes within memory, without a store outside the target.
 *
 * Some runtimes fill and replace arrays of small elements in whole words, and so write old values of neighbouring elements
 * over values that another process has stored meanwhile. This function does not.
 *
 * The ranges may overlap within one mapping. An overlap of two mappings of the same object is not visible in their addresses:
 * there the direction of the copy is unspecified, and it may copy bytes that it has stored itself.
 *
 * @param to @role{address} The address of the first byte to store to.
 * @param from @role{address} The address of the first byte to copy.
 * @param count @role{count} The number of bytes, from 0.
 * @retval 0 Success.
 * @error{EFAULT} @p to or @p from is 0 or from -4095 to -1, and @p count is not 0.
 * @error{EINVAL} @p count is negative.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 * @result{status}
 * @since 0.1
 * @see pshm_fill, pshm_read, pshm_write; memmove(3)
 */
PSHM_API int pshm_copy(int64_t to, int64_t from, int64_t count);

/**
 * @brief Set bytes of memory, without a store outside the target.
 *
 * @param address @role{address} The address of the first byte.
 * @param byte @role{value} The value, 0 to 255.
 * @param count @role{count} The number of bytes, from 0.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0 or from -4095 to -1, and @p count is not 0.
 * @error{EINVAL} @p byte is not from 0 to 255, or @p count is negative.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 * @result{status}
 * @since 0.1
 * @see pshm_copy; memset(3)
 */
PSHM_API int pshm_fill(int64_t address, int byte, int64_t count);

/** @} */

/**
 * @defgroup api_passing Descriptor passing
 * @brief Pass the descriptor of an object to another process.
 * @{
 */

/**
 * @brief Send a descriptor over a Unix domain socket.
 *
 * The message has one byte of data, as every system requires. The receiver gets its own descriptor; the sender's stays open. A
 * closed peer is an error and never a SIGPIPE. While the buffer of the socket is full the call
 * waits, at most for the timeout, whether the socket is blocking or not. A thread that is cancelled while it waits has sent
 * nothing.
 *
 * Prefer a stream or packet socket (`SOCK_STREAM`, `SOCK_SEQPACKET`). A datagram socket (`SOCK_DGRAM`) passes
 * descriptors as well, but does not report that its peer is closed: see #pshm_receive.
 *
 * A socket of another domain is an error: TCP would send the byte without the descriptor.
 *
 * @param socket @role{descriptor} A connected Unix domain socket.
 * @param fd @role{descriptor} The descriptor to send.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @retval 0 The descriptor is sent.
 * @error{EAGAIN} @p timeout is 0, and the buffer of the socket is full.
 * @error{EBADF} @p socket or @p fd is not an open descriptor.
 * @error{ECONNREFUSED} Datagram socket: the peer is closed.
 * @error{ECONNRESET} The peer is closed.
 * @error{EINTR} A signal handler ran during the wait. Nothing was sent: call again.
 * @error{EINVAL} @p socket has a type that cannot pass descriptors.
 * @error{ENOTCONN} @p socket is not connected; a datagram socket is disconnected after `-ECONNREFUSED`.
 * @error{ENOTSOCK} @p socket is not a socket.
 * @error{EPIPE} The peer is closed.
 * @error{EPROTOTYPE} @p socket is not of the Unix domain. Nothing was sent.
 * @error{ETIMEDOUT} The buffer of the socket was full until the timeout.
 * @error{ETOOMANYREFS} Too many descriptors are in transit.
 *
 * @par Lisp
 * @code{.lisp}
 * send-shm shm socket &key timeout
 * @endcode
 * @par In Lisp
 * Send SHM over SOCKET. SHM stays open. While the buffer of SOCKET is full, wait at most TIMEOUT; interrupts run during the
 * wait. Return no values.
 * @par Exceptional situations
 * `shm-timeout` after the timeout, with the restart `continue`, which waits for it again; `shm-error` if the peer is closed,
 * and for an error of the system; `shm-invalid-argument` if SHM is closed, SOCKET is not a descriptor, or TIMEOUT is neither a
 * non-negative real nor nil.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (multiple-value-bind (here there) (shm-socketpair)
 *     (send-shm shm here)
 *     (let ((received (receive-shm there)))
 *       (prog1 (stat-size (shm-stats received))
 *         (close-shm received)
 *         (posix-shm/ffi:close here)
 *         (posix-shm/ffi:close there)))))
 * => 100
 * @endcode
 * @result{status}
 * @waits
 * @since 0.1
 * @see pshm_receive, pshm_socketpair; sendmsg(2), unix(7), POSIX.1-2017 sendmsg
 */
PSHM_API int pshm_send(int socket, int fd, int64_t timeout);

/**
 * @brief Receive a descriptor over a Unix domain socket.
 *
 * The call receives one byte of data and one descriptor, which is close-on-exec from the start.
 * While there is no message the call waits, at most for the timeout, whether the socket is blocking or not, also while other
 * processes receive from it. A thread that is cancelled while it waits has received nothing. Other ancillary data
 * (credentials, times, the sender as a descriptor) is discarded.
 *
 * Prefer a stream or packet socket (`SOCK_STREAM`, `SOCK_SEQPACKET`). On a datagram socket (`SOCK_DGRAM`) the call
 * does not notice that the peer is closed, and keeps waiting.
 *
 * @param socket @role{descriptor} A connected Unix domain socket.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @return The descriptor; the caller closes it.
 * @error{EAGAIN} @p timeout is 0, and there is no message.
 * @error{EBADF} @p socket is not an open descriptor.
 * @error{ECONNRESET} The peer closed its end with unread messages. Call again: the messages that
 *        it sent before still arrive, and then `-ENODATA`.
 * @error{EINTR} A signal handler ran during the wait. Nothing was received: call again.
 * @error{EMFILE} The process has no free descriptor. The message is lost.
 * @error{ENODATA} The peer closed its end, or sent an empty packet, which #pshm_send never does.
 * @error{EINVAL} @p socket is not connected (a stream socket on Linux).
 * @error{ENOTCONN} @p socket is not connected.
 * @error{ENOTSOCK} @p socket is not a socket.
 * @error{EPROTO} The message had no descriptor, or more than one. All of them are closed.
 * @error{EPROTOTYPE} @p socket is not of the Unix domain. Nothing was received.
 * @error{ETIMEDOUT} There was no message until the timeout.
 *
 * @par Lisp
 * @code{.lisp}
 * receive-shm socket &key name timeout => shm
 * @endcode
 * @par In Lisp
 * Receive an object from SOCKET and return it as an `open-shm`, with the display name NAME, perhaps the same string: do not
 * modify it while the result is in use. Wait at most TIMEOUT; interrupts run during the wait, also while other processes
 * receive from SOCKET.
 * @par Exceptional situations
 * `shm-timeout` after the timeout, with the restart `continue`, which waits for it again; `shm-error` if the peer closed its
 * end (`:enodata`), closed it with unread messages (`:econnreset`: call again, until `:enodata`), sent no descriptor or several
 * (`:eproto`), or the process has no free descriptor (`:emfile`); `shm-invalid-argument` if SOCKET is not a descriptor, NAME
 * is neither a name nor nil, or TIMEOUT is neither a non-negative real nor nil.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (here there) (shm-socketpair)
 *   (posix-shm/ffi:close here)
 *   (handler-case (receive-shm there)
 *     (shm-error (condition) (posix-shm/ffi:close there) (posix-shm-error-keyword condition))))
 * => :ENODATA
 * @endcode
 * @result{descriptor}
 * @opens{pshm_close}
 * @waits
 * @since 0.1
 * @see pshm_send; recvmsg(2), unix(7), POSIX.1-2017 recvmsg
 */
PSHM_API int pshm_receive(int socket, int64_t timeout);

/**
 * @brief Create a connected pair of Unix domain stream sockets, close-on-exec.
 *
 * To pass a descriptor to a child or a thread, keep one socket and let the child inherit the other
 * (#pshm_set_inheritable).
 *
 * @param ret_first @role{out,descriptor} @opens{pshm_close} Receives one descriptor.
 * @param ret_second @role{out,descriptor} @opens{pshm_close} Receives the other.
 * @retval 0 Both are open; the caller closes them.
 * @error{EFAULT} @p ret_first or @p ret_second is NULL.
 * @error{EMFILE} The process has fewer than two free descriptors.
 * @error{ENFILE} The system has fewer than two free descriptors.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-socketpair => first, second
 * @endcode
 * @par In Lisp
 * Create a pair of connected Unix domain sockets for `send-shm` and `receive-shm`, and return their descriptors. Close
 * them with `posix-shm/ffi:close`.
 * @par Exceptional situations
 * `shm-error` for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (first second) (shm-socketpair)
 *   (list (posix-shm/ffi:close first) (posix-shm/ffi:close second)))
 * => (0 0)
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_send, pshm_receive; socketpair(2)
 */
PSHM_API int pshm_socketpair(int *ret_first, int *ret_second);

/** @} */

/**
 * @defgroup api_seals Seals
 * @brief Restrict an object permanently, and open descriptors with less access.
 * @{
 */

/**
 * @brief Permanent restrictions of an object.
 *
 * @bits{PSHM_SEAL_,seals}
 */
enum pshm_seal {
	PSHM_SEAL_SEAL = 0x01,         /**< No seal can be added. */
	PSHM_SEAL_SHRINK = 0x02,       /**< The size never decreases: no access faults because of a smaller size. */
	PSHM_SEAL_GROW = 0x04,         /**< The size never increases. */
	PSHM_SEAL_WRITE = 0x08,        /**< The bytes never change. An error while a shared mapping may write. */
	PSHM_SEAL_FUTURE_WRITE = 0x10, /**< The bytes change only through existing mappings. */
	PSHM_SEAL_EXEC = 0x20 /**< The execute permissions never change. If one is set, neither do the size and the bytes. */
};

/**
 * @brief Add seals to an anonymous object, permanently and for every process: fcntl(2) with `F_ADD_SEALS`.
 *
 * #PSHM_SEAL_EXEC on an object with an execute permission adds #PSHM_SEAL_SHRINK, #PSHM_SEAL_GROW,
 * #PSHM_SEAL_WRITE and #PSHM_SEAL_FUTURE_WRITE as well, so that executable contents do not change.
 *
 * A mapping that may write is a shared mapping through a descriptor for `io`, even if it is read-only or
 * allows no access: mprotect(2) could make it writable. Private mappings do not count, nor do mappings
 * through a descriptor for `input` (#pshm_reopen).
 *
 * @fd_param
 * @param seals @role{flags,pshm_seal} The seals to add.
 * @retval 0 The object has the seals.
 * @fd_error
 * @error{EBUSY} #PSHM_SEAL_WRITE, or #PSHM_SEAL_EXEC of an object with an execute permission: a shared
 *        mapping that may write exists.
 * @error{EINVAL} @p seals has an unknown bit, or @p fd refers to a file that does not support seals.
 * @error{ENOTSUP} The platform, or this kernel, does not support the seal (#pshm_has).
 * @error{EPERM} The object is a named one or sealed with #PSHM_SEAL_SEAL, or the descriptor was opened for reading.
 *
 * @par Lisp
 * @code{.lisp}
 * seal-shm shm seals
 * @endcode
 * @par In Lisp
 * Add SEALS to the seals of SHM, permanently and for every process. If SHM has an execute permission, `:exec` adds
 * `:shrink`, `:grow`, `:write` and `:future-write` as well. Return no values.
 * @par Exceptional situations
 * `shm-error` if SHM is a named object or was opened for input (`:eperm`), or if, for
 * `:write` or a seal that adds it, a shared mapping through an object opened for `:io` exists, even with
 * `:prot :read` (`:ebusy`); `shm-invalid-argument` for an unknown keyword or a closed SHM.
 * @par Affected by
 * The seals that the kernel supports (#pshm_has).
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4096)
 *   (seal-shm shm '(:shrink :grow))
 *   (handler-case (truncate-shm shm 0)
 *     (shm-error (condition) (posix-shm-error-keyword condition))))
 * => :EPERM
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_seals, pshm_open_anonymous; fcntl(2), memfd_create(2)
 */
PSHM_API int pshm_seal(int fd, int seals);

/**
 * @brief Return the seals of an object: fcntl(2) with `F_GET_SEALS`.
 *
 * @fd_param
 * @return The `PSHM_SEAL_` constants, combined by bitwise or. A named object on Linux has #PSHM_SEAL_SEAL from the start; an
 *         anonymous one has none, but #PSHM_SEAL_EXEC where `vm.memfd_noexec` is 2.
 * @fd_error
 * @error{EINVAL} @p fd refers to a file that does not support seals.
 * @error{ENOTSUP} The platform does not support seals.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-seals shm => seals
 * @endcode
 * @par In Lisp
 * Return the seals of SHM as a list of keywords.
 * @par Exceptional situations
 * `shm-error` if the object or the platform does not support seals; `shm-invalid-argument` if SHM is closed.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (seal-shm shm :shrink)
 *   (find :shrink (shm-seals shm)))
 * => :SHRINK
 * @endcode
 * @result{flags,pshm_seal}
 * @since 0.1
 * @see pshm_seal; fcntl(2)
 */
PSHM_API int pshm_seals(int fd);

/**
 * @brief Open another descriptor of the same object, with the same access or less.
 *
 * Send a descriptor for `input` to a peer that should only read:
 * its shared mappings are not writable, and mprotect(2) cannot make them so. (A private mapping may be written: the
 * object does not change.) This protects against mistakes of a peer. It does not protect against a malicious peer to which
 * the permissions of the object grant write access: on Linux a process can reopen the object through its descriptor, with any
 * access that the permissions allow. Use permissions (mode 0400) or #PSHM_SEAL_FUTURE_WRITE against it.
 *
 * @fd_param
 * @param direction @role{enum,pshm_direction} @default{PSHM_DIRECTION_INPUT} The access of the new descriptor.
 * @return The new descriptor; the caller closes it.
 * @fd_error
 * @error{EACCES} @p direction is `io` and @p fd was opened for input, the permissions of the object forbid the
 *        access, or @p fd is not open for reading.
 * @error{EINVAL} @p direction is not one of its constants.
 * @error{EISDIR} @p fd refers to a directory.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENFILE} The system has no free descriptor.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 * @error{ENOTSUP} @p direction is `input`, @p fd was opened for `io`, and the system does not support it (no `/proc`).
 *
 * @par Lisp
 * @code{.lisp}
 * reopen-shm shm &key direction => shm
 * @endcode
 * @par In Lisp
 * Return another `open-shm` of the object of SHM, with the access DIRECTION, at most that of SHM. Send a read-only one to a
 * peer that should only read.
 * @par Exceptional situations
 * `shm-error` if DIRECTION is `:io` and SHM was opened for input (`:eacces`); `shm-invalid-argument` if SHM is
 * closed, or DIRECTION is neither `:input` nor `:io`.
 * @par Affected by
 * The permissions of the object; on Linux, whether `/proc` is mounted.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4096)
 *   (let ((reader (reopen-shm shm)))
 *     (unwind-protect
 *          (handler-case (mmap-shm reader 4096)
 *            (mmap-error (condition) (posix-shm-error-keyword condition)))
 *       (close-shm reader))))
 * => :EACCES
 * @endcode
 * @result{descriptor}
 * @opens{pshm_close}
 * @since 0.1
 * @see pshm_dup, pshm_send, pshm_seal; proc(5)
 */
PSHM_API int pshm_reopen(int fd, int direction);

/** @} */

/**
 * @defgroup api_list Listing
 * @brief List the existing objects.
 * @{
 */

/**
 * @brief List the names of the objects that exist.
 *
 * Each name has its slash and ends in NUL: `"/a\0/b\0"`. The list omits files of other kinds in the shared memory file system,
 * and all names that begin with `/sem.` (glibc's semaphores) or with `/.pshm-` (temporary names, #pshm_open), whichever program
 * created them. Names are bytes, not necessarily UTF-8. The order is unspecified, and other processes may create or
 * delete objects at any time.
 *
 * @param ret_names @role{buffer} @nullable @texts Receives the names, if all of them fit; else it is unchanged. NULL
 *        with size 0 is allowed: only the size is returned.
 * @param size @role{size,ret_names} The size of the buffer, in bytes.
 * @return The size that the list needs, in bytes; 0 if there is no object. If it is more than @p size, call again with
 *         a larger buffer, perhaps repeatedly: other processes create objects meanwhile.
 * @error{EACCES} The process may not read the directory of the shared memory file system.
 * @error{EFAULT} @p ret_names is NULL and @p size is not 0.
 * @error{EINVAL} @p size is negative.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENOENT} The shared memory file system does not exist.
 * @error{ENOMEM} There is no memory to read the directory.
 * @error{ENOTSUP} The platform does not list objects.
 *
 * @par Lisp
 * @code{.lisp}
 * list-shm => names
 * @endcode
 * @par In Lisp
 * Return a list of the names of the existing objects, in unspecified order, without those that begin with `/sem.` or
 * `/.pshm-`.
 * @par Exceptional situations
 * `shm-error` if the platform does not list objects.
 * @par Affected by
 * Every process that creates or deletes objects.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (prog1 (find "/foobar-shm" (list-shm) :test #'string=)
 *     (delete-shm "/foobar-shm")))
 * => "/foobar-shm"
 * @endcode
 * @result{needed-size}
 * @since 0.1
 * @see pshm_delete; shm_overview(7)
 */
PSHM_API int64_t pshm_list(char *ret_names, int64_t size);

/** @} */

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
