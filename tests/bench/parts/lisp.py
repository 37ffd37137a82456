# SPDX-License-Identifier: BSD-3-Clause
"""Locks, atomic operations, streams, vectors, arrays and strings in Lisp."""
from .figures import Comparison, compare, median, nanoseconds, table, verdict
from .lives import LANGUAGES

# Locks and atomics in Lisp: on SBCL relative to sb-thread:with-mutex and sb-ext:atomic-incf, on ECL and CLISP to the bare foreign
# calls.
LISP_SYNC = {"SBCL": {"acquire and release": 0.8, "with-shm-lock-held": 1.5,
                      "shm-atomic-incf, 64 bits": 1.05, "shm-atomic-incf, 32 bits": 2.0}}
LISP_SYNC["ECL"] = LISP_SYNC["CLISP"] = {"acquire and release": 1.5, "with-shm-lock-held": 1.5,
                                         "shm-atomic-incf, 64 bits": 1.5, "shm-atomic-incf, 32 bits": 1.5}
BESIDE = {"SBCL": {"acquire and release": "with-mutex", "with-shm-lock-held": "with-mutex"}}

# What is asked of lines through a stream on SBCL: nanoseconds at most, and how many times faster than a pipe.
LINE, LINE_OF_PIPE = 1500, 3

# What is asked of arrays and strings on SBCL: times the sum over a vector, and times Babel alone.
ARRAY, STRING = 1.6, 2
SUM = "sum of 1000 x 1000 doubles"


def lisp_sync_of(results):
    """{implementation: {(case, variant): times}}"""
    return {language: groups for language in LANGUAGES if (groups := results.groups("lisp-sync-" + language))}


def beside(language, case):
    """The display name of the alternative."""
    return BESIDE.get(language, {}).get(case, "atomic-incf" if language == "SBCL" else "the foreign call")


def lisp_sync_part(results, _plots):
    rows = [(language, case, nanoseconds(median(groups[case, "ours"])), beside(language, case),
             nanoseconds(median(groups[case, "plain"])), Comparison(groups[case, "ours"], groups[case, "plain"]))
            for language, groups in lisp_sync_of(results).items() for case, variant in groups if variant == "ours"]
    if not rows:
        return ""
    heads = ["implementation", "operation", "posix-shm", "compared with", "time", "ratio"]
    return "### Locks and atomics in Lisp\n\n" + table(heads, rows)


def lisp_sync_goals(results):
    for language, groups in lisp_sync_of(results).items():
        for case, limit in LISP_SYNC.get(language, {}).items():
            comparison = compare(groups, case, "plain")
            if comparison:
                yield (f"{case} on {language}: at most {limit} times {beside(language, case)}", comparison, verdict(comparison.ratio <= limit))
        allocated = groups.get(("acquire and release", "octets"))
        if allocated:
            yield (f"acquire and release on {language}: no allocation", f"{allocated[0]:.0f} octets", verdict(allocated[0] < 1))


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


def vectors_part(results, _plots):
    text = ""
    vectors = results.groups("vectors")
    if vectors:
        rows = []
        for case in dict.fromkeys(case for case, _ in vectors):
            comparison = Comparison(vectors[case, "shared"], vectors[case, "heap"])
            rows.append((case, nanoseconds(comparison.other), nanoseconds(comparison.ours), comparison))
        text += f"""## Vectors in shared memory

The same compiled functions of SBCL operate on a vector in the heap and on one of `map-shm-vector`, with ten million elements
each, in alternating rounds.

{table(["function", "heap", "shared", "shared / heap"], rows)}

"""
    return text


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

The sum over 1000 x 1000 doubles in shared memory on SBCL: as one vector, through an array of `map-shm-array`, and through an
array that is displaced to the vector.

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
