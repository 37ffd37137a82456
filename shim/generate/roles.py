# SPDX-License-Identifier: BSD-3-Clause
"""The closed vocabularies of the annotations: types of the ABI, roles of arguments and of results."""

TYPES = {
    "int": "int",
    "int64_t": "int64",
    "const char *": "string-in",
    "const void *": "bytes-in",
}

# Of an argument that is called ret_*.
OUTPUTS = {
    "char *": "string-out",
    "void *": "bytes-out",
    "int64_t *": "int64-out",
    "int *": "int-out",
}

# What an argument is, as @role{ROLE} or @role{ROLE,OF} says. OF is
#   enum     the enum of the header that an argument takes one of, or several of, or whose constants index a buffer
#   buffer   the argument that a size or a count measures
#   role     the role of what an output receives
ARGUMENT = {
    "descriptor": None,
    "address": None,
    "size": "buffer?",
    "offset": None,
    "flags": "enum",
    "enum": "enum",
    "name": None,
    "text": None,
    "buffer": "enum?",
    "out": "role",
    "count": "buffer?",
    "timeout": None,
    "boolean": None,
    "id": None,
    "value": None,
}

# What a function returns where it succeeds, as @result{ROLE} says.
RESULT = ("status", "descriptor", "address", "count", "needed-size", "boolean", "flags", "value", "string")
