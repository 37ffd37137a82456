#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Count the instructions of the library's own, per call that succeeds.

usage: instructions.py CALLS

CALLS is the program of calls.c. Callgrind runs it twice, with names of two lengths, and counts what each function
costs with everything that it calls. The same calls of the C library, made by hand, are taken off: what is left is the
library's own, what it has the C library do besides (say where errno is) included. What grows with the length of a name is the
name's bytes; what pshm_fstat costs more with its fields than without is the fields.

Prints, separated by tabs: function, kind, instructions of its own, of them per byte of a name, calls by hand.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

SHORT, LONG = 32, 160
ITEMS = 32

# What one does by hand between the calls that count; only pshm_copy and pshm_fill are such calls themselves.
BETWEEN = re.compile("snprintf|(__)?(memcpy|memset|memmove)")
CALLERS_OF_MEMORY = {"libc_copy", "libc_fill"}


def run(program, length):
    """What the functions shim_NAME and libc_NAME call: instructions and calls, each per call of the function."""
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "out")
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no", "--callgrind-out-file=" + out,
             program, "count", str(length)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "LD_BIND_NOW": "1"})
        with open(out, encoding="utf-8") as file:
            return sums(file)


def sums(lines):
    costs, counts = collections.Counter(), collections.Counter()
    caller = callee = ""
    calls = 0
    for line in lines:
        if line.startswith("fn="):
            caller = line[3:].strip()
        elif line.startswith("cfn="):
            callee = re.sub("@.*", "", line[4:].strip())
        elif line.startswith("calls="):
            calls = int(line[6:].split()[0])
        elif calls:
            by_hand = caller.startswith("libc_") and (caller in CALLERS_OF_MEMORY or not BETWEEN.match(callee))
            if by_hand or caller.startswith("shim_"):
                costs[caller] += int(line.split()[1]) / ITEMS
                counts[caller] += calls / ITEMS
            calls = 0
    return costs, counts


def main():
    program = sys.argv[1]
    listing = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout
    short, counts = run(program, SHORT)
    long, _ = run(program, LONG)
    for line in listing.splitlines():
        name, kind = line.split("\t")
        own = short["shim_" + name] - short["libc_" + name]
        per_byte = 0.0
        if kind == "named":
            per_byte = (long["shim_" + name] - long["libc_" + name] - own) / (LONG - SHORT)
        print(name, kind, f"{own - per_byte * SHORT:.1f}", f"{per_byte:.2f}", f"{counts['libc_' + name]:.0f}", sep="\t")


if __name__ == "__main__":
    main()
