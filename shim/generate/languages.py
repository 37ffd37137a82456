# SPDX-License-Identifier: BSD-3-Clause
"""What the templates of compiled languages share: names, and each function as its caller sees it, who gives no size of a buffer and
gets outputs as results. A template sets the tables of its language: what is written for an argument or a result of each kind."""
import re
from dataclasses import dataclass
from functools import cached_property

from model import Function
from plain import paragraphs, plain, wrap
from reserved import RESERVED


def short(name):
    """pshm_if_exists, PSHM_IF_EXISTS_NIL => if_exists, IF_EXISTS_NIL"""
    return re.sub("^(pshm|PSHM|ret)_", "", name)


def pascal(name, initials=()):
    """pshm_if_exists, IF_EXISTS => IfExists; some languages write IO in capitals."""
    return "".join(word.upper() if word.upper() in initials else word.capitalize() for word in short(name).split("_"))


def camel(name):
    """pshm_if_exists => ifExists"""
    first, _, rest = short(name).partition("_")
    return first.lower() + pascal(rest)


def title(name):
    """pshm_if_exists => If_Exists"""
    return "_".join(word.capitalize() for word in short(name).split("_"))


STYLES = {"as in C": str, "title": title, "short": short, "camel": camel, "pascal": pascal}


@dataclass
class Call:
    """A function for a caller whose language has strings, arrays that know their length, and several results."""
    function: Function

    @cached_property
    def texts(self):
        """Does it write text, whose size nobody knows before: 'one' or 'many' strings?"""
        if self.function.result != "needed-size":
            return ""
        return "many" if any(argument.texts for argument in self.function.arguments) else "one"

    @property
    def fails(self):
        return bool(self.function.errors)

    @property
    def at_address(self):
        """Does it use memory at an address that the caller gives?"""
        return any(argument.role == "address" for argument in self.function.arguments)

    def measured(self, argument):
        """The buffer of which this is the size."""
        return next((buffer for buffer in self.function.arguments if buffer.name == argument.measures), None)

    def kind(self, argument):
        """text, bytes, buffer, int64s (a buffer of them), boolean, timeout, flags, enum, int, int64, size (of a buffer), out-int, out-int64;
        texts and texts-size, the buffer of a function that writes text."""
        if argument.role == "out":
            return "out-" + argument.code.removesuffix("-out")
        if self.measured(argument):
            return "texts-size" if self.texts else "size"
        if argument.role == "buffer" and argument.code.endswith("-out"):
            return "texts" if self.texts else "int64s" if argument.code == "int64-out" else "buffer"
        if argument.role in ("text", "boolean", "timeout", "flags", "enum"):
            return argument.role
        return {"name": "text", "buffer": "bytes"}.get(argument.role, argument.code)

    def descriptor(self, argument):
        """closed-descriptor, optional-descriptor of a mapping, which needs none if it is anonymous, or descriptor; else nothing."""
        if argument.role != "descriptor":
            return ""
        mapping = any(other.enum == "pshm_map_flag" for other in self.function.arguments)
        return "closed-descriptor" if argument.closes else "optional-descriptor" if mapping else "descriptor"

    @cached_property
    def descriptors(self):
        """The names of results that are descriptors, which the caller closes."""
        own = ["result"] if self.function.result == "descriptor" else []
        return [*own, *(out.name for out in self.outs if out.receives == "descriptor")]

    @cached_property
    def parameters(self):
        """The arguments that the caller gives."""
        return [argument for argument in self.function.arguments
                if not self.kind(argument).startswith(("out", "size", "texts"))]

    @cached_property
    def outs(self):
        return [argument for argument in self.function.arguments if argument.role == "out"]

    @cached_property
    def results(self):
        """What the caller gets: each a name and a kind, string, boolean, int or int64."""
        kind = {"string-in": "string"}.get(self.function.code, self.function.code)
        own = [("result", "boolean" if self.function.result == "boolean" else kind)]
        return [*(own if self.function.result != "status" else []),
                *((out.name, "boolean" if out.receives == "boolean" else out.code.removesuffix("-out")) for out in self.outs)]


class Language:
    """What is written for an argument or a result, by tables of its template.

    TYPES: the type of each code of roles.py in a declaration, and of a 'result' that is a string where that is another one.
    PARAMETERS, PASSED: how a parameter is declared, and how an argument is given to C, for each kind of Call.kind. RESULTS,
    VALUES: the type of each kind of result, and how it is made of the variable that C gave or filled. These may have entries
    for descriptors (Call.descriptor), for an 'object-name', for the flags of a result, and for an 'optional-string', which may
    be NULL, where the language has more for them. DEFAULTS: how it writes a default: an 'enum' or a flag of 'flags', what
    stands between flags ('or'), a 'number' of an enum. TIMEOUT: what is said of a timeout, which is no number of nanoseconds in
    most languages. OTHER: what a reserved word becomes. STYLE: how names are written (STYLES). VARIABLE: the name of the
    variable that C fills. In these, {function} is the function, {name} the name of the argument, {type} its type in the
    declaration, {enum} that of its constants, {buffer} the name of the buffer that it measures."""

    def __init__(self, model, name, style="as in C", other="{}_", variable="{}", types=None, parameters=None, passed=None,
                 results=None, values=None, defaults=None, initials=(), timeout=""):
        self.model, self.style, self.other, self.variable = model, STYLES[style], other, variable
        self.reserved = RESERVED.get(name, frozenset())
        self.types, self.parameters, self.passed, self.results, self.values = types, parameters, passed, results, values
        self.defaults, self.initials, self.timeout = defaults, initials, timeout

    def name(self, name):
        """Case counts for none of these words, where it counts in the language."""
        written = self.style(name)
        return self.other.format(written) if written in self.reserved else written

    def type_name(self, enum):
        """The name of an enum as a type; a function may have the same name."""
        return pascal(enum) + ("Flag" if enum in {function.name for function in self.model.functions} else "")

    def type(self, thing):
        """Of an argument, or of the result of a function."""
        is_text = isinstance(thing, Function) and thing.code == "string-in"
        return self.types.get("result" if is_text else thing.code, self.types[thing.code])

    def parameter(self, argument, call):
        """With its default, where the language has them: only the last arguments have one, and a timeout has that of its table."""
        written = self._filled(self._of(self.parameters, argument, call), argument, call)
        has_default = self.defaults and argument.default and argument.role != "timeout"
        return written + (f" = {self._default(argument)}" if has_default else "")

    def _default(self, argument):
        words = argument.default.split(" | ")
        if not argument.enum:
            return argument.default
        if not set(words) <= set(self.model.by_name):
            return self.defaults["number"].format(enum=self.type_name(argument.enum), value=self.model.number(argument.default))
        constants = [self.model.by_name[word] for word in words]
        return self.defaults["or"].join(self.defaults[argument.role].format(
            enum=self.type_name(argument.enum), name=pascal(constant.name, self.initials), member=self.name(member(constant)),
            pascal=pascal(member(constant), self.initials)) for constant in constants)

    def argument(self, argument, call):
        return self._filled(self._of(self.passed, argument, call), argument, call)

    def _of(self, table, argument, call):
        special = "object-name" if argument.role == "name" else call.descriptor(argument)
        return table.get(special, table[call.kind(argument)])

    def _filled(self, text, argument, call):
        buffer = call.measured(argument)
        return text.format(function=call.function.name, name=self.name(argument.name), type=self.types[argument.code],
                           enum=self.type_name(argument.enum), buffer=buffer and self.name(buffer.name))

    def result_types(self, call):
        return [self._result(self.results, call, *result) for result in call.results]

    def _result(self, table, call, name, kind):
        special = ""
        if name in call.descriptors:
            special = "descriptor"
        elif name == "result" and call.function.result_enum:
            special = "flags"
        elif name == "result" and call.function.result_nullable:
            special = "optional-string"
        return table.get(special, table[kind]).replace("{enum}", self.type_name(call.function.result_enum))

    def outs(self, call, declaration="{name} {type}"):
        """The outputs of a function, as results that have names."""
        return [declaration.format(name=self.name(name), type=self._result(self.results, call, name, kind))
                for name, kind in call.results if name != "result"]

    def values_of(self, call, result="result"):
        """RESULT is what stands for that of the function in C."""
        return [self._result(self.values, call, name, kind).format(
            name=result if name == "result" else self.variable.format(self.name(name))) for name, kind in call.results]

    def prose(self, argument):
        """What the headers say of a parameter, on one line."""
        return self.timeout if self.timeout and argument.role == "timeout" else plain(argument.prose)

    def documentation(self, call, errors="Errors:"):
        """What the headers say of a function, for those who call it in this language: the lines of a comment, without its prefix."""
        function = call.function
        parameters = [(f"`{self.name(argument.name)}`", self.prose(argument)) for argument in call.parameters]
        results = [(value, prose) for value, prose in function.results if function.result != "status"]
        outs = [(f"`{self.name(out.name)}`", out.prose) for out in call.outs]
        returns = [("Returns: " + plain(function.returns)).split("\n")] if function.returns and not call.texts else []
        parts = [paragraphs(function.brief + function.description).split("\n"), _items(parameters), *returns,
                 ["Results:", *_items(results + outs)] if results + outs else [],
                 [errors, *_items((f"`{name}`", prose) for name, prose in function.errors)] if call.fails else []]
        return "\n\n".join("\n".join(part) for part in parts if part)


def _items(pairs):
    return [f"- {name}: {prose if isinstance(prose, str) else plain(prose)}" for name, prose in pairs]


def use(enum, model):
    """What the constants of an enum are to the functions: 'flags', an 'enum', of which one is taken, or '' for plain numbers."""
    role = model.role(enum)
    return role if role in ("flags", "enum") else ""


def member(constant):
    """The name of a constant without that of its enum: PSHM_IF_EXISTS_NIL => NIL."""
    words = [value.name.split("_") for value in constant.enum.constants]
    last = min(map(len, words)) - 1
    common = next(i for i, parts in enumerate(zip(*words)) if len(set(parts)) > 1 or i == last)
    return "_".join(constant.name.split("_")[common:])


def comment(text, prefix, indent=""):
    """Lines of text, or prose, as a comment: each line has the prefix, and those of lists are indented."""
    lines = (text if isinstance(text, str) else paragraphs(text)).split("\n")
    wrapped = [wrap(line, indent="  " * line.startswith("- ")) if len(line) > 100 else line for line in lines]
    return "\n".join((prefix + indent * line.startswith(("- ", "  ")) + line).rstrip() for line in "\n".join(wrapped).split("\n"))
