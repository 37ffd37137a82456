# SPDX-License-Identifier: BSD-3-Clause
"""Usage: errors.py posix-shm.json

Call the functions with descriptors and names of every kind, and with numbers at the edges, and print every error that comes back
and that the annotation of its function does not name. It runs on an empty /dev/shm of its own. No object grows beyond a MiB here:
an anonymous one takes what is asked for, from the whole machine.
"""
import ctypes
import itertools
import json
import os
import resource
import socket
import sys
import tempfile

from posix_shm import *

with open(sys.argv[1], encoding="utf-8") as file:
    NAMED = {function["name"]: set(function["errors"]) for function in json.load(file)["functions"]}

resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))

IO, INPUT, PAGE, MOST = PSHM_DIRECTION_IO, PSHM_DIRECTION_INPUT, pshm_page_size(), 2**63 - 1
SIZES = (-1, 0, 1, PAGE, 2 * PAGE, 2**62, MOST)
OFFSETS = (-1, 0, 1, PAGE, 2**62, MOST - PAGE + 1)
BUFFER, FIELDS = ctypes.create_string_buffer(64), (ctypes.c_int64 * 16)()
BYTES = ((BUFFER, 10), (BUFFER, 0), (BUFFER, -1), (None, 0), (None, 10))
PROTECTIONS = (PSHM_PROT_NONE, PSHM_PROT_READ, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_PROT_READ | PSHM_PROT_EXEC, 8)
MAPPED = [PSHM_MAP_SHARED, PSHM_MAP_PRIVATE, PSHM_MAP_SHARED | PSHM_MAP_PRIVATE, 0]
MAPPED += [PSHM_MAP_SHARED | flag for flag in (PSHM_MAP_ANONYMOUS, PSHM_MAP_LOCK, PSHM_MAP_POPULATE, PSHM_MAP_HUGE,
                                               PSHM_MAP_NODUMP, PSHM_MAP_GROWSDOWN, 0x40)]


def sized(fd):
    pshm_truncate(fd, 2 * PAGE)
    return fd


def sealed(seals):
    fd = sized(pshm_open_anonymous(IO, 0o600, 0))
    pshm_seal(fd, seals)
    return fd


def descriptors():
    """Of every kind that a program may pass, by mistake or not. Sockets are kept open by the caller. The calls change what is
    behind them, which therefore is all made here."""
    named = sized(pshm_open(b"/object", IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600, None))
    file, path = tempfile.mkstemp()
    os.write(file, b"bytes")
    os.mkdir("/dev/shm/folder")
    yield from {
        "closed": 1000, "negative": -1, "object": named, "read-only object": pshm_reopen(named, INPUT),
        "anonymous": sealed(0), "sealed": sealed(PSHM_SEAL_SHRINK | PSHM_SEAL_GROW | PSHM_SEAL_WRITE | PSHM_SEAL_SEAL),
        "sealed for the future": sealed(PSHM_SEAL_FUTURE_WRITE),
        "read-only anonymous": pshm_open_anonymous(INPUT, 0o400, 0),
        "directory": os.open("/dev/shm/folder", os.O_RDONLY), "terminal": os.openpty()[1], "file": file,
        "read-only file": os.open(path, os.O_RDONLY),
    }.items()
    yield from zip(("reading pipe", "writing pipe"), os.pipe())
    os.unlink(path)


def calls_with(fd):
    """Each call as a tuple: the function's name and its arguments."""
    for size in SIZES:
        yield from (("ftruncate", fd, size), ("truncate", fd, size), ("allocate", fd, size))
    for offset, size in itertools.product((-1, 0, 2**62), (-1, 0, PAGE, 2 * PAGE, MOST)):
        if size <= 2 * PAGE or offset > 0:
            yield "fallocate", fd, offset, size
    for offset in OFFSETS:
        for (bytes_, count) in BYTES:
            yield "read", fd, bytes_, count, offset
            yield "write", fd, bytes_, count, offset
    for size, protections, flags, offset in itertools.product(SIZES, PROTECTIONS, MAPPED, OFFSETS):
        yield "mmap", 0, size, protections, flags, fd, offset
        yield "map", fd, size, protections, flags, offset
        yield "map_prefixed", fd, size, protections, flags, offset, 16
    yield from (("fstat", fd, FIELDS, 16), ("fstat", fd, None, 0), ("fstat", fd, None, 1), ("fstat", fd, FIELDS, -1))
    yield from (("fchown", fd, owner, -1) for owner in (-2, -1, os.getuid(), 2**32 - 1, 2**62))
    yield from (("fchmod", fd, mode) for mode in (-1, 0o600, 0o700, 0o1777))
    yield from (("seal", fd, seals) for seals in (0, 64, PSHM_SEAL_EXEC, PSHM_SEAL_WRITE, PSHM_SEAL_SHRINK))
    yield from (("set_inheritable", fd, 0), ("set_inheritable", fd, 2), ("seals", fd), ("dup", fd))
    yield from (("reopen", fd, direction) for direction in (INPUT, IO, 1))
    yield from (("send", fd, 0, 0), ("receive", fd, 0), ("delete_if_same", b"/object", fd))


def calls_with_name(name):
    for flags in (PSHM_O_RDONLY, PSHM_O_RDWR, PSHM_O_RDWR | PSHM_O_CREAT, PSHM_O_RDWR | PSHM_O_TRUNC,
                  PSHM_O_RDONLY | PSHM_O_EXCL, 1):
        yield "shm_open", name, flags, 0o600
    for direction, exists, missing in itertools.product((INPUT, IO, 1), range(7), range(5)):
        if exists != PSHM_IF_EXISTS_SUPERSEDE:  # which would replace what stands there
            yield "open", name, direction, exists, missing, 0o600, None
    yield from (("shm_open", name, PSHM_O_RDONLY, 0o1000), ("delete_if_same", name, 0))


def calls_with_socket(one):
    for timeout in (0, 1000):
        yield from (("send", one, 0, timeout), ("send", one, 1000, timeout), ("receive", one, timeout))


def calls_with_address(address):
    for size in SIZES:
        yield from (("munmap", address, size), ("unmap", address, size), ("unmap_prefixed", address, size, PAGE))
        yield from (("mprotect", address, size, protections) for protections in (0, 8))
        yield from (("msync", address, size, flags) for flags in (PSHM_MS_SYNC, PSHM_MS_ASYNC | PSHM_MS_INVALIDATE, 0))


def place_everything():
    """Things in the place of objects that are none."""
    os.mkdir("/dev/shm/directory")
    os.mkfifo("/dev/shm/fifo")
    os.symlink("/dev/null", "/dev/shm/link")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("/dev/shm/socket")
    return [b"/directory", b"/fifo", b"/link", b"/socket"]


def unnamed(what, calls):
    for name, *arguments in calls:
        result = globals()[f"pshm_{name}"](*arguments)
        error = pshm_error_name(result).decode() if -4095 <= result < 0 else None
        if error and error not in NAMED[f"pshm_{name}"]:
            yield f"pshm_{name} of {what}: {error}"
        if error is None and name in ("dup", "reopen", "shm_open", "open"):
            pshm_close(result)
        if error is None and name in ("mmap", "map"):
            pshm_unmap(result, arguments[1])


def all_unnamed():
    for what, fd in descriptors():
        yield from unnamed(f"a descriptor ({what})", calls_with(fd))
    names = [None, b"", b"/", b"name", b"/.", b"/..", b"/a/b", b"/" + b"a" * 2000, b"/missing", b"/object"]
    for name in names + place_everything():
        yield from unnamed(name, calls_with_name(name))
        if name != b"/object":
            yield from unnamed(name, [("shm_unlink", name), ("delete", name)])
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as one:
            yield from unnamed("a socket that is not connected", calls_with_socket(one.fileno()))
        here, there = socket.socketpair(socket.AF_UNIX, kind)
        there.close()
        yield from unnamed("a socket whose peer is gone", calls_with_socket(here.fileno()))
    for one in (socket.socket(socket.AF_INET, socket.SOCK_DGRAM), *socket.socketpair()):
        yield from unnamed("a socket of another domain, or nothing to receive", calls_with_socket(one.fileno()))
    # Nothing is mapped at these.
    for address in (-PAGE, -1, 0, 1, PAGE, 2**62, MOST - PAGE + 1):
        yield from unnamed(f"address {address}", calls_with_address(address))


if __name__ == "__main__":
    found = sorted(set(all_unnamed()))
    print("\n".join(found))
    sys.exit(bool(found))
