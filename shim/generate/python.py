# SPDX-License-Identifier: BSD-3-Clause
"""Signatures and docstrings as Python writes them."""
import keyword
import re
from dataclasses import dataclass

from plain import paragraphs, plain, wrap
from prose import Paragraph

# Of arguments in posix_shm.pyi. A buffer is also an address, which nothing measures.
TYPES = {
    "int": "int",
    "int64": "int",
    "string-in": "_Text",
    "bytes-in": "_Readable",
    "string-out": "_Writable",
    "bytes-out": "_Writable",
    "int64-out": "_Numbers",
    "int-out": "_Output",
}
RANGES = {"int": "-0x80000000 <= {} <= 0x7FFFFFFF", "int64": "-0x8000000000000000 <= {} <= 0x7FFFFFFFFFFFFFFF"}
BITS = {"int": 32, "int64": 64}


def name(argument):
    """A reserved word has another name, as PEP 8 writes it: `from_`."""
    return argument.name + "_" * keyword.iskeyword(argument.name)


@dataclass
class Parameter:
    name: str
    default: str  # an expression of Python, or empty
    type: str


def parameters(function):
    """The arguments of a function. The last ones have defaults."""
    found, optional = [], True
    for argument in reversed(function.arguments):
        default = _default(argument) if optional else ""
        optional = bool(default)
        found.insert(0, Parameter(name(argument), default, _type(argument, default)))
    return found


def _default(argument):
    if argument.nullable or argument.measures:
        return "None"
    return re.sub("^0(?=[0-7])", "0o", argument.default)


def _type(argument, default):
    found = "_Output64" if argument.role == "out" and argument.code == "int64-out" else TYPES[argument.code]
    return f"Optional[{found}]" if argument.nullable or default == "None" else found


def signature(function):
    return ", ".join(parameter.name + (parameter.default and f"={parameter.default}") for parameter in parameters(function))


def stub(function):
    """As the signature, but with types; the value of a default is that of the module."""
    found = [f"{p.name}: {p.type}" + (" = ..." if p.default else "") for p in parameters(function)]
    return f"({', '.join(found)}) -> {_result(function)}"


def _result(function):
    if function.code != "string-in":
        return "int"
    return "Optional[bytes]" if function.result_nullable else "bytes"


def docstring(function):
    lines = [paragraphs([Paragraph(function.brief), *function.description])]
    lines += [_item(name(argument), argument.prose) for argument in function.arguments]
    if function.returns:
        lines.append(_item("Returns", function.returns))
    lines += [_item(value, meaning) for value, meaning in function.results]
    lines += [_item(f"-{error}", cause) for error, cause in function.errors]
    text = lines[0] + "\n" * (len(lines) > 1) + "".join("\n" + line for line in lines[1:])
    return text.replace("\\", "\\\\").replace('"""', '\\"""')


def _item(name, prose):
    return wrap(f"{name}: {plain(prose)}", 100, "    ")
