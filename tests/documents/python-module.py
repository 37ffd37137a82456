# SPDX-License-Identifier: BSD-3-Clause
"""Usage: python-module.py posix-shm.json [MODULE]

Call each function of the Python module, or of another one, with every wrong argument that C would take for something else, and
compare names, defaults and docstrings with the JSON. Print what is wrong.
"""
import ctypes
import importlib.util
import inspect
import json
import sys

WRONG = {
    "int": [(2**31, OverflowError), (-2**31 - 1, OverflowError), ("1", TypeError), (None, TypeError)],
    "int64": [(2**63, OverflowError), (-2**63 - 1, OverflowError), ("1", TypeError)],
    "string-in": [("/a\0b", ValueError), (b"/a\0b", ValueError), (1, TypeError)],
    "bytes-in": [(None, None), ("text", TypeError)],
    "string-out": [(bytes(9), TypeError), (memoryview(bytes(9)), TypeError), ("text", TypeError)],
    "bytes-out": [(bytes(9), TypeError), (memoryview(bytes(9)), TypeError), ("text", TypeError)],
    "int64-out": [(bytes(8), TypeError)],
    "int-out": [(ctypes.c_double(), TypeError)],
}
OUTPUTS = {"int-out": ctypes.c_int, "int64-out": ctypes.c_int64}


def load(file):
    spec = importlib.util.spec_from_file_location("posix_shm", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def right(argument):
    """An argument that does no harm: no function finds an object."""
    if argument["type"] == "string-in":
        return b"/no-such-object"
    if argument["role"] == "buffer":
        return bytearray(8)
    if argument["role"] == "out":
        return OUTPUTS[argument["type"]]()
    return {"descriptor": -1, "address": 0}.get(argument["role"], 0)


def outcome(function, arguments):
    try:
        function(*arguments)
    except ctypes.ArgumentError:
        return TypeError
    except Exception as error:
        return type(error)
    return None


def of_arguments(function, described):
    arguments = described["arguments"]
    for index, argument in enumerate(arguments):
        for value, error in WRONG[argument["type"]]:
            if value is None and (argument.get("nullable") or "measures" in argument or not error):
                continue
            # What does not fit C does not fit the buffer either.
            error = ValueError if "measures" in argument and error is OverflowError and value > 0 else error
            found = outcome(function, [value if i == index else right(other) for i, other in enumerate(arguments)])
            if not (found and issubclass(found, error)):
                yield f"{described['name']}: {argument['name']} {value!r} raises {found and found.__name__}, not {error.__name__}"
        if "measures" in argument:
            lengths = [9 if i == index else right(other) for i, other in enumerate(arguments)]
            if outcome(function, lengths) is not ValueError:
                yield f"{described['name']}: {argument['name']} may exceed the buffer"


def of_signature(function, described):
    parameters = list(inspect.signature(function).parameters.values())
    if [parameter.name.rstrip("_") for parameter in parameters] != [argument["name"] for argument in described["arguments"]]:
        yield f"{described['name']}: other arguments than in C"
    for parameter, argument in zip(parameters, described["arguments"]):
        expected = argument.get("default")
        if parameter.default is not parameter.empty and parameter.default != expected:
            yield f"{described['name']}: {parameter.name} has the default {parameter.default}, not {expected}"
    for name in ("Returns:" if described["result"]["doc"] else "", *(f"{argument['name']}" for argument in described["arguments"]),
                 *(f"-{error}: " for error in described["errors"])):
        if name not in (function.__doc__ or ""):
            yield f"{described['name']}: its docstring lacks {name}"


def of_names(module, abi):
    expected = {"check", *(constant["name"] for constant in abi["constants"]), *(function["name"] for function in abi["functions"])}
    if set(module.__all__) != expected or len(module.__all__) != len(expected):
        yield f"__all__ has other names: {sorted(set(module.__all__) ^ expected)}"
    yield from (f"{constant['name']} has another value" for constant in abi["constants"]
                if getattr(module, constant["name"]) != constant["value"])


def of_errors(module, abi):
    """check() raises for each error what Python raises for its number, with the message of the library."""
    for name in abi["errors"]:
        number = module.pshm_error_number(name)
        try:
            module.check(-number, "/name")
            yield f"check(-{name}) raises nothing"
        except OSError as error:
            if (type(error), error.errno, error.filename) != (type(OSError(number, "")), number, "/name"):
                yield f"check(-{name}) raises {error!r}"
            if error.strerror != module.pshm_strerror(number).decode():
                yield f"check(-{name}) has the message {error.strerror}"
    yield from (f"check({number}) is not {number}" for number in (0, 7, 2**47, -4096, -2**63) if module.check(number) != number)


def findings(module, abi):
    yield from of_names(module, abi)
    yield from of_errors(module, abi)
    for described in abi["functions"]:
        function = getattr(module, described["name"])
        yield from of_signature(function, described)
        yield from of_arguments(function, described)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(findings(load(sys.argv[2]) if len(sys.argv) > 2 else __import__("posix_shm"), json.load(file)))
    print("\n".join(found))
    sys.exit(bool(found))
