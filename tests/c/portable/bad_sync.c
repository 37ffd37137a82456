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

static void
nameable_and_huge(void)
{
	IS(-ENOTSUP, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE | PSHM_ANONYMOUS_HUGE));
}

/* An object that can be published; where there is none, one that cannot. */
static int
publishable(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, pshm_has("publish") ? PSHM_ANONYMOUS_NAMEABLE : 0);

	GIVES(fd);
	return fd;
}

static bool
is_missing(const char *text)
{
	return pshm_open(text, PSHM_DIRECTION_INPUT, 0, 0, 0, NULL) == -ENOENT;
}

static void
publish_option(void)
{
	int fd = publishable();

	(void)pshm_delete(name);
	IS(-EINVAL, pshm_publish(fd, name, PSHM_IF_EXISTS_OVERWRITE));
	IS(-EINVAL, pshm_publish(fd, name, PSHM_IF_EXISTS_TRUNCATE));
	IS(-EINVAL, pshm_publish(fd, name, -1));
	IS(-EINVAL, pshm_publish(fd, name, INT_MAX));
	IS(true, is_missing(name));
	IS(0, pshm_close(fd));
}

/* What is published is complete, and has the permissions that it was made with; it is published once. */
static void
publish_twice(void)
{
	mode_t mask = umask(077);
	int64_t fields[FIELDS];
	int fd = publishable();

	(void)pshm_delete(name);
	if (pshm_has("publish")) {
		IS(0, pshm_fchmod(fd, 0664));
		IS(5, pshm_write(fd, "bytes", 0, 0) + (pshm_truncate(fd, 5) == 0 ? 5 : 0));
		IS(0, pshm_publish(fd, name, PSHM_IF_EXISTS_ERROR));
		IS(-EXDEV, pshm_publish(fd, "/pshm-portable-2", PSHM_IF_EXISTS_ERROR));
		IS(FIELDS, pshm_fstat(fd, fields, FIELDS));
		IS(0664, fields[PSHM_STAT_MODE]);
		IS(1, fields[PSHM_STAT_NLINK]);
		IS(0, pshm_delete(name));
		IS(-EXDEV, pshm_publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE));
	} else {
		FAILS(pshm_publish(fd, name, PSHM_IF_EXISTS_ERROR));
	}
	IS(true, is_missing(name));
	IS(0, pshm_close(fd));
	(void)umask(mask);
}

static void
publish_descriptor(void)
{
	int ends[2];

	(void)pshm_delete(name);
	IS(0, pipe(ends));
	IS(-EBADF, pshm_publish(-1, name, 0));
	FAILS(pshm_publish(ends[0], name, 0));
	IS(true, is_missing(name));
	IS(0, close(ends[0]));
	IS(0, close(ends[1]));
}

static void
publish_taken(void)
{
	int taken = new_object(7);
	int fd = publishable();

	IS(pshm_has("publish") ? -EEXIST : pshm_publish(fd, name, 0), pshm_publish(fd, name, PSHM_IF_EXISTS_ERROR));
	IS(0, pshm_set_errno(0));
	if (pshm_has("publish")) {
		IS(-EEXIST, pshm_publish(fd, name, PSHM_IF_EXISTS_NIL));
		IS(0, pshm_errno());
		IS(0, pshm_publish(fd, name, PSHM_IF_EXISTS_SUPERSEDE));
		IS(0, pshm_delete_if_same(name, taken));
	}
	IS(0, pshm_close(fd));
	IS(0, pshm_close(taken));
}

static void
wait_option(void)
{
	IS(-EINVAL, pshm_open_wait(name, 1, 0, -1));
	IS(-EINVAL, pshm_open_wait(name, PSHM_DIRECTION_IO, -1, -1));
	IS(-EINVAL, pshm_open_wait(name, PSHM_DIRECTION_IO, INT64_MIN, 0));
}

static void
wait_for_nothing(void)
{
	int fd = new_object(7);
	int next = lowest_free();

	IS(-EAGAIN, pshm_open_wait(name, PSHM_DIRECTION_IO, 1 << 20, 0));
	IS(-ETIMEDOUT, pshm_open_wait(name, PSHM_DIRECTION_IO, 1 << 20, 1000000));
	IS(next, lowest_free());
	IS(next, pshm_open_wait(name, PSHM_DIRECTION_IO, 7, -1));
	IS(0, pshm_close(next));
	IS(0, pshm_delete(name));
	IS(-EAGAIN, pshm_open_wait(name, PSHM_DIRECTION_IO, 0, 0));
	IS(0, pshm_close(fd));
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
	{ "open_anonymous", "nameable and", nameable_and_huge },
	{ "publish", "an option", publish_option },
	{ "publish", "a named", publish_twice },
	{ "publish", "a bad", publish_descriptor },
	{ "publish", "a name that is", publish_taken },
	{ "open_wait", "an unknown direction", wait_option },
	{ "open_wait", "timeout 0: no", wait_for_nothing },
	{ NULL, NULL, NULL },
};
