# SPDX-License-Identifier: BSD-3-Clause
"""Prose as the text of a manual page."""
import re

from plain import wrap
from prose import Code, List, Listing, Paragraph, Reference, Span, Table, Text, normalized


def escaped(text):
    return text.replace("\\", "\\e").replace("-", "\\-")


def guarded(line):
    """A zero-width character guards a line from being read as a request."""
    return ("\\&" if line.startswith((".", "'")) else "") + line


def wrapped(text):
    """mandoc's lint takes lines of 80 bytes."""
    return "\n".join(map(guarded, wrap(text, 78).splitlines()))


class Roff:
    """Writes the page of a function, or of the library."""

    def __init__(self, model, function=None):
        self.functions = {other.name for other in model.functions}
        self.arguments = {argument.name for argument in function.arguments} if function else set()

    def paragraph(self, nodes):
        return wrapped(self._inline(nodes))

    def name(self, name, brief):
        """What whatis(1) shows: not a sentence, so it ends without a period."""
        return wrapped(f"{escaped(name)} \\- {normalized(self._inline(brief)).removesuffix('.')}")

    def see(self, annotation):
        """.BR name (3), for a function of ours and for what has its section; the rest is text."""
        return [self._see(normalized(name)) for name in re.split("[,;]", annotation.see) if name]

    @staticmethod
    def _see(name):
        if " " in name:
            return escaped(name)
        bare, _, section = name.partition("(")
        return f".BR {bare} ({section or '3)'}"

    @staticmethod
    def constants(enum):
        """The names; the page of their header has their meanings."""
        names = ", ".join(escaped(constant.name) for constant in enum.constants)
        return wrapped(f"Constants, described in {escaped(enum.group.stratum.page)}(3): {names}.")

    def section(self, nodes):
        """Below a heading, which begins a paragraph by itself."""
        return self.blocks(nodes).removeprefix(".PP\n")

    def blocks(self, nodes):
        return "".join(map(self._node, nodes))

    def _inline(self, nodes):
        return "".join(map(self._node, nodes))

    def _node(self, node):
        if isinstance(node, Text):
            return escaped(node.text)
        if isinstance(node, Code):
            return f"\\f{'I' if node.text in self.arguments else 'B'}{escaped(node.text)}\\fR"
        if isinstance(node, Span) and node.kind == "bold":
            return f"\\fB{self._inline(node.children)}\\fR"
        if isinstance(node, Reference):
            return f"\\fB{escaped(node.text)}\\fR" + ("(3)" if node.name in self.functions else "")
        return self._WRITERS[type(node)](self, node) if type(node) in self._WRITERS else self._inline(node.children)

    def _paragraph(self, node):
        return f".PP\n{self.paragraph(node.children)}\n"

    def _list(self, node):
        return "".join(f".IP \\(bu 2\n{self.paragraph(item)}\n" for item in node.items)

    def _table(self, node):
        """A row is an item: a tag and its meaning if the tag fits in a line. Wider tables belong to the item of a list above them."""
        rows = "".join(f"{self._row([self._inline(cell) for cell in cells])}\n" for cells in node.rows[1:])
        return rows if len(node.rows[0]) == 2 else f".RS 4\n{rows}.RE\n"

    @staticmethod
    def _row(cells):
        if len(cells) == 2 and len(cells[0]) < 40:
            return f".TP\n{guarded(normalized(cells[0]))}\n{wrapped(cells[1])}"
        first, *middle, last = map(normalized, cells)
        return f".IP \\(bu 2\n{wrapped(''.join((first, *(f' ({cell})' for cell in middle), ': ', last)))}"

    def _listing(self, node):
        return ".PP\n.nf\n" + "".join(f"{guarded(escaped(line))}\n" for line in node.lines) + ".fi\n"

    _WRITERS = {Paragraph: _paragraph, List: _list, Table: _table, Listing: _listing}
