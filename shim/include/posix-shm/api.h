/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_API_H
#define POSIX_SHM_API_H

/**
 * @file api.h
 * @stratum{2,posix-shm}
 * @brief Stratum 2: objects, with the decisions that a caller would otherwise write again.
 *
 * What to do when an object exists or does not, objects without a name, memory that is set aside, and
 * descriptors handed to another process. The rules at the head of ffi.h hold here as well: closed types,
 * negated errnos, no state, no lock, no allocation (but for #pshm_list).
 */

#include <posix-shm/ffi.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup api_objects Objects
 * @brief Open and make objects, and describe and close them.
 * @{
 */

/**
 * @brief What a descriptor is for. The values are those of #PSHM_O_RDONLY and #PSHM_O_RDWR.
 *
 * @choice{PSHM_DIRECTION_,direction}
 */
enum pshm_direction {
	PSHM_DIRECTION_INPUT = 0, /**< Reading. */
	PSHM_DIRECTION_IO = 2     /**< Reading and writing. */
};

/**
 * @brief What #pshm_open does when it may create and the object exists.
 *
 * @choice{PSHM_IF_EXISTS_,if-exists}
 */
enum pshm_if_exists {
	PSHM_IF_EXISTS_DEFAULT = 0,   /**< As #PSHM_IF_EXISTS_OVERWRITE. */
	PSHM_IF_EXISTS_ERROR = 1,     /**< Fail with `-EEXIST`. */
	PSHM_IF_EXISTS_OVERWRITE = 2, /**< Open it as it is. */
	PSHM_IF_EXISTS_TRUNCATE = 3,  /**< Open it and empty it, also where the call may not create. */
	PSHM_IF_EXISTS_SUPERSEDE = 4, /**< Put a new object in its place; who has the old one open keeps it. */
	PSHM_IF_EXISTS_NIL = 5        /**< Return `-EEXIST`, which is not recorded as a failure. */
};

/**
 * @brief What #pshm_open does when the object does not exist.
 *
 * @choice{PSHM_IF_DOES_NOT_EXIST_,if-does-not-exist}
 */
enum pshm_if_does_not_exist {
	PSHM_IF_DOES_NOT_EXIST_DEFAULT = 0, /**< Error for input, and where an existing object is overwritten or truncated; else create. */
	PSHM_IF_DOES_NOT_EXIST_ERROR = 1,   /**< Fail with `-ENOENT`. */
	PSHM_IF_DOES_NOT_EXIST_CREATE = 2,  /**< Create it. */
	PSHM_IF_DOES_NOT_EXIST_NIL = 3      /**< Return `-ENOENT`, which is not recorded as a failure. */
};

/**
 * @brief Flags of #pshm_open_anonymous: 0, or the constant below.
 *
 * @bits{PSHM_ANONYMOUS_,anonymous-flags}
 */
enum pshm_anonymous_flag {
	PSHM_ANONYMOUS_HUGE = 0x00800000 /**< An object of huge pages (Linux, `MFD_HUGETLB`). Its size is a multiple of theirs. */
};

/**
 * @brief Open a named object the way Common Lisp's `open` opens a file.
 *
 * What happens follows from the two options. Where the object is missing, @p if_does_not_exist decides.
 * Where it exists, @p if_exists decides, but only where a missing object would have been created: with
 * `error` or `nil` for @p if_does_not_exist the object is opened as it is, and only `truncate` is still
 * heeded. Creating is exclusive: of any number of callers, exactly one is told that it created.
 *
 * Superseding creates the new object under a temporary name and renames it over the old one: the name always refers to one
 * of the two, and a failure never costs the old object. A file of another kind that has the name, such as a FIFO or a
 * symbolic link, is replaced as well; a directory is not. A process that is killed between the two steps leaves an empty
 * object, whose name begins with `/.pshm-`; so does a failure in a sandbox that lets objects be created and not removed.
 * #pshm_list leaves such names out. While no process supersedes, `rm -f /dev/shm/.pshm-*` removes them.
 * Where #pshm_has answers 0 to `supersede` because objects are not files, the old name is removed before the new object
 * exists, and is lost if creating fails; where a sandbox is the reason, superseding fails.
 *
 * Named objects honour the umask. `truncate` with direction `input` empties the object and gives a
 * read-only descriptor. As shm_open(3), the call waits while another process has a conflicting lease (fcntl(2)) on the object.
 *
 * @name_param
 * @param direction @role{enum,pshm_direction} `PSHM_DIRECTION_` constant. #PSHM_DIRECTION_INPUT is 0.
 * @param if_exists @role{enum,pshm_if_exists} `PSHM_IF_EXISTS_` constant, or 0 for the default.
 * @param if_does_not_exist @role{enum,pshm_if_does_not_exist} `PSHM_IF_DOES_NOT_EXIST_` constant, or 0 for the
 *        default.
 * @param permissions @role{flags,pshm_mode} Permission bits, 0 to 0777, of an object that is created.
 * @param ret_created @role{out,boolean} @nullable Receives 1 when this call created the object, else 0. May be
 *        NULL.
 * @return A descriptor; the caller closes it.
 * @name_errors
 * @error{EACCES} The permissions of the object do not allow it. `supersede`: the caller may not remove the name.
 * @error{EAGAIN} Other processes created and removed the name, or the temporary names of superseding, all the time while this
 *        call tried.
 * @error{EEXIST} The object exists, and `error` or `nil` was asked for. After `nil`, #pshm_errno is
 *        unchanged.
 * @error{EINVAL} @p direction, @p if_exists or @p if_does_not_exist is none of its constants, or
 *        @p permissions has a bit outside 0777.
 * @error{EISDIR} The name is a directory's. glibc says `-EINVAL` for `io` and for `truncate`, but not for
 *        `supersede`. Where `error` or `nil` applies, it is `-EEXIST`.
 * @error{ELOOP} The name is a symbolic link's.
 * @error{EMFILE} The process has no descriptor free.
 * @error{ENFILE} The system has no descriptor free.
 * @error{ENODEV} The name is something else's, such as a FIFO's.
 * @error{ENXIO} The name is a socket's.
 * @error{ENOENT} There is no such object, and `error` or `nil` was asked for. After `nil`, #pshm_errno is
 *        unchanged.
 * @error{ENOSPC} There is no room for another object.
 * @error{ENOTSUP} `truncate` of an object that has a size, where the platform lets it be set only once
 *        (#pshm_has, `resize`).
 * @error{EROFS} The place where objects live is read-only.
 *
 * @par Lisp
 * @code{.lisp}
 * open-shm name &key direction if-exists if-does-not-exist permissions => shm, created
 * @endcode
 * @par In Lisp
 * Open the shared memory object NAME and return it as an `open-shm`; the second value is true when this call
 * created it. DIRECTION is `:input` (the default) or `:io`. IF-EXISTS is `:error`, `:overwrite` (the
 * default), `:truncate`, `:supersede` or nil. IF-DOES-NOT-EXIST is `:error`, `:create` or nil; its default
 * is `:error` for input and where an existing object would be overwritten or truncated, else `:create`.
 * PERMISSIONS are those of an object that is created, `(:user-read :user-write :group-read :other-read)` by
 * default, less the umask. Where an option that is nil applies, both values are nil. A NAME without its leading
 * slash is taken as the one with it, and so is one with several; `shm-name` gives it back as it is. NAME may be kept, and not copied: do not change it while the result is in use.
 * @par Exceptional situations
 * `shm-does-not-exist` when there is no such object and the option is `:error`; `shm-exists` when there is
 * one; `shm-invalid-argument` when an argument is none of the values above, before anything is called;
 * `shm-error` when the system refuses, and when NAME is longer than the system takes (`:enametoolong`). The
 * restarts `continue`, `use-value`, and `overwrite`, `truncate`, `supersede` or `create` where they apply, are
 * established around the error.
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
 * @par Example
 * @code{.py}
 * >>> created = ctypes.c_int()
 * >>> fd = pshm_open(b"/foobar-shm", PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600, created)
 * >>> created.value
 * 1
 * @endcode
 * @result{descriptor}
 * @since 0.1
 * @see pshm_shm_open, pshm_open_anonymous, pshm_delete, pshm_close; shm_open(3), POSIX.1-2017 shm_open
 */
PSHM_API int pshm_open(const char *name, int direction, int if_exists, int if_does_not_exist, int permissions,
                       int *ret_created);

/**
 * @brief Make an object without a name.
 *
 * The object exists while a descriptor or a mapping of it is left; hand the descriptor to another process
 * with #pshm_send, or to a child with #pshm_set_inheritable. Where #pshm_has answers 1 to `anonymous`, it is
 * never visible under any name: it is a memfd, or an unnamed file of the shared memory file system. Elsewhere the object
 * gets a random name that begins with `/.pshm-`, exclusively, and loses it immediately; a SIGKILL in that moment leaves the
 * name behind (#pshm_open tells how to remove it).
 *
 * Its permissions are exactly @p permissions; the umask is ignored, but where objects take no permissions later (#pshm_has,
 * `permissions`). They can be changed later (#pshm_fchmod), unless `vm.memfd_noexec` is 2: then an object without execute
 * permissions is sealed with #PSHM_SEAL_EXEC, and one with them is not made.
 *
 * An object of huge pages is sized, mapped and unmapped in whole ones only, from offsets that are multiples of their size:
 * #pshm_map with another length maps more than that, which #pshm_unmap with that length does not remove.
 * #pshm_map_prefixed and #pshm_write do not work on it (`-EINVAL`). That no huge page is free is not told here:
 * mapping fails with `-ENOMEM` then, and #pshm_allocate with `-ENOSPC`.
 *
 * @param direction @role{enum,pshm_direction} `PSHM_DIRECTION_` constant. With #PSHM_DIRECTION_INPUT the object
 *        is empty, and stays so as far as this descriptor goes.
 * @param permissions @role{flags,pshm_mode} Permission bits, 0 to 0777.
 * @param flags @role{flags,pshm_anonymous_flag} 0 or #PSHM_ANONYMOUS_HUGE.
 * @return A descriptor; the caller closes it.
 * @error{EACCES} An execute permission was asked for, and the system allows no executable memfd
 *        (`vm.memfd_noexec`).
 * @error{EAGAIN} A name is needed, and each of a hundred random ones is taken.
 * @error{EINVAL} @p direction is none of its constants, @p permissions has a bit outside 0777, or @p flags has
 *        an unknown bit.
 * @error{EMFILE} The process has no descriptor free.
 * @error{ENFILE} The system has no descriptor free.
 * @error{ENOENT} A name is needed, and there is no shared memory file system.
 * @error{ENOMEM} There is no memory for the object.
 * @error{ENOTSUP} #PSHM_ANONYMOUS_HUGE: the platform has no objects of huge pages.
 *
 * @par Lisp
 * @code{.lisp}
 * open-shm* &key direction permissions attempts huge => shm
 * @endcode
 * @par In Lisp
 * Make a shared memory object without a name and return it as an `open-shm`. DIRECTION is `:input` (the
 * default) or `:io`. PERMISSIONS are exactly those of the object, `(:user-read :user-write :group-read
 * :other-read)` by default. ATTEMPTS, 100 by default, is how many random names may be tried where the system needs one: with 0
 * nothing is called, and any other number is as good as 100. HUGE asks for an object of huge pages. The `shm-name` of the
 * result is a label, a random name of no object.
 * @par Exceptional situations
 * `shm-exists` when ATTEMPTS is 0; `shm-invalid-argument` for a bad argument; `shm-error` when the system refuses.
 * @par Affected by
 * What the platform can do, which #pshm_has tells.
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io :permissions '(:user-all))))
 *   (prog1 (stat-mode (shm-stats shm))
 *     (close-shm shm)))
 * => (:USER-READ :USER-WRITE :USER-EXEC)
 * @endcode
 * @par Example
 * @code{.py}
 * >>> anonymous = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0)
 * >>> pshm_close(anonymous)
 * 0
 * @endcode
 * @result{descriptor}
 * @since 0.1
 * @see pshm_open, pshm_send, pshm_seal; memfd_create(2)
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
 * As #pshm_shm_unlink: who has the object open keeps it.
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
 * delete-shm name => t
 * @endcode
 * @par In Lisp
 * Remove the name NAME of a shared memory object and return t. Descriptors and mappings of the object stay
 * good.
 * @par Exceptional situations
 * `shm-does-not-exist` when there is no such object, which is so of a name that no object can have, such as `"/a/b"`;
 * `shm-invalid-argument` when NAME is no string; `shm-error` when
 * the system refuses, and when NAME is longer than the system takes (`:enametoolong`).
 * @par Affected by
 * The permissions of the place where objects live.
 * @par Lisp example
 * @code{.lisp}
 * (progn (close-shm (open-shm "/foobar-shm" :direction :io :if-does-not-exist :create))
 *        (delete-shm "/foobar-shm"))
 * => T
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_delete(b"/foobar-shm")
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_delete_if_same, pshm_open; shm_unlink(3), POSIX.1-2017 shm_unlink
 */
PSHM_API int pshm_delete(const char *name);

/**
 * @brief Remove a name if it is still the name of the object behind a descriptor.
 *
 * For cleaning up without harm to a successor: a process that was superseded does not delete the new object.
 * The comparison and the removal are two steps. An object that takes the name between them loses it.
 *
 * @name_param
 * @fd_param
 * @retval 1 The name was this object's, and is gone.
 * @retval 0 The name is another object's by now, and stays.
 * @name_errors
 * @fd_error
 * @error{EACCES} The caller may not remove the name.
 * @error{EISDIR} @p fd is a directory's.
 * @error{ENODEV} @p fd is something else's, such as a pipe's.
 * @error{ENOENT} There is no such object.
 * @error{ENOTSUP} The platform cannot tell objects apart (macOS).
 *
 * @par Lisp
 * @code{.lisp}
 * delete-shm-if-same name shm => deleted
 * @endcode
 * @par In Lisp
 * Remove the name NAME if it is still SHM's, and say whether it was. Something that takes the name between
 * the comparison and the removal loses it.
 * @par Exceptional situations
 * `shm-does-not-exist` when there is no such object; `shm-invalid-argument` when NAME is no string or SHM is closed;
 * `shm-error` when the system refuses, and when NAME is longer than the system takes (`:enametoolong`).
 * @par Lisp example
 * @code{.lisp}
 * (let ((old (open-shm "/foobar-shm" :direction :io :if-does-not-exist :create)))
 *   (close-shm (open-shm "/foobar-shm" :direction :io :if-exists :supersede))
 *   (prog1 (delete-shm-if-same "/foobar-shm" old)
 *     (close-shm old)
 *     (delete-shm "/foobar-shm")))
 * => NIL
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_error_name(pshm_delete_if_same(b"/foobar-shm", fd))
 * b'ENOENT'
 * @endcode
 * @result{boolean}
 * @since 0.1
 * @see pshm_delete; fstat(2), shm_unlink(3)
 */
PSHM_API int pshm_delete_if_same(const char *name, int fd);

/** @} */

/**
 * @defgroup api_size Size and memory
 * @brief How large an object is, and whether there is memory for it.
 * @{
 */

/**
 * @brief Set the size of an object.
 *
 * As #pshm_ftruncate: pages are not reserved. Shrinking takes the pages from everybody who maps them; who
 * touches one after that gets a SIGBUS. #PSHM_SEAL_SHRINK guards against it.
 *
 * @fd_param
 * @param size @role{size} The new size, in bytes, from 0.
 * @retval 0 The object has that size. On macOS it is rounded up to a page.
 * @fd_error
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p size is negative; @p fd was not opened for writing, or is of something that has no size to
 *        set, such as a pipe; an object of huge pages: @p size is not a multiple of their size; or the platform
 *        lets the size be set only once (macOS).
 * @error{EPERM} A seal forbids it.
 *
 * @par Lisp
 * @code{.lisp}
 * truncate-shm shm size
 * @endcode
 * @par In Lisp
 * Set the size of SHM to SIZE octets. New octets are zero. No memory is set aside: `allocate-shm` does that.
 * Returns no values.
 * @par Exceptional situations
 * `shm-invalid-argument` when SIZE is not an integer from 0 to 2^63 - 1, or SHM is closed; `shm-error` when
 * the system refuses.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (stat-size (shm-stats shm)))
 * => 100
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_truncate(fd, 100)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate, pshm_ftruncate; ftruncate(2), POSIX.1-2017 ftruncate
 */
PSHM_API int pshm_truncate(int fd, int64_t size);

/**
 * @brief Give an object at least a size, with memory behind every page of it, or an error.
 *
 * After success no access below @p size can fail for lack of memory. After an error the size and the bytes of the object
 * are as they were: the call takes back what it has added, and nothing that another process has stored meanwhile. A
 * process that is killed in the middle leaves nothing reserved. An object that is larger already keeps its size.
 *
 * Whoever may write to the object can give its pages back later (#pshm_discard), but for #PSHM_SEAL_WRITE and
 * #PSHM_SEAL_FUTURE_WRITE.
 *
 * More than is available is refused before anything is reserved: on Linux the least of what the file system of the object
 * has left, of `MemAvailable` (proc_meminfo(5)) with the free swap space, and of what the control group of the process and
 * the groups above it have left (the limit less the usage, files that the kernel can drop not counted; cgroups(7), version
 * 1 or 2, mounted at `/sys/fs/cgroup`). A shared memory file system may be larger than the memory, and the system's answer
 * to pages that it does not have is the OOM killer, not an error. What cannot be read is left out. Where up to 1 MiB is
 * missing, free memory and swap space suffice, and the files of `/proc` and `/sys` are not opened. Other processes use
 * memory too: what is available now may be gone a moment later.
 *
 * One fallocate(2). Once that was interrupted by a signal, the signals of this thread wait until it is done.
 *
 * @fd_param
 * @param size @role{size} The least size, in bytes, from 0. With 0 nothing is done.
 * @retval 0 The memory is there.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EFBIG} The size is more than the file system allows.
 * @error{EINVAL} @p size is negative.
 * @error{EISDIR} @p fd is a directory's.
 * @error{ENODEV} @p fd is something else's, such as a pipe's.
 * @error{ENOSPC} There is not that much memory: in the file system, in the machine, or in the control group.
 * @error{ENOTSUP} The platform or the file system cannot do it, or a sandbox does not allow it; there is no emulation.
 * @error{EPERM} A seal forbids it.
 *
 * @par Lisp
 * @code{.lisp}
 * allocate-shm shm size
 * @endcode
 * @par In Lisp
 * Give SHM at least SIZE octets, with real memory behind all of them. After success no access to them can
 * fault for lack of memory; after an error its size and its octets are as they were. Returns no values.
 * @par Exceptional situations
 * `shm-error` with the errno `:enospc` when there is not that much memory: for an object with a name the report says
 * how much there is; with `:ebadf` when SHM was opened for input, and with others when the system refuses;
 * `shm-invalid-argument` when SIZE is not an integer from 0 to 2^63 - 1, or SHM is closed.
 * @par Affected by
 * What the shared memory file system, the machine and the control group have left: `shm-space`. For an object without a
 * name, the last two.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (allocate-shm shm 4096)
 *   (stat-size (shm-stats shm)))
 * => 4096
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_allocate(fd, 4096)
 * 0
 * >>> pshm_error_name(pshm_allocate(fd, 2**62)) in (b"ENOSPC", b"EFBIG")
 * True
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_discard, pshm_space, pshm_truncate; fallocate(2)
 */
PSHM_API int pshm_allocate(int fd, int64_t size);

/**
 * @brief Give back the memory of a part of an object, and keep the size.
 *
 * The bytes of the range are zero afterwards, for everybody, in mappings too. Whole pages in the range are given back; of
 * a page that is only partly in it, the part is filled with zeros. Pages that are not there, and what lies past the end, do
 * not matter: with offset 0 and length `INT64_MAX` all pages of an object are given back. A later access takes a new page,
 * and is a SIGBUS when there is none to be had: #pshm_allocate reserves it again.
 *
 * @fd_param
 * @param offset @role{offset} Where the range begins, in bytes, from 0.
 * @param length @role{size} The size of the range, in bytes, from 0. With 0 nothing is done.
 * @retval 0 The memory is free.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing.
 * @error{EINVAL} @p offset or @p length is negative.
 * @error{EISDIR} @p length is 0, and @p fd refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a socket.
 * @error{ENOTSUP} The platform or the file system cannot do it, or a sandbox does not allow it (#pshm_has, `discard`).
 * @error{EOVERFLOW} @p offset and @p length together are more than `INT64_MAX`.
 * @error{EPERM} A seal forbids it: #PSHM_SEAL_WRITE or #PSHM_SEAL_FUTURE_WRITE.
 * @error{ESPIPE} @p fd refers to a pipe.
 *
 * @par Lisp
 * @code{.lisp}
 * discard-shm shm offset length
 * @endcode
 * @par In Lisp
 * Give back the memory of LENGTH octets of SHM from OFFSET on. They are zero afterwards, and the size of SHM is as it was.
 * Returns no values.
 * @par Exceptional situations
 * `shm-error` with the errno `:ebadf` when SHM was opened for input, with `:eperm` when a seal forbids it, with `:enotsup`
 * where the platform cannot do it, with `:eoverflow` when OFFSET and LENGTH together are more than 2^63 - 1;
 * `shm-invalid-argument` when one of them is not an integer from 0 to 2^63 - 1, or SHM is closed.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (allocate-shm shm 8192)
 *   (discard-shm shm 0 8192)
 *   (let ((stats (shm-stats shm)))
 *     (list (stat-size stats) (stat-blocks stats))))
 * => (8192 0)
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_discard(fd, 0, 4096)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; fallocate(2)
 */
PSHM_API int pshm_discard(int fd, int64_t offset, int64_t length);

/**
 * @brief Give the size of the shared memory file system, and how many bytes named objects can still get.
 *
 * On Linux the file system is `/dev/shm`, which has 64 MiB in many containers. What is free is the least of what the file
 * system, the machine and the control group of this process have left: the bound of #pshm_allocate, with the files of
 * `/proc` and `/sys` read in any case. Anonymous objects have the last two alone.
 *
 * @param ret_total @role{out,size} @nullable Receives the size of the file system, in bytes; 0 when it has no
 *        limit. May be NULL.
 * @param ret_free @role{out,size} @nullable Receives what is free, in bytes. May be NULL.
 * @retval 0 Done.
 * @error{EACCES} The directory of the file system may not be searched.
 * @error{ENOENT} There is no such directory.
 * @error{ENOTSUP} The platform has no such file system, or gives no figures.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-space => total, free
 * @endcode
 * @par In Lisp
 * Return the size of the shared memory file system, 0 when it has no limit, and how much named objects can still get: the
 * least of what the file system, the machine and the control group of this process have left. Both are in octets.
 * @par Exceptional situations
 * `shm-error` when the platform gives no figures.
 * @par Affected by
 * The shared memory file system and the memory, which all processes share.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (total free) (shm-space)
 *   (and (typep total '(integer 0)) (plusp free)))
 * => T
 * @endcode
 * @par Example
 * @code{.py}
 * >>> total, free = ctypes.c_int64(), ctypes.c_int64()
 * >>> pshm_space(total, free)
 * 0
 * >>> total.value >= 0 and free.value > 0
 * True
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_allocate; statfs(2), tmpfs(5), proc_meminfo(5), cgroups(7)
 */
PSHM_API int pshm_space(int64_t *ret_total, int64_t *ret_free);

/** @} */

/**
 * @defgroup api_mappings Mappings
 * @brief Memory that is the object, from any offset.
 * @{
 */

/**
 * @brief Map a part of an object, from any offset.
 *
 * As #pshm_mmap, but the offset need not be a multiple of the page size: the mapping begins at the page that
 * holds it, and the result is the address of the byte at @p offset. #pshm_unmap takes that address back. Of an object of
 * huge pages only whole ones can be mapped and unmapped (#pshm_open_anonymous).
 *
 * @param fd @role{descriptor} A descriptor of the object; -1 with #PSHM_MAP_ANONYMOUS.
 * @param length @role{size} The size, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} `PSHM_PROT_` constants.
 * @param flags @role{flags,pshm_map_flag} `PSHM_MAP_` constants but #PSHM_MAP_FIXED and
 *        #PSHM_MAP_FIXED_NOREPLACE: either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE, and any of the others.
 * @param offset @role{offset} Where in the object the first byte is, in bytes, from 0.
 * @return The address of the first byte.
 * @fd_error
 * @error{EACCES} Shared write access was asked of a descriptor opened for reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EINVAL} @p length is not positive; @p offset is negative; @p protections or @p flags has an unknown
 *        bit, or @p flags a fixed address; both or neither of shared and private; an anonymous mapping with a
 *        descriptor; #PSHM_MAP_POPULATE without reading or writing; #PSHM_MAP_GROWSDOWN without
 *        #PSHM_MAP_ANONYMOUS and #PSHM_MAP_PRIVATE.
 * @error{ENODEV} @p fd is of something that cannot be mapped, such as a socket. (Not all that is no object: a
 *        regular file and `/dev/zero` are mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} A flag is not to be had on this platform (#pshm_has).
 * @error{EOVERFLOW} @p offset plus @p length is more than an `int64_t` holds, or one of them does not fit the
 *        platform's types.
 * @error{EPERM} A seal or the file system forbids the protection. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0,
 *        and the process has no privilege.
 *
 * @par Lisp
 * @code{.lisp}
 * mmap-shm shm length &key ptr prot flags offset => pointer
 * @endcode
 * @par In Lisp
 * Map LENGTH octets of SHM from OFFSET, and return a foreign pointer to the first. PROT is `(:read :write)`
 * by default; `()` means no access. FLAGS is `(:shared)` by default, and where it is nil. PTR is the address that is wished for; the null pointer,
 * the default, lets the system choose, and then any OFFSET will do. SHM may be nil with `:anonymous` among
 * FLAGS: memory of no object.
 * @par Exceptional situations
 * `mmap-error` when the system refuses, LENGTH is 0, or FLAGS ask for what does not go together;
 * `mmap-invalid-argument` when an argument is of the wrong kind or SHM is closed. Memory past the end of the object
 * can be mapped; touching it is a memory fault.
 * @par Affected by
 * The limits on mappings and on locked memory; what the platform can do, which #pshm_has tells.
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
 * @par Example
 * @code{.py}
 * >>> address = pshm_map(fd, 4, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 10)
 * >>> ctypes.memmove(address, b"spam", 4) == address
 * True
 * @endcode
 * @result{address}
 * @since 0.1
 * @see pshm_unmap, pshm_mmap; mmap(2), POSIX.1-2017 mmap
 */
PSHM_API int64_t pshm_map(int fd, int64_t length, int protections, int flags, int64_t offset);

/**
 * @brief Remove a mapping that #pshm_map made.
 *
 * @param address @role{address} @closes The address that #pshm_map returned.
 * @param length @role{size} The length that it was given, in bytes.
 * @retval 0 The mapping is gone.
 * @error{EINVAL} @p address is in the first page, or from -4095 to -1; @p length is not positive; the range ends outside
 *        the address space.
 * @error{ENOMEM} The range lies inside a mapping, and there would be too many mappings after cutting it.
 * @error{EOVERFLOW} @p address or @p length does not fit the platform's types.
 *
 * @par Lisp
 * @code{.lisp}
 * munmap ptr length
 * @endcode
 * @par In Lisp
 * Remove the mapping of LENGTH octets at PTR, the pointer that `mmap-shm` returned. Returns no values.
 * @par Exceptional situations
 * `mmap-error` when the system refuses; `mmap-invalid-argument` for a null pointer or a bad LENGTH.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (munmap (mmap-shm shm 100) 100))
 * =>
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_unmap(address, 4)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_map; munmap(2), POSIX.1-2017 munmap
 */
PSHM_API int pshm_unmap(int64_t address, int64_t length);

/** @} */

/**
 * @defgroup api_bytes Bytes
 * @brief Copy bytes in and out without a mapping, and so without a fault.
 * @{
 */

/**
 * @brief Copy bytes out of an object.
 *
 * The count is short at the end of the object, and 0 past it; nothing can fault. The descriptor's file
 * position plays no part.
 *
 * @fd_param
 * @param ret_bytes @role{buffer} Receives the bytes.
 * @param count @role{count,ret_bytes} How many, from 0.
 * @param offset @role{offset} Where in the object they begin, in bytes, from 0.
 * @return How many bytes were copied: @p count, or fewer at the end of the object.
 * @fd_error
 * @error{EFAULT} @p ret_bytes is NULL and @p count is not 0.
 * @error{EINVAL} @p count or @p offset is negative.
 * @error{EISDIR} @p fd is a directory's.
 * @error{ENODEV} @p fd is a pipe or a socket, or something else's, and @p count is 0, or the copy goes through a
 *        mapping.
 * @error{EOVERFLOW} @p count does not fit the platform's types.
 * @error{ESPIPE} @p fd is a pipe or a socket.
 *
 * @par Lisp
 * @code{.lisp}
 * read-shm shm vector &key start end offset => count
 * @endcode
 * @par In Lisp
 * Copy octets of SHM, from OFFSET, into the elements of VECTOR from START (0 by default) up to END (its length).
 * VECTOR is specialised on one of the types that `map-shm-vector` knows, in the heap or in shared memory, or an
 * `shm-view`. Return how many octets were copied: fewer than asked for at the end of the object, 0 past it. The last
 * element may then be half new and half old. OFFSET is any number of octets. Nothing is copied twice where the
 * implementation can hold VECTOR in place: on SBCL and ECL, and everywhere when VECTOR is in shared memory.
 * @par Exceptional situations
 * `shm-invalid-argument` when an argument is of the wrong kind or out of bounds, or SHM is closed; `shm-error`
 * when the system refuses.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4)
 *   (let ((octets (make-array 10 :element-type '(unsigned-byte 8) :initial-element 7)))
 *     (list (read-shm shm octets) octets)))
 * => (4 #(0 0 0 0 7 7 7 7 7 7))
 * @endcode
 * @par Example
 * @code{.py}
 * >>> buffer = ctypes.create_string_buffer(4)
 * >>> pshm_read(fd, buffer, 4, 10)
 * 4
 * >>> buffer.raw
 * b'spam'
 * @endcode
 * @result{count}
 * @since 0.1
 * @see pshm_write, pshm_map; pread(2)
 */
PSHM_API int64_t pshm_read(int fd, void *ret_bytes, int64_t count, int64_t offset);

/**
 * @brief Copy bytes into an object, never past its end.
 *
 * The count is short at the end of the object, and 0 past it: the object never grows. Its size is looked
 * up first; where another process shrinks the object at that very moment, the bytes that are written may
 * bring back a part of what was cut. On Linux a descriptor that somebody has set to `O_APPEND` (fcntl(2)) writes at the
 * end whatever the offset is (pwrite(2), Bugs), and the object grows; the descriptors of this library are not set so.
 *
 * @fd_param
 * @param bytes @role{buffer} The bytes.
 * @param count @role{count,bytes} How many, from 0.
 * @param offset @role{offset} Where in the object they go, in bytes, from 0.
 * @return How many bytes were copied: @p count, or fewer at the end of the object. Where an error comes after
 *         some bytes, the count is short as well; the next call returns the error.
 * @error{EBADF} @p fd is not an open descriptor, or was not opened for writing. (Where nothing is to be written, since
 *        @p count is 0 or @p offset is at the end or past it, the latter is not looked at, and the result is 0.)
 * @error{EFAULT} @p bytes is NULL and @p count is not 0.
 * @error{EINVAL} @p count or @p offset is negative, or the object is of huge pages.
 * @error{EISDIR} @p fd is a directory's.
 * @error{ENODEV} @p fd is something else's, such as a pipe's.
 * @error{ENOSPC} There is no memory for a page that was never written.
 * @error{EOVERFLOW} @p count does not fit the platform's types.
 * @error{EPERM} A seal forbids it.
 *
 * @par Lisp
 * @code{.lisp}
 * write-shm shm vector &key start end offset short => count
 * @endcode
 * @par In Lisp
 * Copy the elements of VECTOR from START (0 by default) up to END (its length) into SHM at OFFSET, which is any number of
 * octets. VECTOR is one that `read-shm` takes. Return how many octets were copied. The object never grows by itself: where
 * it ends before the elements do, what fits is copied, and `shm-too-short` is signalled, with the restarts `extend` and
 * `continue`; with a SHORT of `:count` (`:error` by default), nothing is signalled, and fewer are returned.
 * @par Exceptional situations
 * `shm-invalid-argument` when an argument is of the wrong kind or out of bounds, or SHM is closed; `shm-too-short` when
 * the object ends before the elements do; `shm-error` when the system refuses.
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
 * @par Example
 * @code{.py}
 * >>> pshm_write(fd, b"0123456789", 10, 4090)
 * 6
 * @endcode
 * @result{count}
 * @since 0.1
 * @see pshm_read; pwrite(2)
 */
PSHM_API int64_t pshm_write(int fd, const void *bytes, int64_t count, int64_t offset);

/** @} */

/**
 * @defgroup api_arrays Arrays
 * @brief Mappings for runtimes whose arrays carry a header, and stores that touch no byte but their own.
 * @{
 */

/**
 * @brief Map an object directly behind private memory.
 *
 * For runtimes whose arrays carry a header: the header goes into the last bytes of the prefix, the elements are
 * the object, and the runtime has a real array whose first element is the byte at @p offset. The prefix is
 * private to this process, readable, writable and zero; the object holds pure data.
 *
 * No other thread's mapping is ever replaced: the whole range belongs to this call from its first step on.
 *
 * @fd_param
 * @param length @role{size} The size of the data, in bytes, from 1.
 * @param protections @role{flags,pshm_prot} `PSHM_PROT_` constants, for the data.
 * @param flags @role{flags,pshm_map_flag} `PSHM_MAP_` constants but #PSHM_MAP_FIXED and
 *        #PSHM_MAP_FIXED_NOREPLACE: either #PSHM_MAP_SHARED or #PSHM_MAP_PRIVATE, and any of the others.
 * @param offset @role{offset} Where in the object the data begins, in bytes: a multiple of the page size, from 0.
 * @param prefix @role{size} The least size of the prefix, in bytes, from 1; rounded up to whole pages.
 * @return The address of the data, a multiple of the page size. The prefix ends there.
 * @fd_error
 * @error{EACCES} Shared write access was asked of a descriptor opened for reading.
 * @error{EAGAIN} #PSHM_MAP_LOCK: the memory cannot be locked now. On Linux also without the flag, after mlockall(2)
 *        with `MCL_FUTURE`: beyond the limit `RLIMIT_MEMLOCK`.
 * @error{EINVAL} @p length or @p prefix is not positive; @p offset is negative or not a multiple of the page size;
 *        @p protections or @p flags has an unknown bit, or @p flags a fixed address; both or neither of shared and
 *        private; an anonymous mapping with a descriptor;
 *        #PSHM_MAP_POPULATE without reading or writing; #PSHM_MAP_GROWSDOWN; an object of huge pages.
 * @error{ENODEV} @p fd is of something that cannot be mapped, such as a socket. (Not all that is no object: a
 *        regular file and `/dev/zero` are mapped.)
 * @error{ENOMEM} The address space is full, or there are too many mappings; an object of huge pages: none is
 *        free. #PSHM_MAP_LOCK: beyond the limit `RLIMIT_MEMLOCK`, without reading and writing, or past the end
 *        of the object.
 * @error{ENOSPC} #PSHM_MAP_POPULATE: the object ends before the mapping does, or there is no memory for its
 *        pages.
 * @error{ENOTSUP} A flag is not to be had on this platform (#pshm_has).
 * @error{EOVERFLOW} @p length plus @p prefix is more than an `int64_t` holds, or one of the numbers does not fit
 *        the platform's types.
 * @error{EPERM} A seal or the file system forbids the protection. #PSHM_MAP_LOCK: the limit `RLIMIT_MEMLOCK` is 0,
 *        and the process has no privilege.
 *
 * @par Example
 * @code{.py}
 * >>> anonymous = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0)
 * >>> pshm_truncate(anonymous, 4096)
 * 0
 * >>> data = pshm_map_prefixed(anonymous, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0, 16)
 * >>> header = (ctypes.c_int64 * 2).from_address(data - 16)
 * >>> header[0], header[1]
 * (0, 0)
 * @endcode
 * @result{address}
 * @since 0.1
 * @see pshm_unmap_prefixed, pshm_map; mmap(2)
 */
PSHM_API int64_t pshm_map_prefixed(int fd, int64_t length, int protections, int flags, int64_t offset, int64_t prefix);

/**
 * @brief Remove a mapping that #pshm_map_prefixed made, prefix and all.
 *
 * @param address @role{address} @closes The address that #pshm_map_prefixed returned.
 * @param length @role{size} The length that it was given, in bytes.
 * @param prefix @role{size} The prefix that it was given, in bytes.
 * @retval 0 The mapping and its prefix are gone.
 * @error{EINVAL} @p address is 0, from -4095 to -1, not a multiple of the page size, or not above the size of the
 *        prefix; @p length or @p prefix is not positive.
 * @error{ENOMEM} The range lies inside a mapping, and there would be too many mappings after cutting it.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 *
 * @par Example
 * @code{.py}
 * >>> del header
 * >>> pshm_unmap_prefixed(data, 4096, 16), pshm_close(anonymous)
 * (0, 0)
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_map_prefixed; munmap(2)
 */
PSHM_API int pshm_unmap_prefixed(int64_t address, int64_t length, int64_t prefix);

/**
 * @brief Copy bytes within memory, storing to no byte outside the target.
 *
 * Some runtimes fill and replace arrays of small elements in whole words, and so write back what a neighbour had
 * a moment ago, over what another process has stored since. This does not.
 *
 * The ranges may overlap within one mapping. Of two mappings of the same object their addresses do not tell that
 * they overlap: the copy goes forward or backward without regard to it, and may copy bytes that it has stored itself.
 *
 * @param to @role{address} The address of the first byte to store to.
 * @param from @role{address} The address of the first byte to copy.
 * @param count @role{count} How many bytes, from 0.
 * @retval 0 Done.
 * @error{EFAULT} @p to or @p from is 0 or from -4095 to -1, and @p count is not 0.
 * @error{EINVAL} @p count is negative.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 *
 * @par Example
 * @code{.py}
 * >>> buffer = ctypes.create_string_buffer(b"abcdef", 6)
 * >>> pshm_copy(ctypes.addressof(buffer) + 2, ctypes.addressof(buffer), 3)
 * 0
 * >>> buffer.raw
 * b'ababcf'
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_fill, pshm_read, pshm_write; memmove(3)
 */
PSHM_API int pshm_copy(int64_t to, int64_t from, int64_t count);

/**
 * @brief Set bytes of memory, storing to no byte outside the target.
 *
 * @param address @role{address} The address of the first byte.
 * @param byte @role{value} The value, 0 to 255.
 * @param count @role{count} How many bytes, from 0.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0 or from -4095 to -1, and @p count is not 0.
 * @error{EINVAL} @p byte is not from 0 to 255, or @p count is negative.
 * @error{EOVERFLOW} The numbers do not fit the platform's types.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_fill(ctypes.addressof(buffer) + 1, 0x2e, 2)
 * 0
 * >>> buffer.raw
 * b'a..bcf'
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_copy; memset(3)
 */
PSHM_API int pshm_fill(int64_t address, int byte, int64_t count);

/** @} */

/**
 * @defgroup api_passing Descriptor passing
 * @brief Send the descriptor of an object to another process.
 * @{
 */

/**
 * @brief Send a descriptor over a Unix domain socket.
 *
 * One byte of data goes with it, as every system needs. The receiver gets a descriptor of its own; the
 * sender's stays open. A peer that is gone is an error and never a SIGPIPE. While the buffer of the socket is full the call
 * waits, at most for the timeout, whether or not the socket is set to block. A thread can be cancelled while it waits, and
 * then nothing has been sent.
 *
 * @p socket is best of a stream or of packets (`SOCK_STREAM`, `SOCK_SEQPACKET`). Datagrams (`SOCK_DGRAM`) carry a
 * descriptor as well, but their socket has no end: see #pshm_receive.
 *
 * A socket of another domain is refused: over TCP the byte would go, and the descriptor would not.
 *
 * @param socket @role{descriptor} A connected Unix domain socket.
 * @param fd @role{descriptor} The descriptor to send.
 * @param timeout @role{timeout} Nanoseconds from now; negative is no limit, 0 does not wait.
 * @retval 0 It is on its way.
 * @error{EAGAIN} @p timeout is 0, and the buffer of the socket is full.
 * @error{EBADF} @p socket or @p fd is not an open descriptor.
 * @error{ECONNREFUSED} Datagrams: the peer is gone.
 * @error{ECONNRESET} The peer is gone.
 * @error{EINTR} A signal handler has run while the call waited. Nothing was sent: call again.
 * @error{EINVAL} @p socket is of a kind that takes no descriptors.
 * @error{ENOTCONN} @p socket is not connected; of datagrams, not any more after `-ECONNREFUSED`.
 * @error{ENOTSOCK} @p socket is not a socket.
 * @error{EPIPE} The peer is gone.
 * @error{EPROTOTYPE} @p socket is not of the Unix domain. Nothing was sent.
 * @error{ETIMEDOUT} The buffer of the socket was full until the time was up.
 * @error{ETOOMANYREFS} Too many descriptors are on their way.
 *
 * @par Lisp
 * @code{.lisp}
 * send-shm shm socket &key timeout
 * @endcode
 * @par In Lisp
 * Send SHM over SOCKET, the descriptor of a connected Unix domain socket. SHM stays open here. While the buffer
 * of SOCKET is full it waits, at most TIMEOUT seconds, a non-negative real; nil, the default, is no limit. Interrupts are
 * served while it waits. Returns no values.
 * @par Exceptional situations
 * `shm-timeout` when the time is up, with the restart `continue`, which waits as long again; `shm-error` when the peer is gone
 * or the system refuses; `shm-invalid-argument` when SHM is closed, SOCKET is not a descriptor, or TIMEOUT is neither a
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
 * @par Example
 * @code{.py}
 * >>> here, there = ctypes.c_int(), ctypes.c_int()
 * >>> pshm_socketpair(here, there)
 * 0
 * >>> pshm_send(here.value, fd, -1)
 * 0
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
 * Takes one byte of data and the one descriptor that came with it, which is close-on-exec from the start.
 * While nothing has come the call waits, at most for the timeout, whether or not the socket is set to block, and whoever else
 * receives from it. A thread can be cancelled while it waits, and then nothing has been received. What else the socket is
 * set to tell (credentials, times, the sender as a descriptor) is dropped.
 *
 * @p socket is best of a stream or of packets (`SOCK_STREAM`, `SOCK_SEQPACKET`). One of datagrams (`SOCK_DGRAM`)
 * is not told that its peer is gone: the call waits on.
 *
 * @param socket @role{descriptor} A connected Unix domain socket.
 * @param timeout @role{timeout} Nanoseconds from now; negative is no limit, 0 does not wait.
 * @return The descriptor; the caller closes it.
 * @error{EAGAIN} @p timeout is 0, and nothing has come.
 * @error{EBADF} @p socket is not an open descriptor.
 * @error{ECONNRESET} The peer has closed its end before it had received all that was sent to it. Call again: what
 *        it had sent still comes, and then `-ENODATA`.
 * @error{EINTR} A signal handler has run while the call waited. Nothing was received: call again.
 * @error{EMFILE} The process has no descriptor free. The message is lost.
 * @error{ENODATA} The peer has closed its end, or has sent an empty packet, which #pshm_send never does.
 * @error{EINVAL} @p socket is not connected (a stream's, on Linux).
 * @error{ENOTCONN} @p socket is not connected.
 * @error{ENOTSOCK} @p socket is not a socket.
 * @error{EPROTO} The message had no descriptor, or more than one. Those that came are closed.
 * @error{EPROTOTYPE} @p socket is not of the Unix domain. Nothing was received.
 * @error{ETIMEDOUT} Nothing came until the time was up.
 *
 * @par Lisp
 * @code{.lisp}
 * receive-shm socket &key name timeout => shm
 * @endcode
 * @par In Lisp
 * Wait for an object on SOCKET, the descriptor of a connected Unix domain socket, and return it as an
 * `open-shm`, with the name NAME for people, which may be kept, and not copied: do not change it while the result is in
 * use. It waits at most TIMEOUT seconds, a non-negative real; nil, the default, is no limit. Interrupts are served while it
 * waits, whoever else receives from SOCKET.
 * @par Exceptional situations
 * `shm-timeout` when the time is up, with the restart `continue`, which waits as long again; `shm-error` when the peer closed its end (`:enodata`), or did so before it had received all that was sent to it
 * (`:econnreset`: call again, until `:enodata`), sent no descriptor or several (`:eproto`), or there is
 * no descriptor free (`:emfile`); `shm-invalid-argument` when SOCKET is not a descriptor, NAME is neither a
 * name nor nil, or TIMEOUT is neither a non-negative real nor nil.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (here there) (shm-socketpair)
 *   (posix-shm/ffi:close here)
 *   (handler-case (receive-shm there)
 *     (shm-error (condition) (posix-shm/ffi:close there) (posix-shm-error-keyword condition))))
 * => :ENODATA
 * @endcode
 * @par Example
 * @code{.py}
 * >>> received = pshm_receive(there.value, -1)
 * >>> pshm_fstat(received, fields, 16)
 * 16
 * >>> fields[PSHM_STAT_SIZE]
 * 4096
 * >>> [pshm_close(d) for d in (received, here.value, there.value)]
 * [0, 0, 0]
 * @endcode
 * @result{descriptor}
 * @waits
 * @since 0.1
 * @see pshm_send; recvmsg(2), unix(7), POSIX.1-2017 recvmsg
 */
PSHM_API int pshm_receive(int socket, int64_t timeout);

/**
 * @brief Make a connected pair of Unix domain stream sockets, close-on-exec.
 *
 * For passing a descriptor to a child or a thread: keep one, let the child inherit the other
 * (#pshm_set_inheritable).
 *
 * @param ret_first @role{out,descriptor} Receives one descriptor.
 * @param ret_second @role{out,descriptor} Receives the other.
 * @retval 0 Both are open; the caller closes them.
 * @error{EFAULT} @p ret_first or @p ret_second is NULL.
 * @error{EMFILE} The process has not two descriptors free.
 * @error{ENFILE} The system has not two descriptors free.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-socketpair => first, second
 * @endcode
 * @par In Lisp
 * Return two descriptors of sockets that are connected to each other, for `send-shm` and `receive-shm`. Close
 * them with `posix-shm/ffi:close`.
 * @par Exceptional situations
 * `shm-error` when the system refuses.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (first second) (shm-socketpair)
 *   (list (posix-shm/ffi:close first) (posix-shm/ffi:close second)))
 * => (0 0)
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_socketpair(here, there)
 * 0
 * >>> pshm_close(here.value), pshm_close(there.value)
 * (0, 0)
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_send, pshm_receive; socketpair(2)
 */
PSHM_API int pshm_socketpair(int *ret_first, int *ret_second);

/** @} */

/**
 * @defgroup api_seals Seals
 * @brief What can be forbidden about an object, and descriptors with less access.
 * @{
 */

/**
 * @brief What can be forbidden about an object for ever.
 *
 * @bits{PSHM_SEAL_,seals}
 */
enum pshm_seal {
	PSHM_SEAL_SEAL = 0x01,         /**< No more seals. */
	PSHM_SEAL_SHRINK = 0x02,       /**< The object never gets smaller: no access faults because it was cut. */
	PSHM_SEAL_GROW = 0x04,         /**< The object never gets larger. */
	PSHM_SEAL_WRITE = 0x08,        /**< Nobody writes any more. Refused while a shared mapping may write. */
	PSHM_SEAL_FUTURE_WRITE = 0x10, /**< Nobody but existing mappings writes any more. */
	PSHM_SEAL_EXEC = 0x20          /**< The execute permissions never change. Where one is set, neither do size and bytes. */
};

/**
 * @brief Forbid something about an anonymous object, for everybody and for ever: fcntl(2) with `F_ADD_SEALS`.
 *
 * #PSHM_SEAL_EXEC on an object that has an execute permission brings #PSHM_SEAL_SHRINK, #PSHM_SEAL_GROW,
 * #PSHM_SEAL_WRITE and #PSHM_SEAL_FUTURE_WRITE with it, so that what is executed does not change.
 *
 * What may write is a shared mapping that was made through a descriptor for `io`, even for reading only, or
 * without any access: mprotect(2) could let it write. A private mapping does not count, nor one that was made
 * through a descriptor for `input` (#pshm_reopen).
 *
 * @fd_param
 * @param seals @role{flags,pshm_seal} `PSHM_SEAL_` constants, added to those that the object has.
 * @retval 0 The object has them.
 * @fd_error
 * @error{EBUSY} #PSHM_SEAL_WRITE, or #PSHM_SEAL_EXEC of an object that has an execute permission: a shared
 *        mapping exists that may write.
 * @error{EINVAL} @p seals has an unknown bit, or @p fd is of something that knows no seals.
 * @error{ENOTSUP} The platform, or this kernel, does not know the seal (#pshm_has).
 * @error{EPERM} A named object, an object sealed with #PSHM_SEAL_SEAL, or a descriptor opened for reading.
 *
 * @par Lisp
 * @code{.lisp}
 * seal-shm shm seals
 * @endcode
 * @par In Lisp
 * Add SEALS, a list of `:seal`, `:shrink`, `:grow`, `:write`, `:future-write` and `:exec`, one of them, or an
 * integer, to the seals of SHM, for everybody and for ever. Where SHM has an execute permission, `:exec` brings
 * `:shrink`, `:grow`, `:write` and `:future-write` with it. Returns no values.
 * @par Exceptional situations
 * `shm-error` when SHM takes no seals (one that has a name or was opened for input, `:eperm`), or when, for
 * `:write` or what brings it, a shared mapping exists that was made through an object opened for `:io`, even with
 * `:prot :read` (`:ebusy`); `shm-invalid-argument` for an unknown keyword or a closed SHM.
 * @par Affected by
 * The kernel, which may know some of the seals only: #pshm_has tells.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4096)
 *   (seal-shm shm '(:shrink :grow))
 *   (handler-case (truncate-shm shm 0)
 *     (shm-error (condition) (posix-shm-error-keyword condition))))
 * => :EPERM
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_error_name(pshm_seal(fd, PSHM_SEAL_SHRINK))
 * b'EPERM'
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
 * @return `PSHM_SEAL_` constants, or-ed. A named object on Linux has #PSHM_SEAL_SEAL from the start; an anonymous
 *         one has none, but #PSHM_SEAL_EXEC where `vm.memfd_noexec` is 2.
 * @fd_error
 * @error{EINVAL} @p fd is of something that knows no seals.
 * @error{ENOTSUP} The platform knows no seals.
 *
 * @par Lisp
 * @code{.lisp}
 * shm-seals shm => seals
 * @endcode
 * @par In Lisp
 * Return the seals of SHM as a list of keywords.
 * @par Exceptional situations
 * `shm-error` when the object or the platform knows no seals; `shm-invalid-argument` when SHM is closed.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (seal-shm shm :shrink)
 *   (find :shrink (shm-seals shm)))
 * => :SHRINK
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_seals(fd) == PSHM_SEAL_SEAL
 * True
 * @endcode
 * @result{flags}
 * @since 0.1
 * @see pshm_seal; fcntl(2)
 */
PSHM_API int pshm_seals(int fd);

/**
 * @brief Make another descriptor of the same object, with the same access or less.
 *
 * A descriptor for `input` of an object that is open for `io` is what to send to a peer that is to read only:
 * it maps no shared memory for writing, and mprotect(2) cannot add it later. (A private mapping may be written: the
 * object does not change.) It guards against a peer's mistakes. Against a peer that means harm, and whom the
 * permissions of the object allow to write, only permissions (mode 0400) or #PSHM_SEAL_FUTURE_WRITE guard: on Linux
 * whoever holds a descriptor can open the object anew as far as the permissions go.
 *
 * @fd_param
 * @param direction @role{enum,pshm_direction} `PSHM_DIRECTION_` constant.
 * @return The new descriptor; the caller closes it.
 * @fd_error
 * @error{EACCES} `io` was asked of a descriptor opened for input, the permissions of the object do not
 *        allow it, or @p fd is not open for reading.
 * @error{EINVAL} @p direction is none of its constants.
 * @error{EISDIR} @p fd is a directory's.
 * @error{EMFILE} The process has no descriptor free.
 * @error{ENFILE} The system has no descriptor free.
 * @error{ENODEV} @p fd is something else's, such as a pipe's.
 * @error{ENOTSUP} `input` of a descriptor opened for `io`, where the system has no way to do it (no `/proc`).
 *
 * @par Lisp
 * @code{.lisp}
 * reopen-shm shm &key direction => shm
 * @endcode
 * @par In Lisp
 * Return another `open-shm` of the object of SHM, for DIRECTION, `:input` by default: never with more access
 * than SHM has. Send such a one to a peer that is only to read.
 * @par Exceptional situations
 * `shm-error` when `:io` is asked of an object opened for input (`:eacces`); `shm-invalid-argument` when SHM is
 * closed, or DIRECTION is neither `:input` nor `:io`.
 * @par Affected by
 * The permissions of the object; on Linux, whether `/proc` is there.
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
 * @par Example
 * @code{.py}
 * >>> reader = pshm_reopen(fd, PSHM_DIRECTION_INPUT)
 * >>> pshm_error_name(pshm_map(reader, 4096, PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0))
 * b'EACCES'
 * >>> pshm_close(reader), pshm_close(fd)
 * (0, 0)
 * @endcode
 * @result{descriptor}
 * @since 0.1
 * @see pshm_dup, pshm_send, pshm_seal; proc(5)
 */
PSHM_API int pshm_reopen(int fd, int direction);

/** @} */

/**
 * @defgroup api_list Listing
 * @brief Which objects exist.
 * @{
 */

/**
 * @brief List the names of the objects that exist.
 *
 * Every name has its slash and ends in NUL: `"/a\0/b\0"`. Files of other kinds in the shared memory file system are left
 * out, and so is every name that begins with `/sem.`, as glibc's semaphores, or with `/.pshm-`, as objects in the making
 * (#pshm_open), whatever made it. Names are bytes, not necessarily UTF-8. The order means nothing, and the list is out of
 * date as soon as it is made.
 *
 * @param ret_names @role{buffer} @nullable Receives the names, if all of them fit; else it is untouched. NULL
 *        with size 0 asks for the size.
 * @param size @role{size,ret_names} The size of the buffer, in bytes.
 * @return The size that the list needs, in bytes; 0 when there is no object. Where it is more than @p size, call again with
 *         a larger buffer: objects come and go.
 * @error{EACCES} The place where objects live may not be read.
 * @error{EFAULT} @p ret_names is NULL and @p size is not 0.
 * @error{EINVAL} @p size is negative.
 * @error{EMFILE} The process has no descriptor free.
 * @error{ENOENT} There is no such place.
 * @error{ENOMEM} There is no memory to read the directory.
 * @error{ENOTSUP} The platform does not tell.
 *
 * @par Lisp
 * @code{.lisp}
 * list-shm => names
 * @endcode
 * @par In Lisp
 * Return a list of the names of the objects that exist, in no order, but for those that begin with `/sem.` or `/.pshm-`. A name
 * that is not UTF-8 comes with the replacement character in it.
 * @par Exceptional situations
 * `shm-error` when the platform does not tell.
 * @par Affected by
 * Every process that makes or deletes objects.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (prog1 (find "/foobar-shm" (list-shm) :test #'string=)
 *     (delete-shm "/foobar-shm")))
 * => "/foobar-shm"
 * @endcode
 * @par Example
 * @code{.py}
 * >>> pshm_list(None, 0) >= 0
 * True
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

#endif
