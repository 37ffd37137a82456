# SPDX-License-Identifier: BSD-3-Clause
"""Between processes: messages, locks, waiting, atomic operations and rings."""
from .figures import nanoseconds, octets, quartiles, table, verdict
from .plots import lines_of, plot

# Synchronization of two processes: the row, its title, the alternative, and the allowed ratio.
SYNC = {"uncontended": ("acquire and release an uncontended lock", "a robust mutex", 1.0),
        "contended": ("acquire and release a lock that two processes contend for", "a robust mutex", 1.15),
        "round trip": ("a round trip between two sleeping processes", "two pipes", 1.15),
        "addition on SBCL": ("an atomic addition through SB-ALIEN", "`sb-ext:atomic-incf`", 1.3)}
ADDITION = 3

# The greatest length of the messages of the benchmark.
LONG = 65536

# What is asked of the ring beside another way of messages: (its name, the length) and the least ratio.
RINGS = {("pipe", 8): 8, ("pipe", 64): 8, ("pipe", LONG): 2, ("Boost message_queue", 8): 1, ("Boost message_queue", 64): 1,
         ("Boost message_queue", LONG): 1}
IN_PLACE = 3
ROUND_TRIP = 1.15


def messages_part(results, plots):
    text = ""
    messages = results.groups("messages")
    if messages:
        sizes = sorted({int(size) for size, _ in messages})
        ways = ["object", "pipe", "socket"]
        times = {(size, way): quartiles(messages[str(size), way])[0] for size in sizes for way in ways}
        rows = [(octets(size), *(nanoseconds(times[size, way]) for way in ways),
                 *(f"{times[size, 'object'] / times[size, way]:.2f}" for way in ways[1:]))
                for size in sizes]
        series = [[(size, times[size, way] / 1000) for size in sizes] for way in ways]
        text += f"""## Messages between two processes

A process sends a message to another one, which copies it into a buffer and replies with a byte. Through an object, the sender
copies the message into it and posts a semaphore there, and the receiver copies it out. The times are elapsed time per message
and reply: the lower quartile of rounds, since other programs use the processors as well.

{table(["size", *ways, "object / pipe", "object / socket"], rows)}

{plot(plots, "messages", "A message and its reply", lines_of(ways, "µs", "y"), series)}
"""
    return text


def sync_rows(results):
    """{row: (posix-shm, the alternative, the ratio)}"""
    return {row[0]: tuple(float(cell) for cell in row[1:]) for row in results.rows("sync") + results.rows("sync-SBCL")}


def sync_part(results, _plots):
    measured = sync_rows(results)
    rows = [(title, nanoseconds(measured[name][0]), other, nanoseconds(measured[name][1]), f"{measured[name][2]:.2f}")
            for name, (title, other, _) in SYNC.items() if name in measured]
    if "addition" in measured:
        ours, instruction, ratio = measured["addition"]
        rows.append(("an atomic addition from C", nanoseconds(ours), "the instruction alone", nanoseconds(instruction),
                     f"{ratio:.2f}"))
    if not rows:
        return ""
    recovery = measured.get("recovery")
    killed = f"\nA waiting process acquires the lock of a killed owner after {nanoseconds(recovery[0])}, in the median.\n" if recovery else ""
    return f"""## Locks, waiting and atomic operations

Each operation is compared with an alternative of the system, in the same rounds. A lock has 8 bytes and survives the death of
its owner. So does a robust mutex of pthread, which has 40 bytes and requires the same C library in all processes.

{table(["operation", "posix-shm", "compared with", "time", "ratio"], rows)}
{killed}"""


def sync_goals(results):
    measured = sync_rows(results)
    rows = [(f"{title}: at most {most} times {other}", f"{measured[name][2]:.2f}", verdict(measured[name][2] <= most))
            for name, (title, other, most) in SYNC.items() if name in measured]
    if "addition" in measured:
        more = measured["addition"][0] - measured["addition"][1]
        rows.append((f"an atomic addition from C: at most {ADDITION} ns more than the instruction", f"{more:.1f} ns", verdict(more <= ADDITION)))
    if "recovery" in measured:
        taken, most, _ = measured["recovery"]
        rows.append((f"the lock of a killed owner: within {most / 1e6:.0f} ms, in the median", nanoseconds(taken), verdict(taken <= most)))
    return rows


def rings_rows(results):
    """{(the other one, the length): (ours, the other one, how many times faster ours is)}"""
    return {(row[0], int(row[1])): tuple(float(cell) for cell in row[2:]) for row in results.rows("rings")}


def rings_part(results, _plots):
    measured = rings_rows(results)
    rows = [(f"{length} B" if length < LONG else "64 KiB", other, nanoseconds(ours), nanoseconds(theirs), f"{ratio:.2f}")
            for (other, length), (ours, theirs, ratio) in measured.items()]
    if not rows:
        return ""
    return f"""## Messages through a ring

From one process to another, a message at a time, beside what the system and Boost have for it, in the same rounds. A ring of 1 MiB
copies each message in and out; *in place* the message is made and used in the ring.

{table(["message", "beside", "ring", "that", "times faster"], rows)}
"""


def rings_goals(results):
    measured = rings_rows(results)
    rows = []
    for (other, length), (_, _, ratio) in measured.items():
        size = f"{length} B" if length < LONG else "64 KiB"
        if (other, length) in RINGS:
            least = RINGS[other, length]
            rows.append((f"messages of {size} through a ring: at least {least} times as fast as through a {other}", f"{ratio:.2f}",
                         verdict(ratio >= least)))
        elif other == "in place" and length == LONG:
            rows.append((f"messages of {size} in place: at least {IN_PLACE} times as fast as copied", f"{1 / ratio:.2f}",
                         verdict(1 / ratio >= IN_PLACE)))
        elif other == "round trip by two pipes":
            rows.append((f"there and back by two rings: at most {ROUND_TRIP} of two pipes", f"{1 / ratio:.2f}",
                         verdict(1 / ratio <= ROUND_TRIP)))
    return rows
