# SPDX-License-Identifier: BSD-3-Clause
"""The programs of the languages, for the drivers that start many of them, and the library itself, through ctypes."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
build = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
bindings = here.parent.parent / "shim" / "bindings"
os.environ["top_builddir"] = str(build)
os.environ.setdefault("POSIX_SHM_LIBRARY", str(build / "shim" / ".libs" / "libposix-shm.so.0"))
# The scenarios run on the installed bindings; here they are those of the source tree.
os.environ["POSIX_SHM_BINDINGS"] = str(bindings)
sys.path.insert(0, str(bindings / "python"))
sys.dont_write_bytecode = True

SECONDS = 900


def installed(wanted):
    """Which languages of WANTED, or of all, are installed, and which are missing."""
    wanted = wanted or sorted(path.stem for path in here.glob("*.test") if path.stem not in ("interrupts", "matrix", "messages"))
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        versions = list(pool.map(version, wanted))
    return ([name for name, found in zip(wanted, versions) if found],
            [name for name, found in zip(wanted, versions) if not found])


def version(language):
    described = subprocess.run([str(here / (language + ".test")), "describe"], stdout=subprocess.PIPE)
    return described.stdout.decode().split("\t")[2]


def command(language, mode, *arguments):
    """timeout(1) ends the program and what it has started."""
    return ["timeout", str(SECONDS), str(here / (language + ".test")), mode, *map(str, arguments)]


def print_as_comments(output):
    for line in output.decode("utf-8", "replace").splitlines():
        print("#", line)
