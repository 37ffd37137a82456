# SPDX-License-Identifier: BSD-3-Clause
"""One of the four: count.py NAME TURNS. After them it is killed, with the lock held and one more half done."""
import ctypes
import errno
import os
import signal
import sys

from posix_shm import *

SIZE, LOCK, COUNTER, COME, TURNS, PROCESSES, MINE = 4096, 0, 8, 16, 24, 4, 1


def check(result):
    if -4096 < result < 0:
        sys.exit(f"Python: {pshm_strerror(result).decode()}")
    return result


def say(text):
    print(f"Python, process {os.getpid()}: {text}", flush=True)


def ensure(name):
    """Open the object, or make it: whichever process comes first."""
    fd = pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, 0)
    if fd != -errno.EAGAIN:
        return check(fd)
    fd = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, PSHM_ANONYMOUS_NAMEABLE))
    check(pshm_allocate(fd, SIZE))
    error = pshm_publish(fd, name, PSHM_IF_EXISTS_NIL)
    if error == -errno.EEXIST:
        pshm_close(fd)
        return check(pshm_open_wait(name, PSHM_DIRECTION_IO, SIZE, -1))
    check(error)
    say("makes the object")
    return fd


def word(address):
    return ctypes.c_int64.from_address(address)


def repair(object):
    """A process died inside: its turn is in the counter, and not among its turns, which are what counts."""
    turns = sum((ctypes.c_int64 * PROCESSES).from_address(object + TURNS))
    say(f"is told that an owner died inside, and repairs the counter: {turns} instead of {word(object + COUNTER).value}")
    word(object + COUNTER).value = turns
    check(pshm_lock_mark_repaired(object + LOCK))


def take_turn(object):
    if check(pshm_lock_acquire(object + LOCK, -1)) == 1:
        repair(object)
    word(object + COUNTER).value += 1
    word(object + TURNS + 8 * MINE).value += 1
    check(pshm_lock_release(object + LOCK))


def die_inside(object):
    """The others come while it has the lock, so that they wait for it."""
    check(pshm_lock_acquire(object + LOCK, -1))
    wait_for_others(object)
    word(object + COUNTER).value += 1
    say("is killed inside the lock, between two stores")
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_others(object):
    """Nobody begins before all four have come."""
    come = pshm_atomic_update32(object + COME, PSHM_ATOMIC_ADD, 1) + 1
    check(pshm_atomic_wake(object + COME, 2147483647))
    while come < PROCESSES:
        pshm_atomic_wait(object + COME, come, -1)
        come = pshm_atomic_load32(object + COME)


name, turns = sys.argv[1].encode(), int(sys.argv[2])
object = check(pshm_map(ensure(name), SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0))
for _ in range(turns):
    take_turn(object)
die_inside(object)
