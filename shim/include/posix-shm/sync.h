/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_SYNC_H
#define POSIX_SHM_SYNC_H

/**
 * @file sync.h
 * @stratum{3,posix-shm}
 * @brief Stratum 3: synchronization between processes that share memory.
 *
 * Atomic operations on words, waiting for a word to change, process identity, a lock that survives the death of its owner,
 * the publication of complete objects, and messages. The rules at the head of ffi.h apply here as well.
 */

#include <posix-shm/api.h>

/* The annotations have commands of their own. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdocumentation-unknown-command"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup sync_atomics Atomics
 * @brief Load, store and update words that several processes use concurrently.
 *
 * All operations are sequentially consistent: all processes observe them in one order. There are no weaker orderings.
 * A 32-bit word accepts values from -2147483648 to 4294967295, and is returned as 0 to 4294967295. 64-bit words require
 * a platform with atomic 8-byte operations (#pshm_has, `atomic-64`).
 *
 * An address is the result of #pshm_map, or of another call that maps, plus an offset. An address that is not mapped, or is mapped
 * without the access that the call needs, causes a memory fault, like any load or store.
 * @{
 */

/**
 * @brief The operation of #pshm_atomic_update32 and #pshm_atomic_update64.
 *
 * @choice{PSHM_ATOMIC_,update}
 */
enum pshm_update {
	PSHM_ATOMIC_ADD = 1,     /**< Add the operand; the sum wraps around. */
	PSHM_ATOMIC_AND = 2,     /**< Bitwise AND: clear the bits that are clear in the operand. */
	PSHM_ATOMIC_OR = 3,      /**< Bitwise OR: set the bits that are set in the operand. */
	PSHM_ATOMIC_XOR = 4,     /**< Bitwise exclusive OR: invert the bits that are set in the operand. */
	PSHM_ATOMIC_EXCHANGE = 5 /**< Replace the word with the operand. */
};

/**
 * @brief Load a 32-bit word.
 *
 * Read access to the mapping suffices.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @return The value, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{value}
 * @since 0.1
 * @see pshm_atomic_store32, pshm_atomic_load64
 */
PSHM_API int64_t pshm_atomic_load32(int64_t address);

/**
 * @brief Store a 32-bit word.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param value @role{value} The value, -2147483648 to 4294967295.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p value is not between -2147483648 and 4294967295.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load32, pshm_atomic_update32
 */
PSHM_API int pshm_atomic_store32(int64_t address, int64_t value);

/**
 * @brief Update a 32-bit word, and return its previous value.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param operation @role{enum,pshm_update} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand, -2147483648 to 4294967295.
 * @return The previous value, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4, or @p operation is not one of the constants.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p operand is not between -2147483648 and 4294967295.
 * @result{value}
 * @since 0.1
 * @see pshm_atomic_compare_exchange32, pshm_atomic_update64
 */
PSHM_API int64_t pshm_atomic_update32(int64_t address, int operation, int64_t operand);

/**
 * @brief Store a 32-bit word if it has an expected value.
 *
 * The call stored @p desired if and only if the result equals @p expected as an unsigned number: for -1 that is 4294967295.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param expected @role{value} The value to compare with, -2147483648 to 4294967295.
 * @param desired @role{value} The value to store, -2147483648 to 4294967295.
 * @return The previous value, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p expected or @p desired is not between
 *        -2147483648 and 4294967295.
 * @result{value}
 * @since 0.1
 * @see pshm_atomic_update32, pshm_atomic_compare_exchange64
 */
PSHM_API int64_t pshm_atomic_compare_exchange32(int64_t address, int64_t expected, int64_t desired);

/**
 * @brief Load a 64-bit word.
 *
 * Read access to the mapping suffices. The value is an output, since every 64-bit value is valid and none is left for errors.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param ret_value @role{out,value} Receives the value.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p ret_value is NULL.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load32, pshm_atomic_store64
 */
PSHM_API int pshm_atomic_load64(int64_t address, int64_t *ret_value);

/**
 * @brief Store a 64-bit word.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param value @role{value} The value.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load64, pshm_atomic_update64
 */
PSHM_API int pshm_atomic_store64(int64_t address, int64_t value);

/**
 * @brief Update a 64-bit word, and return its previous value.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param operation @role{enum,pshm_update} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand.
 * @param ret_old @role{out,value} @nullable Receives the previous value.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8, or @p operation is not one of the constants.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_compare_exchange64, pshm_atomic_update32
 */
PSHM_API int pshm_atomic_update64(int64_t address, int operation, int64_t operand, int64_t *ret_old);

/**
 * @brief Store a 64-bit word if it has an expected value.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param expected @role{value} The value to compare with.
 * @param desired @role{value} The value to store.
 * @param ret_old @role{out,value} @nullable Receives the previous value.
 * @retval 1 The value was stored.
 * @retval 0 The word had another value, and was not changed.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{boolean}
 * @since 0.1
 * @see pshm_atomic_update64, pshm_atomic_compare_exchange32
 */
PSHM_API int pshm_atomic_compare_exchange64(int64_t address, int64_t expected, int64_t desired, int64_t *ret_old);

/**
 * @brief Wait while a 32-bit word has a value.
 *
 * The result 0 means: load the word again. It has another value, #pshm_atomic_wake was called, or the wakeup is spurious.
 * Therefore call this function in a loop that loads the word. Read access to the mapping suffices. The mapping must be shared:
 * a waiter on a private one is never woken.
 *
 * If #pshm_has returns 0 for `wait`, the call polls the word, every 50 microseconds at first and every 5 milliseconds later; in
 * that case a signal handler that runs between two sleeps does not end the wait. A runtime with its own threads or with a global
 * interpreter lock must treat this function, #pshm_lock_acquire and the calls that wait for a peer (#pshm_ring_receive) as
 * blocking calls: the guide to each language shows how.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param expected @role{value} The value during which the call waits, -2147483648 to 4294967295.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @retval 0 Load the word again.
 * @error{EAGAIN} @p timeout is 0, and the word equals @p expected.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p expected is not between -2147483648 and 4294967295.
 * @error{ETIMEDOUT} There was no reason to wake up until the timeout.
 * @result{status}
 * @waits
 * @since 0.1
 * @see pshm_atomic_wake; futex(2) on Linux
 */
PSHM_API int pshm_atomic_wait(int64_t address, int64_t expected, int64_t timeout);

/**
 * @brief Wake the threads of all processes that wait for a word.
 *
 * Store first, then wake: a thread that is about to wait compares the word, finds the new value, and does not wait. The number
 * of woken threads is not returned, since some systems do not report it.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param count @role{count} The greatest number of threads to wake, from 1; 2147483647 wakes all.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4, or @p count is not positive.
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_wait; futex(2) on Linux
 */
PSHM_API int pshm_atomic_wake(int64_t address, int count);

/** @} */

/**
 * @defgroup sync_processes Processes
 * @brief Identify a process, and test whether it is alive.
 * @{
 */

/**
 * @brief Return an identifier of this process, by which other processes can tell whether it is alive.
 *
 * The identifier combines the process ID, the start time of the process and its PID namespace, so a later process with the same
 * ID has another identifier, except by a chance of one in a million. Store it in shared memory as an owner, and pass it to
 * #pshm_process_alive. A forked child has its own identifier; exec(3) keeps it. The first call of a process makes system calls;
 * later ones only load a word.
 *
 * If the system reveals nothing but the process ID (no /proc is mounted, or that of another namespace, or the first call
 * finds no free descriptor), the identifier is sufficient for locks, but #pshm_process_alive returns `-ENOTSUP` for it. A
 * process that is restored from a checkpoint (CRIU) has started anew for the system, but keeps the identifier that it has in
 * its memory: other processes take it for dead. A child of vfork(2), or of clone(2) with `CLONE_VM`, shares its parent's memory
 * and is mistaken for its parent: it must not call the functions of this header.
 *
 * @return The identifier, a positive number.
 * @result{value}
 * @since 0.1
 * @see pshm_process_alive, pshm_lock_owner; proc_pid_stat(5)
 */
PSHM_API int64_t pshm_process_self(void);

/**
 * @brief Return whether a process is alive.
 *
 * The result 0 is definite: the process has terminated (it may still be a zombie), and its ID may belong to another process
 * meanwhile. In case of doubt the result is 1 or `-ENOTSUP`.
 *
 * @param process @role{value} The identifier of a process: the result of #pshm_process_self in that process, or of
 *        #pshm_lock_owner.
 * @retval 1 The process is alive, or nothing proves that it has terminated.
 * @retval 0 The process has terminated.
 * @error{EINVAL} @p process is not an identifier that #pshm_process_self could return.
 * @error{ENOTSUP} This process cannot determine it: the other process is in another PID or time namespace, such as that of another
 *        container, or the system does not provide the information (#pshm_has, `alive`).
 * @result{boolean}
 * @since 0.1
 * @see pshm_process_self; pidfd_open(2), proc_pid_stat(5), pid_namespaces(7)
 */
PSHM_API int pshm_process_alive(int64_t process);

/** @} */

/**
 * @defgroup sync_locks Locks
 * @brief An 8-byte lock between processes that survives the death of its owner.
 *
 * - Zeroed memory is a free lock: a new object needs no initialization, so no two processes can race for it. The 8 bytes belong
 *   to the library: store nothing there but zero, before the first use. Their layout is permanent, and processes of 32 and 64
 *   bits share it.
 * - **After a result of at least 0 the lock is always held, after a negative one never.** The result 1 means that an owner died
 *   while it held the lock, and that the data may be inconsistent. Every later owner also gets 1, until one calls
 *   #pshm_lock_mark_repaired.
 * - The owner is a process: another thread of it may release the lock, and threads of one process exclude each other as
 *   processes do. A lock is not recursive: a process that acquires it twice waits for itself. The end of a thread is not
 *   detected while its process is alive, exec(3) does not release a lock, and a forked child does not own the locks of its parent.
 * - Locks are not fair: a running process may acquire a lock before a waiter that is being woken. There is no priority
 *   inheritance.
 * - The stores of an owner before its release are visible to the next owner.
 * - Waiters detect the death of the owner, usually within 20 milliseconds, on one machine and in one PID namespace. Containers
 *   that share memory but not a PID namespace can use locks, but do not detect a death in another container: use a timeout.
 *
 * All four functions require the feature `atomic-64` (#pshm_has).
 * @{
 */

/**
 * @brief Acquire a lock.
 *
 * During the wait the call checks whether the owner is alive: after 10 milliseconds, after 20 more, then every 40, and after a
 * signal. A signal handler that runs during such a check does not end the wait. A program that must react to every signal uses
 * a timeout, and calls again.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @retval 0 This process holds the lock.
 * @retval 1 This process holds the lock, and an owner has died with it since the last repair.
 * @error{EAGAIN} @p timeout is 0, and another owner, not known to be dead, holds the lock.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{ETIMEDOUT} The lock was not released until the timeout.
 * @result{boolean}
 * @waits
 * @since 0.1
 * @see pshm_lock_release, pshm_lock_mark_repaired
 */
PSHM_API int pshm_lock_acquire(int64_t address, int64_t timeout);

/**
 * @brief Release a lock that this process holds.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold the lock.
 * @result{status}
 * @since 0.1
 * @see pshm_lock_acquire
 */
PSHM_API int pshm_lock_release(int64_t address);

/**
 * @brief Mark the data that a lock protects as repaired.
 *
 * After #pshm_lock_acquire has returned 1, the new owner repairs the data and calls this function. If it does not, or dies
 * itself, the next owner gets 1 again.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold the lock.
 * @result{status}
 * @since 0.1
 * @see pshm_lock_acquire
 */
PSHM_API int pshm_lock_mark_repaired(int64_t address);

/**
 * @brief Return the process that holds a lock.
 *
 * Read access to the mapping suffices.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @return The identifier of the owner, as #pshm_process_self returns it in that process; 0 if the lock is free.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} The platform has no atomic 8-byte operations (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{value}
 * @since 0.1
 * @see pshm_process_alive
 */
PSHM_API int64_t pshm_lock_owner(int64_t address);

/** @} */

/**
 * @defgroup sync_publishing Publishing
 * @brief Give a complete object a name, and wait for an object that another process creates.
 *
 * An object that is created under its name exists before it has a size and contents. A process that opens it too early finds it
 * incomplete, and it stays incomplete if its creator dies. A published object is complete when its name
 * appears: create an anonymous object (#PSHM_ANONYMOUS_NAMEABLE), set its size, map it, fill it, and publish it. If the creator
 * dies before that, the object vanishes.
 * @{
 */

/**
 * @brief Give an unnamed object a name.
 *
 * The object gets the name atomically, and keeps exactly the permissions with which it was created: the umask is ignored. It can be
 * given a name only once, even after #pshm_delete. The descriptor may be closed afterwards; it may be read-only, and may have been
 * received from another process.
 *
 * Superseding gives the object a temporary name and renames it over the old object: the name always refers to one of the
 * two. A process that is killed between the two steps leaves a complete object, whose name begins with `/.pshm-`
 * (#pshm_open describes how to remove it).
 *
 * If the feature `publish` (#pshm_has) is 0, create the object under its name with the permissions 0, set its size, fill it,
 * and set its permissions last (#pshm_fchmod): #pshm_open_wait waits for them. If the feature `permissions` is 0, too, as on
 * macOS, store a word of the object last (#pshm_atomic_store32), and wait for it after #pshm_open_wait (#pshm_atomic_wait).
 * If the creator dies before that, the incomplete object remains; #pshm_delete removes it.
 *
 * @param fd @role{descriptor} A descriptor of an object that #pshm_open_anonymous created with #PSHM_ANONYMOUS_NAMEABLE.
 * @name_param
 * @param if_exists @role{enum,pshm_if_exists} @default{PSHM_IF_EXISTS_ERROR} The action when an object with the
 *        name exists: #PSHM_IF_EXISTS_ERROR, which is also the meaning of 0, #PSHM_IF_EXISTS_SUPERSEDE or
 *        #PSHM_IF_EXISTS_NIL.
 * @retval 0 Success.
 * @name_errors
 * @error{EACCES} The process may not create the name. `supersede`: it may not remove the existing name.
 * @error{EAGAIN} `supersede`: every temporary name that was tried exists.
 * @error{EBADF} @p fd is not an open descriptor.
 * @error{EEXIST} The name refers to an object or to another kind of file, and `error` or `nil` applies. After `nil`, #pshm_errno is
 *        unchanged.
 * @error{EINVAL} @p if_exists is not one of these constants.
 * @error{EISDIR} @p fd, or with `supersede` the name, refers to a directory.
 * @error{ENODEV} @p fd refers to another kind of file, such as a pipe.
 * @error{ENOSPC} The file system has no space for another name.
 * @error{ENOTSUP} The platform does not support it (#pshm_has, `publish`), a sandbox forbids it, or /proc is not mounted, which
 *        kernels before Linux 6.10 need, and newer ones for a descriptor that another process has opened, also the parent.
 * @error{EPERM} The object belongs to another user, and the system forbids the process to give it a name
 *        (`fs.protected_hardlinks`).
 * @error{EROFS} The shared memory file system is mounted read-only.
 * @error{EXDEV} The object has or had a name, was created without #PSHM_ANONYMOUS_NAMEABLE, or belongs to another mount of the
 *        shared memory file system, such as that of another container or mount namespace.
 *
 * @par Lisp
 * @code{.lisp}
 * publish-shm shm name &key if-exists => published
 * @endcode
 * @par In Lisp
 * Give the name NAME to the unnamed object SHM, which `open-shm*` has created with `:nameable t`. From then on other processes can
 * open the complete object, and `shm-name` of SHM is NAME, perhaps the same string: do not modify it while SHM is in use.
 * IF-EXISTS applies if an object with the name exists: `:error`; `:supersede`, which replaces it; or nil, which keeps it.
 * Return true if SHM has the name, and nil if an IF-EXISTS of nil applied.
 * @par Exceptional situations
 * `shm-exists` if an object with the name exists and `:error` applies; `shm-invalid-argument` if SHM is not an open object,
 * NAME is not a name, or IF-EXISTS is none of the three; `shm-error` for an error of the system, such as `:exdev` if the
 * object has a name or cannot be given one, and `:enotsup` if the platform does not support publishing.
 * @par Affected by
 * The features of the platform (#pshm_has, `publish`).
 * @par Lisp example
 * @code{.lisp}
 * (with-open-shm* (shm :direction :io :nameable t)
 *   (truncate-shm shm 100)
 *   (publish-shm shm "/foobar-shm")
 *   (with-open-shm (other "/foobar-shm")
 *     (delete-shm "/foobar-shm")
 *     (stat-size (shm-stats other))))
 * => 100
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_open_anonymous, pshm_open_wait; linkat(2), rename(2), open(2) about `O_TMPFILE`
 */
PSHM_API int pshm_publish(int fd, const char *name, int if_exists);

/**
 * @brief Open an object that another process creates, and wait until it is complete.
 *
 * The call waits while no object with the name exists, while the object has no permissions at all (another process is creating it,
 * #pshm_publish), and while it is smaller than @p size, which helps if its creator uses neither. If the permissions of an existing
 * object forbid the access, the call fails immediately where objects are files; elsewhere it cannot distinguish this case from an
 * incomplete object, and fails with the same error after the timeout.
 *
 * The call tries again after 0.1 milliseconds, then after 0.2, and so on, finally every 10. A signal handler that runs between two
 * sleeps does not end the wait: during an attempt, and while the thread waits for a processor, which on a busy machine takes longer
 * than a sleep. A program that must react to every signal uses a timeout, and checks a flag that its handler sets. A thread that is
 * cancelled while it waits has opened nothing. The call also waits while another process has a conflicting lease (fcntl(2)) on the
 * object.
 *
 * @name_param
 * @param direction @role{enum,pshm_direction} @default{PSHM_DIRECTION_INPUT} The access of the descriptor.
 * @param size @role{size} @default{0} The least size of the object, in bytes; 0 accepts an empty one.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @return A descriptor; the caller closes it.
 * @name_errors
 * @error{EACCES} The permissions of the object forbid the access.
 * @error{EAGAIN} @p timeout is 0, and the object does not exist, is incomplete, or is smaller than @p size.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EINVAL} @p direction is not one of its constants, or @p size is negative.
 * @error{EISDIR} The name refers to a directory. With glibc it is `-EINVAL` for `io`.
 * @error{ELOOP} The name refers to a symbolic link.
 * @error{EMFILE} The process has no free descriptor.
 * @error{ENFILE} The system has no free descriptor.
 * @error{ENODEV} The name refers to another kind of file, such as a FIFO.
 * @error{ENXIO} The name refers to a socket.
 * @error{EROFS} @p direction is `io`, and the shared memory file system is mounted read-only.
 * @error{ETIMEDOUT} There was no complete object until the timeout.
 *
 * @par Lisp
 * @code{.lisp}
 * wait-for-shm name &key direction size timeout => shm
 * @endcode
 * @par In Lisp
 * Open the object NAME and return it as an `open-shm`; wait until another process has created it with at least SIZE octets.
 * An object without any permissions is incomplete. Wait at most TIMEOUT seconds, or without limit if it is nil; interrupts
 * run during the wait. `shm-name` of the result is NAME, perhaps the same string: do not modify it while the result is in use.
 * @par Exceptional situations
 * `shm-timeout` after the timeout, with the restart `continue`, which waits again; `shm-error` if the permissions of the
 * object forbid the access (`:eacces`), and for another error of the system; `shm-invalid-argument` for an invalid argument,
 * before any call.
 * @par Affected by
 * The permissions of the object.
 * @par Lisp example
 * @code{.lisp}
 * (handler-case (wait-for-shm "/foobar-shm" :timeout 1/100)
 *   (shm-timeout () "nobody has made it"))
 * => "nobody has made it"
 * @endcode
 * @result{descriptor}
 * @opens{pshm_close}
 * @waits
 * @since 0.1
 * @see pshm_open, pshm_publish
 */
PSHM_API int pshm_open_wait(const char *name, int direction, int64_t size, int64_t timeout);

/** @} */

/**
 * @defgroup sync_messages Messages
 * @brief A ring of messages from one process to another, which survives the death of both.
 *
 * In one terminal, with Python:
 *
 * @code{.py}
 * import ctypes
 * from posix_shm import *
 *
 * SIZE = PSHM_RING_HEADER_SIZE + 4096
 * fd = pshm_open(b"/talk", PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600, None)
 * pshm_truncate(fd, SIZE)
 * ring = pshm_map(fd, SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0)
 * pshm_ring_join(ring, 4096, PSHM_RING_RECEIVER)
 * buffer = ctypes.create_string_buffer(2048)
 * while (length := pshm_ring_receive(ring, 4096, buffer, 2048, -1)) >= 0:
 *     print(buffer.raw[:length].decode())
 *
 * print(pshm_error_name(length).decode())
 * @endcode
 *
 * In another, with Lisp; either may be first. The receiver prints both messages, and then `ENODATA`, since the sender has left.
 * If the sender is killed instead, the receiver prints `EOWNERDEAD`, after all messages that the sender has completed.
 *
 * @code{.lisp}
 * (with-open-shm-channel (sender "/talk" :sender :capacity 4096)
 *   (send-message sender (babel:string-to-octets "hello"))
 *   (send-message sender (babel:string-to-octets "and goodbye")))
 * => T
 * @endcode
 *
 * - A ring is #PSHM_RING_HEADER_SIZE bytes plus its capacity, a power of two from #PSHM_RING_CAPACITY_MIN to
 *   #PSHM_RING_CAPACITY_MAX, at an address that is a multiple of 64. **Zeroed memory is an empty ring**: a new object needs
 *   no initialization. The memory belongs to the library; its layout is permanent, and processes of 32 and 64 bits share it.
 * - **The capacity is an argument of every call**, and never read from the memory, which another process may have
 *   overwritten: in that case a call fails with `-EPROTO`, reports wrong messages, or waits, but never accesses other memory.
 *   The sender may write anything, and change a message while it is read in place: copy data that must not change
 *   (#pshm_ring_receive).
 * - A message is 0 bytes long, up to half of the capacity less 8, contiguous, and begins at a multiple of 8. With the 8 bytes
 *   of its header, and rounded up to a multiple of 8, it occupies the ring until its release.
 * - **A message is complete or absent**: a sender that is killed loses at most the message that it was writing. A receiver
 *   that is killed between #pshm_ring_peek and #pshm_ring_release leaves the message, and its successor finds it again (at
 *   least once); after #pshm_ring_receive it is gone (at most once). The ring is never damaged by a death.
 * - A ring has two ends. One process joins as the sender and one as the receiver (#pshm_ring_join): the other end then detects
 *   that it has left or died. **At each end only one thread may be in a call at a time.** More threads or processes use an
 *   end with a lock around each call, or around each pair of calls (#pshm_lock_acquire): then only one of them joins, such as
 *   their parent, and stands for all. An owner of that lock who dies leaves the ring whole: call #pshm_lock_mark_repaired.
 *   Without a process at its end a call fails with `-EPERM`, also that of the process which has left. Once another process has
 *   joined, the end belongs to it: the library does not distinguish its calls from those of the predecessor.
 * - **Unmap, truncate or reuse the memory only after the calls of both ends have returned.** A call may access the ring for a
 *   moment after the other end has seen its effect, to wake it: so the receiver of the last message, or of `-ENODATA`, cannot
 *   assume that the sender has returned. Each end may unmap its own mapping when its own calls have returned.
 * - A waiting process checks its peer: after 10 milliseconds, after 20 more, then every 40, and after a signal. A
 *   signal handler that runs during such a check does not end the wait. Deaths are detected on one machine and in one PID
 *   namespace (#pshm_process_alive); elsewhere use a timeout. With a timeout of 0 the call checks as well, if there is
 *   nothing to do: that takes a few system calls.
 * - A forked child has not joined in place of its parent, and exec(3) does not leave.
 *
 * All eight functions require the feature `atomic-64` (#pshm_has).
 * @{
 */

/**
 * @brief The end of a ring that a process joins.
 *
 * @choice{PSHM_RING_,ring-role}
 */
enum pshm_ring_role {
	PSHM_RING_SENDER = 1,  /**< The sender of messages. */
	PSHM_RING_RECEIVER = 2 /**< The receiver. */
};

/** @brief The sizes of a ring, in bytes. */
enum pshm_ring_size {
	PSHM_RING_HEADER_SIZE = 256,        /**< The header: a ring occupies this and its capacity. */
	PSHM_RING_CAPACITY_MIN = 4096,      /**< The least capacity. */
	PSHM_RING_CAPACITY_MAX = 1073741824 /**< The greatest capacity. */
};

/**
 * @brief Join a ring as its sender or its receiver.
 *
 * The first process that joins makes zeroed memory a ring of this capacity. The role is free until a process joins, after it
 * has left, and after it has died. A successor continues where its predecessor ended: a sender behind the last complete
 * message, a receiver at the first message that was not released.
 *
 * If a process that cannot be judged from here (#pshm_process_alive) is dead, the role stays taken. Use another ring then.
 *
 * @ring_params
 * @param role @role{enum,pshm_ring_role} #PSHM_RING_SENDER or #PSHM_RING_RECEIVER.
 * @retval 0 This process has the role.
 * @retval 1 This process has the role, as the successor of a process that died.
 * @error{EBUSY} A process has the role, also this one, that is alive, or cannot be judged from here.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p role is not one of the constants.
 * @ring_platform
 * @error{EPROTO} The memory does not begin with zeros, and is no ring of this capacity. The other bytes are not checked here.
 * @result{boolean}
 * @since 0.1
 * @see pshm_ring_leave
 */
PSHM_API int pshm_ring_join(int64_t address, int64_t capacity, int role);

/**
 * @brief Leave a ring, and wake the peer.
 *
 * The receiver gets `-ENODATA` once it has received all messages, the sender gets `-EPIPE` once the ring is full. The
 * reservation of this process, or its pending message, is given up, and its calls fail with `-EPERM`. Then another process, or
 * the same one, may join. The memory may be in use until the call has returned.
 *
 * @ring_params
 * @param role @role{enum,pshm_ring_role} The role in which this process has joined.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p role is not one of the constants.
 * @ring_platform
 * @error{EPERM} This process does not have the role.
 * @ring_protocol
 * @result{status}
 * @since 0.1
 * @see pshm_ring_join
 */
PSHM_API int pshm_ring_leave(int64_t address, int64_t capacity, int role);

/**
 * @brief Reserve space for a message, and return the address to write it to.
 *
 * Write the message there, and commit it: until then the receiver does not see it. A later reservation, and #pshm_ring_send,
 * replace this one if they succeed, so a message that is not to be sent needs no call. If they fail, this one stays.
 * #pshm_ring_leave gives it up.
 *
 * @ring_params
 * @param length @role{size} The greatest length of the message, in bytes, from 0 to half of @p capacity less 8.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @return The address, a multiple of 8, of @p length bytes.
 * @error{EAGAIN} @p timeout is 0, and the ring has no space.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p length is negative.
 * @error{EMSGSIZE} @p length is greater than half of @p capacity less 8.
 * @ring_platform
 * @error{EPERM} No process is the sender: none has joined, or the last one has left.
 * @error{EPIPE} The ring has no space, and the receiver has left or died. It is reported again until another one joins.
 * @ring_protocol
 * @error{ETIMEDOUT} There was no space until the timeout.
 * @result{address}
 * @waits
 * @since 0.1
 * @see pshm_ring_commit, pshm_ring_send
 */
PSHM_API int64_t pshm_ring_reserve(int64_t address, int64_t capacity, int64_t length, int64_t timeout);

/**
 * @brief Send the message that was written to the reserved space.
 *
 * @ring_params
 * @param length @role{size} The length of the message, in bytes, from 0 to the length that was reserved.
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p length is negative.
 * @error{EMSGSIZE} @p length is greater than the reserved length.
 * @ring_platform
 * @error{EPERM} Nothing is reserved, or no process is the sender.
 * @ring_protocol
 * @result{status}
 * @since 0.1
 * @see pshm_ring_reserve
 */
PSHM_API int pshm_ring_commit(int64_t address, int64_t capacity, int64_t length);

/**
 * @brief Wait for a message, and return its address.
 *
 * The message stays in the ring until #pshm_ring_release: another call returns the same one. #pshm_ring_leave leaves it there.
 *
 * @ring_params
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @param ret_length @role{out,size} Receives the length of the message, in bytes.
 * @return The address of the message, a multiple of 8.
 * @error{EAGAIN} @p timeout is 0, and there is no message.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p ret_length is NULL.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EINVAL} @p address is not a multiple of 64, or @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX.
 * @error{ENODATA} There is no message, and the sender has left. It is reported again until another one joins.
 * @ring_platform
 * @error{EOWNERDEAD} There is no complete message, and the sender has died. It is reported again until another one joins.
 * @error{EPERM} No process is the receiver: none has joined, or the last one has left.
 * @ring_protocol
 * @error{ETIMEDOUT} There was no message until the timeout.
 * @result{address}
 * @waits
 * @since 0.1
 * @see pshm_ring_release, pshm_ring_receive
 */
PSHM_API int64_t pshm_ring_peek(int64_t address, int64_t capacity, int64_t timeout, int64_t *ret_length);

/**
 * @brief Remove the message that #pshm_ring_peek has returned.
 *
 * Do not access the message afterwards: the sender overwrites it.
 *
 * @ring_params
 * @retval 0 Success.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 64, or @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX.
 * @ring_platform
 * @error{EPERM} #pshm_ring_peek has not returned a message since the last release, or no process is the receiver.
 * @ring_protocol
 * @result{status}
 * @since 0.1
 * @see pshm_ring_peek
 */
PSHM_API int pshm_ring_release(int64_t address, int64_t capacity);

/**
 * @brief Copy a message into a ring, and send it.
 *
 * @ring_params
 * @param bytes @role{buffer} The message.
 * @param length @role{size,bytes} Its length, in bytes, from 0 to half of @p capacity less 8.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @retval 0 Success.
 * @error{EAGAIN} @p timeout is 0, and the ring has no space.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p bytes is NULL and @p length is not 0.
 * @error{EINTR} A signal handler ran during the wait. Nothing was sent.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p length is negative.
 * @error{EMSGSIZE} @p length is greater than half of @p capacity less 8.
 * @ring_platform
 * @error{EPERM} No process is the sender: none has joined, or the last one has left.
 * @error{EPIPE} The ring has no space, and the receiver has left or died. It is reported again until another one joins.
 * @ring_protocol
 * @error{ETIMEDOUT} There was no space until the timeout.
 * @result{status}
 * @waits
 * @since 0.1
 * @see pshm_ring_receive, pshm_ring_reserve
 */
PSHM_API int pshm_ring_send(int64_t address, int64_t capacity, const void *bytes, int64_t length, int64_t timeout);

/**
 * @brief Wait for a message, copy it, and remove it from the ring.
 *
 * @ring_params
 * @param ret_bytes @role{buffer} @nullable Receives the message. NULL, with a @p size of 0, asks for the length of the next
 *        message, which stays in the ring.
 * @param size @role{size,ret_bytes} The size of @p ret_bytes, in bytes, from 0.
 * @param timeout @role{timeout} @default{-1} Nanoseconds from now; a negative timeout is no limit, 0 does not wait.
 * @return The length of the message, in bytes.
 * @error{EAGAIN} @p timeout is 0, and there is no message.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p ret_bytes is NULL and @p size is not 0.
 * @error{EINTR} A signal handler ran during the wait.
 * @error{EINVAL} @p address is not a multiple of 64, @p capacity is not a power of two from #PSHM_RING_CAPACITY_MIN to
 *        #PSHM_RING_CAPACITY_MAX, or @p size is negative.
 * @error{EMSGSIZE} The message is longer than @p size. It stays in the ring.
 * @error{ENODATA} There is no message, and the sender has left. It is reported again until another one joins.
 * @ring_platform
 * @error{EOWNERDEAD} There is no complete message, and the sender has died. It is reported again until another one joins.
 * @error{EPERM} No process is the receiver: none has joined, or the last one has left.
 * @ring_protocol
 * @error{ETIMEDOUT} There was no message until the timeout.
 * @result{count}
 * @waits
 * @since 0.1
 * @see pshm_ring_send, pshm_ring_peek
 */
PSHM_API int64_t pshm_ring_receive(int64_t address, int64_t capacity, void *ret_bytes, int64_t size, int64_t timeout);

/** @} */

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang diagnostic pop
#endif

#endif
