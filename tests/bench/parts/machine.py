# SPDX-License-Identifier: BSD-3-Clause
"""The machine on which the results were measured."""
import os
import platform
import shutil
import subprocess

from .figures import octets, table


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


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


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


def machine_part(results, _plots):
    rows = [(name, value.replace("|", "/")) for name, value in results.rows("machine") if name != "Duration"]
    return table(["", ""], rows) if rows else ""
