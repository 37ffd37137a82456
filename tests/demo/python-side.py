# SPDX-License-Identifier: BSD-3-Clause
"""The other process: read what Lisp wrote into the object, and answer in it."""
import ctypes
import os
import struct
import sys

from posix_shm import *

SIZE = 4096


def say(text):
    print(f"Python, process {os.getpid()}: {text}", flush=True)


def good(result):
    if result < 0:
        sys.exit(f"{pshm_error_name(result).decode()}: {pshm_strerror(result).decode()}")
    return result


name = sys.argv[1]
fd = good(pshm_open(name.encode(), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, None))
address = good(pshm_map(fd, SIZE, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0))
memory = (ctypes.c_char * SIZE).from_address(address)
say(f"opens {name} by its name, and maps it")

text = ctypes.string_at(address).decode()
numbers = struct.unpack_from("=10q", memory, 64)
say(f'finds "{text}" and {" ".join(map(str, numbers))}')

struct.pack_into("=64sq", memory, 256, b"hello from Python", sum(numbers))
say("writes its own greeting and their sum behind it, and ends")
good(pshm_unmap(address, SIZE))
good(pshm_close(fd))
