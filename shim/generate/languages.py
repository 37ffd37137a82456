# SPDX-License-Identifier: BSD-3-Clause
"""What the templates of compiled languages share: names, and each function as its caller sees it, who gives no size of a buffer and
gets outputs as results. A template sets the tables of its language: what is written for an argument or a result of each kind."""
import re
from dataclasses import dataclass
from functools import cached_property

from model import Function
from plain import paragraphs, plain, wrap


def _words(text):
    return frozenset(text.split())


# The words that a language reserves, in the case of the arguments' names.
RESERVED = {
    "rust": _words("""abstract as async await become box break const continue crate do dyn else enum extern false final fn for if impl
        in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe
        unsized use virtual where while yield"""),
    "go": _words("""break case chan const continue default defer else fallthrough for func go goto if import interface map package
        range return select struct switch type var"""),
    "d": _words("""abstract alias align asm assert auto body bool break byte case cast catch char class const continue dchar debug
        default delegate delete deprecated do double else enum export extern false final finally float for foreach function goto if
        immutable import in inout int interface invariant is lazy long macro mixin module new nothrow null out override package
        pragma private protected public pure real ref return scope shared short static struct super switch synchronized template
        this throw true try typeid typeof ubyte uint ulong union unittest ushort version void wchar while with"""),
    "nim": _words("""addr and as asm bind block break case cast concept const continue converter defer discard distinct div do elif
        else end enum except export finally for from func if import in include interface is isnot iterator let macro method mixin
        mod nil not notin object of or out proc ptr raise ref return shl shr static template try tuple type using var when while
        xor yield"""),
    "csharp": _words("""abstract as base bool break byte case catch char checked class const continue decimal default delegate do
        double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is
        lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed
        short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using
        virtual void volatile while"""),
    "haskell": _words("""case class data default deriving do else foreign if import in infix infixl infixr instance let module newtype
        of then type where"""),
    "ada": _words("""Abort Abs Abstract Accept Access Aliased All And Array At Begin Body Case Constant Declare Delay Delta Digits Do
        Else Elsif End Entry Exception Exit For Function Generic Goto If In Interface Is Limited Loop Mod New Not Null Of Or Others
        Out Overriding Package Parallel Pragma Private Procedure Protected Raise Range Record Rem Renames Requeue Return Reverse
        Select Separate Some Subtype Synchronized Tagged Task Terminate Then Type Until Use When While With Xor"""),
}



# Functions that write several strings, each with its NUL; others write one.
LISTS = ("pshm_list",)


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
        return "many" if self.function.name in LISTS else "one"

    @property
    def fails(self):
        return bool(self.function.errors)

    @property
    def at_address(self):
        """Does it use memory at an address that the caller gives?"""
        return any(argument.role == "address" for argument in self.function.arguments)

    def measured(self, argument):
        """The buffer of which this is the size."""
        buffers = (buffer for buffer in self.function.arguments if argument.role in ("size", "count") and buffer.name == argument.of)
        return next(buffers, None)

    def kind(self, argument):
        """text, bytes, buffer, int64s (a buffer of them), boolean, timeout, flags, enum, int, int64, size (of a buffer), out-int, out-int64;
        texts and texts-size, the buffer of a function that writes text."""
        if argument.role == "out":
            return "out-" + argument.code.removesuffix("-out")
        if self.measured(argument):
            return "texts-size" if self.texts else "size"
        if argument.role == "buffer" and argument.code.endswith("-out"):
            return "texts" if self.texts else "int64s" if argument.code == "int64-out" else "buffer"
        kinds = {"name": "text", "buffer": "bytes", "boolean": "boolean", "timeout": "timeout", "flags": "flags", "enum": "enum"}
        return kinds.get(argument.role.replace("text", "name"), argument.code)

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
        return [*own, *(out.name for out in self.outs if out.of == "descriptor")]

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
                *((out.name, "boolean" if out.of == "boolean" else out.code.removesuffix("-out")) for out in self.outs)]


class Language:
    """What is written for an argument or a result, by tables of its template.

    TYPES: the type of each code of roles.py in a declaration, and of a 'result' that is a string where that is another one.
    PARAMETERS, PASSED: how a parameter is declared, and how an argument is given to C, for each kind of Call.kind.
    RESULTS, VALUES: the type of each kind of result, and how it is made of the variable that C gave or filled.
    These may have entries for descriptors (Call.descriptor), where the language has more than a number for them.
    OTHER: what a reserved word becomes. STYLE: how names are written (STYLES). VARIABLE: the name of the variable that C fills.
    In these, {function} is the function, {name} the name of the argument, {type} its type in the declaration, {enum} that of its constants, {buffer} the name
    of the buffer that it measures."""

    def __init__(self, model, name, style="as in C", other="{}_", variable="{}", types=None, parameters=None, passed=None, results=None, values=None):
        self.model, self.style, self.other, self.variable = model, STYLES[style], other, variable
        self.reserved = RESERVED.get(name, frozenset())
        self.types, self.parameters, self.passed, self.results, self.values = types, parameters, passed, results, values

    def name(self, name):
        """Case counts for none of these words, where it counts in the language."""
        written = self.style(name)
        return self.other.format(written) if written in self.reserved else written

    def type_name(self, enum):
        """The name of an enum as a type; a function may have the same name."""
        return pascal(enum) + ("Flag" if enum in {function.name for function in self.model.functions} else "")

    def type(self, thing):
        """Of an argument, or of the result of a function."""
        return self.types.get("result" if isinstance(thing, Function) and thing.code == "string-in" else thing.code, self.types[thing.code])

    def parameter(self, argument, call):
        return self._filled(self._of(self.parameters, argument, call), argument, call)

    def argument(self, argument, call):
        return self._filled(self._of(self.passed, argument, call), argument, call)

    def _of(self, table, argument, call):
        return table.get(call.descriptor(argument), table[call.kind(argument)])

    def _filled(self, text, argument, call):
        buffer = call.measured(argument)
        return text.format(function=call.function.name, name=self.name(argument.name), type=self.types[argument.code], enum=self.type_name(argument.enum),
                           buffer=buffer and self.name(buffer.name))

    def result_types(self, call):
        return [self._result(self.results, call, *result) for result in call.results]

    @staticmethod
    def _result(table, call, name, kind):
        return table.get("descriptor", table[kind]) if name in call.descriptors else table[kind]

    def outs(self, call, declaration="{name} {type}"):
        """The outputs of a function, as results that have names."""
        return [declaration.format(name=self.name(name), type=self.results[kind]) for name, kind in call.results if name != "result"]

    def values_of(self, call, result="result"):
        """RESULT is what stands for that of the function in C."""
        return [self._result(self.values, call, name, kind).format(
            name=result if name == "result" else self.variable.format(self.name(name))) for name, kind in call.results]

    def documentation(self, call, errors="Errors:"):
        """What the headers say of a function, for those who call it in this language: the lines of a comment, without its prefix."""
        function = call.function
        parameters = [(f"`{self.name(argument.name)}`", argument.prose) for argument in call.parameters]
        results = [(value, prose) for value, prose in function.results if function.result != "status"]
        outs = [(f"`{self.name(out.name)}`", out.prose) for out in call.outs]
        returns = [("Returns: " + plain(function.returns)).split("\n")] if function.returns and not call.texts else []
        parts = [paragraphs(function.brief + function.description).split("\n"), _items(parameters), *returns,
                 ["Results:", *_items(results + outs)] if results + outs else [],
                 [errors, *_items((f"`{name}`", prose) for name, prose in function.errors)] if call.fails else []]
        return "\n\n".join("\n".join(part) for part in parts if part)


def _items(pairs):
    return [f"- {name}: {plain(prose)}" for name, prose in pairs]


def use(enum, model):
    """What the constants of an enum are to the functions: 'flags', an 'enum', of which one is taken, or '' for plain numbers."""
    roles = {argument.role for function in model.functions for argument in function.arguments if argument.enum == enum.name}
    return next((role for role in ("flags", "enum") if role in roles), "")


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
