# SPDX-License-Identifier: BSD-3-Clause
"""The page about the benchmarks: doc/benchmarks.md and the plots in doc/benchmarks, from the files that run.py leaves.

Every figure is computed here from what was measured, and nothing is explained here: what is written by hand is in
doc/pages/benchmarks.md, in which <!-- generated: PART --> stands for a part. A part that was not measured is left out. Text between
<!-- with: PART --> and <!-- end --> goes with it; text between <!-- explains: VERDICT: GOAL --> and <!-- end --> is left out when the goal
has another verdict. A test of the documents fails then.
"""
import collections
import os
import platform
import re
import shutil
import statistics
import subprocess

CASES = ["open+close", "stat", "truncate", "map+unmap", "named", "anonymous"]
LANGUAGES = ["C", "LuaJIT", "SB-ALIEN", "SBCL", "CLISP", "ECL", "ABCL", "Python"]
MET, MISSED = "met", "**missed**"
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/pages/benchmarks.md")

# What a goal allows.
OWN_MOST, OWN_MEDIAN, TIME, TIME_FSTAT = 40, 20, 1.03, 1.06
SBCL_STAT, SBCL_OPEN, ANONYMOUS, LOADING, SIZE, DURATION = 1.15, 1.25, 1.10, 0.15, 80 * 1024, 600
# Of the same system calls that SB-ALIEN makes directly, in one run.
SBCL_ALIEN = {"open+close": 1.10, "stat": 1.20, "map+unmap": 1.10, "named": 1.10, "anonymous": 1.10}
# In Lisp: how many times as fast as what is done plainly, and nanoseconds.
ECL_CALL, BLOCKS, CLISP_IN, FILL, NANOSECONDS = 20, 100, 25, 2, {"type": 10, "one double": 60, "general vector, an element": 25}

# Locks and atomics in Lisp: on SBCL relative to sb-thread:with-mutex and sb-ext:atomic-incf, on ECL and CLISP to the bare foreign calls.
LISP_SYNC = {"SBCL": {"acquire and release": 0.8, "with-shm-lock-held": 1.5, "shm-atomic-incf, 64 bits": 1.05, "shm-atomic-incf, 32 bits": 2.0}}
LISP_SYNC["ECL"] = LISP_SYNC["CLISP"] = {"acquire and release": 1.5, "shm-atomic-incf, 64 bits": 1.5, "shm-atomic-incf, 32 bits": 1.5}
BESIDE = {"SBCL": {"acquire and release": "with-mutex", "with-shm-lock-held": "with-mutex"}}


# Its direct call is one statfs, but it reads files of the machine and of each control group. It has a row, and no part in goals and medians.
APART = {"space"}


# Figures

def median(values):
    return statistics.median(values)


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


class Comparison:
    """Two lists of times, taken in turns: the ratio of their medians, and the quartiles of the ratios of neighbours."""

    def __init__(self, ours, others):
        self.ours, self.other = median(ours), median(others)
        self.ratio = self.ours / self.other
        self.low, self.high = quartiles([one / other for one, other in zip(ours, others)])

    def __str__(self):
        return f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f})"


def nanoseconds(value):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value < 100 * size else f"{value / size:.0f} {unit}"
    return f"{value:.3g} ns"


def octets(value):
    for unit, size in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f} B"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join("---" if i == 0 else "---:" for i in range(len(heads))) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


class Results:
    """The files of results, a list of rows each; missing files are empty."""

    def __init__(self, folder):
        self.folder = folder

    def rows(self, name):
        path = os.path.join(self.folder, name + ".tsv")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file if line.strip()]

    def groups(self, name):
        """Rows of three cells as lists of numbers: {(first, second): [third ...]}."""
        groups = collections.defaultdict(list)
        for first, second, third in self.rows(name):
            groups[first, second].append(float(third))
        return groups

    def value(self, name, key):
        for row in self.rows(name):
            if row[0] == key:
                return row[-1]
        return None


# The machine

def first_line(command):
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().split("\n")[0]


def word_after(path, word):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(word):
                return line.split(":", 1)[1].strip()
    return ""


def machine(seconds):
    """What the results were measured on: a file of results itself."""
    rows = [
        ("Processor", f"{word_after('/proc/cpuinfo', 'model name')}, {os.cpu_count()} of them"),
        ("Virtual machine", "yes" if " hypervisor" in word_after("/proc/cpuinfo", "flags") else "no"),
        ("Memory", octets(int(word_after("/proc/meminfo", "MemTotal").split()[0]) * 1024)),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("C library", " ".join(platform.libc_ver())),
        ("Compiler", first_line([os.environ.get("CC", "cc").split()[0], "--version"])),
        ("SBCL", first_line(["sbcl", "--version"])),
        ("ECL", first_line(["ecl", "--version"])),
        ("CLISP", first_line(["clisp", "--version"])),
        ("ABCL", first_line(["abcl", "--noinform", "--batch", "--eval", "(princ (lisp-implementation-version))"])),
        ("LuaJIT", first_line(["luajit", "-v"])),
        ("Python", platform.python_version()),
        ("Huge pages of objects", read("/sys/kernel/mm/transparent_hugepage/shmem_enabled")),
        ("Load of the machine meanwhile", " ".join(f"{load:.1f}" for load in os.getloadavg())),
        ("Duration", f"{seconds:.0f}"),
    ]
    return "".join(f"{name}\t{value}\n" for name, value in rows if value)


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


# Plots

def plot(folder, name, title, script, data):
    """Have gnuplot draw data (lists of rows, separated blocks) as NAME.svg. Without gnuplot there is no plot."""
    if shutil.which("gnuplot") is None or not any(data):
        return ""
    blocks = "\n\n\n".join("\n".join("\t".join(str(cell) for cell in row) for row in block) for block in data)
    setup = f"""
set terminal svg noenhanced size 860,480 font 'sans-serif,12' background '#ffffff'
set output '{os.path.join(folder, name)}.svg'
set title '{title}'
set datafile separator tab
set style fill solid 0.8 border -1
set grid ytics lc rgb '#dddddd'
set key top left
$data << END
{blocks}
END
{script}
"""
    subprocess.run(["gnuplot"], input=setup, text=True, check=True)
    return f"![{title}](benchmarks/{name}.svg)\n"


# The parts of the page. Each returns text, or nothing where nothing was measured.

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
    return f"""## C: the overhead of a call

Each function is compared with direct calls of the C library: the same system calls with the same flags (opening an existing object
includes an fstat, because the result must not be a directory or a FIFO). The overhead is the number of instructions that the library
adds, counted by callgrind, and the same in every run. Times are medians of alternating rounds; the last column is their
ratio, with the quartiles of the ratios of neighbouring rounds in parentheses. Suffixes such as `_new` distinguish the cases of
a function.

{table(["function", "system calls", "overhead, instructions", "direct calls", "posix-shm", "ratio"], rows)}

{plot(plots, "instructions", "Overhead of a call in instructions", simple_bars(), [[(i, name, own[name][0]) for i, name in enumerate(times)]])}
These functions make no system call; a binding calls them when it loads.

{table(["function", "instructions"], questions)}
"""


def summary_part(results, plots):
    """The picture and the sentences that the page begins with."""
    times, sentences, picture = times_of_calls(results), [], ""
    if times:
        ratios = {name: row[2] for name, row in times.items() if name not in APART}
        most = max(ratios, key=ratios.get)
        sentences.append(f"A function takes {median([ratio for name, ratio in ratios.items() if name != 'fstat']):.3f} times as long as direct calls in C, in the median, "
                         f"and at most {ratios[most]:.3f} times (`pshm_{most}`).")
        picture = plot(plots, "calls", "Time of a call, direct calls = 1", bars_with_errors(), [[(i, name, *row[2:]) for i, (name, row) in enumerate(times.items())]])
    sbcl = compare(lives_of(results).get("SBCL", {}), "named", "calls")
    if sbcl:
        sentences.append(f"On SBCL the life cycle of a named object (create, size, map, unmap, close, delete) takes {sbcl.ratio:.2f} times as long as the same system calls in C.")
    size, seconds = results.value("size", "library"), beyond(loading_of(results), "SBCL warm")
    if size and seconds is not None:
        sentences.append(f"The size of the library is {int(size) / 1024:.1f} KiB, and loading the Lisp system takes {seconds:.3f} s longer than loading CFFI.")
    return picture + "\n" + "\n".join(sentences)


def bars_with_errors():
    return ("set yrange [0.9:1.25]\nset xtics rotate by 60 right font ',9'\nset bmargin 8\nunset key\n"
            "plot $data using 1:3:4:5:(0.7):xtic(2) with boxerrorbars lc rgb '#4477aa', 1 with lines lc rgb '#cc3311'")


def simple_bars():
    return ("set yrange [1:*]\nset logscale y\nset xtics rotate by 60 right font ',9'\nset bmargin 8\nunset key\n"
            f"plot $data using 1:3:(0.7):xtic(2) with boxes lc rgb '#4477aa', {OWN_MOST} with lines lc rgb '#cc3311'")


def lives_of(results):
    """{language: {(case, variant): [nanoseconds ...]}}"""
    lives = {language: results.groups("lives-" + language) for language in LANGUAGES}
    return {language: groups for language, groups in lives.items() if groups}


def compare(groups, case, other):
    if (case, other) not in groups or (case, "ours") not in groups:
        return None
    return Comparison(groups[case, "ours"], groups[case, other])


def lives_part(results, plots):
    lives = lives_of(results)
    if not lives:
        return ""
    text = """## Operations in every language

The six operations are: open an existing object and close it; describe an object; set its size; map 64 KiB and unmap them; the
life cycle of a named object (create, size, map, unmap, close, delete); the life cycle of an anonymous object. The times are processor
time, which other programs on the machine do not affect, and medians of alternating rounds.

'Direct' means direct calls of `shm_open`, `mmap` and so on through the FFI of the language, with the constants of this system, and a
check of each result. They do not check the kind of the opened file; their anonymous object is a memfd with its permissions set.
'C' means the same system calls as posix-shm, made by a C program. The range of a ratio is that of neighbouring rounds.

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

`posix_shm.py` uses ctypes. It is compared with `os`, `mmap` and `multiprocessing.shared_memory` (for the life cycle of a named object;
without its tracker process), which are C extensions; their anonymous object is `os.memfd_create`.

{table(["operation", "posix-shm", "modules of Python", "ratio"], rows)}
"""
    return text + alien_text(lives) + allocation_text(lives)


def alien_text(lives):
    rows = [(title_of(case), compare(lives.get("SBCL", {}), case, "alien")) for case in CASES]
    if not any(ratio for _, ratio in rows):
        return ""
    return f"""
### posix-shm compared with SB-ALIEN on SBCL

The same system calls through SB-ALIEN, in alternating rounds: without objects, checks and CFFI, but opening checks the kind of the file.

{table(["operation", "posix-shm / SB-ALIEN"], rows)}
"""


def title_of(case):
    return {"open+close": "Open and close", "stat": "Describe", "truncate": "Set the size", "map+unmap": "Map and unmap",
            "named": "Life cycle of a named object", "anonymous": "Life cycle of an anonymous object"}[case]


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


MOVES = ["call", "write-shm", "read-shm", "replace-shm-vector, from the heap", "replace-shm-vector, to the heap"]


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

The first row is a call of a function that makes no system call, compared with a call by name through CFFI. The others copy 256 KiB of
octets from the heap into an object or back, compared with a copy octet by octet through CFFI. Each cell has the time of posix-shm, the
time of the alternative, and the factor between them.

{table(["", *moves], rows)}
"""
    if "SBCL" in moves:
        text += short_calls_text(moves["SBCL"])
    return text


def short_calls_text(groups):
    rows = [(case, nanoseconds(median(values)), "") for (case, variant), values in groups.items()
            if variant == "ours" and case not in MOVES and not case.startswith("fill")]
    for case in dict.fromkeys(case for case, _ in groups if case.startswith("fill")):
        rows.append((case, nanoseconds(median(groups[case, "ours"])), f"{Comparison(groups[case, 'ours'], groups[case, 'plain']).ratio:.2f}"))
    return f"""
The shortest calls on SBCL: the element type of a vector, storing one double or a general vector of a thousand elements into a shared
vector, and a fill, compared with memset of as many octets.

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


def lisp_sync_of(results):
    """{implementation: {(case, variant): times}}"""
    return {language: groups for language in LANGUAGES if (groups := results.groups("lisp-sync-" + language))}


def beside(language, case):
    """The display name of the alternative."""
    return BESIDE.get(language, {}).get(case, "atomic-incf" if language == "SBCL" else "the foreign call")


def lisp_sync_part(results, _plots):
    rows = [(language, case, nanoseconds(median(groups[case, "ours"])), beside(language, case), nanoseconds(median(groups[case, "plain"])),
             Comparison(groups[case, "ours"], groups[case, "plain"]))
            for language, groups in lisp_sync_of(results).items() for case, variant in groups if variant == "ours"]
    if not rows:
        return ""
    return "### Locks and atomics in Lisp\n\n" + table(["implementation", "operation", "posix-shm", "compared with", "time", "ratio"], rows)


def lisp_sync_goals(results):
    for language, groups in lisp_sync_of(results).items():
        for case, limit in LISP_SYNC.get(language, {}).items():
            comparison = compare(groups, case, "plain")
            if comparison:
                yield (f"{case} on {language}: at most {limit} times {beside(language, case)}", comparison, verdict(comparison.ratio <= limit))
        allocated = groups.get(("acquire and release", "octets"))
        if allocated:
            yield (f"acquire and release on {language}: no allocation", f"{allocated[0]:.0f} octets", verdict(allocated[0] < 1))


# What is asked of lines through a stream on SBCL: nanoseconds at most, and how many times faster than a pipe.
LINE, LINE_OF_PIPE = 1500, 3


def lisp_messages_part(results, _plots):
    groups = results.groups("lisp-messages")
    rows = [(case, nanoseconds(median(groups[case, "ours"])), nanoseconds(median(groups[case, "pipe"])),
             Comparison(groups[case, "ours"], groups[case, "pipe"]))
            for case, variant in groups if variant == "ours"]
    if not rows:
        return ""
    return f"""### Lines in Lisp

Written with `write-string` and read with `read-line` on SBCL, in UTF-8: a stream of posix-shm/streams beside a pipe.

{table(["", "ring", "pipe", "ratio"], rows)}"""


def lisp_messages_goals(results):
    groups = results.groups("lisp-messages")
    case = "a line of 80 characters"
    comparison = compare(groups, case, "pipe")
    if comparison:
        time = median(groups[case, "ours"])
        yield (f"{case} through a stream on SBCL: at most {LINE} ns", nanoseconds(time), verdict(time <= LINE))
        yield (f"{case} through a stream on SBCL: at least {LINE_OF_PIPE} times as fast as through a pipe", f"{1 / comparison.ratio:.2f}",
               verdict(comparison.ratio * LINE_OF_PIPE <= 1))
    allocated = groups.get(("a message in place", "octets"))
    if allocated:
        yield ("a message in place on SBCL: no allocation", f"{allocated[0]:.0f} octets", verdict(allocated[0] < 1))


def memory_part(results, plots):
    text = ""
    memory = results.groups("memory") if not any(row[1] == "not here" for row in results.rows("memory")) else None
    if memory is None:
        memory = collections.defaultdict(list)
        for kind, step, value in results.rows("memory"):
            if step != "not here":
                memory[kind, step].append(float(value))
    missing = sorted({(kind, value) for kind, step, value in results.rows("memory") if step == "not here"})
    if memory:
        kinds = list(dict.fromkeys(kind for kind, _ in memory))
        steps = ["map and fill", "fill", "fill again", "read"]
        rows = [(kind, *(f"{median(memory[kind, step]):.2f}" for step in steps)) for kind in kinds]
        text += f"""## A gibibyte through a mapping

An object of 1 GiB is created, mapped, filled twice and read. The figures are GiB per second of processor time.

{table(["pages", *steps], rows)}

{"".join(f"This machine has no pages for '{kind}' (`{value}`). " for kind, value in missing)}\

{plot(plots, "memory", "1 GiB through a mapping, GiB per second", memory_bars(steps), [[(i, kind, *(median(memory[kind, step]) for step in steps)) for i, kind in enumerate(kinds)]])}
"""
    return text


def copy_part(results, plots):
    text = ""
    copy, octet_vectors = results.groups("copy"), results.groups("octets")
    if copy:
        sizes = sorted({int(size) for size, _ in copy})
        ways = ["memcpy", "pshm_write", "pshm_read"]
        lisp_ways = ["write-shm", "read-shm"] if octet_vectors else []
        rows = []
        for size in sizes:
            cells = [nanoseconds(median(copy[str(size), way])) for way in ways]
            for way in lisp_ways:
                comparison = Comparison(octet_vectors[str(size), way], octet_vectors[str(size), "memcpy"])
                cells.append(f"{nanoseconds(comparison.ours)}, {comparison.ratio:.1f} x memcpy")
            rows.append((octets(size), *cells))
        series = [[(size, size / median(copy[str(size), way]) * 1e9 / 2**30) for size in sizes] for way in ways]
        text += f"""## Copies

`pshm_read` and `pshm_write` (in Lisp `read-shm` and `write-shm`, here of octet vectors on SBCL) are system calls that check the size, and so
never fault; memcpy to a mapping can. 'x memcpy' is the ratio to memcpy of the same vector to a mapping, called from SBCL in
alternating rounds; the column memcpy is measured by a C program.

{table(["size", *ways, *(f"`{way}`" for way in lisp_ways)], rows)}

{plot(plots, "copy", "Copies into and out of an object", lines_of(ways, "GiB per second"), series)}
"""
    return text


def vectors_part(results, _plots):
    text = ""
    vectors = results.groups("vectors")
    if vectors:
        rows = []
        for case in dict.fromkeys(case for case, _ in vectors):
            comparison = Comparison(vectors[case, "shared"], vectors[case, "heap"])
            rows.append((case, nanoseconds(comparison.other), nanoseconds(comparison.ours), comparison))
        text += f"""## Vectors in shared memory

The same compiled functions of SBCL operate on a vector in the heap and on one of `map-shm-vector`, with ten million elements each, in
alternating rounds.

{table(["function", "heap", "shared", "shared / heap"], rows)}

"""
    return text


# What is asked of arrays and strings on SBCL: times the sum over a vector, and times Babel alone.
ARRAY, STRING = 1.6, 2
SUM = "sum of 1000 x 1000 doubles"


def lisp_arrays_part(results, _plots):
    groups = results.groups("lisp-arrays")
    if not groups:
        return ""
    sums = [(variant, nanoseconds(median(groups[SUM, variant])), Comparison(groups[SUM, variant], groups[SUM, "vector"]))
            for variant in ("vector", "array", "displaced")]
    strings = [(case, nanoseconds(median(groups[case, "ours"])), nanoseconds(median(groups[case, "babel"])),
                Comparison(groups[case, "ours"], groups[case, "babel"]))
               for case, variant in groups if variant == "ours"]
    return f"""## Arrays and strings in Lisp

The sum over 1000 x 1000 doubles in shared memory on SBCL: as one vector, through an array of `map-shm-array`, and through an array that
is displaced to the vector.

{table(["", "time", "relative to the vector"], sums)}

`write-shm-string` and `read-shm-string`, compared with Babel alone, which encodes into a fresh vector of the heap, and decodes one.

{table(["", "posix-shm", "Babel", "ratio"], strings)}
"""


def lisp_arrays_goals(results):
    groups = results.groups("lisp-arrays")
    if groups:
        comparison = Comparison(groups[SUM, "array"], groups[SUM, "vector"])
        yield (f"a sum over an array on SBCL: at most {ARRAY} times one over a vector", comparison, verdict(comparison.ratio <= ARRAY))
    for case, variant in groups:
        if variant == "ours":
            comparison = Comparison(groups[case, "ours"], groups[case, "babel"])
            yield (f"{case} on SBCL: at most {STRING} times Babel alone", comparison, verdict(comparison.ratio <= STRING))


def messages_part(results, plots):
    text = ""
    messages = results.groups("messages")
    if messages:
        sizes = sorted({int(size) for size, _ in messages})
        ways = ["object", "pipe", "socket"]
        times = {(size, way): quartiles(messages[str(size), way])[0] for size in sizes for way in ways}
        rows = [(octets(size), *(nanoseconds(times[size, way]) for way in ways), *(f"{times[size, 'object'] / times[size, way]:.2f}" for way in ways[1:]))
                for size in sizes]
        series = [[(size, times[size, way] / 1000) for size in sizes] for way in ways]
        text += f"""## Messages between two processes

A process sends a message to another one, which copies it into a buffer and replies with a byte. Through an object, the sender copies the
message into it and posts a semaphore there, and the receiver copies it out. The times are elapsed time per message and reply: the lower
quartile of rounds, since other programs use the processors as well.

{table(["size", *ways, "object / pipe", "object / socket"], rows)}

{plot(plots, "messages", "A message and its reply", lines_of(ways, "µs", "y"), series)}
"""
    return text


# Synchronization of two processes: the row, its title, the alternative, and the allowed ratio.
SYNC = {"uncontended": ("acquire and release an uncontended lock", "a robust mutex", 1.0),
        "contended": ("acquire and release a lock that two processes contend for", "a robust mutex", 1.15),
        "round trip": ("a round trip between two sleeping processes", "two pipes", 1.15),
        "addition on SBCL": ("an atomic addition through SB-ALIEN", "`sb-ext:atomic-incf`", 1.3)}
ADDITION = 3


# The greatest length of the messages of the benchmark.
LONG = 65536


def sync_rows(results):
    """{row: (posix-shm, the alternative, the ratio)}"""
    return {row[0]: tuple(float(cell) for cell in row[1:]) for row in results.rows("sync") + results.rows("sync-SBCL")}


def sync_part(results, _plots):
    measured = sync_rows(results)
    rows = [(title, nanoseconds(measured[name][0]), other, nanoseconds(measured[name][1]), f"{measured[name][2]:.2f}")
            for name, (title, other, _) in SYNC.items() if name in measured]
    if "addition" in measured:
        ours, instruction, ratio = measured["addition"]
        rows.append(("an atomic addition from C", nanoseconds(ours), "the instruction alone", nanoseconds(instruction), f"{ratio:.2f}"))
    if not rows:
        return ""
    recovery = measured.get("recovery")
    killed = f"\nA waiting process acquires the lock of a killed owner after {nanoseconds(recovery[0])}, in the median.\n" if recovery else ""
    return f"""## Locks, waiting and atomic operations

Each operation is compared with an alternative of the system, in the same rounds. A lock has 8 bytes and survives the death of its owner.
So does a robust mutex of pthread, which has 40 bytes and requires the same C library in all processes.

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


# What is asked of the ring beside another way of messages: (its name, the length) and the least ratio.
RINGS = {("pipe", 8): 8, ("pipe", 64): 8, ("pipe", LONG): 2, ("Boost message_queue", 8): 1, ("Boost message_queue", 64): 1,
         ("Boost message_queue", LONG): 1}
IN_PLACE = 3
ROUND_TRIP = 1.15


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


def memory_bars(steps):
    bars = ", ".join(f"$data using {column}:xtic(2) title '{step}'" for column, step in enumerate(steps, 3))
    return f"set style data histograms\nset style histogram clustered\nset key outside\nset xtics rotate by 20 right\nset bmargin 6\nset yrange [0:*]\nplot {bars}"


def lines_of(names, label, logarithmic=""):
    lines = ", ".join(f"$data index {i} using 1:2 with linespoints lw 2 title '{name}'" for i, name in enumerate(names))
    return (f"set logscale x 4\nset format x '%b B'\nset ylabel '{label}'\n"
            + (f"set logscale {logarithmic}\n" if logarithmic else "") + f"plot {lines}")


def scale_part(results, plots):
    text = ""
    rows = [(what, int(many), told, float(value)) for name in ("objects", "names", "bytes")
            for what, many, told, value in results.rows("scale-" + name)]
    if not rows:
        return ""
    one_more = [(many, value) for what, many, told, value in rows if told == "open and close one more"]
    memory = {many: value for what, many, told, value in rows if told == "bytes of the system"}
    names = [(many, value) for what, many, told, value in rows if what == "names"]
    mapped = [(many, value) for what, many, told, value in rows if what == "bytes"]
    axes = "set logscale xy\nset ylabel 'µs'\nset xlabel 'number of objects or names'\n"
    lines = ("plot $data index 0 using 1:2 with linespoints lw 2 title 'open and close one more object', "
             "$data index 1 using 1:2 with linespoints lw 2 title 'list all names'")
    picture = plot(plots, "scale", "One more object, and the list of names", axes + lines,
                   [[(many, value / 1000) for many, value in one_more], [(many, value / 1000) for many, value in names]])
    text += f"""## Scale

The time to open and close one more object, by the number of open objects:

{table(["objects open", "one more", "system memory per object"],
       [(many, nanoseconds(value), octets(memory[many]) if many in memory else "") for many, value in one_more])}

The table ends at the limit of descriptors, or at 100,000. The time of `pshm_list`, by the number of names:

{table(["names", "total", "per name"], [(many, nanoseconds(value), nanoseconds(value / many)) for many, value in names])}

The time to map and unmap an unused object, by its size:

{table(["size", "map and unmap"], [(octets(many), nanoseconds(value)) for many, value in mapped])}

{picture}
"""
    return text


def loading_of(results):
    return results.groups("loading")


def beyond(loading, how):
    """Seconds that posix-shm takes beyond CFFI, or nothing where it was not measured."""
    if (how, "cffi") not in loading or (how, "posix-shm") not in loading:
        return None
    return median(loading[how, "posix-shm"]) - median(loading[how, "cffi"])


def loading_part(results, plots):
    library = collections.defaultdict(list)
    for _, _, told, value in results.rows("scale-library"):
        library[told].append(float(value))
    loading = loading_of(results)
    if not library and not loading:
        return ""
    text = "## Loading\n\n"
    if library:
        size = results.value("size", "library")
        text += (f"`dlopen` of the library ({int(size) / 1024:.1f} KiB when stripped) takes {nanoseconds(median(library['warm']))}, and "
                 f"{nanoseconds(median(library['cold']))} when its file is not in memory.\n\n")
    if loading:
        rows = []
        for how in dict.fromkeys(how for how, _ in loading):
            seconds = beyond(loading, how)
            if seconds is not None:
                rows.append((how, f"{median(loading[how, 'cffi']):.2f} s", f"{median(loading[how, 'posix-shm']):.2f} s", f"{seconds:.2f} s"))
        alien = loading.get(("SBCL warm", "posix-shm/alien"))
        axes = "set yrange [0:*]\nset xtics rotate by 25 right font ',9'\nset bmargin 9\nset lmargin 14\n"
        bars = ("plot $data using ($1-0.2):4:(0.38):xtic(2) with boxes lc rgb '#4477aa' title 'posix-shm', "
                "$data using ($1+0.2):3:(0.38) with boxes lc rgb '#88ccee' title 'CFFI alone'")
        ways = [how for how in dict.fromkeys(how for how, _ in loading) if beyond(loading, how) is not None]
        picture = plot(plots, "loading", "Start and load, in seconds of processor time", axes + bars,
                       [[(i, how, median(loading[how, "cffi"]), median(loading[how, "posix-shm"])) for i, how in enumerate(ways)]])
        text += f"""The processor time to start an implementation and load a compiled system: the mean of several runs of hyperfine. The difference is the cost
of posix-shm. At the 'first time' nothing has been compiled yet.

{table(["implementation", "CFFI alone", "posix-shm", "difference"], rows)}

{f"SBCL with posix-shm/alien, which needs no CFFI, starts in {median(alien):.2f} s." if alien else ""}

{picture}
"""
    return text


# Goals

def verdict(is_met):
    return MET if is_met else MISSED


def names_above(values, limit):
    above = [f"`{name}` {value:.0f}" if value > 2 else f"`{name}` {value:.3f}" for name, value in values.items() if value > limit]
    return ", ".join(above)


def goals(results):
    rows = []
    own = {name: row for name, row in own_instructions(results).items() if row[3] != "question" and name not in APART}
    if own:
        cost = {name: row[0] for name, row in own.items()}
        single = {name: row[0] for name, row in own.items() if row[2] == 1}
        several = {name: row[0] / row[2] for name, row in own.items() if row[2] > 1}
        rows.append((f"overhead per call: at most {OWN_MOST} instructions",
                     f"{sum(value <= OWN_MOST for value in single.values())} of {len(single)} functions with one system call"
                     + (f"; more: {names_above(single, OWN_MOST)}" if max(single.values()) > OWN_MOST else ""),
                     verdict(max(single.values()) <= OWN_MOST)))
        rows.append((f"overhead of a function with several system calls, per system call: at most {OWN_MOST} instructions",
                     f"{sum(value <= OWN_MOST for value in several.values())} of {len(several)}"
                     + (f"; more: {names_above(several, OWN_MOST)}" if max(several.values()) > OWN_MOST else ""),
                     verdict(max(several.values()) <= OWN_MOST)))
        everything = [row[0] for row in own_instructions(results).values()]
        rows.append((f"overhead, median: at most {OWN_MEDIAN} instructions",
                     f"{median(cost.values()):.0f} of the functions that make system calls, {median(everything):.0f} of all", verdict(median(cost.values()) <= OWN_MEDIAN)))
    times = times_of_calls(results)
    if times:
        ratios = {name: row[2] for name, row in times.items() if name != "fstat" and name not in APART}
        rows.append((f"time of a call: at most {TIME} times that of libc",
                     f"{sum(value <= TIME for value in ratios.values())} of {len(ratios)}, median {median(ratios.values()):.3f}"
                     + (f"; more: {names_above(ratios, TIME)}" if max(ratios.values()) > TIME else ""),
                     verdict(max(ratios.values()) <= TIME)))
        rows.append((f"time of fstat: at most {TIME_FSTAT} times that of libc", f"{times['fstat'][2]:.3f}", verdict(times["fstat"][2] <= TIME_FSTAT)))
    lives = lives_of(results)
    for case, limit in (("stat", SBCL_STAT), ("open+close", SBCL_OPEN)):
        comparison = compare(lives.get("SBCL", {}), case, "calls")
        if comparison:
            rows.append((f"{title_of(case)} on SBCL: at most {limit} times the same calls in C", comparison, verdict(comparison.ratio <= limit)))
    for case in ("stat", "open+close"):
        allocated, result = allocation(lives, "SBCL", case), allocation(lives, "SBCL", case, "octets of the result")
        if allocated is not None:
            rows.append((f"{title_of(case)} on SBCL: no allocation beyond the result",
                         f"{allocated:.0f} octets, the result has {result:.0f}", verdict(allocated < result + 16)))
    for case, limit in SBCL_ALIEN.items():
        comparison = compare(lives.get("SBCL", {}), case, "alien")
        if comparison:
            rows.append((f"{title_of(case)} on SBCL: at most {limit} times the same calls through SB-ALIEN", comparison,
                         verdict(comparison.ratio <= limit)))
    rows += moves_goals(results)
    rows += sync_goals(results)
    rows += lisp_sync_goals(results)
    rows += rings_goals(results)
    rows += lisp_messages_goals(results)
    rows += lisp_arrays_goals(results)
    comparison = compare(lives.get("C", {}), "anonymous", "hand")
    if comparison:
        rows.append((f"life cycle of an anonymous object: at most {ANONYMOUS} times that of direct calls", comparison,
                     verdict(comparison.ratio <= ANONYMOUS)))
    seconds = beyond(loading_of(results), "SBCL warm")
    if seconds is not None:
        rows.append((f"loading the compiled Lisp system on SBCL: at most {LOADING} s beyond CFFI", f"{seconds:.3f} s", verdict(seconds <= LOADING)))
    size = results.value("size", "library")
    if size:
        rows.append((f"the library, stripped: at most {SIZE // 1024} KiB", f"{int(size) / 1024:.1f} KiB", verdict(int(size) <= SIZE)))
    duration = results.value("machine", "Duration")
    if duration:
        rows.append((f"`make bench`: at most {DURATION} s", f"{duration} s", verdict(float(duration) <= DURATION)))
    return rows


def machine_part(results, _plots):
    rows = [(name, value.replace("|", "/")) for name, value in results.rows("machine") if name != "Duration"]
    return table(["", ""], rows) if rows else ""


def goals_part(results, _plots):
    rows = goals(results)
    return table(["goal", "measured", ""], rows) if rows else ""


PARTS = {"summary": summary_part, "goals": goals_part, "calls": calls_part, "lives": lives_part, "moves": moves_part,
         "lisp_sync": lisp_sync_part, "memory": memory_part, "copy": copy_part, "vectors": vectors_part, "lisp_arrays": lisp_arrays_part, "messages": messages_part,
         "sync": sync_part, "rings": rings_part, "lisp_messages": lisp_messages_part, "scale": scale_part, "loading": loading_part,
         "machine": machine_part}


# The page

def explained(page, verdicts):
    """The page without the explanations of goals that have another verdict, or that were not measured."""
    def keep(match):
        recorded, goal, text = match.groups()
        return text if verdicts.get(goal) == recorded else ""
    return re.sub(r"<!-- explains: (\w+): (.*?) -->\n(.*?)<!-- end -->\n", keep, page, flags=re.DOTALL)


def fill_in(page, parts):
    page = re.sub(r"<!-- with: (\w+) -->\n(.*?)<!-- end -->\n", lambda match: match[2] if parts[match[1]] else "", page, flags=re.DOTALL)
    return re.sub(r"<!-- generated: (\w+) -->", lambda match: parts[match[1]].strip(), page)


def write(folder, documents):
    results = Results(folder)
    plots = os.path.join(documents, "benchmarks")
    os.makedirs(plots, exist_ok=True)
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    verdicts = {goal: verdict.strip("*") for goal, _, verdict in goals(results)}
    parts = {name: part(results, plots) for name, part in PARTS.items()}
    parts["source"] = "<!-- Generated by tests/bench/page.py from doc/pages/benchmarks.md and what `make bench` measured. Do not edit. -->"
    with open(os.path.join(documents, "benchmarks.md"), "w", encoding="utf-8") as file:
        file.write(re.sub(r"\n{3,}", "\n\n", fill_in(explained(page, verdicts), parts)))
