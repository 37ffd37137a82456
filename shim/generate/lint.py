# SPDX-License-Identifier: BSD-3-Clause
"""Faults of the annotations that Doxygen does not report: members outside every group, undocumented enumerators, functions and Lisp
entries that lack a part, tags that are missing or contradict the signature."""
import re

import lisp
import roles
from prose import raw
from read import GLOSSARY

CLASSES = ("Class", "Structure", "Condition")
# The types of arguments with these roles; any other role requires an integer.
CODES = {
    "name": ("string-in",),
    "text": ("string-in",),
    "buffer": ("bytes-in", "bytes-out", "string-out", "int64-out", "int-out"),
    "out": ("int64-out", "int-out"),
}


def findings_of_compounds(compounds):
    """Faults that prevent an annotation from entering the model."""
    inside = {page.get("refid") for compound in compounds for page in compound.findall("innerpage")}
    headers = {c.findtext("compoundname").removesuffix(".h") for c in compounds if c.find(".//stratum") is not None}
    for compound in compounds:
        if compound.get("kind") == "file":
            yield from _file(compound)
        if compound.get("kind") == "page" and compound.findtext("compoundname") != GLOSSARY:
            yield from _page(compound, inside)
        if compound.get("kind") == "group":
            yield from _group(compound, headers)


def _file(compound):
    for member in compound.iter("memberdef"):
        if member.get("kind") in ("function", "enum") and not member.get("id").startswith("group__"):
            location = member.find("location")
            yield f"{location.get('file')}:{location.get('line')}: {member.findtext('name')} is in no group"


def _page(compound, inside):
    if compound.get("id") not in inside:
        yield f"{compound.findtext('title')}: in no group"
    if sum(title.text == "Kind" for title in compound.iter("title")) > 1:
        yield f"{compound.findtext('compoundname')} is written twice"


def _group(compound, headers):
    name = compound.findtext("compoundname")
    if name.partition("_")[0] not in headers:
        yield f"the group {name} does not begin with the name of a header with @stratum"
    for value in compound.iter("enumvalue"):
        if value.find("initializer") is None:
            yield f"{value.findtext('name')} has no value"


def findings_of_programs(model, folder):
    """Examples of functions that do not exist."""
    names = {function.name for function in model.functions}
    yield from (f"{file.name} does not belong to a function" for file in sorted(folder.glob("pshm_*.c")) if file.stem not in names)


def findings(model):
    for function in model.functions:
        yield from _function(function, model)
    for enum in model.enums:
        yield from (f"{constant.name} is not documented" for constant in enum.constants if not raw(constant.prose).strip())
    for entry in model.entries:
        yield from _lacks(entry, {
            "its text in Lisp": entry.section("In Lisp"),
            "a Lisp example": entry.section("Lisp example"),
            "its class precedence list": entry.kind not in CLASSES or entry.section("Class precedence list"),
        })


def _lacks(annotation, parts):
    parts |= {"@since": annotation.since, "@see": annotation.see}
    return (f"{annotation.name} lacks {part}" for part, found in parts.items() if not found)


def _function(function, model):
    yield from _lacks(function, {
        "a brief description": function.brief,
        f"an example, doc/examples/{function.name}.c": function.program,
        "its text in Lisp": not function.lisp or function.section("In Lisp"),
        "a Lisp example": not function.lisp or function.package == "posix-shm/ffi" or function.section("Lisp example"),
        "@result": function.result,
    })
    faults = (*_result(function, model), *_signature(function), *_waits(function), *_opens(function, function.result, model))
    yield from (f"{function.name}: {fault}" for fault in faults)
    for argument in function.arguments:
        faults = (*_role(argument, function, model), *_default(argument, model), *_opens(argument, argument.receives, model))
        yield from (f"{function.name}: {argument.name} {fault}" for fault in faults)


def _waits(function):
    """Whether it can wait is a tag, and an argument."""
    if function.waits != any(argument.role == "timeout" for argument in function.arguments):
        yield "a function that waits has @waits and a timeout, another one has neither"


def _opens(opened, role, model):
    """A descriptor is always the caller's; an address may be."""
    closer = model.by_name.get(opened.opens)
    closed = [argument.role for argument in getattr(closer, "arguments", []) if argument.closes]
    if opened.opens and role not in closed:
        yield f"has @opens{{{opened.opens}}}, which closes no {role or 'result'}"
    if role == "descriptor" and not opened.opens:
        yield "lacks @opens: who closes the descriptor?"


def _default(argument, model):
    words = argument.default.split(" | ") if argument.default else []
    own = {constant.name for enum in model.enums if enum.name == argument.enum for constant in enum.constants}
    if any(word not in own and not re.fullmatch("-?[0-9]+", word) for word in words):
        yield f"has @default{{{argument.default}}}, which is neither a number nor constants of its enum"


def _result(function, model):
    tag = f"@result{{{function.result}}}"
    if not re.fullmatch(r"[0-9]+\.[0-9]+|", function.since):
        yield f"@since '{function.since}' is not a version"
    if function.result and function.result not in roles.RESULT:
        yield f"{tag} is not in the vocabulary of roles"
    codes = {"string": ("string-in",), "address": ("int64",)}.get(function.result, ("int", "int64"))
    if function.result and function.code not in codes:
        yield f"{tag} is not of the type {function.type}"
    if function.result_enum and function.result_enum not in model.enum:
        yield f"{tag} has no enum {function.result_enum}"


def _signature(function):
    """posix-shm/ffi passes the arguments of its Lisp signature."""
    for signature in function.lisp if function.package == "posix-shm/ffi" else []:
        passed = [name for _, name in lisp.arguments(function, signature) if name is not None]
        if passed != signature.lambda_list.split():
            yield "the arguments of its Lisp signature are not those of C"


def _role(argument, function, model):
    """The faults of the tags of an argument."""
    role, of = argument.role, argument.of
    if role not in roles.ARGUMENT:
        yield f"has the role '{role}', which is not in the vocabulary" if role else "lacks @role"
        return
    kind = roles.ARGUMENT[role]
    known = {"enum": {e.name for e in model.enums}, "buffer": {a.name for a in function.arguments},
             "role": set(roles.ARGUMENT) | set(roles.RESULT)}.get((kind or "").rstrip("?"), set())
    if of and of not in known or not of and kind and not kind.endswith("?"):
        yield f"has @role{{{role},{of}}}, which matches no enum, buffer or role"
    if argument.code not in CODES.get(role, ("int", "int64")):
        yield f"is of the type {argument.type}, which does not match @role{{{role}}}"
    if role == "buffer" and not function.measure(argument):
        yield "is a buffer that no argument measures"
    if argument.texts and argument.code != "string-out":
        yield "has @texts, but is no buffer for texts"
    if argument.nullable and "*" not in argument.type:
        yield "has @nullable, but is not a pointer"
