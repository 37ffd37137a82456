# SPDX-License-Identifier: BSD-3-Clause
"""Recipes with words, waiting and the lock: an event, a condition variable, a barrier, one-time initialization, a semaphore, and
the latest value.

Each uses one or more addresses in shared memory, and zeroed memory is its initial state. The end of this file tests each with
several processes. ctypes releases the global interpreter lock during a call, so that other threads run while one waits.
"""
import os

from posix_shm import *

ALL = 2147483647


def acquire(lock):
    """Return 1 if an owner has died, otherwise 0; repeat the call after a signal handler."""
    while (held := pshm_lock_acquire(lock, -1)) < 0:
        pass
    return held


class Event:
    """After it is set, no process waits."""
    def __init__(self, word):
        self.word = word

    def set(self):
        pshm_atomic_store32(self.word, 1)
        pshm_atomic_wake(self.word, ALL)

    def wait(self):
        while pshm_atomic_load32(self.word) == 0:
            pshm_atomic_wait(self.word, 0, -1)


class Condition:
    """Release the lock, wait for a signal, and acquire the lock again; then check the condition again."""
    def __init__(self, word, lock):
        self.word, self.lock = word, lock

    def wait(self):
        seen = pshm_atomic_load32(self.word)  # before the release, so that no signal is missed
        pshm_lock_release(self.lock)
        pshm_atomic_wait(self.word, seen, -1)
        acquire(self.lock)

    def signal(self, count=ALL):
        pshm_atomic_update32(self.word, PSHM_ATOMIC_ADD, 1)
        pshm_atomic_wake(self.word, count)


class Barrier:
    """No process continues before all have arrived. It uses two words, and is reusable."""
    def __init__(self, words, count):
        self.come, self.round, self.count = words, words + 4, count

    def wait(self):
        now = pshm_atomic_load32(self.round)
        if pshm_atomic_update32(self.come, PSHM_ATOMIC_ADD, 1) == self.count - 1:
            pshm_atomic_store32(self.come, 0)
            pshm_atomic_update32(self.round, PSHM_ATOMIC_ADD, 1)
            pshm_atomic_wake(self.round, ALL)
            return
        while pshm_atomic_load32(self.round) == now:
            pshm_atomic_wait(self.round, now, -1)


class Once:
    """Exactly one process performs it. If that process dies, another acquires the lock and repeats it."""
    def __init__(self, lock, word):
        self.lock, self.word = lock, word

    def do(self, function):
        if pshm_atomic_load32(self.word):
            return
        acquire(self.lock)
        if not pshm_atomic_load32(self.word):
            function()
            pshm_atomic_store32(self.word, 1)
        pshm_lock_mark_repaired(self.lock)
        pshm_lock_release(self.lock)


class Semaphore:
    """Decrement it, or wait until that is possible."""
    def __init__(self, word):
        self.word = word

    def post(self):
        pshm_atomic_update32(self.word, PSHM_ATOMIC_ADD, 1)
        pshm_atomic_wake(self.word, 1)

    def wait(self):
        while True:
            free = pshm_atomic_load32(self.word)
            if free == 0:
                pshm_atomic_wait(self.word, 0, -1)
            elif pshm_atomic_compare_exchange32(self.word, free, free - 1) == free:
                return


class Latest:
    """The latest value of one writer: readers get a consistent copy, and never delay the writer. The number is odd during a write."""
    def __init__(self, words, length):
        self.number, self.words = words, [words + 4 + 4 * i for i in range(length)]

    def write(self, values):
        pshm_atomic_update32(self.number, PSHM_ATOMIC_ADD, 1)
        for word, value in zip(self.words, values):
            pshm_atomic_store32(word, value)
        pshm_atomic_update32(self.number, PSHM_ATOMIC_ADD, 1)

    def read(self):
        while True:
            before = pshm_atomic_load32(self.number)
            values = [pshm_atomic_load32(word) for word in self.words]
            if before % 2 == 0 and pshm_atomic_load32(self.number) == before:
                return values


# Concurrent processes test each recipe.

PROCESSES, TURNS = 4, 200
fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0o600, 0)
pshm_truncate(fd, 4096)
memory = pshm_map(fd, 4096, PSHM_PROT_READ | PSHM_PROT_WRITE, PSHM_MAP_SHARED, 0)
lock, total, inside, wrong = memory, memory + 8, memory + 12, memory + 16


def expect(holds):
    if not holds:
        pshm_atomic_update32(wrong, PSHM_ATOMIC_ADD, 1)


def add(word, operand):
    return pshm_atomic_update32(word, PSHM_ATOMIC_ADD, operand)


def together(function, what):
    for number in range(PROCESSES):
        if os.fork() == 0:
            function(number)
            os._exit(0)
    for _ in range(PROCESSES):
        expect(os.wait()[1] == 0)
    print(f"{what}: {'does not hold' if pshm_atomic_load32(wrong) else 'holds'}", flush=True)


def use_event(number, event=Event(memory + 64)):
    if number == 0:
        pshm_atomic_store32(total, 7)
        event.set()
    else:
        event.wait()
        expect(pshm_atomic_load32(total) == 7)


def use_condition(number, condition=Condition(memory + 68, lock)):
    for _ in range(TURNS // 10):
        acquire(lock)
        while pshm_atomic_load32(total) % PROCESSES != number:
            condition.wait()
        add(total, 1)
        condition.signal()
        pshm_lock_release(lock)


def use_barrier(number, barrier=Barrier(memory + 72, PROCESSES)):
    for turn in range(1, TURNS // 10 + 1):
        add(inside, 1)
        barrier.wait()
        expect(pshm_atomic_load32(inside) == turn * PROCESSES)
        barrier.wait()


def use_once(number, once=Once(memory + 80, memory + 88)):
    once.do(lambda: add(total, 1))
    expect(pshm_atomic_load32(total) == 1)


semaphore = Semaphore(memory + 92)


def use_semaphore(number):
    for _ in range(TURNS):
        semaphore.wait()
        expect(add(inside, 1) < 2)
        add(inside, -1)
        semaphore.post()


def use_latest(number, latest=Latest(memory + 96, 4)):
    for turn in range(TURNS):
        if number == 0:
            latest.write([turn] * 4)
        else:
            expect(len(set(latest.read())) == 1)


together(use_event, "event")
pshm_atomic_store32(total, 0)
together(use_condition, "condition")
expect(pshm_atomic_load32(total) == TURNS // 10 * PROCESSES)
together(use_barrier, "barrier")
pshm_atomic_store32(total, 0)
together(use_once, "once")
pshm_atomic_store32(inside, 0)
semaphore.post()
semaphore.post()
together(use_semaphore, "semaphore")
together(use_latest, "latest value")
raise SystemExit(pshm_atomic_load32(wrong) != 0)
