# SPDX-License-Identifier: BSD-3-Clause
"""One of the programs that together.test runs in pairs."""
import ctypes
import os

import posix_shm as shm

LOCK, HERE, WORD, WIDE, FIRST, SECOND, SWAPPED, DONE, SIZE = 0, 8, 12, 16, 24, 32, 40, 44, 4096


def check(result):
    if -4095 <= result < 0:
        raise OSError(-result, shm.pshm_strerror(result).decode())
    return result


def meet(word):
    check(shm.pshm_atomic_update32(word, shm.PSHM_ATOMIC_ADD, 1))
    check(shm.pshm_atomic_wake(word, 2147483647))
    while (here := shm.pshm_atomic_load32(word)) < 2:
        shm.pshm_atomic_wait(word, here, -1)


def turn(address):
    check(shm.pshm_atomic_update32(address + WORD, shm.PSHM_ATOMIC_ADD, 1))
    check(shm.pshm_atomic_update64(address + WIDE, shm.PSHM_ATOMIC_ADD, -3, None))
    while True:
        old = shm.pshm_atomic_load32(address + SWAPPED)
        if shm.pshm_atomic_compare_exchange32(address + SWAPPED, old, old + 1) == old:
            break
    first, second = ctypes.c_int64.from_address(address + FIRST), ctypes.c_int64.from_address(address + SECOND)
    check(shm.pshm_lock_acquire(address + LOCK, -1))
    first.value += 1
    second.value += 1
    assert first.value == second.value, "two were inside at once"
    check(shm.pshm_lock_release(address + LOCK))


turns, *names = os.environ["TOGETHER"].split()
for name in names:
    fd = check(shm.pshm_open(name.encode(), shm.PSHM_DIRECTION_IO, 0, 0, 0, None))
    address = check(shm.pshm_map(fd, SIZE, shm.PSHM_PROT_READ | shm.PSHM_PROT_WRITE, shm.PSHM_MAP_SHARED, 0))
    meet(address + HERE)
    for _ in range(int(turns)):
        turn(address)
    meet(address + DONE)
print("done")
