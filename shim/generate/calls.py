# SPDX-License-Identifier: BSD-3-Clause
"""What the templates need of languages whose functions return new strings and bytes: the caller gives a limit, and no buffer."""
import re
from functools import cached_property

import languages
from plain import plain


class Call(languages.Call):
    """A function, with its arguments by what they are to such a caller."""

    def part(self, argument):
        """As kind, but 'length' of bytes that are given, 'limit' of bytes that are read, 'number' of a list of numbers."""
        kinds = {"bytes": "length", "buffer": "limit", "int64s": "number"}
        measured = self.measured(argument)
        return kinds.get(self.kind(measured), "texts-size") if measured else self.kind(argument)

    def parts(self, *parts):
        return [argument for argument in self.function.arguments if self.part(argument) in parts]

    def one(self, part):
        return next(iter(self.parts(part)), None)

    @cached_property
    def given(self):
        """What the caller gives: all but buffers that are filled, and sizes that follow from others."""
        return [a for a in self.function.arguments
                if a.role != "out" and self.part(a) not in ("buffer", "texts", "texts-size", "int64s", "number", "length")]

    def shown(self, outs=True):
        """The arguments of a language that passes buffers with their sizes, as C does, but returns text and numbers."""
        return [a for a in self.function.arguments
                if (outs or a.role != "out") and self.part(a) not in ("texts", "texts-size", "int64s", "number")]

    def default(self, argument, constant, octal, either=" or ", timeout=None):
        """The default of an argument: CONSTANT writes the name of one, OCTAL a number such as 0644."""
        if argument.role == "timeout" and argument.default:
            return timeout
        if re.fullmatch("0[0-7]+", argument.default):
            return octal.format(argument.default[1:])
        return either.join(word if word.lstrip("-").isdigit() else constant(word) for word in argument.default.split(" | ") if word)

    text = cached_property(lambda self: self.one("texts"))
    numbers = cached_property(lambda self: self.one("int64s"))
    buffer = cached_property(lambda self: self.one("buffer"))
    limit = cached_property(lambda self: self.one("limit"))
    bytes = cached_property(lambda self: self.one("bytes"))
    flag = cached_property(lambda self: next((out for out in self.outs if out.of == "boolean"), None))
    addresses = cached_property(lambda self: [a for a in self.function.arguments if a.role == "address"])
    strings = cached_property(lambda self: [a for a in self.function.arguments if a.code == "string-in"])

    @property
    def acquires(self):
        """Is something lost if the caller loses the result: a descriptor, a mapping, a lock or a message?"""
        return bool(self.descriptors) or self.function.result == "address" or self.function.waits

    @property
    def shorter(self):
        """Is there a use for a second form, without the outputs that C may leave out?"""
        return bool(self.given) and any(out.nullable for out in self.outs)

    @property
    def arities(self):
        """The numbers of arguments of a predicate: what is given, then the result, then the outputs, which may be missing."""
        own = len(self.given) + (self.function.result != "status")
        return [own, own + len(self.outs)] if self.shorter else [own + len(self.outs)]

    @property
    def outcomes(self):
        """What the documentation says of the result, a line for each value."""
        return [plain(self.function.returns)] * bool(self.function.returns) + [f"{v}: {plain(m)}" for v, m in self.function.results]

    def outcomes_as(self, true, false):
        """The outcomes, where a boolean result is one of the language."""
        words = {"1: ": true, "0: ": false} if self.function.result == "boolean" else {}
        return [f"{words[line[:3]]}: {line[3:]}" if line[:3] in words else line for line in self.outcomes]

    @property
    def causes(self):
        """The errors, a line for each."""
        return [f"{name}: {plain(cause)}" for name, cause in self.function.errors]


def haddock(text):
    """Text in which nothing is markup."""
    return re.sub(r"([/\"@<'])", r"\\\1", text)


def rd(text):
    """Text of a help page of R."""
    return re.sub(r"`([^`]*)`", r"\\code{\1}", re.sub(r"([\\%{}])", r"\\\1", text))


def indexes(enum, model):
    """Do the constants of an enum index a buffer?"""
    return any(argument.role == "buffer" and argument.enum == enum.name
               for function in model.functions for argument in function.arguments)
