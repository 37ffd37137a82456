# SPDX-License-Identifier: BSD-3-Clause
"""An object that grows while it is mapped, and one that shrinks: what do those see that have it mapped?

Each line that this prints is right or wrong by itself; recipes.test has the right ones.
"""
import ctypes
import os

from posix_shm import *

READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE
PAGE = pshm_page_size()
AHEAD = 1 << 30
LOCK, SIZE, DATA = 0, 8, 64


def load(word):
    value = ctypes.c_int64()
    pshm_atomic_load64(word, value)
    return value.value


def grow(fd, address, size):
    """Allocate, then store, under the lock: a process that sees the size finds the memory."""
    pshm_lock_acquire(address + LOCK, -1)
    result = pshm_allocate(fd, size)
    if result == 0:
        pshm_atomic_store64(address + SIZE, size)
    pshm_lock_release(address + LOCK)
    return result


fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0)
address = pshm_map(fd, AHEAD, READ_WRITE, PSHM_MAP_SHARED | PSHM_MAP_NORESERVE, 0)
pshm_allocate(fd, PAGE)
pshm_atomic_store64(address + SIZE, PAGE)
ctypes.memmove(address + DATA, b"first", 5)
child = os.fork()
if child == 0:
    # Its mapping is that of an object of one page; it waits until the size says that there is more.
    while load(address + SIZE) == PAGE:
        pshm_atomic_wait(address + SIZE, PAGE, 10000000)
    os._exit(0 if ctypes.string_at(address + 1000 * PAGE, 4) == b"last" else 1)
# What lies beyond the size is written before the size says that it is there.
pshm_allocate(fd, 1024 * PAGE)
ctypes.memmove(address + 1000 * PAGE, b"last", 4)
print("grow from 1 page to 1024:", grow(fd, address, 1024 * PAGE))
print("another process reads page 1000 through its first mapping:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0)
print("the first bytes are where they were:", ctypes.string_at(address + DATA, 5))
error = pshm_error_name(grow(fd, address, 1 << 50)).decode()
print("grow beyond what there is:", error, "- and the size is", load(address + SIZE) // PAGE, "pages")
buffer = ctypes.create_string_buffer(8)
print("pshm_read past the end:", pshm_read(fd, buffer, 8, 1024 * PAGE))
print("seal against shrinking:", pshm_seal(fd, PSHM_SEAL_SHRINK), "- truncate:", pshm_error_name(pshm_truncate(fd, PAGE)).decode())
print("unmap:", pshm_unmap(address, AHEAD))
