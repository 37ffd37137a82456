{# Groups that touch no object, but memory that is mapped, or the library's tables. #}
{% set quick = ["ffi_errors", "ffi_constants", "sync_atomics", "sync_processes", "sync_locks", "sync_messages"] %}
{% set types = {"int": "CInt", "int64": "Int64", "string-in": "CString", "string-out": "CString", "bytes-in": "Ptr Word8",
                "bytes-out": "Ptr Word8", "int-out": "Ptr CInt", "int64-out": "Ptr Int64"} %}
-- {{ generated }}
{-# LANGUAGE InterruptibleFFI #-}

-- |
-- The functions of C, which return an error as a negative number. "PosixShm" documents them.
--
-- A function that can wait is a safe call, during which other threads run, and which an asynchronous exception interrupts. Those whose
-- time depends on the size of an object or of memory are safe calls too. The others are unsafe calls, which are faster.
module PosixShm.Foreign where

import Data.Int (Int64)
import Data.Word (Word8)
import Foreign.C.String (CString)
import Foreign.C.Types (CInt (..))
import Foreign.Ptr (Ptr)
{% for function in model.functions %}

foreign import ccall {{ "interruptible" if function.waits else "unsafe" if function.group.id in quick else "safe" }} "{{ function.name }}"
  {{ function.name }} :: {% for argument in function.arguments %}{{ types[argument.code] }} -> {% endfor %}IO {{ types[function.code] }}
{% endfor %}
