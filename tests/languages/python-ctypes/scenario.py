# SPDX-License-Identifier: BSD-3-Clause
"""The common scenario in Python, over the generated posix_shm.py (ctypes)."""
import array
import itertools
import os
import pathlib
import subprocess
import sys
import threading
import traceback
from ctypes import c_char, c_int, c_int32, c_int64, c_uint8, create_string_buffer, memmove, sizeof, Structure

import posix_shm as shm
from posix_shm import *

SIZE = 32768
READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
SHARED = 8192
LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT = 0, 8, 16, 20, 24, 28, 32, 36
TURNS = 1000
ALL = 2**31 - 1
LONG = 600 * 10**9


def expect(got, wanted):
    if got != wanted:
        raise AssertionError("%r instead of %r" % (got, wanted))


def map_object(fd, length, offset=0, protections=READ_WRITE):
    return check(pshm_map(fd, length, protections, PSHM_MAP_SHARED, offset))


def mapped(name):
    with open("/proc/self/maps", "rb") as maps:
        return name in maps.read()


def refuse(fd):
    """What C would take for something else."""
    wrong = ((TypeError, pshm_fstat, fd, array.array("i", bytes(128))), (TypeError, pshm_fstat, fd, (c_int32 * 32)()),
             (ValueError, pshm_read, fd, bytearray(16), 17), (TypeError, pshm_delete, pathlib.Path("/foobar-shm")),
             (TypeError, pshm_delete, 1))
    for expected, function, *arguments in wrong:
        try:
            function(*arguments)
        except expected:
            continue
        raise AssertionError(f"{function.__name__} took {arguments}")
    fields = array.array("q", bytes(128))
    expect(pshm_fstat(fd, fields), 16)
    expect(pshm_fstat(fd, bytearray(128)), 16)
    expect(fields[PSHM_STAT_SIZE], stat(fd)["SIZE"])
    expect(pshm_read(fd, bytearray()), 0)


def stat(fd):
    fields = (c_int64 * 16)()
    expect(check(pshm_fstat(fd, fields, len(fields))), 16)
    return {name[10:]: fields[index] for name, index in vars(shm).items() if name.startswith("PSHM_STAT_")}


class Scenario:
    """Each method is a point; its docstring is the title."""

    def __init__(self, name):
        self.name = name.encode()
        self.created = c_int(-1)

    def open_exclusively(self):
        return pshm_open(self.name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_ERROR, PSHM_IF_DOES_NOT_EXIST_CREATE, 0o600,
                         self.created)

    def version(self):
        "load the library and check its version"
        version = pshm_version()
        expect(version >= 1000, True)
        expect(pshm_version_string().decode(),
               "%d.%d.%d" % (version // 1000000, version // 1000 % 1000, version % 1000))

    def create(self):
        "open exclusively"
        self.fd = check(self.open_exclusively())
        expect(self.created.value, 1)

    def exists(self):
        "be told by name that it exists"
        expect(pshm_error_name(self.open_exclusively()), b"EEXIST")
        expect(pshm_error_name(pshm_errno()), b"EEXIST")

    def map(self):
        "size, allocate, map"
        check(pshm_truncate(self.fd, SIZE))
        check(pshm_allocate(self.fd, SIZE // 2))
        self.address = map_object(self.fd, SIZE)
        self.memory = (c_char * SIZE).from_address(self.address)

    def pattern(self):
        "write a pattern, read it back through pshm_read"
        pattern = bytes(i * 7 % 256 for i in range(256))
        self.memory[4096:4096 + 256] = pattern
        buffer = create_string_buffer(256)
        expect(pshm_read(self.fd, buffer, 256, 4096), 256)
        expect(buffer.raw, pattern)
        expect(pshm_write(self.fd, b"hello", 5, 100), 5)
        expect(self.memory[100:105], b"hello")
        expect(pshm_read(self.fd, buffer, 256, SIZE - 100), 100)

    def stat(self):
        "stat with named fields"
        fields = stat(self.fd)
        expect((fields["SIZE"], fields["MODE"], fields["NLINK"]), (SIZE, 0o600, 1))
        expect(fields["BLOCKS"] >= SIZE // 2 // 512, True)

    def permissions(self):
        "parse a permission list"
        keywords = b"user-read user-write group-read"
        expect(pshm_flags_parse(PSHM_KIND_MODE, keywords), 0o640)
        text = create_string_buffer(64)
        check(pshm_flags_format(PSHM_KIND_MODE, 0o640, text, len(text)))
        expect(text.value, keywords)
        expect(pshm_error_name(pshm_flags_parse(PSHM_KIND_MODE, b"user-fly")), b"EINVAL")

    def constants(self):
        "enumerate the constants"
        library = {pshm_constant_name(i).decode(): pshm_constant_value(i) for i in range(pshm_constant_count())}
        expect(library, {name: value for name, value in vars(shm).items() if name.startswith("PSHM_")})
        expect(pshm_constant_name(len(library)), None)

    def errors(self):
        "fail with the right error name"
        expect(pshm_error_name(pshm_open(self.name + b"-none", PSHM_DIRECTION_INPUT, 0, 0, 0, None)), b"ENOENT")
        expect(pshm_error_name(pshm_delete(b"noslash")), b"EINVAL")
        expect(pshm_error_name(pshm_map(self.fd, -1, READ_WRITE, PSHM_MAP_SHARED, 0)), b"EINVAL")
        expect(pshm_error_name(pshm_errno()), b"EINVAL")
        refuse(self.fd)

    def anonymous(self):
        "make an anonymous object"
        anonymous = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0o640, 0))
        fields = stat(anonymous)
        expect((fields["NLINK"], fields["MODE"]), (0, 0o640))
        check(pshm_close(anonymous))

    def pass_descriptor(self):
        "pass a descriptor to another process"
        here, there = c_int(), c_int()
        check(pshm_socketpair(here, there))
        number = c_int64.from_address(self.address)
        number.value = 2**53
        check(pshm_send(here.value, self.fd, -1))
        command = [os.environ["POSIX_SHM_CONSUMER"], "receive", str(there.value)]
        subprocess.run(command, pass_fds=[there.value], check=True)
        expect(number.value, 2**53 + 1)
        check(pshm_close(here.value))
        check(pshm_close(there.value))

    def count(self):
        "count with another process under a lock, and wake each other"
        shared = self.address + SHARED
        expect(acquire(shared + LOCK), 0)
        command = [os.environ["POSIX_SHM_CONSUMER"], "count", self.name.decode(), str(SHARED)]
        with subprocess.Popen(command):
            wait_until(shared + ARRIVED, 1)
            wait_until(shared + BESIDE, 1)
            check(pshm_lock_release(shared + LOCK))
            take_turns(shared)
            wait_until(shared + DONE, 1)
            expect(c_int64.from_address(shared + GUARDED).value, 2 * TURNS)
            expect(pshm_atomic_load32(shared + ATOMIC), 2 * TURNS)
            add_and_wake(shared + GATE)
            wait_until(shared + LEFT, 1)

    def end(self):
        "close, delete"
        expect(mapped(self.name), True)
        check(pshm_unmap(self.address, SIZE))
        expect(mapped(self.name), False)
        check(pshm_close(self.fd))
        expect(pshm_error_name(pshm_close(self.fd)), b"EBADF")
        check(pshm_delete(self.name))
        expect(pshm_error_name(pshm_delete(self.name)), b"ENOENT")


def scenario(name):
    run = Scenario(name)
    points = [run.version, run.create, run.exists, run.map, run.pattern, run.stat, run.permissions, run.constants,
              run.errors, run.anonymous, run.pass_descriptor, run.count, run.end]
    failures = 0
    print("1..%d" % len(points), flush=True)
    for number, point in enumerate(points, 1):
        try:
            point()
            print("ok %d - %s" % (number, point.__doc__), flush=True)
        except Exception:
            failures += 1
            print("not ok %d - %s" % (number, point.__doc__), flush=True)
            traceback.print_exc()
    sys.exit(failures != 0)


def receive(socket):
    """The receiver of the descriptor: add one to the number at the start of the object."""
    fd = check(pshm_receive(int(socket), -1))
    address = map_object(fd, 8)
    c_int64.from_address(address).value += 1
    check(pshm_unmap(address, 8))
    check(pshm_close(fd))


def interrupted(result):
    """A handler of a signal has run: call again."""
    return pshm_error_name(result) == b"EINTR"


def acquire(lock):
    while interrupted(held := pshm_lock_acquire(lock, LONG)):
        pass
    return check(held)


def add_and_wake(word):
    check(pshm_atomic_update32(word, PSHM_ATOMIC_ADD, 1))
    check(pshm_atomic_wake(word, ALL))


def wait_until(word, value):
    while (now := check(pshm_atomic_load32(word))) != value:
        result = pshm_atomic_wait(word, now, LONG)
        if not interrupted(result):
            check(result)


def take_turns(shared):
    guarded = c_int64.from_address(shared + GUARDED)
    for _ in range(TURNS):
        expect(acquire(shared + LOCK), 0)
        guarded.value += 1
        check(pshm_lock_release(shared + LOCK))
        check(pshm_atomic_update32(shared + ATOMIC, PSHM_ATOMIC_ADD, 1))


def count(name, offset):
    """Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave."""
    fd = check(pshm_open(name.encode(), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, None))
    address = map_object(fd, SHARED + 64)
    shared = address + int(offset)
    add_and_wake(shared + ARRIVED)
    threading.Timer(0.05, add_and_wake, [shared + BESIDE]).start()
    expect(acquire(shared + LOCK), 0)
    check(pshm_lock_release(shared + LOCK))
    take_turns(shared)
    add_and_wake(shared + DONE)
    wait_until(shared + GATE, 1)
    add_and_wake(shared + LEFT)
    check(pshm_unmap(address, SHARED + 64))
    check(pshm_close(fd))


class Record(Structure):
    _fields_ = [("number", c_int64), ("small", c_int32), ("unused", c_int32), ("text", c_char * 48),
                ("pattern", c_uint8 * 64)]


def put_record(fd, slot, offset):
    address = map_object(fd, sizeof(Record), offset)
    record = Record.from_address(address)
    record.number = -9007199254740993 - slot
    record.small = -1 - slot
    record.text = "python-ctypes grüßt".encode()
    record.pattern[:] = [(slot * 31 + i * 7) % 256 for i in range(64)]
    check(pshm_unmap(address, sizeof(Record)))


def print_record(address, slot):
    record = Record.from_address(address)
    pattern = sum((i + 1) * byte for i, byte in enumerate(record.pattern))
    print(slot, record.number, record.small, pattern, record.text.decode(), sep="\t")


def write(name, slot, socket):
    """Write one's record into the object, and into an anonymous one that goes to the socket."""
    fd = check(pshm_open(name.encode(), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, None))
    put_record(fd, int(slot), int(slot) * sizeof(Record))
    check(pshm_close(fd))
    anonymous = check(pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0))
    check(pshm_truncate(anonymous, sizeof(Record)))
    put_record(anonymous, int(slot), 0)
    check(pshm_send(int(socket), anonymous, -1))
    check(pshm_close(anonymous))


def read(name, count, socket):
    """Print every record of the object, then the one of the object that comes from the socket."""
    fd = check(pshm_open(name.encode(), PSHM_DIRECTION_INPUT, 0, 0, 0, None))
    length = int(count) * sizeof(Record)
    address = map_object(fd, length, 0, PSHM_PROT_READ)
    for slot in range(int(count)):
        print_record(address + slot * sizeof(Record), slot)
    check(pshm_unmap(address, length))
    check(pshm_close(fd))
    received = check(pshm_receive(int(socket), -1))
    address = map_object(received, sizeof(Record), 0, PSHM_PROT_READ)
    print_record(address, "received")
    check(pshm_unmap(address, sizeof(Record)))
    check(pshm_close(received))


# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
CAPACITY, MESSAGES, STEP, LONGEST = PSHM_RING_CAPACITY_MIN, 41, 51, 2040
RING = PSHM_RING_HEADER_SIZE + CAPACITY
PATTERN = bytes(i * 7 % 256 for i in range(LONGEST + MESSAGES))


def wait_for(call, *arguments):
    """The result of a call that waits, perhaps an address, or the name of its error."""
    while (result := call(*arguments)) < 0 and interrupted(result):
        pass
    return result if result >= 0 else pshm_error_name(result)


def join(source, target):
    check(pshm_ring_join(target, CAPACITY, PSHM_RING_SENDER))
    check(pshm_ring_join(source, CAPACITY, PSHM_RING_RECEIVER))


def talk(there, back):
    """Send each message, and receive it back. How many are equal."""
    join(back, there)
    buffer = create_string_buffer(LONGEST)
    good = 0
    for n in range(MESSAGES):
        message = PATTERN[n:n + n * STEP]
        expect(wait_for(pshm_ring_send, there, CAPACITY, message, len(message), LONG), 0)
        length = wait_for(pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG)
        good += buffer[:length] == message
    check(pshm_ring_leave(there, CAPACITY, PSHM_RING_SENDER))
    expect(wait_for(pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG), b"ENODATA")
    check(pshm_ring_leave(back, CAPACITY, PSHM_RING_RECEIVER))
    return good


def serve(there, back):
    """Send back each message, from one ring into the other, until the sender leaves."""
    join(there, back)
    length = c_int64()
    while (message := wait_for(pshm_ring_peek, there, CAPACITY, LONG, length)) != b"ENODATA":
        memmove(wait_for(pshm_ring_reserve, back, CAPACITY, length.value, LONG), message, length.value)
        check(pshm_ring_commit(back, CAPACITY, length.value))
        check(pshm_ring_release(there, CAPACITY))
    check(pshm_ring_leave(back, CAPACITY, PSHM_RING_SENDER))
    check(pshm_ring_leave(there, CAPACITY, PSHM_RING_RECEIVER))


def exchange(name, slot, count):
    """Talk to all others, and serve each of them, sender after sender."""
    slot, count = int(slot), int(count)
    size = count * count * 2 * RING
    fd = check(pshm_open(name.encode(), PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_ERROR, 0, None))
    rings = map_object(fd, size)
    for sender, receiver in itertools.permutations(range(count), 2):
        there = rings + (sender * count + receiver) * 2 * RING
        if sender == slot:
            print(receiver, talk(there, there + RING), sep="\t", flush=True)
        elif receiver == slot:
            serve(there, there + RING)
    check(pshm_unmap(rings, size))
    check(pshm_close(fd))


{"scenario": scenario, "receive": receive, "count": count, "write": write, "read": read,
 "exchange": exchange}[sys.argv[1]](*sys.argv[2:])
