# SPDX-License-Identifier: BSD-3-Clause
"""An object that grows while processes have it mapped.

Each process maps the largest possible size, once. To append beyond the end, it allocates first and then stores the size, under
the lock; before it reads beyond the last size that it has seen, it loads the size. No mapping moves. Here the object is a log
of numbers: some processes append to it, and the first one adds them up through the mapping that it made when the object was
one page.
"""
import ctypes
import os
import sys

from posix_shm import *

PROCESSES, NUMBERS, FIRST_SIZE = 4, 2000, 4096
MOST = 1 << (36 if ctypes.sizeof(ctypes.c_void_p) == 8 else 28)  # addresses, and no memory
LOCK, SIZE, COUNT, FIRST = 0, 8, 16, 24  # where each is; zero is the initial state of all


def check(result):
    if -4096 < result < 0:
        raise OSError(-result, pshm_strerror(result).decode())
    return result


def load(word):
    value = ctypes.c_int64()
    check(pshm_atomic_load64(word, value))
    return value.value


def grow(fd, log, size):
    """Allocate, then store: a process that dies between the two only leaves an object larger than its stored size."""
    check(pshm_allocate(fd, size))
    check(pshm_atomic_store64(log + SIZE, size))


def append(fd, log, number):
    """The count comes last, so that the log is whole at every moment: of a dead owner there is nothing to repair."""
    if check(pshm_lock_acquire(log + LOCK, -1)) == 1:
        pshm_lock_mark_repaired(log + LOCK)
    try:
        end = FIRST + 8 * load(log + COUNT)
        if end + 8 > load(log + SIZE):
            grow(fd, log, 2 * load(log + SIZE))
        ctypes.c_int64.from_address(log + end).value = number
        check(pshm_atomic_update64(log + COUNT, PSHM_ATOMIC_ADD, 1, None))
    finally:
        pshm_lock_release(log + LOCK)


def numbers(log):
    """As many as are there now, whatever comes meanwhile."""
    return (ctypes.c_int64 * load(log + COUNT)).from_address(log + FIRST)


fd = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0))
log = check(pshm_map(fd, MOST, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED | PSHM_MAP_NORESERVE, 0))
grow(fd, log, FIRST_SIZE)
children = []
for _ in range(PROCESSES):
    child = os.fork()
    if child == 0:
        for number in range(1, NUMBERS + 1):
            append(fd, log, number)
        os._exit(0)
    children.append(child)
failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
found = numbers(log)
print(f"{len(found)} numbers, their sum is {sum(found)}, in {load(log + SIZE)} bytes")
sys.exit(len(failed))
