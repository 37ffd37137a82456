#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the benchmarks and write the page about them: `make bench'.

Needs the variables of tests/lib/environment.sh. What is measured goes to tests/bench/work/results in the build directory, a file
per part; page.py makes the page and its plots from these files alone, in doc or in the folder that BENCH_DOCUMENTS names. A
part whose tools are missing is left out. With arguments only the named parts are measured again: calls, instructions, lives, moves,
lisp-sync, lisp-messages, data, sync, scale, loading.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import time

import page
from parts.machine import machine

SOURCE = os.path.join(os.environ["top_srcdir"], "tests", "bench")
BUILD = os.path.join(os.environ["top_builddir"], "tests", "bench", "work")
RESULTS = os.path.join(BUILD, "results")
LIBRARY = os.environ["POSIX_SHM_LIBRARY"]

# How each implementation runs load.lisp.
LISPS = {
    "SBCL": "sbcl --noinform --no-userinit --no-sysinit --disable-debugger --load {} --eval (sb-ext:exit)",
    "ECL": "ecl --norc --load {} --eval (ext:quit)",
    "CLISP": "clisp -q -q -norc -ansi {}",
    "ABCL": "abcl --noinform --noinit --batch --load {}",
}


def program(name):
    return os.path.join(BUILD, name)


def source(name):
    return os.path.join(SOURCE, name)


def lisp_command(implementation):
    return LISPS[implementation].format(source("load.lisp")).split()


def has(*tools):
    return all(shutil.which(tool) for tool in tools)


def save(name, text):
    with open(os.path.join(RESULTS, name + ".tsv"), "w", encoding="utf-8") as file:
        file.write(text)


def say(text):
    print(text, flush=True)


def output(command, **variables):
    """What a command prints. Objects that it leaves behind when it fails are removed."""
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment) as process:
        printed, complaints = process.communicate()
    for path in glob.glob(f"/dev/shm/pshm-bench-{process.pid}*"):
        os.unlink(path)
    if process.returncode != 0:
        say(f"# {' '.join(command)} failed: {complaints.strip()[-2000:]}")
        return None
    return printed


def measure(name, command, **variables):
    printed = output(command, **variables)
    if printed is not None:
        save(name, "".join(line + "\n" for line in printed.splitlines() if line.count("\t") >= 2))


def calls():
    measure("calls", [program("calls"), "time", "400"])


def instructions():
    if has("valgrind"):
        measure("instructions", [sys.executable, source("instructions.py"), program("calls")])
    save("size", f"library\tstripped\t{stripped_size()}\n")


def stripped_size():
    copy = program("stripped.so")
    subprocess.run(["strip", "-o", copy, LIBRARY], check=True)
    return os.path.getsize(copy)


def lives():
    variables = {"BENCH_LIVES": program("liblives.so"), "LUA_PATH": os.environ["top_srcdir"] + "/shim/bindings/luajit/?.lua"}
    measure("lives-C", [program("lives"), "201"])
    measure("lives-Python", [sys.executable, source("lives.py")], BENCH_ROUNDS=101, **variables)
    if has("luajit"):
        measure("lives-LuaJIT", ["luajit", source("lives.lua")], BENCH_ROUNDS=101, **variables)
    if has("sbcl"):
        measure("lives-SB-ALIEN", lisp_command("SBCL"), BENCH_ROUNDS=101, BENCH_SYSTEM="posix-shm/alien",
                BENCH_FILE=source("lives-alien.lisp"), BENCH_COMPILED=program("lives-alien.fasl"), **variables)
    for implementation, rounds in {"SBCL": 101, "ECL": 31, "CLISP": 31, "ABCL": 5}.items():
        if has(implementation.lower()):
            measure("lives-" + implementation, lisp_command(implementation), BENCH_ROUNDS=rounds, BENCH_SYSTEM="posix-shm",
                    BENCH_FILE=source("lives.lisp"), BENCH_COMPILED=program(f"lives-{implementation}.fas"), **variables)


def data():
    measure("memory", [program("data"), "memory", "2"])
    measure("copy", [program("data"), "copy", "15"])
    measure("messages", [program("data"), "messages", "15"])
    if has("sbcl"):
        measure("octets", lisp_command("SBCL"), BENCH_ROUNDS=11, BENCH_SYSTEM="posix-shm", BENCH_FILE=source("octets.lisp"),
                BENCH_COMPILED=program("octets.fasl"), BENCH_LIVES=program("liblives.so"))
        measure("vectors", lisp_command("SBCL"), BENCH_ROUNDS=9, BENCH_SYSTEM="posix-shm", BENCH_FILE=source("vectors.lisp"),
                BENCH_COMPILED=program("vectors.fasl"))
        measure("lisp-arrays", lisp_command("SBCL"), BENCH_ROUNDS=31, BENCH_SYSTEM="posix-shm",
                BENCH_FILE=source("lisp-arrays.lisp"), BENCH_COMPILED=program("lisp-arrays.fasl"))


def sync():
    measure("sync", [program("locks"), "100"])
    boost = [program("boost")] if os.path.exists(program("boost")) else []
    measure("rings", [program("rings"), *boost])
    if has("sbcl"):
        measure("sync-SBCL", lisp_command("SBCL"), BENCH_SYSTEM="posix-shm/alien", BENCH_FILE=source("sync-alien.lisp"),
                BENCH_COMPILED=program("sync-alien.fasl"))


def measure_lisps(name):
    """What NAME.lisp measures, on each implementation."""
    for implementation, rounds in {"SBCL": 31, "ECL": 15, "CLISP": 15, "ABCL": 5}.items():
        if has(implementation.lower()):
            measure(f"{name}-{implementation}", lisp_command(implementation), BENCH_ROUNDS=rounds, BENCH_SYSTEM="posix-shm",
                    BENCH_FILE=source(name + ".lisp"), BENCH_COMPILED=program(f"{name}-{implementation}.fas"),
                    BENCH_LIVES=program("liblives.so"))


def moves():
    measure_lisps("moves")


def lisp_sync():
    measure_lisps("lisp-sync")


def lisp_messages():
    if has("sbcl"):
        measure("lisp-messages", lisp_command("SBCL"), BENCH_ROUNDS=31, BENCH_SYSTEM="posix-shm/streams",
                BENCH_FILE=source("lisp-messages.lisp"), BENCH_COMPILED=program("lisp-messages.fasl"))


def scale():
    copy = program("library-copy.so")
    shutil.copyfile(LIBRARY, copy)
    for what in ("objects", "names", "bytes"):
        measure("scale-" + what, [program("scale"), what])
    measure("scale-library", [program("scale"), "library", copy])


def hyperfine(title, runs, command, system, prepare=None, **variables):
    """Seconds of processor time to start and load a system, in the mean: what other programs take meanwhile does not count."""
    exported = program("hyperfine.json")
    words = ["hyperfine", "--shell=none", f"--runs={runs}", "--style=none", "--export-json", exported]
    if prepare is not None:
        words += ["--prepare", prepare]
    environment = " ".join(f"{name}='{value}'" for name, value in {**variables, "BENCH_SYSTEM": system}.items())
    quoted = " ".join(f"'{word}'" for word in command)
    if output([*words, f"env {environment} {quoted}"]) is None:
        return ""
    with open(exported, encoding="utf-8") as file:
        result = json.load(file)["results"][0]
    return f"{title}\t{system}\t{result['user'] + result['system']:.4f}\n"


def loading():
    if not has("hyperfine"):
        return
    lines = ""
    cache = os.environ["XDG_CACHE_HOME"]
    fresh = program("fresh")
    evict = f"{sys.executable} {source('evict.py')} {cache} {LIBRARY}"
    for implementation, runs in {"SBCL": 10, "ECL": 3, "CLISP": 3, "ABCL": 1}.items():
        if not has(implementation.lower()):
            continue
        command = lisp_command(implementation)
        for system in ("cffi", "posix-shm"):
            output(command, BENCH_SYSTEM=system)
            lines += hyperfine(implementation + " warm", runs, command, system)
    if has("sbcl"):
        absolute = [shutil.which("sbcl"), *lisp_command("SBCL")[1:]]
        first = {"prepare": f"rm -rf {fresh}", "XDG_CACHE_HOME": fresh}
        lines += hyperfine("SBCL warm", 10, absolute, "posix-shm/alien")
        for system in ("cffi", "posix-shm"):
            lines += hyperfine("SBCL files not in memory", 3, absolute, system, prepare=evict)
            lines += hyperfine("SBCL warm, without a C compiler", 3, absolute, system, PATH="/nowhere")
            lines += hyperfine("SBCL first time, without a C compiler", 1, absolute, system, PATH="/nowhere", **first)
            lines += hyperfine("SBCL first time, compiling the library", 1, absolute, system, POSIX_SHM_LIBRARY="", **first)
        shutil.rmtree(fresh, ignore_errors=True)
    save("loading", lines)


PARTS = {"calls": calls, "instructions": instructions, "lives": lives, "moves": moves, "lisp-sync": lisp_sync,
         "lisp-messages": lisp_messages, "data": data, "sync": sync, "scale": scale, "loading": loading}


def main():
    os.makedirs(RESULTS, exist_ok=True)
    subprocess.run(["sh", source("build")], check=True)
    begin = time.monotonic()
    for name in sys.argv[1:] or PARTS:
        start = time.monotonic()
        PARTS[name]()
        say(f"# {name}: {time.monotonic() - start:.0f} s")
    if not sys.argv[1:]:
        save("machine", machine(time.monotonic() - begin))
    page.write(RESULTS, os.environ.get("BENCH_DOCUMENTS") or os.path.join(os.environ["top_srcdir"], "doc"))


if __name__ == "__main__":
    main()
