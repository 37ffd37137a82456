/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_SYNC_H
#define POSIX_SHM_SYNC_H

/**
 * @file sync.h
 * @brief Stratum 3: what two processes need besides the memory.
 * @stratum{3,posix-shm}
 *
 * Atomic access to words, sleeping until a word changes, the identity of a process, and a lock that survives its owner. The rules
 * at the head of ffi.h hold here as well.
 */

#include <posix-shm/ffi.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup sync_atomics Atomics
 * @brief Load, store and change words that several processes use at the same time.
 *
 * All are sequentially consistent: there is one order of them that all processes agree on, and no weaker one to choose.
 * Words of 32 bits take values from -2147483648 to 4294967295, and are given back as 0 to 4294967295. Words of 64 bits need a
 * platform that changes 8 bytes atomically (#pshm_has, `atomic-64`).
 *
 * An address is that of mapped memory, as #pshm_map returns it, plus an offset. One that is not mapped, or mapped without the
 * access that the call needs, is a memory fault, as with every access of the processor.
 * @{
 */

/**
 * @brief What #pshm_atomic_update32 and #pshm_atomic_update64 do to a word.
 *
 * @choice{PSHM_ATOMIC_,update}
 */
enum pshm_update {
	PSHM_ATOMIC_ADD = 1,     /**< Add the operand; the sum wraps. */
	PSHM_ATOMIC_AND = 2,     /**< Keep the bits that are set in the operand. */
	PSHM_ATOMIC_OR = 3,      /**< Set the bits that are set in the operand. */
	PSHM_ATOMIC_XOR = 4,     /**< Invert the bits that are set in the operand. */
	PSHM_ATOMIC_EXCHANGE = 5 /**< Store the operand. */
};

/**
 * @brief Load a word of 32 bits.
 *
 * A mapping without write access will do.
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
 * @brief Store into a word of 32 bits.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param value @role{value} The value, -2147483648 to 4294967295.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p value is not between -2147483648 and 4294967295.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load32, pshm_atomic_update32
 */
PSHM_API int pshm_atomic_store32(int64_t address, int64_t value);

/**
 * @brief Change a word of 32 bits, and return what it was.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param operation @role{enum,pshm_update} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand, -2147483648 to 4294967295.
 * @return The value before the change, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4, or @p operation is none of the constants.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p operand is not between -2147483648 and 4294967295.
 * @result{value}
 * @since 0.1
 * @see pshm_atomic_compare_exchange32, pshm_atomic_update64
 */
PSHM_API int64_t pshm_atomic_update32(int64_t address, int operation, int64_t operand);

/**
 * @brief Store into a word of 32 bits, if it has an expected value.
 *
 * The value was stored exactly when the result is @p expected, which is then taken unsigned: for -1 the result is 4294967295.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param expected @role{value} The value that the word has to have, -2147483648 to 4294967295.
 * @param desired @role{value} The value to store, -2147483648 to 4294967295.
 * @return The value before the call, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p expected or @p desired is not between -2147483648 and 4294967295.
 * @result{value}
 * @since 0.1
 * @see pshm_atomic_update32, pshm_atomic_compare_exchange64
 */
PSHM_API int64_t pshm_atomic_compare_exchange32(int64_t address, int64_t expected, int64_t desired);

/**
 * @brief Load a word of 64 bits.
 *
 * A mapping without write access will do. The value comes back through an output, since all 64 bits are its own.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param ret_value @role{out,value} Receives the value.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p ret_value is NULL.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load32, pshm_atomic_store64
 */
PSHM_API int pshm_atomic_load64(int64_t address, int64_t *ret_value);

/**
 * @brief Store into a word of 64 bits.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param value @role{value} The value.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load64, pshm_atomic_update64
 */
PSHM_API int pshm_atomic_store64(int64_t address, int64_t value);

/**
 * @brief Change a word of 64 bits, and give what it was.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param operation @role{enum,pshm_update} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand.
 * @param ret_old @role{out,value} @nullable Receives the value before the change.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8, or @p operation is none of the constants.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_compare_exchange64, pshm_atomic_update32
 */
PSHM_API int pshm_atomic_update64(int64_t address, int operation, int64_t operand, int64_t *ret_old);

/**
 * @brief Store into a word of 64 bits, if it has an expected value.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param expected @role{value} The value that the word has to have.
 * @param desired @role{value} The value to store.
 * @param ret_old @role{out,value} @nullable Receives the value before the call.
 * @retval 1 The value was stored.
 * @retval 0 The word had another value.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{boolean}
 * @since 0.1
 * @see pshm_atomic_update64, pshm_atomic_compare_exchange32
 */
PSHM_API int pshm_atomic_compare_exchange64(int64_t address, int64_t expected, int64_t desired, int64_t *ret_old);

/**
 * @brief Sleep while a word of 32 bits has a value.
 *
 * The result 0 means to look again: the word has another value, #pshm_atomic_wake was called, or there was no reason. So call it
 * in a loop that loads the word. A mapping without write access will do; it has to be shared: a sleeper on a private one is
 * never woken.
 *
 * Where #pshm_has answers 0 for `wait`, the call polls the word, every 50 microseconds at first and every 5 milliseconds in the
 * end; there a signal handler that runs in the moment between two sleeps does not end the wait. A runtime with threads of its own, or a lock around its interpreter, has to make this call, and #pshm_lock_acquire, as one
 * that blocks: the guide of each language has how.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param expected @role{value} The value during which it sleeps, -2147483648 to 4294967295.
 * @param timeout @role{timeout} How long to wait, in nanoseconds; negative is no limit, 0 does not wait.
 * @retval 0 Look again.
 * @error{EAGAIN} @p timeout is 0, and the word has the value.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EINTR} A handler of a signal has run.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p expected is not between -2147483648 and 4294967295.
 * @error{ETIMEDOUT} The time is up.
 * @result{status}
 * @waits
 * @since 0.1
 * @see pshm_atomic_wake; futex(2) on Linux
 */
PSHM_API int pshm_atomic_wait(int64_t address, int64_t expected, int64_t timeout);

/**
 * @brief Wake processes and threads that sleep on a word.
 *
 * Store first, then wake: a process that is about to sleep sees the new value, and does not. The number of those that were woken
 * is not returned, since some systems do not count.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param count @role{count} How many to wake at most, from 1; 2147483647 wakes all.
 * @retval 0 Done.
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
 * @brief Identify a process, and find out whether it is alive.
 * @{
 */

/**
 * @brief Return this process as a number, which no other process of this machine has had since it started.
 *
 * The number is made of the process ID, the time at which the process started, and its PID namespace: a process that gets the
 * same ID later has another number. Store it in shared memory as the owner of something, and ask #pshm_process_alive about it. A
 * forked child has a number of its own, and exec(3) keeps it. The first call asks the system; later ones only load a word.
 *
 * Where the system gives no more than the process ID (no /proc is mounted, or that of another namespace, or no descriptor is free
 * during the first call), the number is good for locking, and #pshm_process_alive cannot judge it. A process that is restored from a
 * checkpoint is another one. A child of vfork(2), or of clone(2) with `CLONE_VM`, shares its parent's
 * memory, and is taken for its parent: it must not call a function of this header.
 *
 * @return A positive number.
 * @result{value}
 * @since 0.1
 * @see pshm_process_alive, pshm_lock_owner; proc_pid_stat(5)
 */
PSHM_API int64_t pshm_process_self(void);

/**
 * @brief Say whether a process is alive.
 *
 * 0 is a proof: the process has ended, also where it is still a zombie, or its ID belongs to another process by now. Where there
 * is a doubt, the answer is 1 or `-ENOTSUP`.
 *
 * @param process @role{value} A process, as #pshm_process_self returned it there, or #pshm_lock_owner.
 * @retval 1 It is alive, or nothing proves that it is not.
 * @retval 0 It has ended.
 * @error{EINVAL} @p process is no number that #pshm_process_self returns.
 * @error{ENOTSUP} It cannot be found out from here: the process is of another PID or time namespace, such as another container's,
 *        or the system has no such information (#pshm_has, `alive`).
 * @result{boolean}
 * @since 0.1
 * @see pshm_process_self; pidfd_open(2), proc_pid_stat(5), pid_namespaces(7)
 */
PSHM_API int pshm_process_alive(int64_t process);

/** @} */

/**
 * @defgroup sync_locks Locks
 * @brief A lock of 8 bytes between processes that survives its owner.
 *
 * - Memory that is zero is a free lock: a fresh object needs no initialiser, so no two processes can race for it. The 8 bytes belong
 *   to the library: store nothing there but zero, before the first use. They have one layout for ever, which processes of 32 and 64
 *   bits share.
 * - **A result of at least 0 is always held, a negative one never.** The result 1 means that an owner died with the lock, and that
 *   what it guards may be half changed. It stays 1 for every later owner until one calls #pshm_lock_mark_repaired.
 * - The owner is the process: another thread of it may release the lock, and threads of one process exclude each other as
 *   processes do. A lock is not recursive: a process that acquires it twice waits for itself. The end of a thread whose process
 *   lives is not detected, exec(3) does not release, and a forked child does not own what its parent holds.
 * - Locks are not fair: a process that comes by may be faster than one that is being woken. There is no priority inheritance.
 * - What an owner stored before it released the lock is seen by the next one.
 * - The death of an owner is detected by those that wait, within about 20 milliseconds as a rule, on one machine and in one
 *   PID namespace. Containers that share memory but no PID namespace can lock, but do not detect a death in another: they use a
 *   timeout.
 *
 * All four need the platform's `atomic-64` (#pshm_has).
 * @{
 */

/**
 * @brief Acquire a lock.
 *
 * While it waits, the call looks after the owner from time to time: after 10 milliseconds, then after 20, then every 40, and
 * where a signal ends the wait. A signal handler that runs in the moment of such a look does not end the wait; so a program that must not miss one waits with a
 * timeout, and calls again.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @param timeout @role{timeout} How long to wait, in nanoseconds; negative is no limit, 0 does not wait.
 * @retval 0 The lock is held.
 * @retval 1 The lock is held, and an owner has died since it was last repaired.
 * @error{EAGAIN} @p timeout is 0, and an owner has it that is not known to be dead.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINTR} A handler of a signal has run.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{ETIMEDOUT} The time is up.
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
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold it.
 * @result{status}
 * @since 0.1
 * @see pshm_lock_acquire
 */
PSHM_API int pshm_lock_release(int64_t address);

/**
 * @brief Mark what a lock guards as repaired.
 *
 * After #pshm_lock_acquire returned 1, its owner repairs what a dead one left, and calls this. Where it does not, or dies itself,
 * the next owner gets 1 again.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @retval 0 Done.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold it.
 * @result{status}
 * @since 0.1
 * @see pshm_lock_acquire
 */
PSHM_API int pshm_lock_mark_repaired(int64_t address);

/**
 * @brief Return which process holds a lock.
 *
 * A mapping without write access will do.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @return The owner, as #pshm_process_self returns it there; 0 where nobody holds the lock.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes atomically (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @result{value}
 * @since 0.1
 * @see pshm_process_alive
 */
PSHM_API int64_t pshm_lock_owner(int64_t address);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
