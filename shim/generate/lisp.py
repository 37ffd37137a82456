# SPDX-License-Identifier: BSD-3-Clause
"""Names and docstrings as Lisp writes them."""
from plain import paragraphs, plain, wrap


def name(c):
    """pshm_shm_open => pshm-shm-open"""
    return c.lower().replace("_", "-")


def constant(c):
    """PSHM_O_CREAT => +pshm-o-creat+"""
    return f"+{name(c)}+"


def escaped(text):
    """Inside a string of Lisp, C, Python or JSON."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def docstring(annotation):
    """What the annotation says to a Lisp programmer."""
    text = paragraphs(annotation.section("In Lisp"))
    situations = annotation.section("Exceptional situations")
    if situations:
        text += "\n\nExceptional situations: " + wrap(plain(situations), column=24)
    return escaped(text)


def arguments(function, lisp):
    """The arguments of a function of posix-shm/ffi, each with its name in Lisp; None for one that Lisp knows by itself: how
    many fields a structure has."""
    names = iter(lisp.lambda_list.split())
    return [(argument, None if _is_known(argument, function) else next(names, "")) for argument in function.arguments]


def _is_known(argument, function):
    return argument.role == "count" and any(other.name == argument.of and other.of for other in function.arguments)
