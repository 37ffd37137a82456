# SPDX-License-Identifier: BSD-3-Clause
"""Messages through rings: two directions, many senders, a pool of workers, and a log that survives a crash.

Each uses zeroed shared memory, and needs no initialization. The end of this file tests each with several processes, some of
which are killed.
"""
import ctypes
import os
import random
import signal
import struct
import time

from posix_shm import *

CAPACITY = 4096
SIZE = PSHM_RING_HEADER_SIZE + CAPACITY
SECOND = 1000000000


def number(name):
    return -pshm_error_number(name)


ENODATA, EOWNERDEAD, EINTR, EBUSY = map(number, (b"ENODATA", b"EOWNERDEAD", b"EINTR", b"EBUSY"))


def check(result):
    if -4096 < result < 0:
        raise OSError(-result, pshm_strerror(result).decode())
    return result


class Ring:
    """One direction, at an address. A signal handler of Python runs when a call returns -EINTR: the call is repeated."""
    def __init__(self, address):
        self.address = address
        self.buffer = ctypes.create_string_buffer(CAPACITY)

    def join(self, role):
        """Return 1 in the place of a process that died. kill(2) returns before the death, so that another one may seem alive."""
        while (joined := pshm_ring_join(self.address, CAPACITY, role)) == EBUSY:
            time.sleep(0.0001)
        return check(joined)

    def leave(self, role):
        check(pshm_ring_leave(self.address, CAPACITY, role))

    def send(self, message):
        while (result := pshm_ring_send(self.address, CAPACITY, message, len(message), -1)) == EINTR:
            pass
        check(result)

    def receive(self):
        """A message, or None after the last one of a sender that has left."""
        while (length := pshm_ring_receive(self.address, CAPACITY, self.buffer, CAPACITY, -1)) == EINTR:
            pass
        return None if length == ENODATA else self.buffer.raw[:check(length)]


class Duplex:
    """Two rings, one after the other: the first end sends through the first one."""
    SIZE = 2 * SIZE

    def __init__(self, address, first):
        rings = Ring(address), Ring(address + SIZE)
        self.out, self.back = rings if first else reversed(rings)
        self.out.join(PSHM_RING_SENDER)
        self.back.join(PSHM_RING_RECEIVER)
        self.send, self.receive = self.out.send, self.back.receive

    def close(self):
        self.out.leave(PSHM_RING_SENDER)
        self.back.leave(PSHM_RING_RECEIVER)


class Shared:
    """An end of a ring that many processes use, one at a time: a process that dies with the lock leaves the ring whole. One process,
    such as their parent, joins and stands for all."""
    def __init__(self, ring, lock):
        self.ring, self.lock = ring, lock

    def __enter__(self):
        while (held := pshm_lock_acquire(self.lock, -1)) == EINTR:
            pass
        if check(held) == 1:
            pshm_lock_mark_repaired(self.lock)
        return self.ring

    def __exit__(self, *_):
        pshm_lock_release(self.lock)


# The test.

def memory(size):
    return check(pshm_mmap(0, size, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED | PSHM_MAP_ANONYMOUS, -1, 0))


def start(function, *arguments):
    child = os.fork()
    if child == 0:
        function(*arguments)
        os._exit(0)
    return child


def words(address, count):
    return (ctypes.c_int64 * count).from_address(address)


def killed(process):
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def test_duplex():
    address = memory(Duplex.SIZE)

    def answer():
        channel = Duplex(address, False)
        while (message := channel.receive()) is not None:
            channel.send(message.upper())
        channel.close()

    child = start(answer)
    channel = Duplex(address, True)
    answers = []
    for text in (b"one", b"two", b"three"):
        channel.send(text)
        answers.append(channel.receive())
    channel.close()
    return answers == [b"ONE", b"TWO", b"THREE"] and os.waitpid(child, 0)[1] == 0


def test_many_senders(senders=3, kills=20, last=300):
    """Each sender notes what it has sent, in a word of its own. If it is killed between the two, its successor sends it again."""
    address = memory(SIZE + 64 * 8)
    lock, notes = address + SIZE, words(address + SIZE + 64, senders)

    def send(sender):
        end = Shared(Ring(address), lock)
        while notes[sender] < last:
            with end as ring:
                ring.send(struct.pack("qq", sender, notes[sender] + 1))
            notes[sender] += 1

    def receive():
        ring, found = Ring(address), [0] * senders
        ring.join(PSHM_RING_RECEIVER)
        while (message := ring.receive()) is not None:
            sender, number = struct.unpack("qq", message)
            if number not in (found[sender], found[sender] + 1):
                os._exit(1)
            found[sender] = number
        os._exit(found != [last] * senders)

    Ring(address).join(PSHM_RING_SENDER)
    receiver = start(receive)
    processes = [start(send, sender) for sender in range(senders)]
    for _ in range(kills):
        sender = random.randrange(senders)
        time.sleep(random.random() / 1000)
        killed(processes[sender])
        processes[sender] = start(send, sender)
    good = all(os.waitpid(process, 0)[1] == 0 for process in processes)
    Ring(address).leave(PSHM_RING_SENDER)
    return os.waitpid(receiver, 0)[1] == 0 and good


def test_workers(workers=3, jobs=200, kills=5):
    """A worker claims a job before it is released. The claim of a worker that dies is given to the others again."""
    address = memory(2 * SIZE + 64 * 8)
    jobs_ring, results_ring, locks = address, address + SIZE, address + 2 * SIZE
    claims = words(locks + 64, workers)

    def work(worker):
        take, give = Shared(Ring(jobs_ring), locks), Shared(Ring(results_ring), locks + 8)
        length = ctypes.c_int64()
        while True:
            with take as ring:
                job = pshm_ring_peek(ring.address, CAPACITY, -1, length)
                if job == ENODATA:
                    return
                if job == EINTR:
                    continue
                claims[worker] = words(check(job), 1)[0]
                check(pshm_ring_release(ring.address, CAPACITY))
            with give as ring:
                ring.send(struct.pack("qq", claims[worker], claims[worker] ** 2))
            claims[worker] = 0

    # This process stands for the workers at both rings.
    out, back = Ring(jobs_ring), Ring(results_ring)
    for role, ring in ((PSHM_RING_SENDER, out), (PSHM_RING_RECEIVER, out), (PSHM_RING_SENDER, back), (PSHM_RING_RECEIVER, back)):
        ring.join(role)
    processes = [start(work, worker) for worker in range(workers)]
    for job in range(1, jobs + 1):
        out.send(struct.pack("q", job))
    results = {}
    while len(results) < jobs:
        job, square = struct.unpack("qq", back.receive())
        results[job] = square
        if kills > 0 and len(results) % 30 == 0:
            kills -= 1
            worker = random.randrange(workers)
            killed(processes[worker])
            if claims[worker] != 0:
                out.send(struct.pack("q", claims[worker]))
                claims[worker] = 0
            processes[worker] = start(work, worker)
    out.leave(PSHM_RING_SENDER)
    good = all(os.waitpid(process, 0)[1] == 0 for process in processes)
    return good and results == {job: job ** 2 for job in range(1, jobs + 1)}


def test_log():
    """A program notes what it does in a ring, and never waits. After its death the notes are still there, the last one too."""
    address = memory(SIZE)

    def crash():
        ring = Ring(address)
        ring.join(PSHM_RING_SENDER)
        for line in range(20):
            ring.send(b"line %d" % line)
        os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(start(crash), 0)
    ring, lines = Ring(address), []
    ring.join(PSHM_RING_RECEIVER)
    try:
        while True:
            lines.append(ring.receive())
    except OSError as error:
        return error.errno == -EOWNERDEAD and lines == [b"line %d" % line for line in range(20)]


if __name__ == "__main__":
    for name, test in (("two directions", test_duplex), ("many senders", test_many_senders), ("workers", test_workers),
                       ("a log", test_log)):
        print(f"{name}: {'holds' if test() else 'FAILS'}", flush=True)
