# SPDX-License-Identifier: BSD-3-Clause
"""Prose as plain text, and wrapped lines."""
from prose import Code, List, Listing, Paragraph, Table, normalized, raw


def wrap(text, width=100, indent="", column=0):
    """Break text at spaces: no line is longer than WIDTH. The first line begins at COLUMN, the others with INDENT."""
    lines, free = [[]], width - column
    for word in normalized(text).split(" "):
        if lines[-1] and 1 + len(word) > free:
            lines.append([])
            free = width - len(indent)
        free -= len(word) + bool(lines[-1])
        lines[-1].append(word)
    return ("\n" + indent).join(" ".join(words) for words in lines)


def plain(nodes):
    """One line of it. Code stands between backticks."""
    return normalized(paragraphs(nodes))


def paragraphs(nodes):
    """Paragraphs with a blank line between them; lists; no tables."""
    return "".join(("\n\n" if i and isinstance(node, (Paragraph, Listing)) else "") + _plain(node)
                   for i, node in enumerate(nodes))


def _plain(node):
    if isinstance(node, Code):
        return f"`{node.text}`"
    if isinstance(node, Paragraph):
        return wrap(_inline(node.children))
    if isinstance(node, List):
        return "".join("\n- " + wrap(_inline(item), indent="  ") for item in node.items)
    if isinstance(node, Table):
        return ""
    if isinstance(node, Listing):
        return wrap("".join(node.lines))
    return _inline(node.children) if hasattr(node, "children") else raw(node)


def _inline(nodes):
    return "".join(map(_plain, nodes))
