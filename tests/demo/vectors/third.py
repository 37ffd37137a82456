# SPDX-License-Identifier: BSD-3-Clause
"""The third process: the same array as one of numpy's, and the same work."""
import ctypes
import sys

import numpy

from posix_shm import *

RATE = 3.9


def good(result):
    if result < 0:
        sys.exit(f"{pshm_error_name(result).decode()}: {pshm_strerror(result).decode()}")
    return result


name, part = sys.argv[1], int(sys.argv[2])
octets = 3 * part * 8
fd = good(pshm_open(name.encode(), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, None))
address = good(pshm_map(fd, octets, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0))
array = numpy.frombuffer((ctypes.c_char * octets).from_address(address), dtype=numpy.float64)

print("ready", flush=True)
for line in sys.stdin:
    if line == "end\n":
        break
    start = part * ((2 + int(line)) % 3)
    x = array[start:start + part]
    x[:] = (RATE * x) * (1.0 - x)
    print("done", flush=True)

print(f"Python: numpy sees {float(array[-1])!r} as the last", flush=True)
del array, x
good(pshm_unmap(address, octets))
good(pshm_close(fd))
