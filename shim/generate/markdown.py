# SPDX-License-Identifier: BSD-3-Clause
"""Prose as GitHub's Markdown, and the links between the two references."""
import re

from model import Entry, Enum
from prose import Code, Fault, List, Listing, Paragraph, Reference, Span, Table, Text, normalized, raw

MARKS = {"emphasis": "*", "bold": "**"}
LANGUAGES = {"py": "python"}


def quoted(code):
    return f"`{code}`"


def row(*cells):
    return f"| {' | '.join(cells)} |"


def escaped(text):
    return text.replace("*", "\\*").replace("<", "\\<")


class Names:
    """What a name leads to. The functions of posix-shm/ffi are described with those of C, the rest of Lisp in the other
    reference."""

    def __init__(self, model):
        self.model = model
        self.ffi, self.api = {}, {}
        self.in_c = {}
        for member in model.members:
            for lisp in member.lisp:
                (self.ffi if home(lisp) == "ffi" else self.api).setdefault(lisp.name, []).append(lisp)
            if isinstance(member, Entry):
                self.in_c.setdefault(normalized(raw(member.section("In C"))), []).extend(member.lisp)

    def lisp_of(self, c):
        """The Lisp signatures of a function of C: its own, then those of entries that wrap it by themselves."""
        function = self.model.by_name.get(c)
        return getattr(function, "lisp", []) + self.in_c.get(c, [])

    def c_of(self, annotation):
        """The functions of C that it is, or wraps by itself."""
        name = normalized(raw(annotation.section("In C"))) or annotation.name
        function = self.model.by_name.get(name)
        return [function] if function else []

    def anchor(self, lisp):
        """open-shm* => open-shm-star; the second thing of a name: open-shm-class"""
        name = lisp.name
        plain = re.sub(r"[*+]", "", name) if name[0] in "*+" else name.replace("*", "-star")
        if self.is_first(lisp):
            return plain
        return f"{plain}-{lisp.owner.kind.lower().replace(' ', '-')}"

    def is_first(self, lisp):
        """Is it the first thing of its name?"""
        return (self.ffi if home(lisp) == "ffi" else self.api)[lisp.name][0] is lisp


def home(lisp):
    """The document that describes it."""
    return "ffi" if lisp.owner.package == "posix-shm/ffi" else "api"


class Markdown:
    """Writes for one of the documents, `ffi' or `api': a link leaves it where its target is in the other one."""

    def __init__(self, document, names):
        self.document, self.names, self.by_name = document, names, names.model.by_name

    # Links

    def c_link(self, name):
        prefix = "enum-" if isinstance(self.by_name.get(name), Enum) else ""
        return f"[{quoted(name)}]({'' if self.document == 'ffi' else 'ffi-reference.md'}#{prefix}{name})"

    def lisp_link(self, lisp):
        page = "" if self.document == home(lisp) else f"{home(lisp)}-reference.md"
        return f"[{quoted(lisp.name)}]({page}#{self.names.anchor(lisp)})"

    def see(self, annotation):
        """Names become links, whatever language they are of; the rest is text."""
        return ", ".join(self._see(normalized(name)) for name in re.split("[,;]", annotation.see) if name)

    def _see(self, name):
        api, ffi = self.names.api.get(name, []), self.names.ffi.get(name, [])
        wrappers = [lisp for lisp in self.names.lisp_of(name) if home(lisp) == "api"]
        if self.document == "api" and (api or wrappers):
            return self.lisp_link(first(api + wrappers, self.names.model))
        if name in self.by_name:
            return self.c_link(name)
        if ffi or api:
            return self.lisp_link((ffi or api)[0])
        if "(" in name or " " in name:
            return name
        raise Fault(f"See also '{name}': there is no such entry.")

    # Text. OWNER is the function or the entry in one of whose sections for Lisp it stands.

    def text(self, nodes, owner=None):
        return normalized("".join(self._node(node, owner) for node in nodes))

    def cell(self, nodes, owner=None):
        return self.text(nodes, owner).replace("|", "\\|")

    def blocks(self, nodes, owner=None):
        """Each with a blank line after it."""
        return "".join(self._node(node, owner) for node in nodes)

    def _node(self, node, owner):
        return self._WRITERS[type(node)](self, node, owner)

    def _text(self, node, owner):
        return self._lisp_text(node.text, owner) if owner else escaped(node.text.replace("\\", "\\\\"))

    @staticmethod
    def _lisp_text(text, owner):
        """An argument, which a docstring has in upper case, is in italics here."""
        names = re.sub("[()]", " ", " ".join(lisp.lambda_list for lisp in owner.lisp)).upper().split()

        def word(token):
            bare = re.sub(r"[.,;:()]", "", token).partition("'s")[0]
            return token.replace(bare, f"*{bare.lower()}*") if bare in names else escaped(token)
        return re.sub("[^ ]+", lambda match: word(match.group()), text)

    def _code(self, node, owner):
        """Code that is a name of the Lisp packages becomes a link, but not within its own entry."""
        api, ffi = self.names.api.get(node.text), self.names.ffi.get(node.text)
        own = owner and node.text in [lisp.name for lisp in owner.lisp]
        if self.document == "api" and api and not own:
            return self.lisp_link(api[0])
        if ffi and ("*" in node.text if self.document == "api" else owner and not own):
            return self.lisp_link(ffi[0])
        return quoted(node.text)

    def _span(self, node, owner):
        inside = "".join(self._node(child, owner) for child in node.children)
        return f"[{inside}]({node.url})" if node.kind == "ulink" else MARKS[node.kind] + inside + MARKS[node.kind]

    def _paragraph(self, node, owner):
        return self.text(node.children, owner) + "\n\n"

    def _list(self, node, owner):
        return "".join(f"- {self.text(item, owner)}\n" for item in node.items) + "\n"

    def _table(self, node, owner):
        head, *rows = [row(*(self.cell(cell, owner) for cell in cells)) for cells in node.rows]
        return "\n".join([head, row(*["---"] * len(node.rows[0])), *rows]) + "\n\n"

    def _listing(self, node, _owner):
        return "\n".join(["```" + LANGUAGES.get(node.language, node.language), *node.lines, "```"]) + "\n\n"

    _WRITERS = {Text: _text, Code: _code, Span: _span, Paragraph: _paragraph, List: _list, Table: _table, Listing: _listing,
                Reference: lambda self, node, _owner: self.c_link(node.name)}


def first(signatures, model):
    """The one that comes first in the headers."""
    return min(signatures, key=lambda lisp: next(i for i, member in enumerate(model.members) if member is lisp.owner))
