/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef POSIX_SHM_SYNC_H
#define POSIX_SHM_SYNC_H

/**
 * @file sync.h
 * @brief Stratum 3: what two processes need besides the memory.
 * @stratum{3,posix-shm}
 *
 * Atomic access to words, sleeping until a word changes, the identity of a process, and a lock that survives its owner. The
 * rules at the head of ffi.h hold here as well, and these besides:
 *
 * - **Zeroed memory is the initial state of everything**: a lock that is free, a word of value 0. Nothing has an initialiser, so
 *   no two processes can race for it: a fresh object, which reads as zeros, is ready.
 * - **Waiting.** A call that can wait takes a timeout in nanoseconds from now, on a clock that does not jump. Negative is no
 *   limit; so is a sum that overflows. 0 does not wait: `-EAGAIN`. `-ETIMEDOUT` when the time is up, and `-EINTR` after a handler of
 *   a signal has run, also of one with `SA_RESTART`, so that the handlers of a language get their turn. A runtime with threads
 *   of its own, or a lock around its interpreter, has to make such a call as one that blocks: each language's guide says how.
 * - **Addresses** are those of memory that is mapped, as #pshm_map returns them, plus an offset: 0, and -4095 to -1, are
 *   `-EFAULT`, and an address that is not a multiple of the word's size is `-EINVAL`. An address that is not mapped, or mapped
 *   without the access that is needed, is a memory fault, as with every access.
 * - **Memory.** The layout of what is stored never changes within a soname, is the same for processes of 32 and 64 bits of one
 *   machine, holds no addresses, and is in the machine's byte order. What a hostile process writes there can make a call fail or
 *   wait, and never make it touch other memory.
 * - **State.** The library keeps who this process is (#pshm_process_self), and forgets it in a forked child. A child of vfork(2),
 *   and of clone(2) with `CLONE_VM`, shares its parent's memory, and must not call a function of this header.
 */

#include <posix-shm/ffi.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @defgroup sync_atomics Atomics
 * @brief Load, store and change words that several processes use at the same time.
 *
 * All are sequentially consistent: there is one order of them that all processes agree on, and nobody has to choose a weaker one.
 * Words of 32 bits take values from -2147483648 to 4294967295, and are given back as 0 to 4294967295. Words of 64 bits need a
 * platform on which 8 bytes are changed at one stroke (#pshm_has, `atomic-64`).
 * @{
 */

/**
 * @brief What #pshm_atomic_update32 and #pshm_atomic_update64 do to a word.
 *
 * @choice{PSHM_ATOMIC_,update}
 */
enum pshm_atomic {
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
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_load32(address)
 * 0
 * @endcode
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
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p value is not between -2147483648 and 4294967295.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store32(address, -1)
 * 0
 * >>> pshm_atomic_load32(address)
 * 4294967295
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load32, pshm_atomic_update32
 */
PSHM_API int pshm_atomic_store32(int64_t address, int64_t value);

/**
 * @brief Change a word of 32 bits, and return what it was.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param operation @role{enum,pshm_atomic} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand, -2147483648 to 4294967295.
 * @return The value before the change, 0 to 4294967295.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4, or @p operation is none of the constants.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p operand is not between -2147483648 and 4294967295.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store32(address, 40)
 * 0
 * >>> pshm_atomic_update32(address, PSHM_ATOMIC_ADD, 2)
 * 40
 * >>> pshm_atomic_load32(address)
 * 42
 * @endcode
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
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store32(address, 7)
 * 0
 * >>> pshm_atomic_compare_exchange32(address, 7, 8)
 * 7
 * >>> pshm_atomic_compare_exchange32(address, 7, 9)
 * 8
 * @endcode
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
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1, or @p ret_value is NULL.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> value = ctypes.c_int64()
 * >>> pshm_atomic_load64(address + 8, value)
 * 0
 * >>> value.value
 * 0
 * @endcode
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
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store64(address + 8, -1)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_load64, pshm_atomic_update64
 */
PSHM_API int pshm_atomic_store64(int64_t address, int64_t value);

/**
 * @brief Change a word of 64 bits, and tell what it was.
 *
 * @param address @role{address} The address of the word, a multiple of 8.
 * @param operation @role{enum,pshm_atomic} A `PSHM_ATOMIC_` constant.
 * @param operand @role{value} The operand.
 * @param ret_old @role{out,value} @nullable Receives the value before the change.
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8, or @p operation is none of the constants.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store64(address + 8, 40)
 * 0
 * >>> pshm_atomic_update64(address + 8, PSHM_ATOMIC_ADD, 2, value)
 * 0
 * >>> value.value
 * 40
 * @endcode
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
 * @return 1 if the value was stored, 0 if the word had another one.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store64(address + 8, 7)
 * 0
 * >>> pshm_atomic_compare_exchange64(address + 8, 7, 8, None)
 * 1
 * >>> pshm_atomic_compare_exchange64(address + 8, 7, 9, value)
 * 0
 * >>> value.value
 * 8
 * @endcode
 * @result{boolean}
 * @since 0.1
 * @see pshm_atomic_update64, pshm_atomic_compare_exchange32
 */
PSHM_API int pshm_atomic_compare_exchange64(int64_t address, int64_t expected, int64_t desired, int64_t *ret_old);

/**
 * @brief Sleep while a word of 32 bits has a value.
 *
 * The result 0 says to look again: the word has another value, #pshm_atomic_wake was called, or there was no reason. So call it
 * in a loop that loads the word. A mapping without write access will do; it has to be shared: on a private one nothing wakes.
 *
 * Where #pshm_has says 0 to `wait`, the word is looked at again and again, every 50 microseconds at first and every 5 milliseconds
 * in the end.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param expected @role{value} The value to sleep on, -2147483648 to 4294967295.
 * @param timeout @role{timeout} How long to wait, in nanoseconds; negative is no limit, 0 does not wait.
 * @return 0: look again.
 * @error{EAGAIN} @p timeout is 0, and the word has the value.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4.
 * @error{EINTR} A handler of a signal has run.
 * @error{EOVERFLOW} @p address does not fit the platform's type, or @p expected is not between -2147483648 and 4294967295.
 * @error{ETIMEDOUT} The time is up.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_store32(address, 5)
 * 0
 * >>> pshm_atomic_wait(address, 4, -1)  # it is 5 by now
 * 0
 * >>> pshm_error_name(pshm_atomic_wait(address, 5, 1000000))
 * b'ETIMEDOUT'
 * @endcode
 * @result{status}
 * @waits
 * @since 0.1
 * @see pshm_atomic_wake; futex(2) on Linux
 */
PSHM_API int pshm_atomic_wait(int64_t address, int64_t expected, int64_t timeout);

/**
 * @brief Wake processes and threads that sleep on a word.
 *
 * Store first, then wake: who is about to sleep then sees the new value, and does not. How many were woken is not told, since some
 * systems do not count.
 *
 * @param address @role{address} The address of the word, a multiple of 4.
 * @param count @role{count} How many to wake at most, from 1; 2147483647 wakes all.
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 4, or @p count is not positive.
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_atomic_wake(address, 1)
 * 0
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_atomic_wait; futex(2) on Linux
 */
PSHM_API int pshm_atomic_wake(int64_t address, int count);

/** @} */

/**
 * @defgroup sync_processes Processes
 * @brief Who a process is, and whether it is alive.
 * @{
 */

/**
 * @brief Return this process as a number, which no other process of this machine has had since it started.
 *
 * It holds the process number, when the process started, and its namespace of processes: a process that gets the same number later
 * has another one. Store it in shared memory as the owner of something, and ask #pshm_process_alive about it. It is another one
 * in a forked child, and after exec(3) it is the same. The first call asks the system; later ones only load a word.
 *
 * Where the system tells no more than the process number (no /proc is mounted, or that of another namespace), the result is good for
 * locking, and nobody can tell whether the process is alive.
 *
 * @return A positive number.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_process_self() > 0
 * True
 * @endcode
 * @result{value}
 * @since 0.1
 * @see pshm_process_alive, pshm_lock_owner; proc_pid_stat(5)
 */
PSHM_API int64_t pshm_process_self(void);

/**
 * @brief Say whether a process is alive.
 *
 * 0 is a proof: the process has ended, also where it is a zombie, or its number belongs to another process by now. Where there is
 * a doubt, the answer is 1 or `-ENOTSUP`.
 *
 * @param process @role{value} What #pshm_process_self returned in that process, or #pshm_lock_owner.
 * @return 1 or 0.
 * @error{EINVAL} @p process is nothing that #pshm_process_self returns.
 * @error{ENOTSUP} It cannot be told from here: the process is of another namespace of processes or of time, such as another container's,
 *        or the system tells nothing of processes (#pshm_has, `alive`).
 *
 * @par Example
 * @code{.py}
 * >>> pshm_process_alive(pshm_process_self())
 * 1
 * @endcode
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
 * - Zero is a free lock. The 8 bytes belong to the library: store nothing there but zero, before anybody uses it.
 * - **A result of at least 0 is always held, a negative one never.** The result 1 says that an owner died with the lock, and that what
 *   it guards may be half changed. It stays 1 for every later owner until one says #pshm_lock_mark_repaired.
 * - The owner is the process: another thread of it may release the lock, and threads of one process exclude each other as
 *   processes do. A lock is not recursive: a process that acquires it twice waits for itself. A thread that ends while its process
 *   lives is not found out, exec(3) does not release, and a forked child does not own what its parent holds.
 * - Locks are not fair: a process that comes by may be faster than one that is being woken. There is no inheritance of priorities.
 * - What an owner stored before it released the lock is seen by the next one.
 * - The death of an owner is found out by those who wait, within about 20 milliseconds as a rule, on one machine and in one
 *   namespace of processes. Containers that share memory and not their process numbers can lock, but do not find out about deaths in another:
 *   they use a timeout.
 *
 * All four need the platform's `atomic-64` (#pshm_has).
 * @{
 */

/**
 * @brief Acquire a lock.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @param timeout @role{timeout} How long to wait, in nanoseconds; negative is no limit, 0 does not wait.
 * @return 0: held. 1: held, and an owner has died since it was last repaired.
 * @error{EAGAIN} @p timeout is 0, and another owner that is not known to be dead has it.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINTR} A handler of a signal has run.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{ETIMEDOUT} The time is up.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_lock_acquire(address + 16, -1)
 * 0
 * >>> pshm_error_name(pshm_lock_acquire(address + 16, 0))
 * b'EAGAIN'
 * >>> pshm_lock_release(address + 16)
 * 0
 * @endcode
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
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold it.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_error_name(pshm_lock_release(address + 16))
 * b'EPERM'
 * @endcode
 * @result{status}
 * @since 0.1
 * @see pshm_lock_acquire
 */
PSHM_API int pshm_lock_release(int64_t address);

/**
 * @brief Say that what a lock guards is whole again.
 *
 * After #pshm_lock_acquire returned 1, its owner puts right what a dead one left, and calls this. Where it does not, or dies itself, the
 * next owner gets 1 again.
 *
 * @param address @role{address} The address of the lock, a multiple of 8.
 * @return 0.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 * @error{EPERM} This process does not hold it.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_lock_acquire(address + 16, -1)
 * 0
 * >>> pshm_lock_mark_repaired(address + 16)
 * 0
 * >>> pshm_lock_release(address + 16)
 * 0
 * @endcode
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
 * @return The process, as #pshm_process_self returns it there; 0 for nobody.
 * @error{EFAULT} @p address is 0, or -4095 to -1.
 * @error{EINVAL} @p address is not a multiple of 8.
 * @error{ENOTSUP} This platform does not change 8 bytes at one stroke (#pshm_has, `atomic-64`).
 * @error{EOVERFLOW} @p address does not fit the platform's type.
 *
 * @par Example
 * @code{.py}
 * >>> pshm_lock_owner(address + 16)
 * 0
 * @endcode
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
