# SPDX-License-Identifier: BSD-3-Clause
"""Cleaning up after processes that were killed.

The first choice is an object without a name: it needs no cleaning up. If others must find an object by its name, its first 8
bytes identify its process as soon as the object can be found, and the next process deletes the objects of dead processes.
"""
import ctypes
import os
import signal
import sys

from posix_shm import *

PREFIX = os.environ.get("PREFIX", "/crash-safe-").encode()
SIZE = 4096


def check(result):
    if result < 0:
        raise OSError(-result, pshm_strerror(result).decode())
    return result


def names():
    """Objects come and go, so there is space for twice as many as there are now."""
    size = 2 * check(pshm_list(None, 0)) + 1
    buffer = ctypes.create_string_buffer(size)
    needed = check(pshm_list(buffer, size))
    return buffer.raw[:needed].split(b"\0")[:-1]


def sweep_one(name):
    """Delete the object of a name if its owner is dead for certain. If somebody has superseded it meanwhile, theirs stays."""
    fd = pshm_open(name, PSHM_DIRECTION_INPUT, 0, 0, 0, None)
    if fd < 0:
        return
    owner = ctypes.c_int64()
    if (pshm_read(fd, ctypes.byref(owner), 8, 0) == 8 and pshm_process_alive(owner.value) == 0
            and pshm_delete_if_same(name, fd) == 1):
        print("swept up", name.decode())
    pshm_close(fd)


def publish_own(name):
    """An object of this process, which nobody finds before it is marked as such."""
    fd = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, PSHM_ANONYMOUS_NAMEABLE))
    check(pshm_allocate(fd, SIZE))
    check(pshm_write(fd, ctypes.byref(ctypes.c_int64(pshm_process_self())), 8, 0))
    check(pshm_publish(fd, name, PSHM_IF_EXISTS_ERROR))
    return fd


for name in names():
    if name.startswith(PREFIX):
        sweep_one(name)
own = PREFIX + str(os.getpid()).encode()
fd = publish_own(own)
print("working with", own.decode(), flush=True)
if "CRASH" in os.environ:
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(pshm_delete_if_same(own, fd) != 1)
