# SPDX-License-Identifier: BSD-3-Clause
"""Wait without a limit in the call that CALL names, and print what Ctrl-C is to the program."""
import ctypes
import os

from posix_shm import *

SIZE = PSHM_RING_HEADER_SIZE + PSHM_RING_CAPACITY_MIN
fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0)
pshm_truncate(fd, 2 * SIZE)
memory = pshm_map(fd, 2 * SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0)
word, lock, ring = memory, memory + 8, memory + 64
here, _there = ctypes.c_int(), ctypes.c_int()
pshm_socketpair(here, _there)
pshm_lock_acquire(lock, 0)
pshm_ring_join(ring, PSHM_RING_CAPACITY_MIN, PSHM_RING_RECEIVER)
call = {
    "word": lambda: pshm_atomic_wait(word, 0, -1),
    "lock": lambda: pshm_lock_acquire(lock, -1),
    "message": lambda: pshm_ring_receive(ring, PSHM_RING_CAPACITY_MIN, None, 0, -1),
    "object": lambda: pshm_open_wait(b"/pshm-nobody-makes-this", PSHM_DIRECTION_INPUT, 0, -1),
    "descriptor": lambda: pshm_receive(here.value, -1),
}[os.environ["CALL"]]

print("waiting", flush=True)
try:
    while pshm_error_name(call()) == b"EINTR":
        pass
    print("the call has returned")
except KeyboardInterrupt:
    print("KeyboardInterrupt")
