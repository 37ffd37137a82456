# SPDX-License-Identifier: BSD-3-Clause
"""Calls from C: the overhead in instructions, and the time compared with direct calls."""
from .figures import median, nanoseconds, table, verdict
from .plots import plot

# What a goal allows.
OWN_MOST, OWN_MEDIAN, TIME, TIME_FSTAT = 40, 20, 1.03, 1.06

# Its direct call is one statfs, but it reads files of the machine and of each control group. It has a row, and no part in goals and
# medians.
APART = {"space"}


def own_instructions(results):
    """{name: (own, per byte, calls, kind)}. The fields of fstat are apart."""
    own = {name: (float(cost), float(per_byte), int(calls), kind)
           for name, kind, cost, per_byte, calls in results.rows("instructions")}
    without = own.pop("fstat_no_fields", None)
    if without:
        own["fstat"] = without
    return own


def times_of_calls(results):
    return {row[0]: [float(cell) for cell in row[1:]] for row in results.rows("calls") if row[0] != "fstat_no_fields"}


def calls_part(results, plots):
    times, own = times_of_calls(results), own_instructions(results)
    if not times or not own:
        return ""
    fields = float(results.value("instructions", "fstat") and
                   next(row[2] for row in results.rows("instructions") if row[0] == "fstat")) - own["fstat"][0]
    rows = []
    for name, (hand, ours, ratio, low, high) in times.items():
        cost, per_byte, calls, _ = own[name]
        extra = f" + {per_byte:.0f} per byte of the name" if per_byte else ""
        extra += f" + {fields:.0f} for the fields" if name == "fstat" else ""
        rows.append((f"`pshm_{name}`", calls, f"{cost:.0f}{extra}", nanoseconds(hand), nanoseconds(ours),
                     f"{ratio:.3f} ({low:.3f} to {high:.3f})"))
    questions = [(f"`pshm_{name}`", f"{cost:.0f}") for name, (cost, _, _, kind) in own.items() if kind == "question"]
    picture = plot(plots, "instructions", "Overhead of a call in instructions", simple_bars(),
                   [[(i, name, own[name][0]) for i, name in enumerate(times)]])
    return f"""## C: the overhead of a call

Each function is compared with direct calls of the C library: the same system calls with the same flags (opening an existing
object includes an fstat, because the result must not be a directory or a FIFO). The overhead is the number of instructions that
the library adds, counted by callgrind, and the same in every run. Times are medians of alternating rounds; the last column is
their ratio, with the quartiles of the ratios of neighbouring rounds in parentheses. Suffixes such as `_new` distinguish the
cases of a function.

{table(["function", "system calls", "overhead, instructions", "direct calls", "posix-shm", "ratio"], rows)}

{picture}
These functions make no system call; a binding calls them when it loads.

{table(["function", "instructions"], questions)}
"""


def bars_with_errors():
    return ("set yrange [0.9:1.25]\nset xtics rotate by 60 right font ',9'\nset bmargin 8\nunset key\n"
            "plot $data using 1:3:4:5:(0.7):xtic(2) with boxerrorbars lc rgb '#4477aa', 1 with lines lc rgb '#cc3311'")


def simple_bars():
    return ("set yrange [1:*]\nset logscale y\nset xtics rotate by 60 right font ',9'\nset bmargin 8\nunset key\n"
            f"plot $data using 1:3:(0.7):xtic(2) with boxes lc rgb '#4477aa', {OWN_MOST} with lines lc rgb '#cc3311'")


def names_above(values, limit):
    above = [f"`{name}` {value:.0f}" if value > 2 else f"`{name}` {value:.3f}" for name, value in values.items() if value > limit]
    return ", ".join(above)


def within(values, limit, group):
    """What was measured of a group of functions, and whether each is within the limit."""
    text = f"{sum(value <= limit for value in values.values())} of {len(values)}{group}"
    above = names_above(values, limit)
    return (f"{text}; more: {above}" if above else text), verdict(not above)


def overhead_goals(results):
    own = {name: row for name, row in own_instructions(results).items() if row[3] != "question" and name not in APART}
    if not own:
        return
    single = {name: row[0] for name, row in own.items() if row[2] == 1}
    several = {name: row[0] / row[2] for name, row in own.items() if row[2] > 1}
    middle = median([row[0] for row in own.values()])
    everything = median([row[0] for row in own_instructions(results).values()])
    yield (f"overhead per call: at most {OWN_MOST} instructions", *within(single, OWN_MOST, " functions with one system call"))
    yield (f"overhead of a function with several system calls, per system call: at most {OWN_MOST} instructions",
           *within(several, OWN_MOST, ""))
    yield (f"overhead, median: at most {OWN_MEDIAN} instructions",
           f"{middle:.0f} of the functions that make system calls, {everything:.0f} of all", verdict(middle <= OWN_MEDIAN))


def calls_goals(results):
    times = times_of_calls(results)
    if not times:
        return
    ratios = {name: row[2] for name, row in times.items() if name != "fstat" and name not in APART}
    fstat = times["fstat"][2]
    yield (f"time of a call: at most {TIME} times that of libc", *within(ratios, TIME, f", median {median(ratios.values()):.3f}"))
    yield f"time of fstat: at most {TIME_FSTAT} times that of libc", f"{fstat:.3f}", verdict(fstat <= TIME_FSTAT)
