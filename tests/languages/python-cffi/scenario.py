# SPDX-License-Identifier: BSD-3-Clause
"""The common scenario in Python with cffi; posix_shm.py makes the binding from the JSON of the ABI."""
import itertools
import os
import subprocess
import sys
import threading
import traceback

from posix_shm import C, abi, ffi, shm

SIZE = 32768
READ_WRITE = C["PSHM_PROT_READ"] | C["PSHM_PROT_WRITE"]

# What two processes share: where it begins in the object of the scenario, and what is where: a lock, what it guards, and words.
SHARED = 8192
LOCK, GUARDED, ATOMIC, ARRIVED, BESIDE, DONE, GATE, LEFT = 0, 8, 16, 20, 24, 28, 32, 36
TURNS = 1000
ALL = 2**31 - 1
LONG = 600 * 10**9


def check(result):
    if result < 0:
        raise OSError(-result, ffi.string(shm.pshm_strerror(result)).decode())
    return result


def error_name(result):
    return ffi.string(shm.pshm_error_name(result)).decode()


def expect(got, wanted):
    if got != wanted:
        raise AssertionError("%r instead of %r" % (got, wanted))


class Mapping:
    """A mapping as a buffer, for a with block; the address as well."""

    def __init__(self, fd, length, offset=0, protections=READ_WRITE):
        self.address = check(shm.pshm_map(fd, length, protections, C["PSHM_MAP_SHARED"], offset))
        self.length = length
        self.bytes = ffi.buffer(ffi.cast("char *", self.address), length)

    def at(self, kind, offset=0):
        return ffi.cast(kind, self.address + offset)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        check(shm.pshm_unmap(self.address, self.length))


def mapped(name):
    with open("/proc/self/maps", "rb") as maps:
        return name in maps.read()


def stat(fd):
    fields = ffi.new("int64_t[16]")
    expect(check(shm.pshm_fstat(fd, fields, 16)), 16)
    return {name[10:]: fields[index] for name, index in C.items() if name.startswith("PSHM_STAT_")}


def points(name):
    """Each point is a pause of this generator, which gives the title of the next one."""
    yield "load the library and check its version"
    version = shm.pshm_version()
    text = "%d.%d.%d" % (version // 1000000, version // 1000 % 1000, version % 1000)
    expect(ffi.string(shm.pshm_version_string()).decode(), text)
    expect(text, abi["version"])

    yield "open exclusively"
    created = ffi.new("int *", -1)

    def open_exclusively():
        return shm.pshm_open(name, C["PSHM_DIRECTION_IO"], C["PSHM_IF_EXISTS_ERROR"],
                             C["PSHM_IF_DOES_NOT_EXIST_CREATE"], 0o600, created)
    fd = check(open_exclusively())
    expect(created[0], 1)

    yield "be told by name that it exists"
    expect(error_name(open_exclusively()), "EEXIST")
    expect(error_name(shm.pshm_errno()), "EEXIST")

    yield "size, allocate, map"
    check(shm.pshm_truncate(fd, SIZE))
    check(shm.pshm_allocate(fd, SIZE // 2))
    mapping = Mapping(fd, SIZE)

    yield "write a pattern, read it back through pshm_read"
    pattern = bytes(i * 7 % 256 for i in range(256))
    mapping.bytes[4096:4096 + 256] = pattern
    buffer = bytearray(256)
    expect(shm.pshm_read(fd, ffi.from_buffer(buffer), 256, 4096), 256)
    expect(bytes(buffer), pattern)
    expect(shm.pshm_write(fd, b"hello", 5, 100), 5)
    expect(mapping.bytes[100:105], b"hello")
    expect(shm.pshm_read(fd, ffi.from_buffer(buffer), 256, SIZE - 100), 100)

    yield "stat with named fields"
    fields = stat(fd)
    expect((fields["SIZE"], fields["MODE"], fields["NLINK"]), (SIZE, 0o600, 1))
    expect(fields["BLOCKS"] >= SIZE // 2 // 512, True)

    yield "parse a permission list"
    keywords = b"user-read user-write group-read"
    expect(shm.pshm_flags_parse(C["PSHM_KIND_MODE"], keywords), 0o640)
    label = ffi.new("char[]", 64)
    check(shm.pshm_flags_format(C["PSHM_KIND_MODE"], 0o640, label, len(label)))
    expect(ffi.string(label), keywords)
    expect(error_name(shm.pshm_flags_parse(C["PSHM_KIND_MODE"], b"user-fly")), "EINVAL")

    yield "enumerate the constants"
    library = {ffi.string(shm.pshm_constant_name(i)).decode(): shm.pshm_constant_value(i)
               for i in range(shm.pshm_constant_count())}
    expect(library, C)
    expect(shm.pshm_constant_name(len(library)), ffi.NULL)

    yield "fail with the right error name"
    expect(error_name(shm.pshm_open(name + b"-none", C["PSHM_DIRECTION_INPUT"], 0, 0, 0, ffi.NULL)), "ENOENT")
    expect(error_name(shm.pshm_delete(b"noslash")), "EINVAL")
    expect(error_name(shm.pshm_map(fd, -1, READ_WRITE, C["PSHM_MAP_SHARED"], 0)), "EINVAL")
    expect(error_name(shm.pshm_errno()), "EINVAL")

    yield "make an anonymous object"
    anonymous = check(shm.pshm_open_anonymous(C["PSHM_DIRECTION_IO"], 0o640, 0))
    fields = stat(anonymous)
    expect((fields["NLINK"], fields["MODE"]), (0, 0o640))
    check(shm.pshm_close(anonymous))

    yield "pass a descriptor to another process"
    here, there = ffi.new("int *"), ffi.new("int *")
    check(shm.pshm_socketpair(here, there))
    number = mapping.at("int64_t *")
    number[0] = 2**53
    check(shm.pshm_send(here[0], fd, -1))
    command = [os.environ["POSIX_SHM_CONSUMER"], "receive", str(there[0])]
    subprocess.run(command, pass_fds=[there[0]], check=True)
    expect(number[0], 2**53 + 1)
    check(shm.pshm_close(here[0]))
    check(shm.pshm_close(there[0]))

    yield "count with another process under a lock, and wake each other"
    shared = mapping.address + SHARED
    expect(acquire(shared + LOCK), 0)
    with subprocess.Popen([os.environ["POSIX_SHM_CONSUMER"], "count", name.decode(), str(SHARED)]):
        wait_until(shared + ARRIVED, 1)
        wait_until(shared + BESIDE, 1)
        check(shm.pshm_lock_release(shared + LOCK))
        take_turns(shared)
        wait_until(shared + DONE, 1)
        expect(mapping.at("int64_t *", SHARED + GUARDED)[0], 2 * TURNS)
        expect(shm.pshm_atomic_load32(shared + ATOMIC), 2 * TURNS)
        add_and_wake(shared + GATE)
        wait_until(shared + LEFT, 1)

    yield "close, delete"
    expect(mapped(name), True)
    mapping.__exit__()
    expect(mapped(name), False)
    check(shm.pshm_close(fd))
    expect(error_name(shm.pshm_close(fd)), "EBADF")
    check(shm.pshm_delete(name))
    expect(error_name(shm.pshm_delete(name)), "ENOENT")


def scenario(name):
    number, title = 0, None
    try:
        for title_of_next in points(name.encode()):
            if title:
                print("ok %d - %s" % (number, title), flush=True)
            number, title = number + 1, title_of_next
        print("ok %d - %s" % (number, title))
        print("1..%d" % number)
    except Exception:
        print("not ok %d - %s" % (number, title), flush=True)
        traceback.print_exc()
        sys.exit(1)


def receive(socket):
    """The receiver of the descriptor: add one to the number at the start of the object."""
    fd = check(shm.pshm_receive(int(socket), -1))
    with Mapping(fd, 8) as mapping:
        mapping.at("int64_t *")[0] += 1
    check(shm.pshm_close(fd))


def interrupted(result):
    """A handler of a signal has run: call again."""
    return error_name(result) == "EINTR"


def acquire(lock):
    while interrupted(held := shm.pshm_lock_acquire(lock, LONG)):
        pass
    return check(held)


def add_and_wake(word):
    check(shm.pshm_atomic_update32(word, C["PSHM_ATOMIC_ADD"], 1))
    check(shm.pshm_atomic_wake(word, ALL))


def wait_until(word, value):
    while (now := check(shm.pshm_atomic_load32(word))) != value:
        result = shm.pshm_atomic_wait(word, now, LONG)
        if not interrupted(result):
            check(result)


def take_turns(shared):
    guarded = ffi.cast("int64_t *", shared + GUARDED)
    for _ in range(TURNS):
        expect(acquire(shared + LOCK), 0)
        guarded[0] += 1
        check(shm.pshm_lock_release(shared + LOCK))
        check(shm.pshm_atomic_update32(shared + ATOMIC, C["PSHM_ATOMIC_ADD"], 1))


def count(name, offset):
    """Wait for the lock that another process holds, while a thread of this one runs; count beside it; wait for its leave."""
    fd = check(shm.pshm_open(name.encode(), C["PSHM_DIRECTION_IO"], 0, C["PSHM_IF_DOES_NOT_EXIST_ERROR"], 0, ffi.NULL))
    with Mapping(fd, SHARED + 64) as mapping:
        shared = mapping.address + int(offset)
        add_and_wake(shared + ARRIVED)
        threading.Timer(0.05, add_and_wake, [shared + BESIDE]).start()
        expect(acquire(shared + LOCK), 0)
        check(shm.pshm_lock_release(shared + LOCK))
        take_turns(shared)
        add_and_wake(shared + DONE)
        wait_until(shared + GATE, 1)
        add_and_wake(shared + LEFT)
    check(shm.pshm_close(fd))


ffi.cdef("typedef struct { int64_t number; int32_t small, unused; char text[48]; uint8_t pattern[64]; } record;")
RECORD = ffi.sizeof("record")


def put_record(fd, slot, offset):
    with Mapping(fd, RECORD, offset) as mapping:
        record = mapping.at("record *")
        record.number = -9007199254740993 - slot
        record.small = -1 - slot
        record.text = "python-cffi grüßt".encode()
        record.pattern = [(slot * 31 + i * 7) % 256 for i in range(64)]


def print_record(record, slot):
    pattern = sum((i + 1) * byte for i, byte in enumerate(record.pattern))
    print(slot, record.number, record.small, pattern, ffi.string(record.text).decode(), sep="\t")


def write(name, slot, socket):
    """Write one's record into the object, and into an anonymous one that goes to the socket."""
    fd = check(shm.pshm_open(name.encode(), C["PSHM_DIRECTION_IO"], 0, C["PSHM_IF_DOES_NOT_EXIST_ERROR"], 0,
                             ffi.NULL))
    put_record(fd, int(slot), int(slot) * RECORD)
    check(shm.pshm_close(fd))
    anonymous = check(shm.pshm_open_anonymous(C["PSHM_DIRECTION_IO"], 0o600, 0))
    check(shm.pshm_truncate(anonymous, RECORD))
    put_record(anonymous, int(slot), 0)
    check(shm.pshm_send(int(socket), anonymous, -1))
    check(shm.pshm_close(anonymous))


def read(name, count, socket):
    """Print every record of the object, then the one of the object that comes from the socket."""
    fd = check(shm.pshm_open(name.encode(), C["PSHM_DIRECTION_INPUT"], 0, 0, 0, ffi.NULL))
    with Mapping(fd, int(count) * RECORD, 0, C["PSHM_PROT_READ"]) as mapping:
        for slot in range(int(count)):
            print_record(mapping.at("record *", slot * RECORD), slot)
    check(shm.pshm_close(fd))
    received = check(shm.pshm_receive(int(socket), -1))
    with Mapping(received, RECORD, 0, C["PSHM_PROT_READ"]) as mapping:
        print_record(mapping.at("record *"), "received")
    check(shm.pshm_close(received))


# Message N of an exchange is N * STEP bytes of a pattern, from byte N of it.
CAPACITY, MESSAGES, STEP, LONGEST = C["PSHM_RING_CAPACITY_MIN"], 41, 51, 2040
RING = C["PSHM_RING_HEADER_SIZE"] + CAPACITY
PATTERN = bytes(i * 7 % 256 for i in range(LONGEST + MESSAGES))


def wait_for(call, *arguments):
    """The result of a call that waits, perhaps an address, or the name of its error."""
    while (result := call(*arguments)) < 0 and interrupted(result):
        pass
    return result if result >= 0 else error_name(result)


def join(source, target):
    check(shm.pshm_ring_join(target, CAPACITY, C["PSHM_RING_SENDER"]))
    check(shm.pshm_ring_join(source, CAPACITY, C["PSHM_RING_RECEIVER"]))


def talk(there, back):
    """Send each message, and receive it back. How many are equal."""
    join(back, there)
    buffer = ffi.new("char[]", LONGEST)
    good = 0
    for n in range(MESSAGES):
        message = PATTERN[n:n + n * STEP]
        expect(wait_for(shm.pshm_ring_send, there, CAPACITY, message, len(message), LONG), 0)
        length = wait_for(shm.pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG)
        good += ffi.buffer(buffer, length) == message
    check(shm.pshm_ring_leave(there, CAPACITY, C["PSHM_RING_SENDER"]))
    expect(wait_for(shm.pshm_ring_receive, back, CAPACITY, buffer, LONGEST, LONG), "ENODATA")
    check(shm.pshm_ring_leave(back, CAPACITY, C["PSHM_RING_RECEIVER"]))
    return good


def serve(there, back):
    """Send back each message, from one ring into the other, until the sender leaves."""
    join(there, back)
    length = ffi.new("int64_t *")
    while (message := wait_for(shm.pshm_ring_peek, there, CAPACITY, LONG, length)) != "ENODATA":
        copy = wait_for(shm.pshm_ring_reserve, back, CAPACITY, length[0], LONG)
        ffi.memmove(ffi.cast("char *", copy), ffi.cast("char *", message), length[0])
        check(shm.pshm_ring_commit(back, CAPACITY, length[0]))
        check(shm.pshm_ring_release(there, CAPACITY))
    check(shm.pshm_ring_leave(back, CAPACITY, C["PSHM_RING_SENDER"]))
    check(shm.pshm_ring_leave(there, CAPACITY, C["PSHM_RING_RECEIVER"]))


def exchange(name, slot, count):
    """Talk to all others, and serve each of them, sender after sender."""
    slot, count = int(slot), int(count)
    fd = check(shm.pshm_open(name.encode(), C["PSHM_DIRECTION_IO"], 0, C["PSHM_IF_DOES_NOT_EXIST_ERROR"], 0, ffi.NULL))
    with Mapping(fd, count * count * 2 * RING) as mapping:
        for sender, receiver in itertools.permutations(range(count), 2):
            there = mapping.address + (sender * count + receiver) * 2 * RING
            if sender == slot:
                print(receiver, talk(there, there + RING), sep="\t", flush=True)
            elif receiver == slot:
                serve(there, there + RING)
    check(shm.pshm_close(fd))


{"scenario": scenario, "receive": receive, "count": count, "write": write, "read": read,
 "exchange": exchange}[sys.argv[1]](*sys.argv[2:])
