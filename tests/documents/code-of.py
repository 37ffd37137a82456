# SPDX-License-Identifier: BSD-3-Clause
"""Usage: code-of.py GENERATED DIRECTORY

What is code in generated files, into the directory: Lisp and C without strings and comments, the JSON without its texts, the
constants and functions of the declarations for other languages. Documents are no code.
"""
import json
import re
import sys
from pathlib import Path

STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
TEXTS = ("doc", "values")


def lisp(text):
    """Without docstrings, but with the names of functions of C, which are strings as well."""
    code = re.sub(r"^;.*$", "", text, flags=re.MULTILINE)
    return STRING.sub(lambda match: match.group() if match.group().startswith('"pshm_') else '""', code)


def without_texts(value):
    if isinstance(value, dict):
        return {key: without_texts(item) for key, item in value.items() if key not in TEXTS}
    return [without_texts(item) for item in value] if isinstance(value, list) else value


def abi(text):
    document = json.loads(text)
    for function in document["functions"]:
        function["errors"] = sorted(function["errors"])
    document["features"] = sorted(document["features"])
    for group in document["groups"]:
        del group["title"]
    return json.dumps(without_texts(document), indent=1)


def python(text):
    """Without comments and docstrings."""
    return re.sub(r'^#.*(\n#.*)*$|^ *"""(.|\n)*?"""', "", text, flags=re.MULTILINE)


def nim(text):
    return re.sub(r"\s*##? .*$|\s*##$", "", text, flags=re.MULTILINE)


def slashes(text):
    """Without the comments of Rust and others that begin with two slashes, and those of D."""
    return re.sub(r"\s*//.*$|^/\*\*\n( \*.*\n)*", "", text, flags=re.MULTILINE)


def lines_without(mark):
    """Without the comments that end with the line."""
    return lambda text: re.sub(rf"\s*{mark}.*$", "", text, flags=re.MULTILINE)


READERS = {".lisp": lisp, ".sexp": lisp, ".json": abi, ".nim": nim, ".py": python, ".pyi": python,
           **dict.fromkeys((".h", ".c", ".map", ".lua"), str), **dict.fromkeys((".cs", ".d", ".go", ".pas", ".rs"), slashes),
           **dict.fromkeys((".adb", ".ads", ".hs"), lines_without("--")),
           ".f90": lines_without("!"), ".pl": lines_without("%"), ".R": lines_without("#")}


def reader_of(file):
    """The description of the interface is one JSON file; the others are its schema, and describe packages."""
    return str if file.suffix == ".json" and file.name != "posix-shm.json" else READERS[file.suffix]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    for file in source.rglob("*"):
        if file.suffix in READERS and file.name != "docstrings.sexp":
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(reader_of(file)(file.read_text()))
