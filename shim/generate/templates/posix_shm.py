{% set types = {"int": "_int", "int64": "_int64", "int-out": "_ints", "int64-out": "_int64s", "string-in": "_string",
                "string-out": "_string", "bytes-in": "_pointer", "bytes-out": "_pointer"} %}
# {{ generated }}
"""libposix-shm through ctypes: every constant and every function under its own name.

The library is the file that the environment variable POSIX_SHM_LIBRARY names, else that of the wheel, else
the one that the system finds. Names and keywords are bytes. An output takes a ctypes object: a c_int, an array of c_int64, a buffer.
"""
import ctypes
import os

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


def _function(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments
    return function


_int, _int64, _string, _pointer = ctypes.c_int, ctypes.c_int64, ctypes.c_char_p, ctypes.c_void_p
_ints, _int64s = ctypes.POINTER(_int), ctypes.POINTER(_int64)
{% for function in model.functions %}

# {{ function.declaration }}
{{ function.name }} = _function("{{ function.name }}", {{ types[function.code] }}
{%- for argument in function.arguments %}, {{ types[argument.code] }}{% endfor %})
{%- endfor %}

