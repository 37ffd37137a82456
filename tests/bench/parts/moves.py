# SPDX-License-Identifier: BSD-3-Clause
"""Calls and copies in Lisp."""
from .figures import Comparison, median, nanoseconds, table, verdict

MOVES = ["call", "write-shm", "read-shm", "replace-shm-vector, from the heap", "replace-shm-vector, to the heap"]

# In Lisp: how many times as fast as what is done plainly, and nanoseconds.
ECL_CALL, BLOCKS, CLISP_IN, FILL, NANOSECONDS = 20, 100, 25, 2, {"type": 10, "one double": 60, "general vector, an element": 25}


def moves_of(results):
    """{implementation: {(case, variant): [nanoseconds ...]}}"""
    moves = {name: results.groups("moves-" + name) for name in ("SBCL", "ECL", "CLISP", "ABCL")}
    return {name: groups for name, groups in moves.items() if groups}


def times_as_fast(groups, case):
    return Comparison(groups[case, "plain"], groups[case, "ours"])


def moves_part(results, _plots):
    moves = moves_of(results)
    if not moves:
        return ""
    rows = []
    for case in MOVES:
        cells = []
        for groups in moves.values():
            fast = times_as_fast(groups, case)
            cells.append(f"{nanoseconds(fast.other)}, {nanoseconds(fast.ours)}, {fast.ratio:.3g} x")
        rows.append((f"`{case}`" if case.endswith("-shm") else case, *cells))
    text = f"""## Calls and copies in Lisp

The first row is a call of a function that makes no system call, compared with a call by name through CFFI. The others copy 256
KiB of octets from the heap into an object or back, compared with a copy octet by octet through CFFI. Each cell has the time of
posix-shm, the time of the alternative, and the factor between them.

{table(["", *moves], rows)}
"""
    if "SBCL" in moves:
        text += short_calls_text(moves["SBCL"])
    return text


def short_calls_text(groups):
    rows = [(case, nanoseconds(median(values)), "") for (case, variant), values in groups.items()
            if variant == "ours" and case not in MOVES and not case.startswith("fill")]
    for case in dict.fromkeys(case for case, _ in groups if case.startswith("fill")):
        fill = Comparison(groups[case, "ours"], groups[case, "plain"])
        rows.append((case, nanoseconds(fill.ours), f"{fill.ratio:.2f}"))
    return f"""
The shortest calls on SBCL: the element type of a vector, storing one double or a general vector of a thousand elements into a
shared vector, and a fill, compared with memset of as many octets.

{table(["call", "time", "relative to memset"], rows)}
"""


def moves_goals(results):
    moves, rows = moves_of(results), []
    if "ECL" in moves:
        fast = times_as_fast(moves["ECL"], "call")
        rows.append((f"a call on ECL: at least {ECL_CALL} times as fast as a call by name", f"{fast.ratio:.0f}", verdict(fast.ratio >= ECL_CALL)))
    for name in ("CLISP", "ABCL"):
        for case in MOVES[1:] if name in moves else []:
            least = CLISP_IN if name == "CLISP" and case in ("read-shm", "replace-shm-vector, to the heap") else BLOCKS
            fast = times_as_fast(moves[name], case)
            rows.append((f"{case} on {name}: at least {least} times as fast as octet by octet", f"{fast.ratio:.0f}", verdict(fast.ratio >= least)))
    sbcl = moves.get("SBCL")
    if sbcl:
        for case, most in NANOSECONDS.items():
            time = median(sbcl[case, "ours"])
            rows.append((f"{case} on SBCL: at most {most} ns", nanoseconds(time), verdict(time <= most)))
        ratio = Comparison(sbcl["fill, 32768 doubles", "ours"], sbcl["fill, 32768 doubles", "plain"]).ratio
        rows.append((f"a fill of 256 KiB with doubles on SBCL: at most {FILL} times memset", f"{ratio:.2f}", verdict(ratio <= FILL)))
        allocated, result = sbcl["mapping", "octets"][0], sbcl["mapping", "octets of the result"][0]
        rows.append(("a mapping on SBCL: no allocation beyond the result", f"{allocated:.0f} octets, the result has {result:.0f}",
                     verdict(allocated < result + 16)))
    return rows
