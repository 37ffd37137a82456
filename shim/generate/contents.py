# SPDX-License-Identifier: BSD-3-Clause
"""The table of contents of a Markdown page: chapters and sections have a line each, the entries of a section stand behind
it."""
import re

PLACEHOLDER = "<!-- contents -->"
HEADING = re.compile(r"(#{2,4}) (.*)")
ANCHOR = re.compile(r'<a id="([^"]*)"></a>')


def fill_in(page):
    return page.replace(PLACEHOLDER + "\n", "".join(f"{line}\n" for line in _contents(page.splitlines())))


def _contents(lines):
    anchor, fenced, slugs, contents = None, False, {}, []
    for line in lines:
        fenced ^= line.startswith("```")
        if fenced:
            continue
        found, heading = ANCHOR.match(line), HEADING.fullmatch(line)
        if found:
            anchor = found.group(1)
        elif heading and line != "## Contents":
            _add(contents, heading.group(1), _link(heading.group(2), anchor, slugs))
        if not line.startswith("<a "):
            anchor = None
    return [line + (": " if entries else "") + ", ".join(entries) for line, entries in contents]


def _add(contents, level, link):
    if level == "####":
        contents[-1][1].append(link)
    else:
        contents.append((("- " if level == "##" else "  - ") + link, []))


def _link(text, anchor, slugs):
    """GitHub makes an anchor of a heading: the second one of its name has a number."""
    slug = re.sub(r"[^a-z0-9_ -]", "", text.lower()).replace(" ", "-")
    slugs[slug] = slugs.get(slug, -1) + 1
    return f"[{text}](#{anchor or slug + (f'-{slugs[slug]}' if slugs[slug] else '')})"
