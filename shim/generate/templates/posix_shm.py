{% set types = {"int": "_int", "int64": "_int64", "int-out": "_ints", "int64-out": "_int64s", "string-in": "_string",
                "string-out": "_string", "bytes-in": "_pointer", "bytes-out": "_pointer"} %}
# {{ generated }}
"""libposix-shm through ctypes: every constant and every function under its own name.

The library is the file that the environment variable POSIX_SHM_LIBRARY names, else that of the wheel, else the one that the system
finds.

A result is that of C: check() raises the exception of an error. A name or a keyword is bytes, or a str, which is passed as
UTF-8. A buffer is an object with the buffer protocol, such as bytes, a bytearray, an mmap or an array of ctypes, whose length
is checked; or an address, whose length must be given. An output of one number takes a c_int or a c_int64 of ctypes. None is
NULL.

What C would take for something else is an exception: a text with a NUL is a ValueError, a number that does not fit an
OverflowError.
"""
import ctypes
import os

__all__ = [
    "check",
{% for member in model.constants + model.functions %}
    "{{ member.name }}",
{% endfor %}
]

# A wheel has the library in a folder beside this file.
_packaged = os.path.join(os.path.dirname(os.path.abspath(__file__)), "posix_shm.libs", "libposix-shm.so.0")
_found = _packaged if os.path.exists(_packaged) else "libposix-shm.so.0"
library = ctypes.CDLL(os.environ.get("POSIX_SHM_LIBRARY") or _found)
{% for enum in model.enums %}

# {{ enum.brief | raw | wrap(indent="# ") }}
{% for constant in enum.constants %}
{{ constant.name }} = {{ constant.value }}
{% endfor %}
{% endfor %}


def check(result, name=None):
    """Return the result of a call; raise an OSError if it is an error: FileNotFoundError, FileExistsError, PermissionError,
    TimeoutError or another subclass, as for Python's own calls. The name of an object becomes its filename."""
    if -4095 <= result < 0:
        raise OSError(-result, pshm_strerror(result).decode(), *([] if name is None else [os.fsdecode(name)]))
    return result


def _function(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


def _overflow(name, value, bits):
    raise OverflowError(f"{name} does not fit {bits} bits: {value}")


def _text(text):
    """As C takes it. A str may have bytes that are not UTF-8, as os.fsdecode represents them."""
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogateescape")
    if not isinstance(text, (bytes, type(None))):
        raise TypeError(f"a str or bytes is needed, not {type(text).__name__}")
    if text is not None and b"\0" in text:
        raise ValueError("embedded null byte")
    return text


# Their lengths are unknown; the last one is what byref returns.
_addresses = int, ctypes._Pointer, ctypes.c_void_p, ctypes.c_char_p, type(ctypes.byref(ctypes.c_int()))


def _contents(buffer, element, writes):
    """What C takes of an object with the buffer protocol, and its size."""
    view = memoryview(buffer)
    if view.itemsize not in (1, ctypes.sizeof(element)) and element is not ctypes.c_char:
        raise TypeError(f"the elements of the buffer have {view.itemsize} bytes, not {ctypes.sizeof(element)}")
    if isinstance(buffer, ctypes.Array):
        return buffer, ctypes.sizeof(buffer)
    # Each length of an array is a type of ctypes, which stays.
    if not view.readonly:
        return (element * (view.nbytes >= ctypes.sizeof(element))).from_buffer(buffer), view.nbytes
    if writes:
        raise TypeError("the buffer is read-only")
    return buffer if isinstance(buffer, bytes) else view.tobytes(), view.nbytes


def _memory(buffer, length, element, writes):
    """What C takes of a buffer, and the number of its elements, which must be there."""
    if buffer is None:
        return None, length or 0
    if isinstance(buffer, _addresses):
        if length is None:
            raise TypeError("the length of an address is unknown: pass it")
        return buffer, length
    contents, size = _contents(buffer, element, writes)
    there = size // ctypes.sizeof(element)
    if length is not None and length > there:
        raise ValueError(f"the buffer has {there} of {length} elements")
    return contents, there if length is None else length


_int, _int64, _string, _pointer = ctypes.c_int, ctypes.c_int64, ctypes.c_char_p, ctypes.c_void_p
_ints, _int64s = ctypes.POINTER(_int), ctypes.POINTER(_int64)
{% for function in model.functions %}
_{{ function.name }} = _function("{{ function.name }}", {{ types[function.code] }}
{%- for argument in function.arguments %}, {{ "_pointer" if argument.code == "string-out" else types[argument.code] }}{% endfor %})
{% endfor %}
{% for function in model.functions %}


def {{ function.name }}({{ function | python_signature }}):
    """{{ function | python_docstring | indent(4) }}
    """
{% for argument in function.arguments if argument.code == "string-in" %}
    {{ argument.name }} = _text({{ argument.name }})
{% endfor %}
{% for argument in function.arguments if argument.role == "buffer" %}
{% set measure = function.measure(argument).name %}
    {{ argument.name }}, {{ measure }} = _memory({{ argument.name }}, {{ measure }}, {{ "_int64" if argument.code == "int64-out" else "ctypes.c_char" }}, {{ argument.code != "bytes-in" }})
{% endfor %}
{% for argument in function.arguments if argument.code in python.RANGES %}
    if not {{ python.RANGES[argument.code].format(argument | python_name) }}:
        _overflow("{{ argument | python_name }}", {{ argument | python_name }}, {{ python.BITS[argument.code] }})
{% endfor %}
    return _{{ function.name }}({{ function.arguments | map("python_name") | join(", ") }})
{% endfor %}
