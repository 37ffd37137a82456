# SPDX-License-Identifier: BSD-3-Clause
"""A consumer that is faster than the producer: no object yet, then a race. What does it find?

Each line that this prints is right or wrong by itself; recipes.test has the right ones. Without pshm_publish and
pshm_open_wait, about half of the consumers of the race found an object that was sized and not filled.
"""
import ctypes
import os
import time

from posix_shm import *

NAME = b"/posix-shm-starting-%d" % os.getpid()
SIZE, ROUNDS, CONSUMERS = 4096, 200, 2
OUTCOMES = {0: "complete", 3: "incomplete", 4: "no object"}


def name_of(error):
    return pshm_error_name(error).decode()


def consume():
    """Wait for the object, map it and look; the outcome is the exit code."""
    fd = pshm_open_wait(NAME, PSHM_DIRECTION_INPUT, SIZE, 30000000000)
    if fd < 0:
        os._exit(4)
    address = pshm_map(fd, SIZE, PSHM_PROT_READ, PSHM_MAP_SHARED, 0)
    os._exit(0 if ctypes.string_at(address, SIZE) == b"READY" * 819 + b"\0" else 3)


def produce():
    """An object that has its name when it is filled, which takes a moment."""
    fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o644, PSHM_ANONYMOUS_NAMEABLE)
    address = pshm_map(fd, SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0)
    pshm_allocate(fd, SIZE)
    for i in range(819):
        ctypes.memmove(address + 5 * i, b"READY", 5)
    time.sleep(0.0005)
    result = pshm_publish(fd, NAME, PSHM_IF_EXISTS_ERROR)
    pshm_unmap(address, SIZE), pshm_close(fd)
    return result


os.umask(0o077)
print("no object yet, without waiting:", name_of(pshm_open_wait(NAME, PSHM_DIRECTION_INPUT, SIZE, 0)))
print("no object in a hundredth of a second:", name_of(pshm_open_wait(NAME, PSHM_DIRECTION_INPUT, SIZE, 10000000)))
pshm_close(pshm_open(NAME, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600, None))
print("an object of size 0:", name_of(pshm_open_wait(NAME, PSHM_DIRECTION_INPUT, SIZE, 10000000)))
pshm_delete(NAME)
print("publishing:", produce())
fields = (ctypes.c_int64 * 16)()
fd = pshm_open_wait(NAME, PSHM_DIRECTION_INPUT, SIZE, 0)
pshm_fstat(fd, fields, 16)
print("permissions under the umask 077: %o" % fields[PSHM_STAT_MODE])
print("publishing where the name is taken:", name_of(produce()))
pshm_close(fd), pshm_delete(NAME)
outcomes = {}
for _ in range(ROUNDS):
    children = []
    for _ in range(CONSUMERS):
        child = os.fork()
        if child == 0:
            consume()
        children.append(child)
    produce()
    for child in children:
        outcome = OUTCOMES.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "died")
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    pshm_delete(NAME)
print("what the consumers found:", outcomes)
