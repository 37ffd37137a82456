# {{ generated }}
# The types of posix_shm.py.
import ctypes
from ctypes import _CArgObject, _Pointer
from typing import Any, Final, Optional, Union

from _typeshed import ReadableBuffer, WriteableBuffer

_Text = Union[str, bytes]
_Address = Union[int, ctypes.c_void_p, _Pointer[Any], _CArgObject]
_Readable = Union[ReadableBuffer, _Address]
_Writable = Union[WriteableBuffer, _Address]
_Numbers = Union[WriteableBuffer, _Pointer[ctypes.c_int64], _CArgObject]
_Output = Union[ctypes.c_int, ctypes.Array[ctypes.c_int], _Pointer[ctypes.c_int], _CArgObject]
_Output64 = Union[ctypes.c_int64, ctypes.Array[ctypes.c_int64], _Pointer[ctypes.c_int64], _CArgObject]

__all__ = [
    "check",
{% for member in model.constants + model.functions %}
    "{{ member.name }}",
{% endfor %}
]

library: ctypes.CDLL
{% for constant in model.constants %}
{{ constant.name }}: Final = {{ constant.value }}
{% endfor %}

def check(result: int, name: Optional[_Text] = ...) -> int: ...
{% for function in model.functions %}
def {{ function.name }}{{ function | python_stub }}: ...
{% endfor %}
