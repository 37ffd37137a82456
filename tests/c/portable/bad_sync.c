/* SPDX-License-Identifier: BSD-3-Clause */
/* Words, waiting, processes and locks. */
#include "portable.h"

#define PATTERN UINT64_C(0x1122334455667788)
#define ANOTHERS UINT64_C(0x0000100001000001)

static _Alignas(64) uint64_t word;

static int64_t
address(void)
{
	return (int64_t)(uintptr_t)&word;
}

/* Every function that takes the address of a word of 4 bytes, and of 8. */
static void
call_all(int64_t four, int64_t eight, int error)
{
	int64_t value;

	IS(error, pshm_atomic_load32(four));
	IS(error, pshm_atomic_store32(four, 1));
	IS(error, pshm_atomic_update32(four, PSHM_ATOMIC_ADD, 1));
	IS(error, pshm_atomic_compare_exchange32(four, 1, 1));
	IS(error, pshm_atomic_wait(four, 1, 0));
	IS(error, pshm_atomic_wake(four, 1));
	IS(error, pshm_atomic_load64(eight, &value));
	IS(error, pshm_atomic_store64(eight, 1));
	IS(error, pshm_atomic_update64(eight, PSHM_ATOMIC_ADD, 1, NULL));
	IS(error, pshm_atomic_compare_exchange64(eight, 1, 1, NULL));
	IS(error, pshm_lock_acquire(eight, 0));
	IS(error, pshm_lock_release(eight));
	IS(error, pshm_lock_mark_repaired(eight));
	IS(error, pshm_lock_owner(eight));
}

static void
address_nowhere(void)
{
	call_all(0, 0, -EFAULT);
	call_all(-1, -1, -EFAULT);
	call_all(-4095, -4095, -EFAULT);
}

static void
address_misaligned(void)
{
	word = PATTERN;
	call_all(address() + 1, address() + 1, -EINVAL);
	call_all(address() + 2, address() + 4, -EINVAL);
	call_all(address() + 3, address() + 7, -EINVAL);
	IS(true, word == PATTERN);
}

static void
address_too_wide(void)
{
	if (sizeof(void *) < sizeof(int64_t))
		call_all((int64_t)1 << 32, (int64_t)1 << 40, -EOVERFLOW);
}

static void
value_too_wide(void)
{
	static const int64_t values[] = { (int64_t)INT32_MIN - 1, (int64_t)UINT32_MAX + 1 };

	word = PATTERN;
	for (int i = 0; i < 2; i++) {
		IS(-EOVERFLOW, pshm_atomic_store32(address(), values[i]));
		IS(-EOVERFLOW, pshm_atomic_update32(address(), PSHM_ATOMIC_EXCHANGE, values[i]));
		IS(-EOVERFLOW, pshm_atomic_compare_exchange32(address(), values[i], 0));
		IS(-EOVERFLOW, pshm_atomic_compare_exchange32(address(), 0, values[i]));
		IS(-EOVERFLOW, pshm_atomic_wait(address(), values[i], -1));
	}
	IS(true, word == PATTERN);
}

static void
operation_unknown(void)
{
	word = PATTERN;
	IS(-EINVAL, pshm_atomic_update32(address(), 0, 1));
	IS(-EINVAL, pshm_atomic_update64(address(), PSHM_ATOMIC_EXCHANGE + 1, 1, NULL));
	IS(true, word == PATTERN);
}

static void
value_nowhere(void)
{
	IS(-EFAULT, pshm_atomic_load64(address(), NULL));
}

static void
would_wait(void)
{
	word = 0;
	IS(-EAGAIN, pshm_atomic_wait(address(), 0, 0));
	IS(-ETIMEDOUT, pshm_atomic_wait(address(), 0, 1000000));
	IS(0, pshm_atomic_wait(address(), 1, 0));
	IS(0, pshm_atomic_wait(address(), 1, -1));
}

static void
wake_nobody(void)
{
	IS(-EINVAL, pshm_atomic_wake(address(), 0));
	IS(-EINVAL, pshm_atomic_wake(address(), INT_MIN));
	IS(0, pshm_atomic_wake(address(), INT_MAX));
}

static void
no_process(void)
{
	int64_t self = pshm_process_self();

	GIVES(self);
	IS(pshm_has("alive") ? 1 : -ENOTSUP, pshm_process_alive(self));
	IS(-EINVAL, pshm_process_alive(0));
	IS(-EINVAL, pshm_process_alive(-1));
	IS(-EINVAL, pshm_process_alive(self & ~(int64_t)0x3fffff));
	IS(-EINVAL, pshm_process_alive(self | (int64_t)1 << 22));
}

/* A lock has the same bytes for ever, as a number of this machine. */
static void
lock_held(void)
{
	word = ANOTHERS;
	IS(-EAGAIN, pshm_lock_acquire(address(), 0));
	IS(ANOTHERS, pshm_lock_owner(address()));
	IS(true, word == ANOTHERS);
	word = 0;
	IS(0, pshm_lock_acquire(address(), 0));
	IS(true, word == (uint64_t)pshm_process_self());
	IS(0, pshm_lock_release(address()));
	IS(true, word == 0);
}

static void
lock_of_others(void)
{
	static const uint64_t values[] = { 0, ANOTHERS };

	for (int i = 0; i < 2; i++) {
		word = values[i];
		IS(-EPERM, pshm_lock_release(address()));
		IS(-EPERM, pshm_lock_mark_repaired(address()));
		IS(true, word == values[i]);
	}
}

const struct bad_row bad_sync[] = {
	{ "atomics, wait, wake and locks", "address 0", address_nowhere },
	{ "atomics, wait, wake and locks", "an address that is no", address_misaligned },
	{ "atomics, wait, wake and locks", "an address that the", address_too_wide },
	{ "atomic_store32, atomic_update32, atomic_compare_exchange32, atomic_wait", "a value", value_too_wide },
	{ "atomic_update32, atomic_update64", "an unknown", operation_unknown },
	{ "atomic_load64", "NULL", value_nowhere },
	{ "atomic_wait", "timeout 0", would_wait },
	{ "atomic_wake", "count 0", wake_nobody },
	{ "process_alive", "0;", no_process },
	{ "lock_acquire", "timeout 0", lock_held },
	{ "lock_release, lock_mark_repaired", "a lock", lock_of_others },
	{ NULL, NULL, NULL },
};
