/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_LISP_H
#define POSIX_SHM_LISP_H

/**
 * @file lisp.h
 * @brief The entries that exist only in Lisp: types, macros, classes, conditions and restarts.
 *
 * This file has annotations and no code, and is not installed. Each entry belongs to a group of ffi.h (package posix-shm/ffi)
 * or of api.h (package posix-shm), so that the references show it beside the functions that it wraps.
 */

/**
 * @page lisp_glossary Arguments and values
 *
 * The meaning of the argument names in the Lisp signatures of posix-shm. An entry or a kind of entry in the second column
 * restricts the row to it.
 *
 * | name | of | meaning |
 * |---|---|---|
 * | abandoned | with-shm-lock-held | A symbol, not evaluated: a variable that is true in BODY if an owner has died since the last repair; nil (the default) for none. |
 * | abandoned-p | | A boolean: whether an owner has died since the last repair. |
 * | acquired-p | | A boolean: whether this process holds the lock now. |
 * | alive | | t, nil or `:unknown`. |
 * | allocate | | A generalized boolean: whether to grow the object to the end of the vector or the array and reserve its memory first, as `allocate-shm` does; nil by default. |
 * | arguments | | The arguments of the restart: for `:use-value` another name. |
 * | array | | A result of `map-shm-array`: a real array, an `shm-array-view`, or with one dimension a vector. |
 * | array | shm-aref | A result of `map-shm-vector` or `map-shm-array`. |
 * | array | Macro | A symbol, not evaluated: the variable for the array. |
 * | array-options | | The keyword arguments of `map-shm-array`, and `:release`. Evaluated. |
 * | attempts | | An integer from 0, 100 by default. With 0 the call is an error; every other number allows 100 random names if the system needs a name. |
 * | candidates | | A list of strings. |
 * | body | | Declarations, and then forms: an implicit progn. |
 * | condition | | A condition of that type. |
 * | count | | An integer from 0: the number of octets copied. |
 * | count | stat-dev | An integer from 0: the number of names of the object. |
 * | count | shm-wake | A positive integer, or `:all` (the default): the greatest number of waiters to wake. |
 * | capacity | | A power of two from 4096 to 1073741824, octets: the size of the ring without its header. A message has at most half of it, less 8. Both ends use the same. |
 * | capacity | open-shm-channel | A power of two from 4096 to 1073741824, octets: the size of the ring without its header; 65536 by default. A message has at most half of it, less 8. Both ends use the same. |
 * | capacity | open-shm-stream | A power of two from 4096 to 1073741824, octets: the size of the ring without its header; 65536 by default. Both ends use the same. |
 * | blocks | | An integer from 0, in units of 512 octets. |
 * | channel | | A `shm-channel`. |
 * | channel | Macro | A `shm-channel`; in `with-shm-channel` and `with-open-shm-channel` a symbol, not evaluated: the variable for it. |
 * | class | | A subclass of `open-shm`, or its name; `open-shm` by default. |
 * | closed | | A boolean: whether this call closed the object. |
 * | created | | A boolean: whether this call created the object. |
 * | deleted | | A boolean: whether the name was removed. |
 * | delta | | An integer, 1 by default. |
 * | dimensions | | A positive integer, or a list of up to 7 (more on most implementations): the length of each dimension. |
 * | dimensions | shm-array-dimensions | A list of integers from 0. |
 * | device | | An integer from 0. |
 * | direction | | `:input` (the default) or `:io`. |
 * | direction | ensure-shm | `:io` (the default) or `:input`. |
 * | element-type | make-shm-stream | What `stream-element-type` returns, `character` (the default) or `(unsigned-byte 8)`. The stream transfers both. |
 * | element-type | open-shm-stream | What `stream-element-type` returns, `character` (the default) or `(unsigned-byte 8)`. The stream transfers both. |
 * | element-type | | `(unsigned-byte 8)`, `(signed-byte 8)`, the same types with 16, 32 or 64 bits, `single-float`, `double-float`, `(complex single-float)`, `(complex double-float)`, or another name of one of these types. |
 * | end | | An integer, at most the length of the vector, which is the default: the end of the range. |
 * | end | with-message | A symbol, not evaluated: the variable for the end of the message. |
 * | end | with-message-reserved | A symbol, not evaluated: the variable for the end of the message. |
 * | end | read-shm-string | An integer: the end of the field, at most the length of the vector, which is the default; for a pointer octets from it, and required. |
 * | end | write-shm-string | An integer: the end of the field, at most the length of the vector, which is the default; for a pointer octets from it, and required. |
 * | end1 | | An integer, at most the length of the target, which is the default: the end of the range. |
 * | end2 | | An integer, at most the length of the source, which is the default: the end of the range. |
 * | encoding | | An encoding that Babel has, such as `:utf-8` (the default) or `:latin-1`, but not `:cp437`, which Babel has wrong. UTF-16 and UTF-32 have the byte order of the machine, and no mark. |
 * | expected | | An integer of the type of the word. |
 * | external-format | | An encoding that Babel has, such as `:utf-8` (the default) or `:latin-1`, but not `:cp437`, which Babel has wrong. UTF-16 and UTF-32 have the byte order of the machine, and no mark. |
 * | fd | | A descriptor: an integer from 0. |
 * | finalize | | A generalized boolean: whether the object closes itself once it is garbage; nil by default. |
 * | first | | A descriptor: an integer from 0. |
 * | language | | `:c` or `:numpy`. |
 * | left | | A boolean: whether this call left the rings. |
 * | lock | | A `shm-lock`. |
 * | octets | | A vector of octets: in the heap, or in shared memory. A vector of other numbers is sent as the octets of its elements. |
 * | new | | An integer of the type of the word: the value to store. |
 * | old | shm-compare-and-swap | An integer of the type of the word: the value to compare with. |
 * | old | | An integer of the type of the word: the previous value. |
 * | operand | | An integer. Of n bits, signed or unsigned: -2^(n-1) to 2^n - 1. |
 * | operation | | `:add`, `:and`, `:or`, `:xor` or `:exchange`. |
 * | second | | A descriptor: an integer from 0. |
 * | flags | | A list of `:shared`, `:private`, `:anonymous`, `:fixed`, `:growsdown`, `:noreserve`, `:populate`, `:lock`, `:huge`, `:fixed-noreplace`, `:nodump`, one of them, or an integer; `(:shared)` by default. |
 * | flags | msync | A list of `:sync` or `:async`, and `:invalidate` or not; one of them, or an integer; `(:sync)` by default. |
 * | flags | map-shm-array | As for `map-shm-vector`; `(:shared)` by default. |
 * | flags | map-shm-vector | A list of `:shared` or `:private`, and any of `:noreserve`, `:populate`, `:lock`, `:huge`, `:nodump`; one of the two, or an integer; `(:shared)` by default. |
 * | free | | An integer: octets. |
 * | generalized-boolean | | True or nil. |
 * | gid | | A group id, an integer from 0, or nil for no change. |
 * | group-id | | An integer from 0. |
 * | huge | | A generalized boolean: whether to create an object of huge pages; nil by default. |
 * | if-does-not-exist | | `:error`, `:create` or nil. The default is `:error` for input and where an existing object would be overwritten or truncated, else `:create`. |
 * | if-exists | | `:error`, `:overwrite` (the default), `:truncate`, `:supersede` or nil. |
 * | if-exists | publish-shm | `:error` (the default), `:supersede` or nil. |
 * | initialize | | A function of one argument, an `open-shm` for reading and writing; or nil (the default). |
 * | if-peer-left | | `:error` (the default) or nil: what to do when the sender has left, and all messages have been received. |
 * | if-timeout | | `:error` (the default) or nil: what to do after the timeout. |
 * | into | | A vector in shared memory, or a specialised vector in the heap; or nil (the default): a fresh vector of octets. |
 * | inheritable | | A boolean; `setf` accepts a generalized boolean: whether programs that this process starts inherit the descriptor. |
 * | inode | | An integer from 0. |
 * | index | | An integer from 0, below the length of the vector, or of the first dimension. |
 * | indices | | An integer for each further dimension, from 0 and below its length. |
 * | index | make-shm-channel | An integer from 0 (the default) below the length of the vector; with a foreign pointer an integer: octets from the pointer. |
 * | index | with-shm-channel | An integer from 0 (the default) below the length of the vector; with a foreign pointer an integer: octets from the pointer. |
 * | index | shm-atomic | An integer from 0 below the length of the vector; with a foreign pointer an integer: octets from the pointer. |
 * | integer | | A positive errno of this platform. |
 * | item | | An element: a number of the element type of the vector. |
 * | keyword | | A keyword such as `:enoent`, or nil. |
 * | length | | An integer from 1: octets. |
 * | length | with-message-reserved | An integer from 0: the greatest number of elements of the message; octets for a pointer. |
 * | length | receive-message | An integer from 0: octets. |
 * | length | msync | An integer from 0: octets. |
 * | length | discard-shm | An integer from 0: octets. |
 * | length | map-shm-vector | An integer from 1: elements. |
 * | length | extend-shm-vector | An integer from the length of the vector: elements. |
 * | length | shm-vector-length | An integer from 0: elements. |
 * | length | with-shm-vector | An integer from 1: elements. |
 * | length | with-open-shm-vector | An integer from 1: elements. |
 * | length | with-open-shm-vector* | An integer from 1: elements. |
 * | mmap-options | | The keyword arguments of `mmap-shm`. Evaluated. |
 * | name | | A string: the name of the object. A missing leading slash is added, and several are one slash. Its UTF-8 encoding has at most `pshm_name_max` octets. |
 * | name | make-shm | Any string, or nil (the default): a display name. |
 * | name | receive-shm | Any string, or nil (the default): a display name. |
 * | name | shm-name | A string, or nil. |
 * | name | shm-error-name | A string, or nil. |
 * | name | posix-shm-error-errno | A symbol: the function that failed. |
 * | nameable | | A generalized boolean: whether to create an object that `publish-shm` can give a name; nil by default. |
 * | names | | A list of strings, each with its leading slash. An octet that is not valid UTF-8 is represented by a character from U+DC80 to U+DCFF. |
 * | nanoseconds | | An integer: nanoseconds since the Unix epoch. |
 * | null-terminated | | A generalized boolean: whether the string ends with a NUL, as in C; nil by default. |
 * | object | | Any object. |
 * | octets | stat-dev | An integer from 0. |
 * | offset | | An integer from 0 (the default): octets from the beginning of the object; any octet, not only the first of a page. |
 * | offset | discard-shm | An integer from 0: octets from the beginning of the object; any octet, not only the first of a page. |
 * | offset | mmap-shm | An integer from 0 (the default): octets from the beginning of the object; with a PTR that is not null, a multiple of the page size. |
 * | offset | map-shm-array | An integer from 0 (the default), a multiple of the octets of an element, on SBCL of the page size: octets from the beginning of the object. |
 * | offset | map-shm-vector | An integer from 0 (the default), a multiple of the octets of an element, on SBCL of the page size: octets from the beginning of the object. |
 * | open-options | | The keyword arguments of the function that opens. Evaluated. |
 * | options | | The keyword arguments of the function that the macro calls. Evaluated. |
 * | permissions | | A list of `:user-read`, `:user-write`, `:user-exec`, `:user-all`, the same with `group-` and `other-`, their short aliases such as `:rusr`, one of them, or an integer such as `#o600`. `(:user-read :user-write :group-read :other-read)` by default. |
 * | permissions | open-shm-channel | A list as for `open-shm`, or an integer; `(:user-read :user-write)` by default. |
 * | permissions | open-shm-stream | A list as for `open-shm`, or an integer; `(:user-read :user-write)` by default. |
 * | permissions | chmod-shm | A list of `:user-read`, `:user-write`, `:user-exec`, `:user-all`, the same with `group-` and `other-`, their short aliases such as `:rusr`, one of them, or an integer such as `#o600`. |
 * | permissions | stat-dev | A list of the nine long single keywords. |
 * | path | | A string, or nil. |
 * | pointer | | A foreign pointer. |
 * | published | | A boolean: whether the object has the name. |
 * | prot | | A list of `:read`, `:write`, `:exec`, one of them, `:none`, or an integer; `(:read :write)` by default. `()` means no access. |
 * | prot | map-shm-array | As for `map-shm-vector`; `(:read :write)` by default. |
 * | prot | map-shm-vector | A list that has `:read`, and may have `:write` and `:exec`; `:read` alone, or an integer; `(:read :write)` by default. |
 * | ptr | | A foreign pointer. |
 * | ptr | mmap-shm | A foreign pointer: a hint for the address. With a null pointer, the default, the system chooses. |
 * | ptr | Macro | A symbol, not evaluated: the variable for the pointer. |
 * | release | | A generalized boolean: whether to release the addresses of the vector or the array as well; nil by default. |
 * | reserve | | An integer, at least the size of the vector in octets; or nil (the default): the number of octets to map from OFFSET. |
 * | replaced | | A boolean: whether the predecessor in this role had died. |
 * | restart | | `:continue`, `:use-value`, `:overwrite`, `:truncate`, `:supersede`, `:create`, `:extend` or `:repair`. |
 * | result* | | The values of the body. |
 * | role | | `:sender` or `:receiver`, the ends of one ring; `:server` or `:client`, those of two. |
 * | seals | | A list of `:seal`, `:shrink`, `:grow`, `:write`, `:future-write`, `:exec`; as an argument also one of them, or an integer. |
 * | shm | | An `open-shm`. |
 * | shm | close-shm | A `shm`, open or closed. |
 * | shm | shm-name | A `shm`, open or closed. |
 * | shm | mmap-shm | An `open-shm`, or nil with the flag `:anonymous`. |
 * | shm | with-mmap | An `open-shm`, or nil. |
 * | shm | with-shm-array | An `open-shm`, or nil. |
 * | shm | with-shm-vector | An `open-shm`, or nil. |
 * | shm | Macro | A symbol, not evaluated: the variable for the object. |
 * | short | | `:error` (the default) or `:count`. |
 * | size | | An integer from 0 to 2^63 - 1: octets. |
 * | size | shm-channel-size | An integer: octets. |
 * | size | shm-page-size | A power of two: octets. |
 * | size | wait-for-shm | An integer from 0 (the default) to 2^63 - 1, octets: the least size of the object. |
 * | socket | | The descriptor of a connected Unix domain socket: an integer from 0. |
 * | source | | A vector in shared memory, or a specialised vector in the heap. |
 * | start | | An integer from 0 (the default): the start of the range. |
 * | start | with-message | A symbol, not evaluated: the variable for the start of the message. |
 * | start | with-message-reserved | A symbol, not evaluated: the variable for the start of the message. |
 * | start | read-shm-string | An integer from 0 (the default): the start of the field; for a pointer octets from it. |
 * | start | write-shm-string | An integer from 0 (the default): the start of the field; for a pointer octets from it. |
 * | start1 | | An integer from 0 (the default): the start of the range. |
 * | start2 | | An integer from 0 (the default): the start of the range. |
 * | stat | | A `stat` structure. |
 * | stream | print-shm-layout | An output stream; `*standard-output*` by default, and if it is t. |
 * | stream | shm-usage | An output stream; `*standard-output*` by default, and if it is t. |
 * | stream | | A `shm-stream`. |
 * | stream | Macro | A symbol, not evaluated: the variable for the stream. |
 * | string | | A string. |
 * | t | | The symbol t. |
 * | target | | A vector in shared memory, or a specialised vector in the heap. |
 * | timeout | | A non-negative real: seconds; or nil (the default): no limit. |
 * | timeout | ensure-shm | A non-negative real: seconds, 10 by default; or nil: no limit. |
 * | timeout | open-shm-channel | A non-negative real: seconds, 10 by default; or nil: no limit. It is that of `ensure-shm`. |
 * | timeout | open-shm-stream | A non-negative real: seconds; or nil (the default): no limit. |
 * | total | | An integer: octets. |
 * | truncate | | A generalized boolean: whether to set the size first; t by default. |
 * | type | | For a foreign pointer only: `:uint32` (the default), `:int32`, `:uint64` or `:int64`. A vector determines the type itself. |
 * | type | print-shm-layout | The name of a structure of `cffi:defcstruct` or a union of `cffi:defcunion`: `frame`, `(:struct frame)` or `(:union frame)`. |
 * | type | shm-wait | For a foreign pointer only: `:uint32` (the default) or `:int32`. |
 * | uid | | A user id, an integer from 0, or nil for no change. |
 * | awake | | A boolean: nil after the timeout. |
 * | user-id | | An integer from 0. |
 * | position | | An integer: the index of the octet after the last one written. |
 * | value | | An integer of the type of the word. |
 * | vector | | A result of `map-shm-vector`: a real vector or an `shm-view`. |
 * | vector | shm-array-vector | A vector of all elements in row-major order: a real vector or an `shm-view`. |
 * | vector | read-shm | A vector in shared memory, or a specialised vector in the heap. |
 * | vector | write-shm | A vector in shared memory, or a specialised vector in the heap. |
 * | vector | fill-shm-vector | A vector in shared memory, or a specialised vector in the heap. |
 * | vector | with-message | A symbol, not evaluated: the variable for the vector that the message is in, or for a pointer to it. |
 * | vector | with-message-reserved | A symbol, not evaluated: the variable for the vector that the message is in, or for a pointer to it. |
 * | vector | Macro | A symbol, not evaluated: the variable for the vector. |
 * | vector-options | | The keyword arguments of `map-shm-vector`, and `:release`. Evaluated. |
 * | version | | A string, or nil. |
 * | unmapped | | A boolean: whether this call unmapped the vector or the array. |
 * | wait | | A generalized boolean: whether to wait for the lock; t by default. With nil the timeout is 0. |
 * | where | | A vector of `map-shm-vector` whose elements are integers of 32 or 64 bits, or a foreign pointer. |
 * | where | read-shm-string | A vector of octets, in shared memory or in the heap, or a foreign pointer. |
 * | where | write-shm-string | A vector of octets, in shared memory or in the heap, or a foreign pointer. |
 * | where | make-shm-lock | A vector of `map-shm-vector`, of any element type, or a foreign pointer. |
 * | where | make-shm-channel | A vector of `map-shm-vector` whose elements have at most 8 octets, or a foreign pointer. |
 * | where | with-shm-channel | A vector of `map-shm-vector` whose elements have at most 8 octets, or a foreign pointer. |
 * | who | | A process: a positive integer. |
 * | who | shm-lock-owner | A process: a positive integer; or nil. |
 * | who | shm-lock-error-lock | A process: a positive integer; or nil if it is not known. |
 */

/* ---- posix-shm/ffi ---- */

/**
 * @page lisp_ffi_errno *errno*
 * @ingroup ffi_errors
 * @par Kind
 * Symbol macro
 * @par Lisp
 * @code{.lisp}
 * *errno* => error
 * @endcode
 * @par In Lisp
 * The last failure of the calling thread: a keyword such as `:eexist`, an integer if the error has no
 * keyword, `:ok` if no call has failed. `setf` sets it to a keyword or an integer. Only a failing
 * call of this library changes it, so the Lisp system cannot overwrite it.
 * @par Lisp example
 * @code{.lisp}
 * (list (posix-shm/ffi:shm-unlink "/no-such-shm") posix-shm/ffi:*errno*)
 * => (-1 :ENOENT)
 * @endcode
 * @since 0.1
 * @see pshm_errno, c-error
 */

/**
 * @page lisp_ffi_c_error c-error
 * @ingroup ffi_errors
 * @par Kind
 * Type
 * @par Lisp
 * @code{.lisp}
 * c-error
 * @endcode
 * @par In Lisp
 * An `int` that is an errno: in Lisp a keyword such as `:enoent`, or an integer if there is no keyword. The
 * table is built when the library is loaded, since the numbers differ per platform.
 * @par Lisp example
 * @code{.lisp}
 * (let ((number (cffi:convert-to-foreign :enoent 'posix-shm/ffi:c-error)))
 *   (list (plusp number) (cffi:convert-from-foreign number 'posix-shm/ffi:c-error)))
 * => (T :ENOENT)
 * @endcode
 * @since 0.1
 * @see `*errno*`, pshm_error_name
 */

/**
 * @page lisp_ffi_strerror strerror
 * @ingroup ffi_errors
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * strerror error => message
 * @endcode
 * @par In Lisp
 * Return the message of ERROR, a keyword such as `:enoent` or an integer of either sign. The message is in English,
 * whatever the locale.
 * @par Lisp example
 * @code{.lisp}
 * (posix-shm/ffi:strerror :enoent)
 * => "no such object, file or directory"
 * @endcode
 * @since 0.1
 * @see pshm_strerror, `*errno*`
 */

/**
 * @page lisp_ffi_stat stat
 * @ingroup ffi_objects
 * @par Kind
 * Foreign structure
 * @par Lisp
 * @code{.lisp}
 * stat
 * @endcode
 * @par In Lisp
 * The structure `(:struct stat)`, which `fstat` fills, with the slots `st-dev`, `st-ino`, `st-mode`, `st-nlink`,
 * `st-uid`, `st-gid`, `st-rdev`, `st-size`, `st-blksize`, `st-blocks`, and `st-atim`, `st-mtim`, `st-ctim`, each
 * a `(:struct timespec)`. All of them are 64 bits wide on every platform: the library defines the structure, not
 * the system.
 * @par Lisp example
 * @code{.lisp}
 * (cffi:with-foreign-object (statbuf '(:struct posix-shm/ffi:stat))
 *   (with-open-shm* (shm :direction :io)
 *     (posix-shm/ffi:ftruncate (shm-fd shm) 100)
 *     (list (posix-shm/ffi:fstat (shm-fd shm) statbuf)
 *           (cffi:foreign-slot-value statbuf '(:struct posix-shm/ffi:stat) 'posix-shm/ffi:st-size))))
 * => (0 100)
 * @endcode
 * @since 0.1
 * @see pshm_fstat, timespec, shm-stats
 */

/**
 * @page lisp_ffi_stat_slots st-size
 * @ingroup ffi_objects
 * @par Kind
 * Slot
 * @par Lisp
 * @code{.lisp}
 * st-dev
 * st-ino
 * st-mode
 * st-nlink
 * st-uid
 * st-gid
 * st-rdev
 * st-size
 * st-blksize
 * st-blocks
 * st-atim
 * st-mtim
 * st-ctim
 * @endcode
 * @par In Lisp
 * Slots of `(:struct stat)`. The device and the inode are unsigned; the mode is a list of keywords of the type `mode`; the
 * last three are structures, `(:struct timespec)`.
 * @par Lisp example
 * @code{.lisp}
 * (cffi:with-foreign-object (statbuf '(:struct posix-shm/ffi:stat))
 *   (with-open-shm* (shm :direction :io :permissions '(:user-read))
 *     (posix-shm/ffi:fstat (shm-fd shm) statbuf)
 *     (cffi:with-foreign-slots ((posix-shm/ffi:st-mode posix-shm/ffi:st-nlink) statbuf (:struct posix-shm/ffi:stat))
 *       (list posix-shm/ffi:st-mode posix-shm/ffi:st-nlink))))
 * => ((:USER-READ) 0)
 * @endcode
 * @since 0.1
 * @see stat, timespec
 */

/**
 * @page lisp_ffi_timespec timespec
 * @ingroup ffi_objects
 * @par Kind
 * Foreign structure
 * @par Lisp
 * @code{.lisp}
 * timespec
 * @endcode
 * @par In Lisp
 * A time of `(:struct stat)`, with the slots `tv-sec`, seconds since the Unix epoch, and `tv-nsec`, nanoseconds.
 * @par Lisp example
 * @code{.lisp}
 * (cffi:foreign-type-size '(:struct posix-shm/ffi:timespec))
 * => 16
 * @endcode
 * @since 0.1
 * @see stat
 */

/**
 * @page lisp_ffi_timespec_slots tv-sec
 * @ingroup ffi_objects
 * @par Kind
 * Slot
 * @par Lisp
 * @code{.lisp}
 * tv-sec
 * tv-nsec
 * @endcode
 * @par In Lisp
 * Slots of `(:struct timespec)`: seconds since the Unix epoch, and nanoseconds from 0 to 999999999.
 * @par Lisp example
 * @code{.lisp}
 * (cffi:with-foreign-object (statbuf '(:struct posix-shm/ffi:stat))
 *   (with-open-shm* (shm :direction :io)
 *     (posix-shm/ffi:fstat (shm-fd shm) statbuf)
 *     (let ((time (cffi:foreign-slot-pointer statbuf '(:struct posix-shm/ffi:stat) 'posix-shm/ffi:st-mtim)))
 *       (<= 0 (cffi:foreign-slot-value time '(:struct posix-shm/ffi:timespec) 'posix-shm/ffi:tv-nsec) 999999999))))
 * => T
 * @endcode
 * @since 0.1
 * @see timespec
 */

/**
 * @page lisp_ffi_map_failed +map-failed+
 * @ingroup ffi_mappings
 * @par Kind
 * Constant
 * @par Lisp
 * @code{.lisp}
 * +map-failed+
 * @endcode
 * @par In Lisp
 * The address of the pointer that `mmap` returns on failure: an integer with all bits of a pointer set.
 * @par Lisp example
 * @code{.lisp}
 * (= (cffi:pointer-address (posix-shm/ffi:mmap (cffi:null-pointer) 0 '(:read) '(:shared) -1 0))
 *    posix-shm/ffi:+map-failed+)
 * => T
 * @endcode
 * @since 0.1
 * @see pshm_mmap
 */

/**
 * @page lisp_ffi_map_shared +map-shared+
 * @ingroup ffi_mappings
 * @par Kind
 * Constant
 * @par Lisp
 * @code{.lisp}
 * +map-shared+
 * @endcode
 * @par In Lisp
 * The integer of the flag `:shared` of `mmap-flags`.
 * @par Lisp example
 * @code{.lisp}
 * posix-shm/ffi:+map-shared+
 * => 1
 * @endcode
 * @since 0.1
 * @see pshm_map_flag
 */

/**
 * @defgroup ffi_types Types of the Lisp package
 * @brief Names of integer types of C, for programs that declare foreign functions and structures.
 */

/**
 * @page lisp_ffi_integers off
 * @ingroup ffi_types
 * @par Kind
 * Type
 * @par Lisp
 * @code{.lisp}
 * blkcnt
 * blksize
 * dev
 * gid
 * gif
 * ino
 * nlink
 * off
 * size
 * ssize
 * uid
 * @endcode
 * @par In Lisp
 * Foreign integer types, 64 bits wide: `dev`, `ino` and `size` are unsigned. `gif` is `gid`, as
 * posix-shm 0.0.7 spells it.
 * @par Lisp example
 * @code{.lisp}
 * (list (cffi:foreign-type-size 'posix-shm/ffi:off) (cffi:foreign-type-size 'posix-shm/ffi:uid))
 * => (8 8)
 * @endcode
 * @since 0.1
 * @see stat
 */

/**
 * @page lisp_ffi_whence whence
 * @ingroup ffi_types
 * @par Kind
 * Type
 * @par Lisp
 * @code{.lisp}
 * whence
 * @endcode
 * @par In Lisp
 * A foreign enumeration, `:set` `:cur` `:end`, for programs that declare lseek(2).
 * @par Lisp example
 * @code{.lisp}
 * (cffi:foreign-enum-value 'posix-shm/ffi:whence :end)
 * => 2
 * @endcode
 * @since 0.1
 * @see off; lseek(2)
 */

/* ---- posix-shm: objects ---- */

/**
 * @page lisp_shm shm
 * @ingroup api_objects
 * @par Kind
 * Class
 * @par Lisp
 * @code{.lisp}
 * shm
 * @endcode
 * @par Class precedence list
 * `shm`, `standard-object`, `t`
 * @par In Lisp
 * A shared memory object as this process sees it: an `open-shm` or a `closed-shm`. It prints as
 * `#<SHM for "/name" ...>`. Only `close-shm` and the macros close it, and
 * its finalizer if it was opened with `:finalize t`.
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io)))
 *   (close-shm shm)
 *   (when (typep shm 'shm)
 *     (type-of shm)))
 * => CLOSED-SHM
 * @endcode
 * @since 0.1
 * @see open-shm, make-shm
 */

/**
 * @page lisp_open_shm_class open-shm
 * @ingroup api_objects
 * @par Kind
 * Class
 * @par Lisp
 * @code{.lisp}
 * open-shm
 * @endcode
 * @par Class precedence list
 * `open-shm`, `shm`, `standard-object`, `t`
 * @par In Lisp
 * A shared memory object with a descriptor: the class of the results of `open-shm`, `open-shm*`, `make-shm`, `receive-shm` and
 * `reopen-shm`. `close-shm` changes the class to `closed-shm`. An instance of a subclass, which `open-shm` makes with the option
 * `:class`, keeps its class, and so its slots and its methods; after `close-shm`, `open-shm-p` returns nil for it.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (type-of shm))
 * => OPEN-SHM
 * @endcode
 * @since 0.1
 * @see shm, closed-shm
 */

/**
 * @page lisp_closed_shm closed-shm
 * @ingroup api_objects
 * @par Kind
 * Class
 * @par Lisp
 * @code{.lisp}
 * closed-shm
 * @endcode
 * @par Class precedence list
 * `closed-shm`, `shm`, `standard-object`, `t`
 * @par In Lisp
 * A closed shared memory object. It keeps its name, and has no descriptor. An object of a subclass of `open-shm` keeps that class.
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io)))
 *   (close-shm shm)
 *   (type-of shm))
 * => CLOSED-SHM
 * @endcode
 * @since 0.1
 * @see close-shm
 */

/**
 * @page lisp_shm_p shm-p
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-p object => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if OBJECT is a shared memory object, open or closed.
 * @par Lisp example
 * @code{.lisp}
 * (shm-p "/foobar-shm")
 * => NIL
 * @endcode
 * @since 0.1
 * @see open-shm-p
 */

/**
 * @page lisp_open_shm_p open-shm-p
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * open-shm-p object => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if OBJECT is an open shared memory object.
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io)))
 *   (list (open-shm-p shm) (close-shm shm) (open-shm-p shm)))
 * => (T T NIL)
 * @endcode
 * @since 0.1
 * @see shm-p, close-shm
 */

/**
 * @page lisp_shm_name shm-name
 * @ingroup api_objects
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-name shm => name
 * @endcode
 * @par In Lisp
 * Return the name of SHM as it was given, or nil if it was adopted without one. The name of an object of `open-shm*` is a
 * random label, generated at the first call of this function and constant from then on; no object has that name. This is a
 * generic function.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "foobar-shm" :direction :io :if-does-not-exist :create)
 *   (delete-shm "/foobar-shm")
 *   (shm-name shm))
 * => "foobar-shm"
 * @endcode
 * @since 0.1
 * @see open-shm, make-shm
 */

/**
 * @page lisp_shm_fd shm-fd
 * @ingroup api_objects
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-fd shm => fd
 * @endcode
 * @par In Lisp
 * Return the descriptor of the open SHM, a non-negative integer. SHM owns it: close SHM, not the descriptor. This is a
 * generic function.
 * @par Exceptional situations
 * `shm-invalid-argument` if SHM is closed.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (typep (shm-fd shm) '(integer 0)))
 * => T
 * @endcode
 * @since 0.1
 * @see make-shm, close-shm
 */

/**
 * @page lisp_make_shm make-shm
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * make-shm fd &optional name => shm
 * @endcode
 * @par In Lisp
 * Return an `open-shm` that owns the descriptor FD and has the display name NAME, perhaps the same string: do not
 * modify it while the result is in use. `(make-instance 'open-shm :fd fd :name name)` is equivalent.
 * @par Exceptional situations
 * `shm-invalid-argument` if FD is not a non-negative integer, or NAME is neither a string nor nil.
 * @par Lisp example
 * @code{.lisp}
 * (let* ((fd (with-open-shm* (shm :direction :io)
 *              (posix-shm/ffi:dup (shm-fd shm))))
 *        (adopted (make-shm fd)))
 *   (truncate-shm adopted 100)
 *   (prog1 (stat-size (shm-stats adopted))
 *     (close-shm adopted)))
 * => 100
 * @endcode
 * @since 0.1
 * @see shm-fd, receive-shm
 */

/**
 * @page lisp_close_shm close-shm
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * close-shm shm => closed
 * @endcode
 * @par In C
 * pshm_close
 * @par In Lisp
 * Close SHM and return t, or nil if it was closed already. If several threads close it concurrently, one gets
 * t, and the descriptor is closed once. Mappings stay valid; the object exists as long as it has a name, a descriptor or a
 * mapping.
 * @par Exceptional situations
 * `shm-error` if the descriptor was not open, because another part of the program has closed it.
 * @par Lisp example
 * @code{.lisp}
 * (let ((shm (open-shm* :direction :io)))
 *   (list (close-shm shm) (close-shm shm)))
 * => (T NIL)
 * @endcode
 * @since 0.1
 * @see with-open-shm, make-shm; close(2)
 */

/**
 * @page lisp_shm_usage shm-usage
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-usage &optional stream
 * @endcode
 * @par In Lisp
 * List the objects of the shared memory file system on STREAM, as `ls` does: for each object that has a name, sorted by owner
 * and by size, the owner, the permissions, the size, the memory that it takes, the time since its last change other than
 * through a mapping, and its name, with control characters in octal; then the sum. Return no values. Objects that this
 * process may not open are listed on Linux. `describe` of an object prints its name, descriptor, size, permissions, owner,
 * seals, and the mappings of it in this process.
 * @par Exceptional situations
 * Those of `list-shm`; `shm-invalid-argument` if STREAM is no output stream.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (truncate-shm shm 100000)
 *   (let ((text (with-output-to-string (stream) (shm-usage stream))))
 *     (delete-shm "/foobar-shm")
 *     (and (search "97.7 KiB" text) (search "/foobar-shm" text) t)))
 * => T
 * @endcode
 * @since 0.1
 * @see list-shm, shm-stats, shm-space; ls(1)
 */

/**
 * @page lisp_with_open_shm with-open-shm
 * @ingroup api_objects
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm (shm name &rest options) &body body => result*
 * @endcode
 * @par In Lisp
 * Open the object NAME with the OPTIONS of `open-shm`, run BODY with the variable SHM bound to it, and close it on
 * every exit. If `open-shm` returns nil, SHM is nil. Return the values of BODY.
 * @par Exceptional situations
 * Those of `open-shm`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (delete-shm "/foobar-shm")
 *   (truncate-shm shm 100)
 *   (stat-size (shm-stats shm)))
 * => 100
 * (with-open-shm (shm "/foobar-shm" :if-does-not-exist nil)
 *   shm)
 * => NIL
 * @endcode
 * @since 0.1
 * @see open-shm, with-open-shm-and-mmap
 */

/**
 * @page lisp_with_open_shm_anonymous with-open-shm*
 * @ingroup api_objects
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm* (shm &rest options) &body body => result*
 * @endcode
 * @par In Lisp
 * Create an anonymous object with the OPTIONS of `open-shm*`, run BODY with the variable SHM bound to it, and
 * close it on every exit. Return the values of BODY.
 * @par Exceptional situations
 * Those of `open-shm*`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io :permissions '(:user-all))
 *   (stat-nlink (shm-stats shm)))
 * => 0
 * @endcode
 * @since 0.1
 * @see open-shm*, with-open-shm-and-mmap*
 */

/**
 * @page lisp_shm_stats shm-stats
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-stats shm => stat
 * @endcode
 * @par In C
 * pshm_fstat
 * @par In Lisp
 * Return a description of the current state of SHM: a `stat` structure.
 * @par Exceptional situations
 * `shm-invalid-argument` if SHM is closed; `shm-error` for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 5000)
 *   (stat-size (shm-stats shm)))
 * => 5000
 * @endcode
 * @since 0.1
 * @see stat-size; fstat(2)
 */

/**
 * @page lisp_stat stat
 * @ingroup api_objects
 * @par Kind
 * Structure
 * @par Lisp
 * @code{.lisp}
 * stat
 * @endcode
 * @par Class precedence list
 * `stat`, `structure-object`, `t`
 * @par In Lisp
 * A description of an object, as `shm-stats` returns it. It does not change when the object does.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((before (shm-stats shm)))
 *     (truncate-shm shm 100)
 *     (list (stat-size before) (stat-size (shm-stats shm)))))
 * => (0 100)
 * @endcode
 * @since 0.1
 * @see shm-stats
 */

/**
 * @page lisp_stat_readers stat-size
 * @ingroup api_objects
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * stat-dev stat => device
 * stat-ino stat => inode
 * stat-mode stat => permissions
 * stat-nlink stat => count
 * stat-uid stat => user-id
 * stat-gid stat => group-id
 * stat-rdev stat => device
 * stat-size stat => octets
 * stat-blksize stat => octets
 * stat-blocks stat => blocks
 * stat-atime stat => nanoseconds
 * stat-mtime stat => nanoseconds
 * stat-ctime stat => nanoseconds
 * @endcode
 * @par In Lisp
 * Readers of the results of `shm-stats`. `stat-dev` and `stat-ino` together identify an object. `stat-mode` is a
 * list of the nine long permission keywords of single bits, () for none, and a valid argument of `chmod-shm`.
 * `stat-nlink` is 0 after the name is removed. `stat-size` is in octets; `stat-blocks` is the number of allocated units of 512
 * octets. `stat-atime`, `stat-mtime` and `stat-ctime` are in nanoseconds since the Unix epoch.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io :permissions '(:user-read :user-write))
 *   (stat-mode (shm-stats shm)))
 * => (:USER-READ :USER-WRITE)
 * @endcode
 * @since 0.1
 * @see shm-stats, pshm_stat_field
 */

/**
 * @page lisp_chown_shm chown-shm
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * chown-shm shm uid gid
 * @endcode
 * @par In C
 * pshm_fchown
 * @par In Lisp
 * Set the owner of SHM to the user id UID, and its group to the group id GID. Return no values.
 * @par Exceptional situations
 * `shm-invalid-argument` if an id is neither nil nor a non-negative integer, or SHM is closed; `shm-error` for
 * an error of the system: usually only the superuser may change the owner (`:eperm`).
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (chown-shm shm nil nil))
 * =>
 * @endcode
 * @since 0.1
 * @see chmod-shm; fchown(2)
 */

/**
 * @page lisp_chmod_shm chmod-shm
 * @ingroup api_objects
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * chmod-shm shm permissions
 * @endcode
 * @par In C
 * pshm_fchmod
 * @par In Lisp
 * Set the permissions of SHM to exactly PERMISSIONS. The umask is ignored, and existing descriptors keep their access.
 * Return no values.
 * @par Exceptional situations
 * `shm-invalid-argument` for an unknown keyword or a closed SHM; `shm-error` for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (chmod-shm shm '(:user-read :group-read))
 *   (stat-mode (shm-stats shm)))
 * => (:USER-READ :GROUP-READ)
 * @endcode
 * @since 0.1
 * @see stat-mode, chown-shm; fchmod(2)
 */

/* ---- posix-shm: mappings ---- */

/**
 * @page lisp_msync msync
 * @ingroup api_mappings
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * msync ptr length &key flags
 * @endcode
 * @par In C
 * pshm_msync
 * @par In Lisp
 * Write LENGTH octets of mapped memory at PTR back to the mapped regular file, whose descriptor was adopted with `make-shm`.
 * On shared memory the call has no effect, since no file backs the pages. With `:sync` among FLAGS, the
 * default, the octets are in the file on return; with `:async` their writing is scheduled. PTR is any address in a mapping.
 * Return no values.
 * @par Exceptional situations
 * `mmap-error` for an error of the system, a page that is not mapped, or FLAGS that exclude each other; `mmap-invalid-argument`
 * for a null pointer, an invalid LENGTH or an unknown flag.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (with-mmap (pointer shm 100)
 *     (msync pointer 100 :flags '(:sync :invalidate))))
 * =>
 * @endcode
 * @since 0.1
 * @see mmap-shm; msync(2)
 */

/**
 * @page lisp_shm_page_size shm-page-size
 * @ingroup api_mappings
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-page-size => size
 * @endcode
 * @par In C
 * pshm_page_size
 * @par In Lisp
 * Return the size of a page of memory: 4096 octets on most machines, 16384 or 65536 on some. Memory is mapped in whole pages.
 * On SBCL the offset of `map-shm-vector`, and everywhere the PTR and the offset of `mmap-shm` with `:fixed`, are multiples of it.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm (* 2 (shm-page-size)))
 *   (with-shm-vector (vector shm '(unsigned-byte 8) 10 :offset (shm-page-size))
 *     (shm-vector-length vector)))
 * => 10
 * @endcode
 * @since 0.1
 * @see mmap-shm, map-shm-vector; sysconf(3)
 */

/**
 * @page lisp_with_mmap with-mmap
 * @ingroup api_mappings
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-mmap (ptr shm length &rest options) &body body => result*
 * @endcode
 * @par In Lisp
 * Map LENGTH octets of SHM with the OPTIONS of `mmap-shm`, run BODY with the variable PTR bound to the pointer, and
 * unmap on every exit. If SHM is nil and the mapping is not anonymous, nothing is mapped and PTR is
 * nil. Return the values of BODY.
 * @par Exceptional situations
 * Those of `mmap-shm`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (with-mmap (ptr shm 100)
 *     (setf (cffi:mem-ref ptr :int) 42)
 *     (cffi:mem-ref ptr :int)))
 * => 42
 * @endcode
 * @since 0.1
 * @see mmap-shm, with-open-shm-and-mmap
 */

/**
 * @page lisp_with_open_shm_and_mmap with-open-shm-and-mmap
 * @ingroup api_mappings
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-and-mmap (shm ptr (name &rest open-options) (length &rest mmap-options) &key truncate) &body body => result*
 * with-mmapped-shm (shm ptr (name &rest open-options) (length &rest mmap-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Open the object NAME with the OPEN-OPTIONS of `open-shm`, set its size to LENGTH octets, map them with the
 * MMAP-OPTIONS of `mmap-shm`, and run BODY with the variables SHM and PTR bound; unmap and close on every exit.
 * With an `:offset`, the size is OFFSET + LENGTH: the end of the mapping. A larger object is shrunk
 * after it is mapped, and not at all if that fails. With a TRUNCATE of nil the size is not changed.
 * If `open-shm` returns nil, both variables are nil, and nothing is mapped. NAME and the OPEN-OPTIONS are
 * evaluated first; LENGTH, the MMAP-OPTIONS and TRUNCATE after the object is opened, with the variable SHM bound to it, and
 * not at all if it is nil. Return the values of BODY.
 * @par Exceptional situations
 * Those of `open-shm`, `truncate-shm` and `mmap-shm`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-and-mmap (shm ptr ("/foobar-shm" :direction :io :if-does-not-exist :create) (100))
 *   (delete-shm "/foobar-shm")
 *   (setf (cffi:mem-ref ptr :int) 42)
 *   (list (stat-size (shm-stats shm)) (cffi:mem-ref ptr :int)))
 * => (100 42)
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (truncate-shm shm 100))
 * (with-mmapped-shm (shm ptr ("/foobar-shm") ((stat-size (shm-stats shm)) :prot :read) :truncate nil)
 *   (delete-shm "/foobar-shm")
 *   (cffi:mem-ref ptr :uint8 99))
 * => 0
 * @endcode
 * @since 0.1
 * @see with-open-shm, with-mmap, with-open-shm-and-mmap*
 */

/**
 * @page lisp_with_open_shm_and_mmap_anonymous with-open-shm-and-mmap*
 * @ingroup api_mappings
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-and-mmap* (shm ptr (&rest open-options) (length &rest mmap-options) &key truncate) &body body => result*
 * with-mmapped-shm* (shm ptr (&rest open-options) (length &rest mmap-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Create an anonymous object with the OPEN-OPTIONS of `open-shm*`; otherwise as `with-open-shm-and-mmap`.
 * @par Exceptional situations
 * Those of `open-shm*`, `truncate-shm` and `mmap-shm`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-and-mmap* (shm ptr (:direction :io) (100 :prot '(:read :write)))
 *   (setf (cffi:mem-ref ptr :int) 42)
 *   (list (open-shm-p shm) (cffi:mem-ref ptr :int)))
 * => (T 42)
 * @endcode
 * @since 0.1
 * @see with-open-shm*, with-mmap, with-open-shm-and-mmap
 */

/* ---- posix-shm: vectors ---- */

/**
 * @page lisp_map_shm_vector map-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * map-shm-vector shm element-type length &key offset prot flags allocate reserve => vector
 * @endcode
 * @par In C
 * pshm_map_prefixed
 * @par In Lisp
 * Map LENGTH elements of SHM from OFFSET and return a vector
 * whose elements are that memory: a simple, specialised vector of ELEMENT-TYPE that every function of Lisp accepts.
 * If `shm-vector-real-p` returns false, the result is an `shm-view`
 * instead. With a PROT of `:read` alone a store is a memory fault. Only `unmap-shm-vector` and the macros unmap the
 * vector; the garbage collector does not. With RESERVE the call maps that number of octets, even beyond the end of the
 * object, so that `extend-shm-vector` can extend the vector when the object has grown. If real vectors cannot be extended
 * (ABCL), the result is then an `shm-view`.
 * @par Exceptional situations
 * `mmap-invalid-argument` if the object ends before the vector does, LENGTH is not positive, OFFSET is not a multiple of the
 * octets of an element (of the page size if the vector is a real one of SBCL, whose header precedes it), PROT does not have
 * `:read`, ELEMENT-TYPE cannot be shared, RESERVE is less than the size of the vector, or SHM is closed; `mmap-error` for an
 * error of the system, or FLAGS that exclude each other; with ALLOCATE the conditions of `allocate-shm`. If another process
 * shrinks the object later, an access past its end is a memory fault: `seal-shm` prevents it.
 * @par Affected by
 * The implementation: see `shm-vector-real-p`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((vector (map-shm-vector shm 'double-float 1000 :allocate t)))
 *     (setf (shm-aref vector 999) 1.5d0)
 *     (prog1 (list (shm-vector-length vector) (shm-aref vector 0) (shm-aref vector 999))
 *       (unmap-shm-vector vector))))
 * => (1000 0.0d0 1.5d0)
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 100)
 *   (handler-case (map-shm-vector shm '(unsigned-byte 32) 26)
 *     (mmap-invalid-argument (condition) (type-error-datum condition))))
 * => 26
 * @endcode
 * @since 0.1
 * @see with-shm-vector, extend-shm-vector, unmap-shm-vector, shm-vector-real-p; mmap(2)
 */

/**
 * @page lisp_extend_shm_vector extend-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * extend-shm-vector vector length => vector
 * @endcode
 * @par In Lisp
 * Extend VECTOR, a result of `map-shm-vector` with a RESERVE, to LENGTH elements, and return it: the same vector, at the same
 * address; pointers into it stay valid. Nothing is mapped or copied. The object must have grown before (`allocate-shm`), in
 * this process or in another one. Compiled code that has loaded the length before may still use the old one.
 * @par Exceptional situations
 * `mmap-invalid-argument` if VECTOR is not mapped, LENGTH is less than its length or more than the RESERVE holds, or the
 * object is shorter. The size is checked only while the `open-shm` from which VECTOR was mapped is open.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((vector (map-shm-vector shm '(unsigned-byte 32) 1000 :allocate t :reserve 1000000)))
 *     (setf (shm-aref vector 999) 42)
 *     (allocate-shm shm 400000)
 *     (extend-shm-vector vector 100000)
 *     (setf (shm-aref vector 99999) 43)
 *     (prog1 (list (shm-vector-length vector) (shm-aref vector 999) (shm-aref vector 99999))
 *       (unmap-shm-vector vector))))
 * => (100000 42 43)
 * @endcode
 * @since 0.1
 * @see map-shm-vector, allocate-shm
 */

/**
 * @page lisp_unmap_shm_vector unmap-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * unmap-shm-vector vector &key release => unmapped
 * @endcode
 * @par In C
 * pshm_unmap_prefixed
 * @par In Lisp
 * Unmap VECTOR, a result of `map-shm-vector`, and return t, or nil if it was unmapped already. VECTOR is empty
 * afterwards: a later `aref` is an error, and code compiled without checks accesses a page without permissions, never other
 * data. For each of the newest thousand vectors this costs a page of memory and two of the mappings that a process may have;
 * of older ones only the addresses stay reserved. On SBCL an access to such an older
 * vector is a memory fault, and `length` and printing may fault too, since its header is unmapped; a
 * second `unmap-shm-vector` still returns nil. With a true RELEASE the addresses are released as well: a later use of
 * VECTOR is undefined, like that of freed memory in C. The addresses of an `shm-view` are always released, and a later access
 * to an element is an error.
 * @par Exceptional situations
 * `mmap-invalid-argument` if VECTOR is not a result of `map-shm-vector`; `mmap-error` for an error of the system: VECTOR is then
 * unchanged.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((vector (map-shm-vector shm 'double-float 10 :allocate t)))
 *     (list (unmap-shm-vector vector) (shm-vector-length vector) (unmap-shm-vector vector))))
 * => (T 0 NIL)
 * @endcode
 * @since 0.1
 * @see map-shm-vector; munmap(2)
 */

/**
 * @page lisp_with_shm_vector with-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-shm-vector (vector shm element-type length &rest vector-options) &body body => result*
 * @endcode
 * @par In Lisp
 * Map LENGTH elements of SHM as `map-shm-vector` does with VECTOR-OPTIONS, run BODY with the variable VECTOR bound to
 * the vector, and unmap it on every exit, with the option `:release` of `unmap-shm-vector`. If SHM is nil,
 * nothing is mapped and VECTOR is nil. Return the values of BODY.
 * @par Exceptional situations
 * Those of `map-shm-vector`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (with-shm-vector (here shm '(signed-byte 16) 4 :allocate t)
 *     (with-shm-vector (there shm '(signed-byte 16) 4 :prot :read)
 *       (fill-shm-vector here -7)
 *       (shm-aref there 3))))
 * => -7
 * @endcode
 * @since 0.1
 * @see map-shm-vector, with-open-shm-vector
 */

/**
 * @page lisp_with_open_shm_vector with-open-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-vector (shm vector (name &rest open-options) (element-type length &rest vector-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Open the object NAME with the OPEN-OPTIONS of `open-shm`, set its size to the end of the vector, map LENGTH
 * elements with VECTOR-OPTIONS as in `with-shm-vector`, and run BODY with the variables SHM and VECTOR bound; unmap and
 * close on every exit. A larger object is shrunk after the vector is mapped, and not at all if that fails.
 * With a TRUNCATE of nil the size is not changed. If `open-shm` returns nil, both variables
 * are nil. ELEMENT-TYPE, LENGTH, the VECTOR-OPTIONS and TRUNCATE are evaluated after the object is opened, with
 * the variable SHM bound to it, and not at all if it is nil. Return the values of BODY.
 * @par Exceptional situations
 * Those of `open-shm`, `truncate-shm` and `map-shm-vector`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector (shm vector ("/foobar-shm" :direction :io :if-does-not-exist :create) ('single-float 25))
 *   (delete-shm "/foobar-shm")
 *   (fill-shm-vector vector 0.5)
 *   (list (stat-size (shm-stats shm)) (shm-aref vector 24)))
 * => (100 0.5)
 * @endcode
 * @since 0.1
 * @see with-shm-vector, with-open-shm-vector*, with-open-shm-and-mmap
 */

/**
 * @page lisp_with_open_shm_vector_anonymous with-open-shm-vector*
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-vector* (shm vector (&rest open-options) (element-type length &rest vector-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Create an anonymous object with the OPEN-OPTIONS of `open-shm*`; otherwise as `with-open-shm-vector`.
 * @par Exceptional situations
 * Those of `open-shm*`, `truncate-shm` and `map-shm-vector`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 100))
 *   (setf (shm-aref vector 1) 255)
 *   (list (stat-size (shm-stats shm)) (shm-aref vector 1)))
 * => (100 255)
 * @endcode
 * @since 0.1
 * @see with-open-shm-vector, open-shm*
 */

/**
 * @page lisp_shm_vector_real_p shm-vector-real-p
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-vector-real-p element-type => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if `map-shm-vector` returns a real vector for ELEMENT-TYPE: one that `aref`, `replace`, `sort` and all other
 * functions accept. On 64-bit SBCL and ECL it does for every type that can be shared; on ABCL for unsigned integers of 8, 16 and
 * 32 bits; on CLISP for none. The result comes from a trial: if the memory layout of the implementation is not
 * as expected, it is nil, and `map-shm-vector` returns an `shm-view`. For a type that cannot be shared it is nil as well.
 * @par Lisp example
 * @code{.lisp}
 * (shm-vector-real-p 'character)
 * => NIL
 * @endcode
 * @since 0.1
 * @see map-shm-vector, shm-view
 */

/**
 * @page lisp_shm_view shm-view
 * @ingroup api_arrays
 * @par Kind
 * Structure
 * @par Lisp
 * @code{.lisp}
 * shm-view
 * @endcode
 * @par Class precedence list
 * `shm-view`, `structure-object`, `t`
 * @par In Lisp
 * The result of `map-shm-vector` for an element type without real vectors. It is not a vector: `shm-aref`,
 * `shm-vector-length`, `fill-shm-vector`, `replace-shm-vector`, `read-shm` and `write-shm` accept both views and real vectors,
 * so that a program that uses only these is portable.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('double-float 4))
 *   (eq (typep vector 'shm-view) (not (shm-vector-real-p 'double-float))))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-vector-real-p, shm-aref
 */

/**
 * @page lisp_shm_aref shm-aref
 * @ingroup api_arrays
 * @par Kind
 * Accessor
 * @par Lisp
 * @code{.lisp}
 * shm-aref array index &rest indices => item
 * @endcode
 * @par In Lisp
 * Return the element of ARRAY at INDEX, and at INDICES if it has more than one dimension; `setf` stores one. On a real vector or
 * array it is `aref`, and as fast if the compiler knows the type. On a view the indices and the item are always checked.
 * @par Exceptional situations
 * `shm-invalid-argument` if there are more or fewer indices than dimensions, or ARRAY is none; for a view also if an index
 * is out of bounds, as is every index of an unmapped one, or the item is not of the element type.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(complex double-float) 10))
 *   (setf (shm-aref vector 9) #c(1d0 -2d0))
 *   (shm-aref vector 9))
 * => #C(1.0d0 -2.0d0)
 * (with-open-shm-array* (shm array (:direction :io) ('single-float '(2 3)))
 *   (setf (shm-aref array 1 2) 0.5)
 *   (shm-aref array 1 2))
 * => 0.5
 * @endcode
 * @since 0.1
 * @see map-shm-vector, map-shm-array, shm-view, shm-array-view
 */

/**
 * @page lisp_shm_vector_length shm-vector-length
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-vector-length vector => length
 * @endcode
 * @par In Lisp
 * Return the number of elements of VECTOR: 0 if it is unmapped.
 * @par Exceptional situations
 * `shm-invalid-argument` if VECTOR is no vector.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('single-float 7))
 *   (shm-vector-length vector))
 * => 7
 * @endcode
 * @since 0.1
 * @see shm-vector-element-type
 */

/**
 * @page lisp_shm_vector_element_type shm-vector-element-type
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-vector-element-type vector => element-type
 * @endcode
 * @par In Lisp
 * Return the element type of VECTOR, the same on every implementation.
 * @par Exceptional situations
 * `shm-invalid-argument` if the elements of VECTOR cannot be shared.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(integer 0 255) 7))
 *   (shm-vector-element-type vector))
 * => (UNSIGNED-BYTE 8)
 * @endcode
 * @since 0.1
 * @see shm-vector-length
 */

/**
 * @page lisp_replace_shm_vector replace-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * replace-shm-vector target source &key start1 end1 start2 end2 => target
 * @endcode
 * @par In C
 * pshm_copy
 * @par In Lisp
 * Copy elements of SOURCE, from START2 up to END2, into TARGET, from START1 up to END1, as `replace` does, up to
 * the length of the shorter range, and return TARGET. The call stores to no octet outside the range. `replace` and `fill` store
 * whole words even if elements are smaller, and so overwrite concurrent stores of another process beside the range. Both
 * vectors have the same element type; one of them may be a general vector, whose elements are checked. The ranges may overlap
 * within one vector. If two vectors map the same octets of an object, the call may copy elements that it has stored itself.
 * @par Exceptional situations
 * `shm-invalid-argument` if a range is out of bounds or the element types differ.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 5))
 *   (replace-shm-vector vector (coerce #(1 2 3) '(vector (unsigned-byte 8))) :start1 1)
 *   (loop for index below 5 collect (shm-aref vector index)))
 * => (0 1 2 3 0)
 * @endcode
 * @since 0.1
 * @see fill-shm-vector; memmove(3)
 */

/**
 * @page lisp_fill_shm_vector fill-shm-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * fill-shm-vector vector item &key start end => vector
 * @endcode
 * @par In C
 * pshm_fill
 * @par In Lisp
 * Store ITEM to the elements of VECTOR from START up to END, as `fill` does, but to no octet
 * outside them; see `replace-shm-vector`. Return VECTOR.
 * @par Exceptional situations
 * `shm-invalid-argument` if the range is out of bounds or ITEM is not of the element type.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 16) 5))
 *   (fill-shm-vector vector 9 :start 1 :end 3)
 *   (loop for index below 5 collect (shm-aref vector index)))
 * => (0 9 9 0 0)
 * @endcode
 * @since 0.1
 * @see replace-shm-vector; memset(3)
 */

/* ---- posix-shm: arrays ---- */

/**
 * @page lisp_map_shm_array map-shm-array
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * map-shm-array shm element-type dimensions &key offset prot flags allocate => array
 * @endcode
 * @par In C
 * pshm_map_prefixed
 * @par In Lisp
 * Map the elements of an array of DIMENSIONS from OFFSET of SHM, in row-major order, and return an array whose elements are that
 * memory: a simple array of ELEMENT-TYPE that every function of Lisp accepts, or an `shm-array-view` if `shm-array-real-p`
 * returns false. With one dimension it is the vector that `map-shm-vector` returns. Only `unmap-shm-array` and the macros unmap
 * it; the garbage collector does not. C has the same order, and so has numpy; Fortran, and numpy with its order F, have the
 * dimensions and the indices in reverse.
 * @par Exceptional situations
 * `mmap-invalid-argument` if the object ends before the array does, DIMENSIONS are not positive integers or too many, or as for
 * `map-shm-vector`; `mmap-error` for an error of the system; with ALLOCATE the conditions of `allocate-shm`.
 * @par Affected by
 * The implementation: see `shm-array-real-p`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((array (map-shm-array shm 'double-float '(1000 500) :allocate t)))
 *     (setf (shm-aref array 999 499) 1.5d0)
 *     (prog1 (list (stat-size (shm-stats shm)) (shm-aref array 0 0) (shm-aref array 999 499))
 *       (unmap-shm-array array))))
 * => (4000000 0.0d0 1.5d0)
 * @endcode
 * @since 0.1
 * @see with-shm-array, unmap-shm-array, shm-array-vector, map-shm-vector; mmap(2)
 */

/**
 * @page lisp_unmap_shm_array unmap-shm-array
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * unmap-shm-array array &key release => unmapped
 * @endcode
 * @par In C
 * pshm_unmap_prefixed
 * @par In Lisp
 * Unmap ARRAY, a result of `map-shm-array` or `map-shm-vector`, and return t, or nil if it was unmapped already. Each of its
 * dimensions is 0 afterwards, and the vector of `shm-array-vector` is empty; the same address space stays reserved as by
 * `unmap-shm-vector`. With a true RELEASE the addresses are released as well. On SBCL the array refers to an empty vector then;
 * the vector of `shm-array-vector` may not be used any more.
 * @par Exceptional situations
 * `mmap-invalid-argument` if ARRAY is not such a result; `mmap-error` for an error of the system: ARRAY is then unchanged.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (let ((array (map-shm-array shm 'double-float '(2 3) :allocate t)))
 *     (list (unmap-shm-array array) (shm-array-dimensions array) (unmap-shm-array array))))
 * => (T (0 0) NIL)
 * @endcode
 * @since 0.1
 * @see map-shm-array, unmap-shm-vector; munmap(2)
 */

/**
 * @page lisp_with_shm_array with-shm-array
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-shm-array (array shm element-type dimensions &rest array-options) &body body => result*
 * @endcode
 * @par In Lisp
 * Map an array of SHM as `map-shm-array` does with ARRAY-OPTIONS, run BODY with the variable ARRAY bound to it, and unmap
 * it on every exit, with the option `:release` of `unmap-shm-array`. If SHM is nil, nothing is mapped and ARRAY is nil. Return the
 * values of BODY.
 * @par Exceptional situations
 * Those of `map-shm-array`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (with-shm-array (rows shm '(unsigned-byte 8) '(4 256) :allocate t)
 *     (with-shm-vector (row shm '(unsigned-byte 8) 1024 :prot :read)
 *       (setf (shm-aref rows 3 1) 7)
 *       (shm-aref row 769))))
 * => 7
 * @endcode
 * @since 0.1
 * @see map-shm-array, with-open-shm-array
 */

/**
 * @page lisp_with_open_shm_array with-open-shm-array
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-array (shm array (name &rest open-options) (element-type dimensions &rest array-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Open the object NAME with the OPEN-OPTIONS of `open-shm`, set its size to the end of the array, map the array with
 * ARRAY-OPTIONS as in `with-shm-array`, and run BODY with the variables SHM and ARRAY bound; otherwise as
 * `with-open-shm-vector`.
 * @par Exceptional situations
 * Those of `open-shm`, `truncate-shm` and `map-shm-array`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-array (shm array ("/foobar-shm" :direction :io :if-does-not-exist :create) ('(unsigned-byte 16) '(5 10)))
 *   (delete-shm "/foobar-shm")
 *   (list (stat-size (shm-stats shm)) (shm-array-dimensions array)))
 * => (100 (5 10))
 * @endcode
 * @since 0.1
 * @see with-shm-array, with-open-shm-array*, with-open-shm-vector
 */

/**
 * @page lisp_with_open_shm_array_anonymous with-open-shm-array*
 * @ingroup api_arrays
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-array* (shm array (&rest open-options) (element-type dimensions &rest array-options) &key truncate) &body body => result*
 * @endcode
 * @par In Lisp
 * Create an anonymous object with the OPEN-OPTIONS of `open-shm*`; otherwise as `with-open-shm-array`.
 * @par Exceptional situations
 * Those of `open-shm*`, `truncate-shm` and `map-shm-array`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-array* (shm array (:direction :io) ('(signed-byte 32) '(2 2 2)))
 *   (setf (shm-aref array 1 1 1) -7)
 *   (shm-aref (shm-array-vector array) 7))
 * => -7
 * @endcode
 * @since 0.1
 * @see with-open-shm-array, open-shm*
 */

/**
 * @page lisp_shm_array_real_p shm-array-real-p
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-array-real-p element-type => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if `map-shm-array` returns real arrays of more than one dimension for ELEMENT-TYPE: on 64-bit SBCL and ECL for every
 * type that can be shared, on ABCL and CLISP for none. As that of `shm-vector-real-p`, the result comes from a trial.
 * @par Lisp example
 * @code{.lisp}
 * (shm-array-real-p 'character)
 * => NIL
 * @endcode
 * @since 0.1
 * @see map-shm-array, shm-array-view, shm-vector-real-p
 */

/**
 * @page lisp_shm_array_view shm-array-view
 * @ingroup api_arrays
 * @par Kind
 * Structure
 * @par Lisp
 * @code{.lisp}
 * shm-array-view
 * @endcode
 * @par Class precedence list
 * `shm-array-view`, `structure-object`, `t`
 * @par In Lisp
 * The result of `map-shm-array` for more than one dimension and an element type without real arrays. It is not an array:
 * `shm-aref`, `shm-array-dimensions` and `shm-array-vector` accept views and real arrays.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-array* (shm array (:direction :io) ('double-float '(2 2)))
 *   (eq (typep array 'shm-array-view) (not (shm-array-real-p 'double-float))))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-array-real-p, shm-aref
 */

/**
 * @page lisp_shm_array_vector shm-array-vector
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-array-vector array => vector
 * @endcode
 * @par In Lisp
 * Return the vector of all elements of ARRAY in row-major order: the same memory, for `fill-shm-vector`, `replace-shm-vector`,
 * `read-shm`, `write-shm`, the atomic operations, and on real vectors every function of Lisp. It is unmapped with ARRAY.
 * @par Exceptional situations
 * `mmap-invalid-argument` if ARRAY is not a result of `map-shm-array` or `map-shm-vector`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-array* (shm array (:direction :io) ('(unsigned-byte 8) '(3 4)))
 *   (fill-shm-vector (shm-array-vector array) 9 :start 4 :end 8)
 *   (loop for row below 3 collect (shm-aref array row 0)))
 * => (0 9 0)
 * @endcode
 * @since 0.1
 * @see map-shm-array, fill-shm-vector, replace-shm-vector
 */

/**
 * @page lisp_shm_array_dimensions shm-array-dimensions
 * @ingroup api_arrays
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-array-dimensions array => dimensions
 * @endcode
 * @par In Lisp
 * Return the dimensions of ARRAY, each of them 0 if it is unmapped.
 * @par Exceptional situations
 * `shm-invalid-argument` if ARRAY is no array.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-array* (shm array (:direction :io) ('single-float '(480 640)))
 *   (shm-array-dimensions array))
 * => (480 640)
 * @endcode
 * @since 0.1
 * @see map-shm-array, shm-array-vector
 */

/* ---- posix-shm: strings ---- */

/**
 * @page lisp_write_shm_string write-shm-string
 * @ingroup api_bytes
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * write-shm-string where string &key start end encoding null-terminated => position
 * @endcode
 * @par In C
 * pshm_copy
 * @par In Lisp
 * Store the octets of STRING in ENCODING into the field of WHERE from START up to END, and return the position after the last
 * octet. With NULL-TERMINATED a NUL follows: one octet, or as many as a code unit of ENCODING has. A string that does not fit is an
 * error, and nothing is stored then. The rest of the field is unchanged: for numpy, whose strings of fixed length end
 * with NULs to the end of the field, use `fill-shm-vector` first. On ABCL, whose characters have 16 bits, a surrogate pair in
 * STRING is one character, as it is in the result of `read-shm-string`.
 * @par Exceptional situations
 * `shm-invalid-argument` if STRING takes more octets than the field has, has a character that ENCODING has not, such as half
 * a surrogate pair in UTF-8, or a NUL where it is to end with one; WHERE is neither a vector of octets nor a pointer; the
 * field is out of bounds, or ENCODING is unknown.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 80))
 *   (list (write-shm-string vector "frame 7" :start 16 :end 48 :null-terminated t)
 *         (read-shm-string vector :start 16 :end 48 :null-terminated t)))
 * => (24 "frame 7")
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 4))
 *   (handler-case (write-shm-string vector "frame 7")
 *     (shm-invalid-argument (condition) (type-error-datum condition))))
 * => "frame 7"
 * @endcode
 * @since 0.1
 * @see read-shm-string, fill-shm-vector, write-shm
 */

/**
 * @page lisp_read_shm_string read-shm-string
 * @ingroup api_bytes
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * read-shm-string where &key start end encoding null-terminated => string
 * @endcode
 * @par In C
 * pshm_copy
 * @par In Lisp
 * Return the string whose octets in ENCODING are the field of WHERE from START up to END; with NULL-TERMINATED those before
 * the first NUL in the field. The octets are copied once, and then decoded: a store of another process during the copy may change
 * the string, but never takes the function beyond the field.
 * @par Exceptional situations
 * `shm-string-error` if the field ends within a character, has octets that are no character in ENCODING, or has no NUL with
 * NULL-TERMINATED; `shm-invalid-argument` for a bad argument.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 16))
 *   (let ((end (write-shm-string vector "Zoe" :encoding :utf-16)))
 *     (list end (read-shm-string vector :end end :encoding :utf-16))))
 * => (6 "Zoe")
 * @endcode
 * @since 0.1
 * @see write-shm-string, shm-string-error
 */

/* ---- posix-shm: layouts ---- */

/**
 * @page lisp_print_shm_layout print-shm-layout
 * @ingroup api_bytes
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * print-shm-layout type language &optional stream
 * @endcode
 * @par In Lisp
 * Print the structure TYPE to STREAM as LANGUAGE declares it, so that processes in both languages agree on a record: for `:c` the
 * declaration, after those of the structures inside it, with an assertion of its size, which needs stddef.h and stdint.h;
 * for `:numpy` an expression of Python. Slots of the type `:char` with a count are text: `char name[30]` and `"S30"`. Return no
 * values.
 * @par Exceptional situations
 * `shm-invalid-argument` if TYPE is neither a structure nor a union, one of its slots has a type without a layout in C or no
 * elements, C cannot place a slot at its offset, two slots, or two structures inside it, have one name in C, LANGUAGE is neither,
 * or STREAM is no output stream.
 * @par Lisp example
 * @code{.lisp}
 * (cffi:defcstruct sample
 *   (time :double)
 *   (values :int32 :count 3))
 * (let ((text (with-output-to-string (stream) (print-shm-layout 'sample :c stream))))
 *   (list (subseq text 0 (position #\Newline text)) (and (search "int32_t values[3];" text) t)))
 * => ("struct sample {" T)
 * @endcode
 * @since 0.1
 * @see map-shm-vector, write-shm-string
 */

/* ---- posix-shm: descriptor passing ---- */

/**
 * @page lisp_shm_inheritable_p shm-inheritable-p
 * @ingroup api_passing
 * @par Kind
 * Accessor
 * @par Lisp
 * @code{.lisp}
 * shm-inheritable-p shm => inheritable
 * @endcode
 * @par In C
 * pshm_set_inheritable
 * @par In Lisp
 * Return true if programs that this process starts inherit the descriptor of SHM under its number (`shm-fd`); `setf` sets
 * it. It is nil for a new object. Set it immediately before the start of the child and nil after it: every program that any
 * thread starts in between inherits the descriptor too. Some ways to start a program close descriptors themselves: the section
 * "Programs that Lisp starts" has a table.
 * @par Exceptional situations
 * `shm-invalid-argument` if SHM is closed; `shm-error` for an error of the system.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (list (shm-inheritable-p shm) (setf (shm-inheritable-p shm) t) (shm-inheritable-p shm)))
 * => (NIL T T)
 * @endcode
 * @since 0.1
 * @see shm-fd, send-shm, make-shm; fcntl(2)
 */

/* ---- posix-shm: synchronization ---- */

/**
 * @page lisp_shm_atomic shm-atomic
 * @ingroup sync_atomics
 * @par Kind
 * Accessor
 * @par Lisp
 * @code{.lisp}
 * shm-atomic where index &key type => value
 * @endcode
 * @par In C
 * pshm_atomic_load32, pshm_atomic_load64, pshm_atomic_store32, pshm_atomic_store64
 * @par In Lisp
 * Load the word that WHERE and INDEX designate; `setf` stores one. Like all of the operators on words it is atomic and
 * sequentially consistent, for all processes that map the memory, in any language. On SBCL on x86-64 the operators compile to
 * instructions of the processor if WHERE is a real vector, and without a call if its type is declared; otherwise, and where an
 * old SBCL lacks an instruction, they call the library. They work on vectors of the heap as well, if the implementation does not
 * move these during the call (SBCL and ECL).
 * @par Exceptional situations
 * `shm-invalid-argument` if WHERE is neither a vector of such integers nor a pointer, INDEX is out of bounds, as is every
 * index of an unmapped vector, the address is not a multiple of the size of the word, TYPE is given for a vector, or the
 * value is not of the type of the word. A store into a mapping without `:write` is a memory fault.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(signed-byte 64) 4))
 *   (setf (shm-atomic vector 3) -5)
 *   (shm-atomic vector 3))
 * => -5
 * @endcode
 * @since 0.1
 * @see shm-atomic-update, shm-compare-and-swap, shm-aref
 */

/**
 * @page lisp_shm_atomic_update shm-atomic-update
 * @ingroup sync_atomics
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-atomic-update where index operation operand &key type => old
 * @endcode
 * @par In C
 * pshm_atomic_update32, pshm_atomic_update64
 * @par In Lisp
 * Update a word atomically and return its previous value: `:add` adds OPERAND, and the sum wraps around; `:and`, `:or` and
 * `:xor` combine the bits; `:exchange` stores OPERAND. OPERAND may be a signed or an unsigned integer, whatever the type of
 * the word is.
 * @par Exceptional situations
 * `shm-invalid-argument` as with `shm-atomic`, and if OPERATION is not one of these keywords. If it is a constant, the
 * compiler warns.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 32) 1))
 *   (list (shm-atomic-update vector 0 :or 12)
 *         (shm-atomic-update vector 0 :and -5)
 *         (shm-atomic-update vector 0 :exchange 1)
 *         (shm-atomic vector 0)))
 * => (0 12 8 1)
 * @endcode
 * @since 0.1
 * @see shm-atomic-incf, shm-atomic
 */

/**
 * @page lisp_shm_atomic_incf shm-atomic-incf
 * @ingroup sync_atomics
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-atomic-incf where index &key delta type => old
 * @endcode
 * @par In C
 * pshm_atomic_update32, pshm_atomic_update64
 * @par In Lisp
 * Add DELTA to a word atomically and return its previous value, as `sb-ext:atomic-incf` does; `bt2:atomic-integer-incf`
 * returns the new value. The sum wraps around. DELTA may be negative.
 * @par Exceptional situations
 * `shm-invalid-argument` as with `shm-atomic`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 2))
 *   (list (shm-atomic-incf vector 1)
 *         (shm-atomic-incf vector 1 :delta -2)
 *         (shm-atomic vector 1)))
 * => (0 1 18446744073709551615)
 * @endcode
 * @since 0.1
 * @see shm-atomic-update
 */

/**
 * @page lisp_shm_compare_and_swap shm-compare-and-swap
 * @ingroup sync_atomics
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-compare-and-swap where index old new &key type => value
 * @endcode
 * @par In C
 * pshm_atomic_compare_exchange32, pshm_atomic_compare_exchange64
 * @par In Lisp
 * Store NEW into a word if it has the value OLD, atomically. Return the previous value: NEW was stored if it equals OLD. The
 * order of arguments and the result are those of `sb-ext:compare-and-swap`; `bt2:atomic-integer-compare-and-swap` returns a
 * boolean.
 * @par Exceptional situations
 * `shm-invalid-argument` as with `shm-atomic`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 32) 1))
 *   (list (shm-compare-and-swap vector 0 0 7)
 *         (shm-compare-and-swap vector 0 0 8)
 *         (shm-atomic vector 0)))
 * => (0 7 7)
 * @endcode
 * @since 0.1
 * @see shm-atomic-update, shm-atomic
 */

/**
 * @page lisp_shm_wait shm-wait
 * @ingroup sync_atomics
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-wait where index expected &key timeout type => awake
 * @endcode
 * @par In C
 * pshm_atomic_wait
 * @par In Lisp
 * Wait while a 32-bit word has the value EXPECTED. Return t when the word should be loaded again: it has another value, `shm-wake`
 * was called, or the wakeup is spurious. Return nil after TIMEOUT. Therefore call this function in a loop that loads the word. Read
 * access to the mapping suffices. Interrupts run during the wait: a timeout, the termination of the thread or a Control-C
 * ends it on SBCL and ECL; on CLISP and ABCL they run within a tenth of a second. The garbage collector does not wait for a
 * waiting thread.
 * @par Exceptional situations
 * `shm-invalid-argument` as with `shm-atomic`, if the word has 64 bits, and if TIMEOUT is negative. It is also signalled if another
 * thread unmaps the vector during the wait.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 32) 1))
 *   (list (shm-wait vector 0 1)
 *         (shm-wait vector 0 0 :timeout 1/100)))
 * => (T NIL)
 * @endcode
 * @since 0.1
 * @see shm-wake, shm-atomic
 */

/**
 * @page lisp_shm_wake shm-wake
 * @ingroup sync_atomics
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-wake where index &key count type
 * @endcode
 * @par In C
 * pshm_atomic_wake
 * @par In Lisp
 * Wake at most COUNT of the threads, in all processes, that wait for a 32-bit word in `shm-wait`. Store first, then wake: a thread
 * that is about to wait finds the new value and does not wait. Return no values.
 * @par Exceptional situations
 * `shm-invalid-argument` as with `shm-atomic`, if the word has 64 bits, and if COUNT is not positive.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 32) 1))
 *   (setf (shm-atomic vector 0) 1)
 *   (shm-wake vector 0)
 *   (shm-wait vector 0 0))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-wait
 */

/**
 * @page lisp_shm_self shm-self
 * @ingroup sync_processes
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-self => who
 * @endcode
 * @par In C
 * pshm_process_self
 * @par In Lisp
 * Return an identifier of this process, an integer unique on this machine since it was booted. A restarted image is another
 * process, and so is a forked child. The integer has 63 bits: store it in a 64-bit element, as an owner.
 * @par Lisp example
 * @code{.lisp}
 * (shm-alive-p (shm-self))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-alive-p, shm-lock-owner
 */

/**
 * @page lisp_shm_alive_p shm-alive-p
 * @ingroup sync_processes
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-alive-p who => alive
 * @endcode
 * @par In C
 * pshm_process_alive
 * @par In Lisp
 * Return nil if the process WHO has definitely terminated, t if nothing proves that, and `:unknown` if this process cannot
 * determine it: WHO is in another container, or the system does not provide the information. `:unknown` is true: only nil
 * permits a program to take something over.
 * @par Exceptional situations
 * `shm-invalid-argument` if WHO is not an integer that `shm-self` or `shm-lock-owner` could return.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(signed-byte 64) 1))
 *   (setf (shm-atomic vector 0) (shm-self))
 *   (shm-alive-p (shm-atomic vector 0)))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-self, shm-lock-owner
 */

/**
 * @page lisp_shm_lock shm-lock
 * @ingroup sync_locks
 * @par Kind
 * Structure
 * @par Lisp
 * @code{.lisp}
 * shm-lock
 * @endcode
 * @par Class precedence list
 * `shm-lock`, `structure-object`, `t`
 * @par In Lisp
 * A lock between processes: the result of `make-shm-lock`. The lock itself is 8 octets of shared memory, which every process
 * in every language that maps them uses as the same lock.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (type-of (make-shm-lock vector)))
 * => SHM-LOCK
 * @endcode
 * @since 0.1
 * @see make-shm-lock, with-shm-lock-held
 */

/**
 * @page lisp_shm_lock_p shm-lock-p
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-lock-p object => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if OBJECT is a `shm-lock`.
 * @par Lisp example
 * @code{.lisp}
 * (shm-lock-p 42)
 * => NIL
 * @endcode
 * @since 0.1
 * @see shm-lock, make-shm-lock
 */

/**
 * @page lisp_make_shm_lock make-shm-lock
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * make-shm-lock where &optional index => lock
 * @endcode
 * @par In Lisp
 * Return a `shm-lock` for the 8 octets that begin with the element of the vector WHERE at INDEX, 0 by default, or INDEX
 * octets after the pointer WHERE. Nothing is stored: zeroed memory is a free lock, so a new object needs no initialization,
 * and any process may call this function at any time. From then on the octets belong to the lock.
 * The owner of a lock is a process. If it dies, the next process acquires the lock and is informed. Threads of one process exclude
 * each other as well, even with different `shm-lock`s for the same octets, and any thread of the owner can release the lock.
 * The lock is not recursive, not fair, and has no priority inheritance. A thread that acquires a lock by one `shm-lock` should
 * release it by the same one, which remembers the thread: after a release by another `shm-lock`, a thread that acquires
 * by the first one while its process holds the lock again gets `:edeadlk`, also where another thread is the holder.
 * @par Exceptional situations
 * `shm-invalid-argument` if WHERE is neither a mapped vector of `map-shm-vector` nor a pointer, INDEX is out of bounds, the
 * octets go beyond the vector, or their address is not a multiple of 8.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 10))
 *   (let ((lock (make-shm-lock vector 9)))
 *     (with-shm-lock-held (lock)
 *       (incf (shm-aref vector 0)))))
 * => 1
 * @endcode
 * @since 0.1
 * @see with-shm-lock-held, acquire-shm-lock
 */

/**
 * @page lisp_acquire_shm_lock acquire-shm-lock
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * acquire-shm-lock lock &key wait timeout => acquired-p, abandoned-p
 * @endcode
 * @par In C
 * pshm_lock_acquire
 * @par In Lisp
 * Acquire LOCK, and return t; or return nil after TIMEOUT. With a WAIT of nil the call does not wait. The second
 * value is t if an owner has died with the lock: the data may be inconsistent, until an owner calls `mark-shm-lock-repaired`.
 * Interrupts run during the wait, and a non-local exit from one leaves the lock as it was. One that comes when the lock has
 * just been acquired leaves it held: programs should use `with-shm-lock-held`, which releases the lock on every exit. The death
 * of an owner is detected within about 20 milliseconds.
 * @par Exceptional situations
 * `shm-lock-error` with `:edeadlk` if this thread holds LOCK already, or has acquired it and it was released by another
 * `shm-lock`; `shm-invalid-argument` if LOCK is not a lock, its vector is unmapped, or TIMEOUT is negative.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (multiple-value-prog1 (acquire-shm-lock lock :timeout 1)
 *       (release-shm-lock lock))))
 * => T, NIL
 * @endcode
 * @since 0.1
 * @see with-shm-lock-held, release-shm-lock
 */

/**
 * @page lisp_release_shm_lock release-shm-lock
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * release-shm-lock lock
 * @endcode
 * @par In C
 * pshm_lock_release
 * @par In Lisp
 * Release LOCK, which this process holds: this thread or another one. Return no values. The stores before the release are
 * visible to the next owner.
 * @par Exceptional situations
 * `shm-lock-error` with `:eperm` if this process does not hold LOCK; `shm-invalid-argument` if LOCK is not a lock, or its
 * vector is unmapped.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (acquire-shm-lock lock)
 *     (release-shm-lock lock)
 *     (shm-lock-owner lock)))
 * => NIL
 * @endcode
 * @since 0.1
 * @see acquire-shm-lock, with-shm-lock-held
 */

/**
 * @page lisp_with_shm_lock_held with-shm-lock-held
 * @ingroup sync_locks
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-shm-lock-held (lock &key timeout abandoned) &body body => result*
 * @endcode
 * @par In C
 * pshm_lock_acquire, pshm_lock_release
 * @par In Lisp
 * Acquire LOCK, run BODY, and release the lock on every exit. Return the values of BODY; or nil, without running BODY, after
 * TIMEOUT. On SBCL and ECL no interrupt, at whatever moment, leaks the lock or releases it twice; CLISP and ABCL cannot defer
 * interrupts. If BODY has released the lock, nothing is released. LOCK and TIMEOUT are evaluated.
 * If an owner has died since the last repair, the variable ABANDONED is true; without a variable, `shm-lock-abandoned` is signalled
 * with the lock held, and BODY runs only after a restart. BODY then repairs the data, and calls `mark-shm-lock-repaired`; if
 * it does not, the next owner is informed as well.
 * @par Exceptional situations
 * Those of `acquire-shm-lock`, and `shm-lock-abandoned`. If LOCK is unmapped when BODY returns, or this process no longer
 * holds it, as in a forked child, those of `release-shm-lock`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 2))
 *   (let ((lock (make-shm-lock vector)))
 *     (with-shm-lock-held (lock :timeout 10 :abandoned half-changed)
 *       (when half-changed
 *         (setf (shm-aref vector 1) 0)
 *         (mark-shm-lock-repaired lock))
 *       (incf (shm-aref vector 1)))))
 * => 1
 * @endcode
 * @since 0.1
 * @see shm-lock-abandoned, mark-shm-lock-repaired, acquire-shm-lock
 */

/**
 * @page lisp_mark_shm_lock_repaired mark-shm-lock-repaired
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * mark-shm-lock-repaired lock
 * @endcode
 * @par In C
 * pshm_lock_mark_repaired
 * @par In Lisp
 * Mark the data that LOCK protects as repaired. An owner that was informed of the death of another one calls this function
 * after the repair. Return no values.
 * @par Exceptional situations
 * `shm-lock-error` with `:eperm` if this process does not hold LOCK; `shm-invalid-argument` if LOCK is not a lock, or its
 * vector is unmapped.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (with-shm-lock-held (lock :abandoned abandoned)
 *       (when abandoned
 *         (mark-shm-lock-repaired lock))
 *       abandoned)))
 * => NIL
 * @endcode
 * @since 0.1
 * @see with-shm-lock-held, shm-lock-abandoned
 */

/**
 * @page lisp_shm_lock_owner shm-lock-owner
 * @ingroup sync_locks
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-lock-owner lock => who
 * @endcode
 * @par In C
 * pshm_lock_owner
 * @par In Lisp
 * Return the process that holds LOCK, or nil. The owner may change before the call returns, unless it is this thread.
 * @par Exceptional situations
 * `shm-invalid-argument` if LOCK is not a lock, or its vector is unmapped.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (list (shm-lock-owner lock)
 *           (with-shm-lock-held (lock)
 *             (eql (shm-lock-owner lock) (shm-self))))))
 * => (NIL T)
 * @endcode
 * @since 0.1
 * @see shm-alive-p, shm-self
 */

/**
 * @page lisp_shm_channel shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Structure
 * @par Lisp
 * @code{.lisp}
 * shm-channel
 * @endcode
 * @par Class precedence list
 * `shm-channel`, `structure-object`, `t`
 * @par In Lisp
 * An end of a ring of messages, which this process has joined: the result of `make-shm-channel` or `open-shm-channel`. The ring is
 * memory that every process in every language uses as the same ring.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (channel vector 4096 :sender)
 *     (type-of channel)))
 * => SHM-CHANNEL
 * @endcode
 * @since 0.1
 * @see make-shm-channel, with-shm-channel
 */

/**
 * @page lisp_shm_channel_p shm-channel-p
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-channel-p object => generalized-boolean
 * @endcode
 * @par In Lisp
 * Return true if OBJECT is a `shm-channel`, open or closed.
 * @par Lisp example
 * @code{.lisp}
 * (shm-channel-p 42)
 * => NIL
 * @endcode
 * @since 0.1
 * @see shm-channel, make-shm-channel
 */

/**
 * @page lisp_shm_channel_size shm-channel-size
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-channel-size capacity role => size
 * @endcode
 * @par In Lisp
 * Return the number of octets that a channel of CAPACITY takes: that of one ring, or of two with the ROLE `:server` or `:client`.
 * @par Exceptional situations
 * `shm-invalid-argument` if CAPACITY or ROLE is invalid.
 * @par Lisp example
 * @code{.lisp}
 * (list (shm-channel-size 4096 :sender) (shm-channel-size 4096 :server))
 * => (4352 8704)
 * @endcode
 * @since 0.1
 * @see make-shm-channel
 */

/**
 * @page lisp_make_shm_channel make-shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * make-shm-channel where capacity role &optional index => channel, replaced
 * @endcode
 * @par In C
 * pshm_ring_join
 * @par In Lisp
 * Join the ring of CAPACITY that begins with the element of the vector WHERE at INDEX, 0 by default, or INDEX octets after the
 * pointer WHERE, and return a `shm-channel`. Zeroed memory is an empty ring, so a new object needs no initialization. CAPACITY
 * is the same in all processes.
 *
 * A ring has two ends: one process joins with the ROLE `:sender`, and one with `:receiver`. With `:server` and `:client` the
 * memory has two rings, one behind the other, and the channel sends and receives: the client receives the messages of the
 * server, and vice versa. A role is free until a process joins, and after it has left (`close-shm-channel`) or died. A successor
 * continues where its predecessor ended; REPLACED is true if that one had died. On SBCL and ECL an interrupt that leaves the call
 * leaves the role free.
 *
 * At each end only one thread may be in a call at a time. More threads or processes use an end with a lock around each call
 * (`with-shm-lock-held`): one of them joins, such as their parent before it forks, and stands for all.
 * @par Exceptional situations
 * `shm-channel-error` with `:ebusy` if a process has the role that is alive, or cannot be judged from here, and with `:eproto`
 * if the memory is not zero, and no ring of CAPACITY; `shm-invalid-argument` if WHERE is neither a mapped vector of
 * `map-shm-vector` whose elements have at most 8 octets, nor a pointer, INDEX is out of bounds, the octets go beyond the
 * vector, their address is not a multiple of 64, or CAPACITY or ROLE is invalid.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (send-message sender (babel:string-to-octets "hello"))
 *       (babel:octets-to-string (receive-message receiver)))))
 * => "hello"
 * @endcode
 * @since 0.1
 * @see close-shm-channel, with-shm-channel, open-shm-channel, send-message
 */

/**
 * @page lisp_close_shm_channel close-shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * close-shm-channel channel => left
 * @endcode
 * @par In C
 * pshm_ring_leave
 * @par In Lisp
 * Leave the rings of CHANNEL, which is closed from then on; the other end is woken. Return t; or nil if the channel is closed
 * already, its memory is unmapped, or this process has not joined, like a forked child. A vector that `open-shm-channel` has
 * mapped is unmapped.
 * @par Exceptional situations
 * `shm-invalid-argument` if CHANNEL is not a channel.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (send-message sender (babel:string-to-octets "the last one"))
 *       (list (close-shm-channel sender)
 *             (nth-value 1 (receive-message receiver))
 *             (receive-message receiver :if-peer-left nil)))))
 * => (T 12 NIL)
 * @endcode
 * @since 0.1
 * @see make-shm-channel, open-shm-channel
 */

/**
 * @page lisp_with_shm_channel with-shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-shm-channel (channel where capacity role &optional index) &body body => result*
 * @endcode
 * @par In C
 * pshm_ring_join, pshm_ring_leave
 * @par In Lisp
 * Join as `make-shm-channel` does, run BODY with the variable CHANNEL bound, and leave on every exit. On SBCL and ECL no
 * interrupt, at whatever moment, leaves this process joined; CLISP and ABCL cannot defer interrupts.
 * @par Exceptional situations
 * Those of `make-shm-channel`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (send-message sender (coerce #(1 2 3) '(vector (unsigned-byte 8))))
 *       (receive-message receiver))))
 * => #(1 2 3), 3
 * @endcode
 * @since 0.1
 * @see make-shm-channel, with-open-shm-channel
 */

/**
 * @page lisp_open_shm_channel open-shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * open-shm-channel name role &key capacity permissions timeout => channel, replaced
 * @endcode
 * @par In C
 * pshm_ring_join
 * @par In Lisp
 * Open the object NAME, or create it as `ensure-shm` does, map it, join as `make-shm-channel` does, and return the channel.
 * Both ends make the same call with another ROLE, and either may be first. The descriptor is closed, and the memory stays
 * mapped until `close-shm-channel`. The name stays until `delete-shm`; messages that nobody has received stay with it. If the
 * last process at the other end has left or died, the channel reports that until another one joins: delete the name when both
 * ends are done. On SBCL and ECL an interrupt that leaves the call leaves the role free, and nothing mapped or open.
 * @par Exceptional situations
 * Those of `ensure-shm`, `map-shm-vector` and `make-shm-channel`: with another CAPACITY than the other end, `:eproto` or
 * `shm-timeout`.
 * @par Lisp example
 * @code{.lisp}
 * (let ((sender (open-shm-channel "/foobar-shm" :sender))
 *       (receiver (open-shm-channel "/foobar-shm" :receiver)))
 *   (delete-shm "/foobar-shm")
 *   (send-message sender (coerce #(1 2 3) '(vector (unsigned-byte 8))))
 *   (prog1 (receive-message receiver)
 *     (close-shm-channel sender)
 *     (close-shm-channel receiver)))
 * => #(1 2 3)
 * @endcode
 * @since 0.1
 * @see with-open-shm-channel, make-shm-channel, ensure-shm
 */

/**
 * @page lisp_with_open_shm_channel with-open-shm-channel
 * @ingroup sync_messages
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-open-shm-channel (channel name role &rest options) &body body => result*
 * @endcode
 * @par In C
 * pshm_ring_join, pshm_ring_leave
 * @par In Lisp
 * Open the object NAME and join with OPTIONS as in `open-shm-channel`, run BODY with the variable CHANNEL bound, and leave,
 * unmap and close on every exit. The name stays.
 * @par Exceptional situations
 * Those of `open-shm-channel`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-channel (server "/foobar-shm" :server :capacity 4096)
 *   (with-open-shm-channel (client "/foobar-shm" :client :capacity 4096)
 *     (delete-shm "/foobar-shm")
 *     (send-message client (babel:string-to-octets "6 * 7"))
 *     (send-message server (babel:string-to-octets (format nil "~A = 42" (babel:octets-to-string (receive-message server)))))
 *     (babel:octets-to-string (receive-message client))))
 * => "6 * 7 = 42"
 * @endcode
 * @since 0.1
 * @see open-shm-channel, with-shm-channel
 */

/**
 * @page lisp_send_message send-message
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * send-message channel octets &key start end timeout if-timeout => t
 * @endcode
 * @par In C
 * pshm_ring_send
 * @par In Lisp
 * Copy the elements of the vector OCTETS from START to END into the ring of CHANNEL as one message, and return t. The call
 * waits while the ring has no space for it. A message has 0 octets or more, at most half of the capacity less 8.
 *
 * A message is sent as a whole, or not at all. On SBCL and ECL interrupts run while the call waits, and after it has sent, but not
 * during that; elsewhere at any time. So a non-local exit of an interrupt does not show whether the message was sent, unless the
 * caller holds interrupts back: then they run only while the call waits, and an exit has sent nothing.
 * @par Exceptional situations
 * `shm-timeout` after TIMEOUT, with the restart `continue`, which waits again, or a value of nil with an IF-TIMEOUT of nil;
 * `shm-peer-left` or `shm-peer-died` if the ring has no space, and the receiver has left or died; `shm-channel-error` with
 * `:eproto` if another process has overwritten the ring, and with `:eperm` in the body of a `with-message-reserved` of CHANNEL;
 * `shm-invalid-argument` if CHANNEL is closed, unmapped or cannot send, or the message is too long, before any call.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (send-message sender (coerce #(1 2) '(vector (unsigned-byte 32))))
 *       (nth-value 1 (receive-message receiver)))))
 * => 8
 * @endcode
 * @since 0.1
 * @see receive-message, with-message-reserved
 */

/**
 * @page lisp_receive_message receive-message
 * @ingroup sync_messages
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * receive-message channel &key into start end timeout if-timeout if-peer-left => octets, length
 * @endcode
 * @par In C
 * pshm_ring_receive
 * @par In Lisp
 * Wait for the next message of CHANNEL, remove it from the ring, and return its octets and their number: in a fresh
 * `(simple-array (unsigned-byte 8) (*))`, or in the elements of the vector INTO from START to END.
 *
 * On SBCL and ECL interrupts run while the call waits, and a non-local exit from one loses no message; they may also use CHANNEL.
 * One that comes when the message has just been copied loses it, as it loses any result: `with-message` removes a message when it
 * has been used.
 * @par Exceptional situations
 * `shm-timeout` after TIMEOUT, with the restart `continue`, which waits again, or a value of nil with an IF-TIMEOUT of nil; if
 * all messages have been received, `shm-peer-left` if the sender has left, or a value of nil with an IF-PEER-LEFT of nil, and
 * `shm-peer-died` if it died; `shm-channel-error` with `:eproto` if another process has overwritten the ring, and with `:eperm` in
 * the body of a `with-message` of CHANNEL; `shm-invalid-argument` if CHANNEL is closed, unmapped or cannot receive, and with
 * `:emsgsize` if the message is longer than the range of INTO: it stays in the ring.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (let ((numbers (make-array 4 :element-type '(unsigned-byte 32) :initial-element 0)))
 *         (send-message sender (coerce #(1 2) '(vector (unsigned-byte 32))))
 *         (receive-message receiver :into numbers :start 1)))))
 * => #(0 1 2 0), 8
 * @endcode
 * @since 0.1
 * @see send-message, with-message
 */

/**
 * @page lisp_with_message with-message
 * @ingroup sync_messages
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-message (vector start end) (channel &key timeout if-timeout if-peer-left) &body body => result*
 * @endcode
 * @par In C
 * pshm_ring_peek, pshm_ring_release
 * @par In Lisp
 * Wait for the next message of CHANNEL, run BODY with the message in place, without a copy, and remove it from the ring when
 * BODY returns. Return the values of BODY. VECTOR is bound to the vector that the channel was made with, and the message is its
 * elements from START to END, as far as they are whole; if the channel was made with a pointer, VECTOR is a pointer to the
 * message, START is 0 and END is the number of octets. Do not use the memory after BODY: the sender overwrites it. A sender can
 * also do so during BODY.
 *
 * A non-local exit from BODY, of an error or an interrupt as of a `return-from`, leaves the message in the ring, and the next
 * call returns it again. If the process is killed, its successor receives it. Until BODY returns nothing else can be received from
 * CHANNEL, by BODY, an interrupt or a handler: the sender would overwrite the message.
 * @par Exceptional situations
 * Those of `receive-message`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (send-message sender (coerce #(3 4 5) '(vector (unsigned-byte 8))))
 *       (with-message (octets start end) (receiver)
 *         (loop for index from start below end
 *               sum (shm-aref octets index))))))
 * => 12
 * @endcode
 * @since 0.1
 * @see receive-message, with-message-reserved
 */

/**
 * @page lisp_with_message_reserved with-message-reserved
 * @ingroup sync_messages
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-message-reserved (vector start end) (channel length &key timeout if-timeout) &body body => result*
 * @endcode
 * @par In C
 * pshm_ring_reserve, pshm_ring_commit
 * @par In Lisp
 * Reserve space for a message of LENGTH elements of the vector that CHANNEL was made with (octets, if it was made with a
 * pointer), run BODY, which writes the message in place, and send it when BODY returns. Return the values of BODY. The
 * variables are bound as in `with-message`. BODY may set END to a smaller index: the message ends there. It may set START, which
 * changes nothing. A non-local exit from BODY sends nothing. Until BODY returns nothing else can be sent to CHANNEL, by BODY, an
 * interrupt or a handler: it would have the same memory.
 * @par Exceptional situations
 * Those of `send-message`; `shm-invalid-argument` if END is not from START to the reserved length: nothing is sent.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (with-message-reserved (octets start end) (sender 100)
 *         (setf (shm-aref octets start) 42
 *               end (+ start 1)))
 *       (receive-message receiver))))
 * => #(42), 1
 * @endcode
 * @since 0.1
 * @see with-message, send-message
 */

/**
 * @defgroup sync_streams Streams
 * @brief Streams of characters and octets from one process to another, in the system posix-shm/streams.
 *
 * The names are exported from the package `posix-shm/streams`, and come with the system of that name, which depends on
 * trivial-gray-streams. The examples assume a package that uses both packages.
 */

/**
 * @page lisp_shm_stream shm-stream
 * @ingroup sync_streams
 * @par Kind
 * Type
 * @par Lisp
 * @code{.lisp}
 * shm-stream
 * @endcode
 * @par In Lisp
 * A stream over a channel: the result of `make-shm-stream`. It transfers characters and octets. Its subclasses are those of
 * Gray streams for the directions.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-channel (channel "/foobar-shm" :sender)
 *   (delete-shm "/foobar-shm")
 *   (and (typep (make-shm-stream channel) 'shm-stream) t))
 * => T
 * @endcode
 * @since 0.1
 * @see make-shm-stream
 */

/**
 * @page lisp_make_shm_stream make-shm-stream
 * @ingroup sync_streams
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * make-shm-stream channel &key element-type external-format timeout => stream
 * @endcode
 * @par In C
 * pshm_ring_send, pshm_ring_receive
 * @par In Lisp
 * Return a stream that writes to CHANNEL, reads from it, or both, as its role is. Characters are encoded in EXTERNAL-FORMAT;
 * octets and characters may be mixed. On ABCL, whose characters have 16 bits, lines have a surrogate pair for a character above
 * U+FFFF, and to read it alone is an error. Output is sent when the buffer is full, and by `finish-output`, `force-output` and
 * `close`; the boundaries of messages do not matter to the reader. A stream can read messages that another language sends.
 *
 * Reading waits for the other end, TIMEOUT each time. If it has left, the stream is at its end, until another process joins.
 * `close` sends the buffered output and closes the channel; with `:abort t` the buffered output is discarded. At each end only
 * one thread may use the stream at a time. The functions that transfer sequences and lines are the fastest: `write-string`,
 * `write-sequence`, `read-line`, `read-sequence`. `listen` returns true if a whole character can be read without waiting, or an
 * octet if the element type is that.
 *
 * During a wait handlers, as of `shm-timeout`, and interrupts may use the stream: their output follows the earlier output, and
 * the input that they read is consumed. An operation that an error or an interrupt exits has written the contents of the
 * buffer, and has consumed no input: the next `read-line` or `read-sequence` reads it again. At any other moment interrupts may
 * do so on SBCL only.
 * ABCL's `read` accepts no Gray stream, and `read-line` of ECL 21.2 returns an empty string and t at the end of one.
 * @par Exceptional situations
 * `shm-invalid-argument` if CHANNEL is not an open channel, or another argument is invalid. The operations of the stream signal
 * `end-of-file` if the sender has left, and `shm-peer-died`, `shm-peer-left`, `shm-timeout` and `shm-channel-error`, which are
 * `stream-error`s then, as `receive-message` and `send-message` do; and the errors of Babel for characters that cannot be
 * encoded, and octets that cannot be decoded.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-channel (sender "/foobar-shm" :sender)
 *   (with-open-shm-channel (receiver "/foobar-shm" :receiver)
 *     (delete-shm "/foobar-shm")
 *     (let ((output (make-shm-stream sender))
 *           (input (make-shm-stream receiver)))
 *       (format output "The answer is ~D.~%" 42)
 *       (close output)
 *       (list (read-line input) (read-char input nil :end)))))
 * => ("The answer is 42." :END)
 * @endcode
 * @since 0.1
 * @see with-shm-stream, open-shm-stream, make-shm-channel
 */

/**
 * @page lisp_open_shm_stream open-shm-stream
 * @ingroup sync_streams
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * open-shm-stream name role &key capacity permissions timeout element-type external-format => stream
 * @endcode
 * @par In C
 * pshm_ring_join
 * @par In Lisp
 * Open a channel as `open-shm-channel` does, and return a stream over it. TIMEOUT is that of both.
 * @par Exceptional situations
 * Those of `open-shm-channel` and `make-shm-stream`.
 * @par Lisp example
 * @code{.lisp}
 * (let ((output (open-shm-stream "/foobar-shm" :sender))
 *       (input (open-shm-stream "/foobar-shm" :receiver)))
 *   (delete-shm "/foobar-shm")
 *   (format output "~S~%" '(1 2 3))
 *   (close output)
 *   (prog1 (read-from-string (read-line input))
 *     (close input)))
 * => (1 2 3)
 * @endcode
 * @since 0.1
 * @see make-shm-stream, with-open-shm-stream
 */

/**
 * @page lisp_with_shm_stream with-shm-stream
 * @ingroup sync_streams
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-shm-stream (stream channel &rest options) &body body => result*
 * with-open-shm-stream (stream name role &rest options) &body body => result*
 * @endcode
 * @par In C
 * pshm_ring_join, pshm_ring_leave
 * @par In Lisp
 * Make a stream with OPTIONS as in `make-shm-stream`, or open one as in `open-shm-stream`, run BODY with the variable STREAM
 * bound, and close it on every exit: on a non-local one with `:abort t`, as `with-open-file` does.
 * @par Exceptional situations
 * Those of `open-shm-stream`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-stream (server "/foobar-shm" :server)
 *   (with-open-shm-stream (client "/foobar-shm" :client)
 *     (delete-shm "/foobar-shm")
 *     (write-line "(+ 40 2)" client)
 *     (finish-output client)
 *     (format server "~S~%" (eval (read-from-string (read-line server))))
 *     (finish-output server)
 *     (values (read-line client))))
 * => "42"
 * @endcode
 * @since 0.1
 * @see make-shm-stream, open-shm-stream
 */

/**
 * @page lisp_shm_stream_channel shm-stream-channel
 * @ingroup sync_streams
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-stream-channel stream => channel
 * @endcode
 * @par In Lisp
 * Return the channel of STREAM.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-channel (channel "/foobar-shm" :sender)
 *   (delete-shm "/foobar-shm")
 *   (eq channel (shm-stream-channel (make-shm-stream channel))))
 * => T
 * @endcode
 * @since 0.1
 * @see make-shm-stream
 */

/**
 * @defgroup api_library The shared object
 * @brief The loaded library, and the search for it in delivered programs.
 */

/**
 * @page lisp_shm_library shm-library
 * @ingroup api_library
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * shm-library => path, version
 * load-shm-library => path, version
 * @endcode
 * @par In Lisp
 * Return the path of the loaded shared object, or nil if it was part of the process already; and its version as text,
 * or nil if it is not loaded. `load-shm-library` first loads it if the image was started without it
 * (`*load-shm-library-at-start*`).
 * @par Exceptional situations
 * `load-shm-library` signals `shm-library-error` if the library is not found.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (path version) (shm-library)
 *   (declare (ignore path))
 *   (equal version (asdf:component-version (asdf:find-system "posix-shm"))))
 * => T
 * @endcode
 * @since 0.1
 * @see `*shm-library-folders*`, shm-library-error
 */

/**
 * @page lisp_shm_library_folders *shm-library-folders*
 * @ingroup api_library
 * @par Kind
 * Variable
 * @par Lisp
 * @code{.lisp}
 * *shm-library-folders*
 * *load-shm-library-at-start*
 * @endcode
 * @par In Lisp
 * A program sets these variables before it dumps an image, or after it has loaded posix-shm/library and before it loads the
 * system. The first is a list of absolute folder names, strings, () by default: they are searched first, after the
 * file in the environment variable `POSIX_SHM_LIBRARY`. The second, t by default, determines whether an image loads the
 * library when it starts; if it is nil, the library is loaded when the first object is created, or by `load-shm-library`,
 * around which the program can establish a handler.
 * @par Lisp example
 * @code{.lisp}
 * (list *shm-library-folders* *load-shm-library-at-start*)
 * => (NIL T)
 * @endcode
 * @since 0.1
 * @see shm-library
 */

/**
 * @page lisp_shm_library_error shm-library-error
 * @ingroup api_library
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-library-error
 * @endcode
 * @par Class precedence list
 * `shm-library-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * The shared object was not found, or is too old. The report lists the files that were tried.
 * @par Lisp example
 * @code{.lisp}
 * (subtypep 'shm-library-error 'error)
 * => T, T
 * @endcode
 * @since 0.1
 * @see shm-library-error-tried
 */

/**
 * @page lisp_shm_library_error_tried shm-library-error-tried
 * @ingroup api_library
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-library-error-tried condition => candidates
 * @endcode
 * @par In Lisp
 * Return the files that were tried, in order, each with the reason for its rejection.
 * @par Lisp example
 * @code{.lisp}
 * (shm-library-error-tried (make-condition 'shm-library-error))
 * => NIL
 * @endcode
 * @since 0.1
 * @see shm-library-error
 */

/**
 * @defgroup api_conditions Conditions and restarts
 * @brief The conditions that are signalled, and how to continue.
 */

/**
 * @page lisp_posix_shm_error posix-shm-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * posix-shm-error
 * @endcode
 * @par Class precedence list
 * `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * The root of the errors of this library, an `error`. It has the errno and the operation, and its report contains
 * both, the object and a hint. Errors of the system are `shm-error` and `mmap-error`, neither a subclass of
 * the other. A program may create conditions of these classes, with the initarg `:name`.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (delete-shm "/no-such-shm")
 *   (posix-shm-error (condition)
 *     (list (posix-shm-error-keyword condition) (type-of condition))))
 * => (:ENOENT SHM-DOES-NOT-EXIST)
 * @endcode
 * @since 0.1
 * @see posix-shm-error-keyword, shm-error, mmap-error
 */

/**
 * @page lisp_posix_shm_error_readers posix-shm-error-keyword
 * @ingroup api_conditions
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * posix-shm-error-errno condition => integer
 * posix-shm-error-keyword condition => keyword
 * posix-shm-error-operation condition => name
 * @endcode
 * @par In Lisp
 * Readers of every `posix-shm-error`: the positive errno, whose numbers differ per platform; its keyword, such as
 * `:enoent`, nil if it has none; and the operation that failed, the symbol of the function.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (delete-shm "/no-such-shm")
 *   (posix-shm-error (condition)
 *     (posix-shm-error-operation condition)))
 * => DELETE-SHM
 * @endcode
 * @since 0.1
 * @see posix-shm-error, pshm_error_name
 */

/**
 * @page lisp_shm_error shm-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-error
 * @endcode
 * @par Class precedence list
 * `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-error` of an operation on an object or a name.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (open-shm "/no-such-shm")
 *   (shm-error (condition) (posix-shm-error-keyword condition)))
 * => :ENOENT
 * @endcode
 * @since 0.1
 * @see shm-error-name, shm-does-not-exist, shm-exists, shm-invalid-argument
 */

/**
 * @page lisp_shm_error_name shm-error-name
 * @ingroup api_conditions
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-error-name condition => name
 * @endcode
 * @par In Lisp
 * Return the name, as it was given, of the object of the `shm-error`, or nil if it has none. This is a
 * generic function.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (open-shm "/no-such-shm")
 *   (shm-error (condition) (shm-error-name condition)))
 * => "/no-such-shm"
 * @endcode
 * @since 0.1
 * @see shm-error
 */

/**
 * @page lisp_shm_does_not_exist shm-does-not-exist
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-does-not-exist
 * @endcode
 * @par Class precedence list
 * `shm-does-not-exist`, `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-error`: no object has that name. `delete-shm` signals it for a name that no object can have as well. If the
 * shared memory file system does not exist, `open-shm` signals a plain `shm-error`.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (delete-shm "/no-such-shm")
 *   (shm-does-not-exist () :not-there))
 * => :NOT-THERE
 * @endcode
 * @since 0.1
 * @see open-shm, delete-shm
 */

/**
 * @page lisp_ensure_shm ensure-shm
 * @ingroup sync_publishing
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * ensure-shm name size &key initialize direction permissions timeout => shm, created
 * @endcode
 * @par In Lisp
 * Open the object NAME of at least SIZE octets, or create it. Of several concurrent processes, all get the same complete
 * object. A process that finds none creates an anonymous object with exactly the PERMISSIONS, allocates SIZE octets, calls
 * INITIALIZE with it, and publishes it. The function can map and fill the object; otherwise its octets are zero. If another
 * process has published first, this process discards its own object and opens the other one: INITIALIZE may run in several
 * processes, and one result remains. A non-local exit from INITIALIZE leaves nothing, and neither does the death of the process.
 * If an object with the name is smaller than SIZE, or has no permissions, another process is still creating it: the call waits, at
 * most TIMEOUT; interrupts run during the wait.
 * If the platform does not support publishing (#pshm_has, `publish`), the object is created under its name without permissions, and
 * receives them when it is complete; other processes wait for that. In this case a non-local exit from INITIALIZE deletes the
 * name, but a killed process leaves an incomplete object: other processes signal `shm-timeout`, and `supersede` or
 * `delete-shm` removes it.
 * @par Exceptional situations
 * `shm-timeout` if the object is not complete after TIMEOUT, with the restarts `continue`, which waits again, and
 * `supersede`, which replaces it with a new object; `shm-error` for an error of the system, such as `:enospc` if there is no
 * memory for SIZE octets, `:eacces` if the permissions of the existing object forbid the access, and `:enotsup` if neither
 * the name nor the permissions can be set later (macOS); `shm-invalid-argument` for an invalid argument, before any call.
 * @par Affected by
 * The features of the platform (#pshm_has).
 * @par Lisp example
 * @code{.lisp}
 * (flet ((fill-it (shm)
 *          (with-mmap (pointer shm 100)
 *            (setf (cffi:mem-ref pointer :int) 42))))
 *   (multiple-value-bind (shm created) (ensure-shm "/foobar-shm" 100 :initialize #'fill-it)
 *     (unwind-protect
 *          (with-mmap (pointer shm 100)
 *            (list (cffi:mem-ref pointer :int) created))
 *       (close-shm shm)
 *       (delete-shm "/foobar-shm"))))
 * => (42 T)
 * @endcode
 * @since 0.1
 * @see with-ensured-shm, wait-for-shm, publish-shm
 */

/**
 * @page lisp_with_ensured_shm with-ensured-shm
 * @ingroup sync_publishing
 * @par Kind
 * Macro
 * @par Lisp
 * @code{.lisp}
 * with-ensured-shm (shm ptr (name size &rest options)) &body body => result*
 * @endcode
 * @par In Lisp
 * Ensure the object NAME of SIZE octets with OPTIONS as in `ensure-shm`, map SIZE octets of it (for reading only with the
 * direction `:input`), and run BODY with the variables SHM and PTR bound; unmap and close on every exit. The name stays.
 * @par Exceptional situations
 * Those of `ensure-shm` and `mmap-shm`.
 * @par Lisp example
 * @code{.lisp}
 * (with-ensured-shm (shm counter ("/foobar-shm" 8))
 *   (delete-shm (shm-name shm))
 *   (posix-shm/shim:pshm-atomic-update32 (cffi:pointer-address counter) posix-shm/shim:+pshm-atomic-add+ 1)
 *   (cffi:mem-ref counter :int))
 * => 1
 * @endcode
 * @since 0.1
 * @see ensure-shm, with-mmap
 */

/**
 * @page lisp_shm_timeout shm-timeout
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-timeout
 * @endcode
 * @par Class precedence list
 * `shm-timeout`, `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-error`: the timeout of an operation has expired. The restart `continue` waits again, for the
 * same time.
 * @par Lisp example
 * @code{.lisp}
 * (multiple-value-bind (here there) (shm-socketpair)
 *   (unwind-protect
 *        (handler-case (receive-shm there :timeout 1/100)
 *          (shm-timeout (condition) (posix-shm-error-keyword condition)))
 *     (posix-shm/ffi:close here)
 *     (posix-shm/ffi:close there)))
 * => :ETIMEDOUT
 * @endcode
 * @since 0.1
 * @see receive-shm, send-shm
 */

/**
 * @page lisp_shm_leaked shm-leaked
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-leaked
 * @endcode
 * @par Class precedence list
 * `shm-leaked`, `warning`, `condition`, `t`
 * @par In Lisp
 * The warning about an object of `open-shm` or `open-shm*` with `:finalize t` that became garbage while it was open: its
 * finalizer has closed it. The report names the object and the descriptor, unless the program has closed that by other means, and
 * `shm-error-name` returns the name. It is
 * signalled when the garbage collector has found the object, in a thread of its choice: on SBCL and ABCL in one of their
 * own, whose handlers are not those of the program, so that it is printed on the global `*error-output*`. On ECL the object
 * is closed at that moment, and the next `close-shm`, when it has closed its object, or call that opens with `:finalize t`, signals
 * the warning. An object is no garbage while a vector or an array of it is mapped. No object is found at the end of a process.
 * @par Lisp example
 * @code{.lisp}
 * (princ-to-string (make-condition 'shm-leaked :name "/foobar-shm"))
 * => "The shared memory object \"/foobar-shm\" became garbage while it was open. Close it with close-shm, or use with-open-shm."
 * @endcode
 * @since 0.1
 * @see open-shm, close-shm, with-open-shm
 */

/**
 * @page lisp_shm_exists shm-exists
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-exists
 * @endcode
 * @par Class precedence list
 * `shm-exists`, `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-error`: an object of that name exists, or `open-shm*` ran out of attempts.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm (shm "/foobar-shm" :direction :io :if-does-not-exist :create)
 *   (unwind-protect
 *        (handler-case (open-shm "/foobar-shm" :direction :io :if-exists :error)
 *          (shm-exists (condition) (shm-error-name condition)))
 *     (delete-shm "/foobar-shm")))
 * => "/foobar-shm"
 * @endcode
 * @since 0.1
 * @see open-shm, open-shm*
 */

/**
 * @page lisp_shm_too_short shm-too-short
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-too-short
 * @endcode
 * @par Class precedence list
 * `shm-too-short`, `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-error` of `write-shm`: the object ends before the elements do. The octets that fit are written; the report contains
 * their number.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (truncate-shm shm 4)
 *   (handler-case (write-shm shm (coerce #(1 2 3 4 5 6) '(vector (unsigned-byte 8))))
 *     (shm-too-short (condition) (posix-shm-error-operation condition))))
 * => WRITE-SHM
 * @endcode
 * @since 0.1
 * @see write-shm, extend
 */

/**
 * @page lisp_shm_string_error shm-string-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-string-error
 * @endcode
 * @par Class precedence list
 * `shm-string-error`, `shm-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * The octets that `read-shm-string` was to decode are no string: the field ends within a character, or has no NUL. The keyword is
 * `:eilseq`; the report has the limits of the field and the cause.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) 4))
 *   (fill-shm-vector vector 120)
 *   (handler-case (read-shm-string vector :null-terminated t)
 *     (shm-string-error (condition) (posix-shm-error-keyword condition))))
 * => :EILSEQ
 * @endcode
 * @since 0.1
 * @see read-shm-string
 */

/**
 * @page lisp_posix_shm_invalid_argument posix-shm-invalid-argument
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * posix-shm-invalid-argument
 * @endcode
 * @par Class precedence list
 * `posix-shm-invalid-argument`, `posix-shm-error`, `type-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * An invalid argument, detected before any call: a `type-error`. Its report names the argument;
 * `type-error-datum` is its value. Its subclasses `shm-invalid-argument` and `mmap-invalid-argument` are signalled.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (handler-case (mmap-shm shm -1)
 *     (posix-shm-invalid-argument (condition) (type-error-datum condition))))
 * => -1
 * @endcode
 * @since 0.1
 * @see shm-invalid-argument, mmap-invalid-argument
 */

/**
 * @page lisp_shm_invalid_argument shm-invalid-argument
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-invalid-argument
 * @endcode
 * @par Class precedence list
 * `shm-invalid-argument`, `shm-error`, `posix-shm-invalid-argument`, `posix-shm-error`, `type-error`, `error`,
 * `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-invalid-argument` of an operation on an object or a name, and so a `shm-error`.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (handler-case (truncate-shm shm -1)
 *     (shm-invalid-argument (condition) (type-error-datum condition))))
 * => -1
 * @endcode
 * @since 0.1
 * @see posix-shm-invalid-argument, shm-error
 */

/**
 * @page lisp_shm_lock_error shm-lock-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-lock-error
 * @endcode
 * @par Class precedence list
 * `shm-lock-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-error` of an operation on a lock. Its report contains the object of the lock and the process that holds it.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (handler-case (release-shm-lock lock)
 *       (shm-lock-error (condition) (posix-shm-error-keyword condition)))))
 * => :EPERM
 * @endcode
 * @since 0.1
 * @see shm-lock-error-lock, shm-lock-abandoned
 */

/**
 * @page lisp_shm_lock_error_lock shm-lock-error-lock
 * @ingroup api_conditions
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-lock-error-lock condition => lock
 * shm-lock-error-owner condition => who
 * @endcode
 * @par In Lisp
 * Readers of every `shm-lock-error`: the lock, and the process that held it when the error was found. Of `shm-lock-abandoned`
 * that is the process that died, if this call found it dead when it acquired the lock; nil if another one had found it before.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 64) 1))
 *   (let ((lock (make-shm-lock vector)))
 *     (with-shm-lock-held (lock)
 *       (handler-case (acquire-shm-lock lock)
 *         (shm-lock-error (condition)
 *           (list (eq (shm-lock-error-lock condition) lock)
 *                 (eql (shm-lock-error-owner condition) (shm-self))))))))
 * => (T T)
 * @endcode
 * @since 0.1
 * @see shm-lock-error, shm-lock-owner
 */

/**
 * @page lisp_shm_lock_abandoned shm-lock-abandoned
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-lock-abandoned
 * @endcode
 * @par Class precedence list
 * `shm-lock-abandoned`, `shm-lock-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-lock-error` of `with-shm-lock-held` without a variable ABANDONED: an owner has died with the lock, and the data
 * that it guards may be inconsistent. It is signalled with the lock held, so that a handler can repair that; the restart `repair`
 * then marks it as repaired and runs the body, and the restart `continue` runs the body without. Any other exit releases the
 * lock, and the next owner gets this error, too.
 * @par Lisp example
 * @code{.lisp}
 * (subtypep 'shm-lock-abandoned 'shm-lock-error)
 * => T, T
 * @endcode
 * @since 0.1
 * @see with-shm-lock-held, mark-shm-lock-repaired, invoke-shm-restart
 */

/**
 * @page lisp_shm_channel_error shm-channel-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-channel-error
 * @endcode
 * @par Class precedence list
 * `shm-channel-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-error` of an operation on a channel. Its report contains the object of the channel and the process at the other end.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (channel vector 4096 :sender)
 *     (handler-case (make-shm-channel vector 4096 :sender)
 *       (shm-channel-error (condition) (posix-shm-error-keyword condition)))))
 * => :EBUSY
 * @endcode
 * @since 0.1
 * @see shm-channel-error-channel, shm-peer-died, shm-peer-left
 */

/**
 * @page lisp_shm_channel_error_channel shm-channel-error-channel
 * @ingroup api_conditions
 * @par Kind
 * Reader
 * @par Lisp
 * @code{.lisp}
 * shm-channel-error-channel condition => channel
 * shm-channel-error-peer condition => who
 * @endcode
 * @par In Lisp
 * Readers of every `shm-channel-error`: the channel, and the process that was last at the other end; with `:ebusy` the one that
 * has the role.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (channel vector 4096 :sender)
 *     (handler-case (make-shm-channel vector 4096 :sender)
 *       (shm-channel-error (condition)
 *         (eql (shm-channel-error-peer condition) (shm-self))))))
 * => T
 * @endcode
 * @since 0.1
 * @see shm-channel-error, shm-self
 */

/**
 * @page lisp_shm_peer_left shm-peer-left
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-peer-left
 * @endcode
 * @par Class precedence list
 * `shm-peer-left`, `shm-channel-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-channel-error`: the process at the other end of a channel has left. The receiver has received all messages; the sender
 * cannot send more than the ring has space for. The error goes away when another process joins. Of a stream it is a
 * `stream-error` as well.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm-vector* (shm vector (:direction :io) ('(unsigned-byte 8) (shm-channel-size 4096 :sender)))
 *   (with-shm-channel (sender vector 4096 :sender)
 *     (with-shm-channel (receiver vector 4096 :receiver)
 *       (close-shm-channel sender)
 *       (handler-case (receive-message receiver)
 *         (shm-peer-left (condition) (posix-shm-error-keyword condition))))))
 * => :ENODATA
 * @endcode
 * @since 0.1
 * @see shm-peer-died, receive-message, close-shm-channel
 */

/**
 * @page lisp_shm_peer_died shm-peer-died
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * shm-peer-died
 * @endcode
 * @par Class precedence list
 * `shm-peer-died`, `shm-channel-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `shm-channel-error`: the process at the other end of a channel died without leaving. The receiver has received all messages
 * that were complete; the sender cannot send more than the ring has space for. The error goes away when another process joins.
 * Of a stream it is a `stream-error` as well.
 * @par Lisp example
 * @code{.lisp}
 * (subtypep 'shm-peer-died 'shm-channel-error)
 * => T, T
 * @endcode
 * @since 0.1
 * @see shm-peer-left, receive-message, shm-alive-p
 */

/**
 * @page lisp_mmap_invalid_argument mmap-invalid-argument
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * mmap-invalid-argument
 * @endcode
 * @par Class precedence list
 * `mmap-invalid-argument`, `mmap-error`, `posix-shm-invalid-argument`, `posix-shm-error`, `type-error`, `error`,
 * `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-invalid-argument` of `mmap-shm`, `munmap`, `msync`, of the functions that map or unmap vectors and arrays,
 * and of the macros that map: a `mmap-error`.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (munmap (cffi:null-pointer) 100)
 *   (mmap-error (condition) (type-of condition)))
 * => MMAP-INVALID-ARGUMENT
 * @endcode
 * @since 0.1
 * @see posix-shm-invalid-argument, mmap-error
 */

/**
 * @page lisp_mmap_error mmap-error
 * @ingroup api_conditions
 * @par Kind
 * Condition
 * @par Lisp
 * @code{.lisp}
 * mmap-error
 * @endcode
 * @par Class precedence list
 * `mmap-error`, `posix-shm-error`, `error`, `serious-condition`, `condition`, `t`
 * @par In Lisp
 * A `posix-shm-error` of `mmap-shm`, `munmap`, `msync`, or of the functions that map or unmap vectors and arrays: an error of the
 * system, also a LENGTH of 0 of `mmap-shm` or `munmap`, and FLAGS that exclude each other.
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io)
 *   (handler-case (mmap-shm shm (expt 2 62))
 *     (mmap-error (condition) (posix-shm-error-keyword condition))))
 * => :ENOMEM
 * @endcode
 * @since 0.1
 * @see mmap-shm, munmap
 */

/**
 * @page lisp_invoke_shm_restart invoke-shm-restart
 * @ingroup api_conditions
 * @par Kind
 * Function
 * @par Lisp
 * @code{.lisp}
 * invoke-shm-restart restart &rest arguments
 * @endcode
 * @par In Lisp
 * Invoke the innermost restart of a failing `open-shm`, `write-shm` or `with-shm-lock-held` that the keyword RESTART names, with
 * ARGUMENTS: `:continue`, `:use-value` (with another name), `:overwrite`, `:truncate`, `:supersede`, `:create`, `:extend` or
 * `:repair`. It does not return. The names of the restarts are not exported, since other packages export some of them too.
 * @par Exceptional situations
 * `control-error` if there is no such restart; `shm-invalid-argument` if RESTART is not one of these keywords.
 * @par Lisp example
 * @code{.lisp}
 * (handler-bind ((shm-does-not-exist
 *                  (lambda (condition)
 *                    (declare (ignore condition))
 *                    (invoke-shm-restart :create))))
 *   (with-open-shm (shm "/foobar-shm" :direction :io)
 *     (delete-shm (shm-name shm))))
 * => T
 * @endcode
 * @since 0.1
 * @see continue, open-shm
 */

/**
 * @page lisp_restarts continue
 * @ingroup api_conditions
 * @par Kind
 * Restart
 * @par Lisp
 * @code{.lisp}
 * continue
 * use-value name
 * overwrite
 * truncate
 * supersede
 * create
 * extend
 * repair
 * @endcode
 * @par In Lisp
 * Restarts of a failing `open-shm`, and so of the macros that open a name, of `write-shm` if the
 * object is too short, and of `with-shm-lock-held` if an owner of the lock has died:
 * - `continue` repeats the operation; for `shm-too-short` it writes only the octets that fit; for `shm-lock-abandoned` it runs
 *   the body.
 * - `use-value` opens another NAME, which the debugger prompts for.
 * - `overwrite`, of `shm-exists`, opens the object unchanged.
 * - `truncate`, of `shm-exists`, opens the object and sets its size to 0.
 * - `supersede`, of `shm-exists`, replaces the object with a new one.
 * - `create`, of `shm-does-not-exist`, creates the object.
 * - `extend`, of `shm-too-short`, grows the object and writes all elements.
 * - `repair`, of `shm-lock-abandoned`, marks what the lock guards as repaired and runs the body.
 * @par Lisp example
 * @code{.lisp}
 * (handler-bind ((shm-does-not-exist
 *                  (lambda (condition)
 *                    (declare (ignore condition))
 *                    (invoke-shm-restart :use-value "/another-shm"))))
 *   (close-shm (open-shm "/another-shm" :direction :io :if-does-not-exist :create))
 *   (with-open-shm (shm "/foobar-shm")
 *     (delete-shm "/another-shm")
 *     (shm-name shm)))
 * => "/another-shm"
 * @endcode
 * @since 0.1
 * @see invoke-shm-restart, shm-exists, shm-does-not-exist
 */

#endif
