# SPDX-License-Identifier: BSD-3-Clause
"""The text of an annotation: its nodes, and how they are read from Doxygen's XML."""
import re
from dataclasses import dataclass

# Tags of our own, which say something to the generator and nothing to a reader.
TAGS = {"keywords", "also", "stratum", "role", "nullable", "default", "texts", "opens", "closes", "result", "waits", "features"}
SPACES = {"sp": " ", "ndash": "--", "mdash": "---"}


@dataclass
class Text:
    text: str


@dataclass
class Code:
    text: str


@dataclass
class Span:
    """Emphasis, or strong emphasis, or a link."""
    kind: str
    children: list
    url: str = ""


@dataclass
class Reference:
    """A link to something that the headers declare."""
    name: str
    text: str


@dataclass
class Paragraph:
    children: list


@dataclass
class List:
    items: list


@dataclass
class Table:
    rows: list


@dataclass
class Listing:
    language: str
    lines: list


class Fault(Exception):
    """The annotations cannot be read."""


_CONTENTS = {Span: "children", Paragraph: "children", List: "items", Table: "rows", Listing: "lines"}


def raw(node):
    """The characters of a node, or of a list of nodes, without any markup."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "".join(map(raw, node))
    if type(node) in _CONTENTS:
        return raw(getattr(node, _CONTENTS[type(node)]))
    return node.text


def normalized(text):
    """Without white space at its ends, and with single spaces inside, as XML's white space goes."""
    return " ".join(re.findall(r"[^ \t\r\n]+", text))


def content(element):
    """The texts and the elements in an element, in their order."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail


def string(element):
    """The characters in an element."""
    return "".join(part if isinstance(part, str) else SPACES.get(part.tag) or string(part) for part in content(element))


class Reader:
    """Reads prose. NAMES has the name of whatever a link can lead to, by its id."""

    def __init__(self, names):
        self.names = names

    def inline(self, *elements):
        """What is in these elements, as nodes."""
        return self._nodes(part for element in elements for part in content(element))

    def _nodes(self, parts):
        return [node for part in parts for node in (self._text(part) if isinstance(part, str) else self._element(part))]

    @staticmethod
    def _text(text):
        """Doxygen leaves Markdown's code alone after an alias."""
        return [Code(piece) if i % 2 else Text(piece) for i, piece in enumerate(text.split("`")) if piece]

    def _element(self, element):
        tag = element.tag
        if tag in TAGS:
            return []
        if tag in SPACES:
            return [Text(SPACES[tag])]
        if tag == "computeroutput":
            return [Code(string(element))]
        if tag in ("emphasis", "bold", "ulink"):
            return [Span(tag, self.inline(element), element.get("url", ""))]
        if tag == "ref":
            name = self.names.get(element.get("refid"))
            return [Reference(name, string(element))] if name else self.inline(element)
        if tag in self._BLOCKS:
            return [self._BLOCKS[tag](self, element)]
        raise Fault(f"Don't know what to do with the element '{tag}': {string(element)}")

    def _list(self, element):
        return List([self.inline(*item.findall("para")) for item in element.findall("listitem")])

    def table(self, element):
        return Table([[self.inline(*cell.findall("para")) for cell in row.findall("entry")]
                      for row in element.findall("row")])

    def _listing(self, element):
        lines = [string(line) for line in element.findall("codeline")]
        return Listing(element.get("filename", "").partition(".")[2], lines)

    _BLOCKS = {"itemizedlist": _list, "table": table, "programlisting": _listing}

    def blocks(self, *elements):
        """The blocks of paragraphs: the text of each, then its lists, tables and listings."""
        blocks = []
        for element in elements:
            if element.tag != "para":
                raise Fault(f"Don't know what to do with the element '{element.tag}': {string(element)}")
            blocks += self._paragraph(element)
        return blocks

    def _paragraph(self, element):
        inline, blocks = [], []
        for part in content(element):
            if isinstance(part, str) or part.tag not in (*self._BLOCKS, "simplesect", "parameterlist"):
                inline.append(part)
                if blocks and (part if isinstance(part, str) else string(part)).strip():
                    raise Fault(f"A blank line is missing after a list, a table or a listing: {string(element)}")
            elif part.tag in self._BLOCKS:
                blocks.append(part)
        text = self._nodes(inline)
        return ([Paragraph(text)] if raw(text).strip() else []) + self._nodes(blocks)
