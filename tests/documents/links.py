# SPDX-License-Identifier: BSD-3-Clause
"""Usage: links.py [--root=DIRECTORY] TOP PAGE...

Print every dead link of the Markdown pages (paths from TOP): to a missing file, or to a missing anchor. Web addresses are not
checked. An anchor that occurs twice in a page is a fault too, and so is a line of the contents that leads to another heading.
An absolute path is relative to the root, as in an installation with DESTDIR.
"""
import functools
import os
import re
import sys

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]*)\)")
IDENTIFIER = re.compile(r'<a id="([^"]*)">')
HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)


def slug(heading):
    """The anchor that GitHub generates for a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


@functools.lru_cache(maxsize=None)
def read(path):
    with open(path, encoding="utf-8") as file:
        return FENCE.sub("", file.read())


@functools.lru_cache(maxsize=None)
def anchors(text):
    """The explicit anchors of a page, and those of its headings, numbered as GitHub does."""
    explicit = IDENTIFIER.findall(text)
    found, seen = set(explicit), {}
    for heading in HEADING.findall(text):
        name = slug(heading)
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(name if count == 0 else f"{name}-{count}")
    return found, sorted({name for name in explicit if explicit.count(name) > 1})


def headings(text):
    """Where each anchor of a page leads to: line and heading. An anchor that is written before a heading is that one's."""
    found, written, seen = {}, [], {}
    for number, line in enumerate(text.splitlines()):
        written += IDENTIFIER.findall(line) if line.startswith("<a ") else []
        for heading in HEADING.findall(line):
            name = slug(heading)
            count = seen[name] = seen.get(name, 0) + 1
            for anchor in written + [name if count == 1 else f"{name}-{count - 1}"]:
                found.setdefault(anchor, (number, heading))
            written = []
    return found


def faults_of_contents(text):
    """The lines of the contents are the headings, in the order of the page."""
    contents = re.search(r"^## Contents\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    leads_to = headings(text)
    last = 0
    for shown, anchor in re.findall(r"\[((?:\\.|[^\]])*)\]\(#([^)]*)\)", contents.group(1) if contents else ""):
        number, heading = leads_to.get(anchor, (0, None))
        if heading != shown or number <= last:
            yield f"the contents: {shown} leads to another heading, {heading} in line {number + 1} without the listings"
        last = number


def file_of(root, top, page, path):
    if path.startswith("/"):
        return root + path
    return os.path.normpath(os.path.join(top, os.path.dirname(page), path)) if path else os.path.join(top, page)


def faults(root, top, page):
    text = read(os.path.join(top, page))
    for name in anchors(text)[1]:
        yield f"{page}: the anchor {name} occurs twice"
    for fault in faults_of_contents(text):
        yield f"{page}: {fault}"
    for target in LINK.findall(CODE.sub("code", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = file_of(root, top, page, path)
        if not os.path.exists(file):
            yield f"{page}: {target}: there is no such file"
        elif anchor and anchor not in anchors(read(file))[0]:
            yield f"{page}: {target}: there is no such anchor"


if __name__ == "__main__":
    root = sys.argv.pop(1)[len("--root="):] if sys.argv[1].startswith("--root=") else "/nowhere"
    found = [fault for page in sys.argv[2:] for fault in faults(root, sys.argv[1], page)]
    print("\n".join(found))
    sys.exit(bool(found))
