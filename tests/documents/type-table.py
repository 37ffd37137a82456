# SPDX-License-Identifier: BSD-3-Clause
"""Usage: type-table.py PAGE

Compare the table of types in doc/ffi-reference.md with the bindings that its rows link to: print every type of a row that its
binding does not use. Cells without code ("as in C") are skipped.
"""
import os
import re
import sys

ROW = re.compile(r"^\| \[([^\]]*)\]\(([^)]*)\) \|(.*)\|$", re.MULTILINE)


def section(text, title):
    return re.search(rf"^## {title}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL).group(1)


def missing(types, binding):
    # Python's names are written with their module, or without.
    source = binding.replace("ctypes.", "")
    return [code for code in types if not re.search(r"(?<![\w-])" + re.escape(code) + r"(?![\w-])", source)]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as page:
        rows = ROW.findall(section(page.read(), "Types"))
    faults = []
    for ffi, path, cells in rows:
        with open(os.path.join(os.path.dirname(sys.argv[1]), path), encoding="utf-8") as binding:
            faults += [f"{ffi}: {path} does not use {code}" for code in missing(re.findall(r"`([^`]*)`", cells), binding.read())]
    print("\n".join(faults + [f"{len(rows)} rows"]))
    sys.exit(bool(faults) or not rows)
