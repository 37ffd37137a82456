# SPDX-License-Identifier: BSD-3-Clause
"""Usage: tutorial.py PAGE IMPLEMENTATION

Type the blocks of the page in their order: those in Lisp into one process of the implementation, those in Python into this one,
programs in C into files, commands into a shell. Compare each result with what the page shows; a block of text is what the block
before it prints. Finally compare the picture with that in the page, pixel by pixel, and report what is left of the page's
objects.
"""
import doctest
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = pathlib.Path(__file__).resolve().parent


class Fault(Exception):
    pass


class Terminal:
    """A Lisp that evaluates what it is given, and prints what a REPL would."""

    def __init__(self, implementation, folder):
        self.folder, self.number = pathlib.Path(folder), 0
        self.log = open(self.folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen([HERE.parent / "lib/lisp", implementation, HERE / "tutorial.lisp"], stdout=self.log,
                                        stderr=subprocess.STDOUT, env={**os.environ, "TYPED": folder})

    def type(self, text):
        """What TEXT prints, and its values."""
        part, printed = self.folder / "typing", self.folder / f"{self.number}.printed"
        part.write_text(text, encoding="utf-8")
        part.rename(self.folder / f"{self.number}.typed")
        self.number += 1
        while not printed.exists():
            if self.process.poll() is not None:
                raise Fault("Lisp has ended:\n" + (self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.02)
        return printed.read_text(encoding="utf-8").split("\x01")

    def end(self):
        (self.folder / f"{self.number}.typed").touch()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()


def compare(shown, got, where):
    if shown.strip() != got.strip():
        raise Fault(f"{where}: shown:\n{shown}\ngot:\n{got}")


def type_lisp(terminal, text, where):
    """Type the steps of a block, each up to a line with its values. What they print is returned."""
    output = ""
    for step in re.split(r"(?<=\n)(?==>)|(?<=^)(?=\Z)", text):
        match = re.match(r"=> (.*)\n", step)
        rest = step[match.end():] if match else step
        if match:
            compare(match[1], values, where)
        if rest.strip():
            printed, values = terminal.type(rest)
            if re.match(r"[A-Z:-]*ERROR", values):
                raise Fault(f"{where}: {values}")
            output += printed
    return output


def type_python(text, namespace, where):
    test = doctest.DocTestParser().get_doctest(text, {}, where, where, 0)
    test.globs = namespace
    runner, complaints = doctest.DocTestRunner(verbose=False), []
    runner.run(test, out=complaints.append, clear_globs=False)
    if runner.failures or not runner.tries:
        raise Fault("".join(complaints))


def run_command(text, where):
    done = subprocess.run(["sh", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Fault(f"{where}: {done.stdout}")
    return done.stdout


def write_program(text, page_so_far):
    """The name of the program is the last one in the page before it."""
    pathlib.Path(re.findall(r"`(\w+\.c)`", page_so_far)[-1]).write_text(text, encoding="utf-8")


def pixels(png):
    """The rows of a picture whose rows have no filter."""
    data, position, packed = pathlib.Path(png).read_bytes(), 8, b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        packed += data[position + 8:position + 8 + length] if kind == b"IDAT" else b""
        position += length + 12
    return zlib.decompress(packed)


def follow(page, terminal):
    text, namespace, output = page.read_text(encoding="utf-8"), {}, None
    for match in FENCE.finditer(text):
        language, block = match.groups()
        where = f"{page.name}, line {text[:match.start()].count(chr(10)) + 1}"
        if language == "lisp":
            output = type_lisp(terminal, block, where)
        elif language == "python":
            type_python(block, namespace, where)
        elif language == "c":
            write_program(block, text[:match.start()])
        elif language == "sh":
            output = run_command(block, where)
        elif language == "text":
            compare(block, output, where)
        else:
            raise Fault(f"{where}: nothing runs {language}")


def main(page, implementation):
    page = pathlib.Path(page).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        terminal = Terminal(implementation, folder)
        try:
            follow(page, terminal)
        finally:
            terminal.end()
        picture = os.environ.get("TUTORIAL_PICTURE") or page.parent / "pictures/camera.png"
        if os.environ.get("TUTORIAL_WRITE"):
            pathlib.Path(picture).write_bytes(pathlib.Path("camera.png").read_bytes())
        if pixels("camera.png") != pixels(picture):
            raise Fault("the picture is not that of the page")
    left = [name for name in os.listdir("/dev/shm") if name.startswith("camera")]
    if left:
        raise Fault(f"these objects are left: {left}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Fault as fault:
        sys.exit(str(fault))
