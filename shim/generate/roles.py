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

# What a function returns where it succeeds, as @result{ROLE} or @result{ROLE,ENUM} says.
RESULT = ("status", "descriptor", "address", "count", "needed-size", "boolean", "flags", "value", "string")

# What the roles mean to the author of a binding. Those of results that an argument may have as well mean the same.
MEANINGS = {
    "descriptor": "A file descriptor.",
    "address": "An address, as an integer; 0 is NULL.",
    "size": "A number of bytes. With `measures`: the size of that buffer.",
    "offset": "A number of bytes from the beginning of the object.",
    "flags": "Any constants of `enum`, combined with `|`.",
    "enum": "One constant of `enum`.",
    "name": "The name of an object.",
    "text": "Another text, such as a keyword.",
    "buffer": "Memory of the caller that the call reads or writes; another argument measures it. With `enum`: an array, whose elements "
              "the constants index.",
    "out": "Memory of the caller for one number, which has the role `receives`.",
    "count": "A number of things. With `measures`: the number of elements of that buffer, which are bytes where its type has none.",
    "timeout": "Nanoseconds from now; a negative number is no limit, 0 does not wait.",
    "boolean": "1 or 0.",
    "id": "The number of a user or a group; -1 is none.",
    "value": "Any other number, as the text says.",
    "status": "0.",
    "needed-size": "The number of bytes that the whole output needs; nothing is written if that is more than the buffer has.",
    "string": "A constant text of the library, never to be freed.",
}

# What the constants of an enum are: see Model.role.
ENUM = {
    "flags": "They are combined with `|`.",
    "enum": "An argument takes one of them.",
    "index": "They index an array.",
    "value": "They are plain numbers.",
}
