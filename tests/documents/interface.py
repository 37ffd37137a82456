# SPDX-License-Identifier: BSD-3-Clause
"""Usage: interface.py posix-shm.json

Print what posix-shm.json says and the built library does not do: functions, constants, keywords, errors and features that it
lacks, and arguments that accept NULL or reject it. Print also references within the file that lead nowhere.
"""
import ctypes
import json
import os
import sys

library = ctypes.CDLL(os.environ["POSIX_SHM_LIBRARY"])
TYPES = {"int": ctypes.c_int, "int64": ctypes.c_int64, "string-in": ctypes.c_char_p}
MEMORY = (ctypes.c_int64 * 8192)()


def call(function, *arguments):
    found = getattr(library, function["name"])
    found.restype = TYPES[function["result"]["type"]]
    found.argtypes = [TYPES.get(argument["type"], ctypes.c_void_p) for argument in function["arguments"]]
    return found(*arguments)


class Interface:
    def __init__(self, abi):
        self.abi = abi
        self.functions = {function["name"]: function for function in abi["functions"]}
        self.enums = {enum["name"]: enum for enum in abi["enums"]}

    def call(self, name, *arguments):
        return call(self.functions[name], *arguments)

    def error_name(self, result):
        return self.call("pshm_error_name", result).decode()

    # The library

    def library(self):
        if self.abi["version"] != self.call("pshm_version_string").decode():
            yield "version: not that of the library"
        yield from (f"{name}: the library has no such function" for name in self.functions if not hasattr(library, name))
        yield from (f"{feature}: pshm_has does not return 0 or 1" for feature in self.abi["features"]
                    if self.call("pshm_has", feature.encode()) not in (0, 1))

    def constants(self):
        known = [self.call("pshm_constant_name", index).decode() for index in range(self.call("pshm_constant_count"))]
        if known != [constant["name"] for constant in self.abi["constants"]]:
            yield "constants: not those of the library, in its order"
        for constant in self.abi["constants"]:
            if self.call("pshm_constant", constant["name"].encode()) != constant["value"]:
                yield f"{constant['name']}: the library has another value"
            yield from self.keywords(constant)

    def keywords(self, constant):
        if "kind" not in constant:
            return
        kind = self.call("pshm_constant", constant["kind"].encode())
        text = ctypes.create_string_buffer(256)
        for keyword in (constant["keyword"], *constant["aliases"]):
            if self.call("pshm_flags_parse", kind, keyword.encode()) != constant["value"]:
                yield f"{constant['name']}: {keyword} is another flag"
        if self.call("pshm_flags_format", kind, constant["value"], ctypes.addressof(text), 256) < 0:
            yield f"{constant['name']}: the library does not format it"

    def errors(self):
        for error, functions in self.abi["errors"].items():
            if self.error_name(self.call("pshm_error_number", error.encode())) != error:
                yield f"{error}: the library has another name for it"
            listed = [function["name"] for function in self.abi["functions"] if error in function["errors"]]
            if functions != listed:
                yield f"{error}: not the functions that list it"

    # NULL

    def nulls(self):
        for function in self.abi["functions"]:
            for argument in function["arguments"]:
                if "nullable" in argument:
                    yield from self.null(function, argument)

    def null(self, function, argument):
        """A buffer of no bytes is not accessed, whatever its address is."""
        accepted = self.with_null(function, argument, 0) != "EFAULT"
        if accepted != (argument["nullable"] or argument["role"] == "buffer"):
            yield f"{function['name']}: {argument['name']} is {'' if accepted else 'not '}nullable"
        if argument["role"] == "buffer" and self.with_null(function, argument, 1) != "EFAULT":
            yield f"{function['name']}: {argument['name']} may be NULL with a size of 1"

    def with_null(self, function, null, size):
        """The error of a call with this one NULL, and otherwise with arguments that do no harm."""
        sizes = {null.get("measured_by"): size, null["name"]: None}
        values = [sizes.get(argument["name"], self.harmless(argument)) if argument["name"] in sizes else self.harmless(argument)
                  for argument in function["arguments"]]
        return self.error_name(call(function, *values))

    def harmless(self, argument):
        role = argument["role"]
        if role == "enum":
            return next(constant["value"] for constant in self.abi["constants"] if constant["enum"] == argument["enum"])
        if role in ("name", "text"):
            return b"/no-such-object"
        if role in ("buffer", "out", "address"):
            return ctypes.addressof(MEMORY)
        return -1 if role == "descriptor" else 0

    # The file itself

    def references(self):
        groups = {group["id"] for group in self.abi["groups"]}
        known = {"group": groups, "enum": set(self.enums), "kind": {constant["name"] for constant in self.abi["constants"]},
                 "opens": set(self.functions), "measures": set(), "measured_by": set()}
        for function in self.abi["functions"]:
            names = {argument["name"] for argument in function["arguments"]}
            for part in (function, function["result"], *function["arguments"]):
                yield from self.dangling(function["name"], part, {**known, "measures": names, "measured_by": names})
            yield from self.pairs(function)
        for part in (*self.abi["enums"], *self.abi["constants"]):
            yield from self.dangling(part["name"], part, known)

    @staticmethod
    def dangling(name, part, known):
        return (f"{name}: {part[member]} is unknown" for member in known if member in part and part[member] not in known[member])

    def pairs(self, function):
        """A buffer and its size name each other; what is opened can be closed; what waits has a timeout."""
        measured = {(argument["name"], argument["measured_by"]) for argument in function["arguments"] if "measured_by" in argument}
        measures = {(argument["measures"], argument["name"]) for argument in function["arguments"] if "measures" in argument}
        if measured != measures:
            yield f"{function['name']}: a buffer and its size do not name each other"
        opened = [(part.get("receives") or part["role"], part["opens"])
                  for part in (function["result"], *function["arguments"]) if "opens" in part]
        for role, closer in opened:
            if not any(argument.get("closes") and argument["role"] == role for argument in self.functions[closer]["arguments"]):
                yield f"{function['name']}: {closer} closes no {role}"
        if function["waits"] != any(argument["role"] == "timeout" for argument in function["arguments"]):
            yield f"{function['name']}: what waits has a timeout"

    def findings(self):
        """Of the first part that has one."""
        parts = (self.references, self.library, self.constants, self.errors, self.nulls)
        return next((found for found in (list(part()) for part in parts) if found), [])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        findings = Interface(json.load(file)).findings()
    print("\n".join(findings))
    sys.exit(bool(findings))
