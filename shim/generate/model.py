# SPDX-License-Identifier: BSD-3-Clause
"""What the annotated headers say, as the templates see it. Prose is a list of the nodes of prose.py."""
import re
from dataclasses import dataclass, field
from functools import cached_property

import roles
from prose import Fault


@dataclass
class Lisp:
    """One Lisp signature of an annotation: NAME LAMBDA_LIST => VALUES."""
    form: str
    values: str
    owner: object = field(repr=False, default=None)

    @property
    def name(self):
        return self.form.partition(" ")[0]

    @property
    def lambda_list(self):
        return self.form.partition(" ")[2]


@dataclass
class Annotation:
    """What functions, enums and entries have in common."""
    name: str
    brief: list
    description: list
    returns: list
    lisp: list
    sections: list  # of (title, blocks)
    see: str
    since: str
    group: object = field(repr=False, default=None)

    def section(self, *titles):
        """The blocks of all sections of these titles."""
        return [block for title, blocks in self.sections if title in titles for block in blocks]

    @property
    def package(self):
        return self.group.stratum.package


@dataclass
class Argument:
    name: str
    type: str
    code: str
    prose: list
    role: str     # one of roles.ARGUMENT
    of: str       # the enum that it takes, the buffer that it measures, what an output receives
    nullable: bool
    closes: bool  # does the call release it: a descriptor closed, an address unmapped?
    default: str  # what a language with optional arguments passes, as it is written: constants, or a number
    opens: str    # the function with which the caller releases what the output receives
    texts: bool   # does a buffer receive several texts?

    @property
    def enum(self):
        """The enum whose constants it takes, or index it."""
        return self._of("enum")

    @property
    def measures(self):
        """The buffer whose size or number of elements it is."""
        return self._of("buffer")

    @property
    def receives(self):
        """The role of what an output receives."""
        return self._of("role")

    def _of(self, kind):
        return self.of if (roles.ARGUMENT.get(self.role) or "").rstrip("?") == kind else ""

    @property
    def declaration(self):
        return declare(self.type, self.name)


@dataclass
class Function(Annotation):
    type: str = ""
    code: str = ""
    arguments: list = field(default_factory=list)
    results: list = field(default_factory=list)  # of (value, prose)
    errors: list = field(default_factory=list)   # of (name, prose)
    program: list = field(default_factory=list)  # its example: a program in C, as a block
    result: str = ""                             # its role: one of roles.RESULT
    result_enum: str = ""                        # the enum of flags
    result_nullable: bool = False                # may a text be NULL?
    opens: str = ""                              # the function with which the caller releases the result
    waits: bool = False
    features: list = field(default_factory=list)  # of (name, prose), where it answers about them
    what, kind = "function", "Function"

    @property
    def declaration(self):
        return declare(self.type, self.name) + f"({', '.join(a.declaration for a in self.arguments) or 'void'})"

    def measure(self, buffer):
        """The argument that is the size of a buffer, or the number of its elements."""
        return next((argument for argument in self.arguments if argument.measures == buffer.name), None)


@dataclass
class Constant:
    name: str
    written: str
    value: int
    keyword: str
    aliases: list
    prose: list
    enum: object = field(repr=False, default=None)


@dataclass
class Enum(Annotation):
    constants: list = field(default_factory=list)
    kind: str = ""     # the PSHM_KIND_ constant, where its constants have keywords
    lisp_type: str = ""
    choice: bool = False
    what = "enum"


@dataclass
class Entry(Annotation):
    """What exists only in Lisp."""
    kind: str = ""
    what = "entry"


@dataclass
class Group:
    id: str
    title: str
    brief: list
    description: list
    members: list  # functions, enums and entries, in the order of the header
    stratum: object = field(repr=False, default=None)

    def of(self, kind):
        return [member for member in self.members if isinstance(member, kind)]

    functions = cached_property(lambda self: self.of(Function))
    enums = cached_property(lambda self: self.of(Enum))
    entries = cached_property(lambda self: self.of(Entry))


@dataclass
class Stratum:
    """A public header, and the Lisp package that has its functions."""
    id: str
    package: str
    brief: list
    rules: list
    groups: list
    header = property(lambda self: f"posix-shm/{self.id}.h")
    page = property(lambda self: f"posix-shm-{self.id}")  # its manual page, in section 3


@dataclass
class Meaning:
    """A row of the glossary: what an argument or value of that name is, in the entry or kind of entry OF, or anywhere."""
    name: str
    of: str
    prose: list


@dataclass
class Model:
    version: str
    date: str  # of the manual pages
    strata: list
    glossary: list

    groups = cached_property(lambda self: [g for s in self.strata for g in s.groups])
    members = cached_property(lambda self: [m for g in self.groups for m in g.members])
    functions = cached_property(lambda self: [m for m in self.members if isinstance(m, Function)])
    enums = cached_property(lambda self: [m for m in self.members if isinstance(m, Enum)])
    entries = cached_property(lambda self: [m for m in self.members if isinstance(m, Entry)])
    constants = cached_property(lambda self: [c for e in self.enums for c in e.constants])
    by_name = cached_property(lambda self: {m.name: m for m in self.enums + self.constants + self.functions})
    # A function and an enum may have one name: pshm_seal.
    enum = cached_property(lambda self: {enum.name: enum for enum in self.enums})
    features = cached_property(lambda self: [row for f in self.functions for row in f.features])

    def role(self, enum):
        """What its constants are: `flags', one `enum', an `index', or else a `value'."""
        uses = [argument.role for f in self.functions for argument in f.arguments if argument.enum == enum.name]
        return {"flags": "flags", "enum": "enum", "buffer": "index"}[uses[0]] if uses else "value"

    def number(self, written):
        """The value of constants with | between them, or of a number as C writes it."""
        values = [self.by_name[word].value if word in self.by_name else number(word) for word in written.split(" | ")]
        return values[0] if len(values) == 1 else sum(values)

    @property
    def version_number(self):
        major, minor, patch = map(int, self.version.split("."))
        return 1000000 * major + 1000 * minor + patch

    def meanings(self, entry, signatures=None):
        """Every name in the signatures of an entry (all of them, or those given) that is no lambda list keyword, once, with its
        meaning from the glossary: that of this entry, or of its kind, or the general one."""
        words = re.sub("[(),]", " ", " ".join(f"{lisp.lambda_list} {lisp.values}" for lisp in signatures or entry.lisp)).split()
        names = dict.fromkeys(word for word in words if not word.startswith("&"))
        return [(name, self._meaning(name, entry)) for name in names]

    def _meaning(self, name, entry):
        for of in ({lisp.name for lisp in entry.lisp}, {entry.kind}, {""}):
            found = [node for row in self.glossary if row.name == name and row.of in of for node in row.prose]
            if found:
                return found
        raise Fault(f"The glossary in lisp.h lacks '{name}' of {entry.lisp[0].name}.")

    @cached_property
    def errors(self):
        """Each error, and the functions that return it."""
        names = sorted({name for f in self.functions for name, _ in f.errors})
        return {name: [f for f in self.functions if name in dict(f.errors)] for name in names}


def number(written):
    found = re.fullmatch(r"(-?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)", written)
    if not found:
        raise Fault(f"'{written}' is not a literal number.")
    sign, digits = found.groups()
    return int(sign + digits, 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10)


def declare(type_, name):
    return type_ + ("" if "*" in type_ else " ") + name
