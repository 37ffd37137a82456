# SPDX-License-Identifier: BSD-3-Clause
"""What a program does with an object, in Python: through posix_shm.py, and the system by hand through ctypes. As lives.lisp.

Two more variants: the C modules that Python brings along (multiprocessing.shared_memory, and mmap with os).
"""
import ctypes
import math
import mmap
import os
from ctypes import c_int, c_int64, c_size_t, c_uint, c_void_p, c_char_p
from multiprocessing import resource_tracker, shared_memory

import posix_shm as shm

NEW, SIZE = os.O_RDWR | os.O_CREAT | os.O_EXCL, 65536
ANONYMOUS = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
PROTECTIONS = shm.PSHM_PROT_READ | shm.PSHM_PROT_WRITE


def function(library, name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


system = ctypes.CDLL(None)
shm_open = function(system, "shm_open", c_int, c_char_p, c_int, c_uint)
shm_unlink = function(system, "shm_unlink", c_int, c_char_p)
ftruncate = function(system, "ftruncate", c_int, c_int, c_int64)
fstat = function(system, "fstat", c_int, c_int, c_void_p)
map_memory = function(system, "mmap", c_void_p, c_void_p, c_size_t, c_int, c_int, c_int, c_int64)
munmap = function(system, "munmap", c_int, c_void_p, c_size_t)
close = function(system, "close", c_int, c_int)
memfd_create = function(system, "memfd_create", c_int, c_char_p, c_uint)
fchmod = function(system, "fchmod", c_int, c_int, c_uint)

lives = ctypes.CDLL(os.environ["BENCH_LIVES"])
now = function(lives, "lives_now", c_int64)
run_in_c = function(lives, "lives_run", c_int64, c_int, c_int, c_int, c_char_p)

name = b"/pshm-bench-%d" % os.getpid()
other = name + b"-"


def check(result):
    if result < 0:
        raise OSError("a call failed")
    return result


def map_by_hand(fd):
    memory = map_memory(None, SIZE, 3, 1, fd, 0)
    if memory == 2**64 - 1:
        raise OSError("mmap failed")
    return memory


def map_and_unmap(fd):
    check(shm.pshm_unmap(check(shm.pshm_map(fd, SIZE, PROTECTIONS, shm.PSHM_MAP_SHARED, 0)), SIZE))


fields = (c_int64 * 16)()
status = (c_int64 * 18)()
fd = check(shm_open(name, NEW, 0o600))
check(ftruncate(fd, SIZE))


def open_ours():
    check(shm.pshm_close(check(shm.pshm_open(name, shm.PSHM_DIRECTION_INPUT, 0, 0, 0, None))))


def open_hand():
    check(close(check(shm_open(name, 0, 0))))


def open_python():
    os.close(os.open("/dev/shm" + name.decode(), os.O_RDONLY))


def stat_ours():
    check(shm.pshm_fstat(fd, fields, 16))
    return fields[shm.PSHM_STAT_SIZE]


def stat_hand():
    check(fstat(fd, status))
    return status[6]


def stat_python():
    return os.fstat(fd).st_size


def truncate_ours():
    check(shm.pshm_truncate(fd, SIZE))


def truncate_hand():
    check(ftruncate(fd, SIZE))


def truncate_python():
    os.ftruncate(fd, SIZE)


def map_ours():
    map_and_unmap(fd)


def map_hand():
    check(munmap(map_by_hand(fd), SIZE))


def map_python():
    mmap.mmap(fd, SIZE).close()


def named_ours():
    new = check(shm.pshm_open(other, shm.PSHM_DIRECTION_IO, shm.PSHM_IF_EXISTS_ERROR, 0, 0o600, None))
    check(shm.pshm_truncate(new, SIZE))
    map_and_unmap(new)
    check(shm.pshm_close(new))
    check(shm.pshm_delete(other))


def named_hand():
    new = check(shm_open(other, NEW, 0o600))
    check(ftruncate(new, SIZE))
    check(munmap(map_by_hand(new), SIZE))
    check(close(new))
    check(shm_unlink(other))


def named_python():
    memory = shared_memory.SharedMemory(other.decode(), create=True, size=SIZE)
    memory.close()
    memory.unlink()


def anonymous_ours():
    new = check(shm.pshm_open_anonymous(shm.PSHM_DIRECTION_IO, 0o600, 0))
    check(shm.pshm_truncate(new, SIZE))
    map_and_unmap(new)
    check(shm.pshm_close(new))


def anonymous_hand():
    new = check(memfd_create(b"bench", ANONYMOUS))
    check(fchmod(new, 0o600))
    check(ftruncate(new, SIZE))
    check(munmap(map_by_hand(new), SIZE))
    check(close(new))


def anonymous_python():
    new = os.memfd_create("bench")
    os.ftruncate(new, SIZE)
    mmap.mmap(new, SIZE).close()
    os.close(new)


cases = [
    ("open+close", open_ours, open_hand, open_python),
    ("stat", stat_ours, stat_hand, stat_python),
    ("truncate", truncate_ours, truncate_hand, truncate_python),
    ("map+unmap", map_ours, map_hand, map_python),
    ("named", named_ours, named_hand, named_python),
    ("anonymous", anonymous_ours, anonymous_hand, anonymous_python),
]


def nanoseconds(call, count):
    start = now()
    for _ in range(count):
        call()
    return (now() - start) / count


def main():
    # The tracker is a process that multiprocessing talks to; it is not part of an object's life.
    resource_tracker.register = resource_tracker.unregister = lambda *arguments: None
    for index, (title, ours, hand, python) in enumerate(cases):
        count = math.ceil(1e6 / nanoseconds(ours, 100)) + 1
        variants = [
            ("ours", lambda: nanoseconds(ours, count)),
            ("hand", lambda: nanoseconds(hand, count)),
            ("calls", lambda: run_in_c(index, 1, count, name) / count),
            ("python", lambda: nanoseconds(python, count)),
        ]
        for round_number in range(int(os.environ["BENCH_ROUNDS"])):
            for turn in range(len(variants)):
                variant, measure = variants[(turn + round_number) % len(variants)]
                print(title, variant, f"{measure():.1f}", sep="\t")
    close(fd)
    shm_unlink(name)


if __name__ == "__main__":
    main()
