# SPDX-License-Identifier: BSD-3-Clause
"""Operations in every language, and the life cycles of objects."""
from .figures import compare, median, nanoseconds, table, verdict
from .plots import plot

CASES = ["open+close", "stat", "truncate", "map+unmap", "named", "anonymous"]
LANGUAGES = ["C", "LuaJIT", "SB-ALIEN", "SBCL", "CLISP", "ECL", "ABCL", "Python"]

# What a goal allows.
SBCL_STAT, SBCL_OPEN, ANONYMOUS = 1.15, 1.25, 1.10

# Of the same system calls that SB-ALIEN makes directly, in one run.
SBCL_ALIEN = {"open+close": 1.10, "stat": 1.20, "map+unmap": 1.10, "named": 1.10, "anonymous": 1.10}


def lives_of(results):
    """{language: {(case, variant): [nanoseconds ...]}}"""
    lives = {language: results.groups("lives-" + language) for language in LANGUAGES}
    return {language: groups for language, groups in lives.items() if groups}


def title_of(case):
    return {"open+close": "Open and close", "stat": "Describe", "truncate": "Set the size", "map+unmap": "Map and unmap",
            "named": "Life cycle of a named object", "anonymous": "Life cycle of an anonymous object"}[case]


def lives_part(results, plots):
    lives = lives_of(results)
    if not lives:
        return ""
    text = """## Operations in every language

The six operations are: open an existing object and close it; describe an object; set its size; map 64 KiB and unmap them; the
life cycle of a named object (create, size, map, unmap, close, delete); the life cycle of an anonymous object. The times are
processor time, which other programs on the machine do not affect, and medians of alternating rounds.

'Direct' means direct calls of `shm_open`, `mmap` and so on through the FFI of the language, with the constants of this system,
and a check of each result. They do not check the kind of the opened file; their anonymous object is a memfd with its
permissions set. 'C' means the same system calls as posix-shm, made by a C program. The range of a ratio is that of neighbouring
rounds.

"""
    for case in CASES:
        rows = []
        for language, groups in lives.items():
            hand, same = compare(groups, case, "hand"), compare(groups, case, "calls")
            if hand is None:
                continue
            rows.append((language, nanoseconds(hand.ours), nanoseconds(hand.other), hand, nanoseconds(same.other), same))
        text += f"### {title_of(case)}\n\n"
        text += table(["language", "posix-shm", "direct", "posix-shm / direct", "C", "posix-shm / C"], rows) + "\n\n"
    series = [[(i + 1, language, median(groups[case, "ours"]) / 1000, median(groups[case, "hand"]) / 1000)
               for i, (language, groups) in enumerate(lives.items())] for case in ("named", "anonymous")]
    text += plot(plots, "lives", "Life cycle of an object, in microseconds", grouped_bars(), series)
    python = lives.get("Python")
    if python:
        rows = [(title_of(case), nanoseconds(median(python[case, "ours"])), nanoseconds(median(python[case, "python"])),
                 compare(python, case, "python")) for case in CASES]
        text += f"""
### Modules of Python

`posix_shm.py` uses ctypes. It is compared with `os`, `mmap` and `multiprocessing.shared_memory` (for the life cycle of a named
object; without its tracker process), which are C extensions; their anonymous object is `os.memfd_create`.

{table(["operation", "posix-shm", "modules of Python", "ratio"], rows)}
"""
    return text + alien_text(lives) + allocation_text(lives)


def alien_text(lives):
    rows = [(title_of(case), compare(lives.get("SBCL", {}), case, "alien")) for case in CASES]
    if not any(ratio for _, ratio in rows):
        return ""
    return f"""
### posix-shm compared with SB-ALIEN on SBCL

The same system calls through SB-ALIEN, in alternating rounds: without objects, checks and CFFI, but opening checks the kind of
the file.

{table(["operation", "posix-shm / SB-ALIEN"], rows)}
"""


def grouped_bars():
    return ("set logscale y\nset ylabel 'µs'\nset xrange [0.4:*]\nset offsets 0,0.6,0,0\nset boxwidth 0.18\n"
            "plot $data index 0 using ($1-0.27):3:xtic(2) with boxes lc rgb '#4477aa' title 'named, posix-shm', "
            "'' index 0 using ($1-0.09):4 with boxes lc rgb '#88ccee' title 'named, direct', "
            "'' index 1 using ($1+0.09):3 with boxes lc rgb '#117733' title 'anonymous, posix-shm', "
            "'' index 1 using ($1+0.27):4 with boxes lc rgb '#99cc99' title 'anonymous, direct'").replace("'' index", "$data index")


def allocation(lives, language, case, variant="octets"):
    values = lives.get(language, {}).get((case, variant))
    return values[0] if values else None


def allocation_text(lives):
    if allocation(lives, "SBCL", "stat") is None:
        return ""
    rows = []
    for case in CASES:
        result = allocation(lives, "SBCL", case, "octets of the result")
        alien = allocation(lives, "SB-ALIEN", case)
        rows.append((title_of(case), f"{allocation(lives, 'SBCL', case):.0f}", "" if result is None else f"{result:.0f}",
                     f"{allocation(lives, 'SBCL', case, 'octets by hand'):.0f}", "" if alien is None else f"{alien:.0f}"))
    return f"""
### Allocation on SBCL

Octets per call. 'Result' is the size of the returned object.

{table(["operation", "posix-shm", "result", "direct through CFFI", "posix-shm/alien"], rows)}
"""


def at_most(goal, comparison, limit):
    """The row of a goal, if it was measured."""
    return [(goal, comparison, verdict(comparison.ratio <= limit))] if comparison else []


def lives_goals(results):
    lives = lives_of(results)
    sbcl = lives.get("SBCL", {})
    for case, limit in (("stat", SBCL_STAT), ("open+close", SBCL_OPEN)):
        yield from at_most(f"{title_of(case)} on SBCL: at most {limit} times the same calls in C", compare(sbcl, case, "calls"), limit)
    for case in ("stat", "open+close"):
        allocated, result = allocation(lives, "SBCL", case), allocation(lives, "SBCL", case, "octets of the result")
        if allocated is not None:
            yield (f"{title_of(case)} on SBCL: no allocation beyond the result",
                   f"{allocated:.0f} octets, the result has {result:.0f}", verdict(allocated < result + 16))
    for case, limit in SBCL_ALIEN.items():
        yield from at_most(f"{title_of(case)} on SBCL: at most {limit} times the same calls through SB-ALIEN",
                           compare(sbcl, case, "alien"), limit)


def anonymous_goals(results):
    yield from at_most(f"life cycle of an anonymous object: at most {ANONYMOUS} times that of direct calls",
                       compare(lives_of(results).get("C", {}), "anonymous", "hand"), ANONYMOUS)
