# SPDX-License-Identifier: BSD-3-Clause
"""Prose as the text of a manual page."""
import re

from plain import wrap
from prose import Code, List, Listing, Paragraph, Reference, Table, Text, normalized


def escaped(text):
    """A zero-width character guards a line from being read as a request."""
    return ("\\&" if text.startswith((".", "'")) else "") + text.replace("\\", "\\e").replace("-", "\\-")


class Roff:
    def __init__(self, model):
        self.functions = {function.name for function in model.functions}

    def paragraph(self, nodes):
        return wrap(self._inline(nodes))

    def line(self, nodes):
        return normalized(self._inline(nodes))

    def see(self, annotation):
        """.BR name (3), for a function of ours and for what has its section; the rest is text."""
        return [self._see(normalized(name)) for name in re.split("[,;]", annotation.see) if name]

    @staticmethod
    def _see(name):
        if " " in name:
            return escaped(name)
        bare, _, section = name.partition("(")
        return f".BR {bare} ({section or '3)'}"

    def blocks(self, nodes):
        return "".join(map(self._node, nodes))

    def _inline(self, nodes):
        return "".join(map(self._node, nodes))

    def _node(self, node):
        if isinstance(node, Text):
            return escaped(node.text)
        if isinstance(node, Code):
            return f"\\fB{escaped(node.text)}\\fR"
        if isinstance(node, Reference):
            return f"\\fB{escaped(node.text)}\\fR" + ("(3)" if node.name in self.functions else "")
        return self._WRITERS[type(node)](self, node) if type(node) in self._WRITERS else self._inline(node.children)

    def _paragraph(self, node):
        return f".PP\n{self.paragraph(node.children)}\n"

    def _list(self, node):
        return "".join(f".IP \\(bu 2\n{self.paragraph(item)}\n" for item in node.items)

    def _table(self, node):
        return "".join(".TP\n" + "".join(f"{self.paragraph(cell)}\n" for cell in cells) for cells in node.rows[1:])

    def _listing(self, node):
        return ".PP\n.nf\n" + "".join(f"{escaped(line)}\n" for line in node.lines) + ".fi\n"

    _WRITERS = {Paragraph: _paragraph, List: _list, Table: _table, Listing: _listing}
