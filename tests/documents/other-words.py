# SPDX-License-Identifier: BSD-3-Clause
"""Usage: other-words.py HEADER...

Replace the words of every sentence of the annotations, in place. Everything else is unchanged: declarations, commands and their
arguments, code, names, signatures, lists of names, and table columns with names.
"""
import re
import sys

NAMES = re.compile(r"@(see|since|page|ingroup|defgroup|file|par|code|endcode|result|stratum|bits|choice)\b")
ARGUMENT = re.compile(r"(@(?:p|param|retval|error\{\w+\}) \S+ ?|@\w+(?:\{[^}]*\})?|#\w+|`[^`]*`|<[^>]*>|\[[^]]*\]\([^)]*\))")

WORD = re.compile(r"(?<![\w@#:*-])[A-Za-z]{2,}(?![\w({:*-])")


def sentence(text):
    parts = re.split(ARGUMENT, text)
    return "".join(part if i % 2 else WORD.sub("word", part) for i, part in enumerate(parts))


def line(text, state):
    """One line of a comment. STATE says whether it stands in a listing, or under the title of a kind."""
    if "@code" in text or "@endcode" in text:
        state["code"] = "@code" in text
    kind, state["kind"] = state.get("kind"), "@par Kind" in text
    precedence, state["precedence"] = state.get("precedence"), "@par Class precedence" in text
    if state.get("code") or kind or precedence or "@par In C" in text or state.get("in C") or NAMES.search(text):
        state["in C"] = "@par In C" in text
        return text
    if text.startswith(" * |"):
        names, meaning = text.rstrip().rstrip("|").rsplit("|", 1)
        return f"{names}|{sentence(meaning)}|\n"
    return sentence(text)


def comment(match):
    state = {}
    return "".join(line(text, state) for text in match.group().splitlines(keepends=True))


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as header:
            text = header.read()
        with open(path, "w", encoding="utf-8") as header:
            header.write(re.sub(r"/\*\*.*?\*/", comment, text, flags=re.DOTALL))
