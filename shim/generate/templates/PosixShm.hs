{% set language = Language("haskell", style="camel") %}
{# The functions whose result belongs to a thread of the system, of which a thread of Haskell has none. #}
{% set of_a_thread = ["pshm_errno", "pshm_set_errno"] %}
{# Each address is a pointer to a type of its own. #}
{% macro number(code, role, letter="a") -%}
{% if role == "boolean" %}Bool
{%- elif role == "descriptor" %}Fd
{%- elif role == "address" %}Ptr {{ letter }}
{%- else %}{{ "Int64" if "64" in code else "CInt" }}
{%- endif %}
{%- endmacro %}
{% macro type_of(argument, call) -%}
{% set kind = call.kind(argument) %}
{% if kind == "text" %}String
{%- elif kind == "bytes" %}ByteString
{%- elif kind in ("flags", "enum") %}{{ argument.enum | pascal }}
{%- else %}{{ number(argument.code, argument.role, "abc"[call.addresses.index(argument) if argument in call.addresses else 0]) }}
{%- endif %}
{%- endmacro %}
{% macro results(call) -%}
{% set own = "" if call.function.result == "status" or call.buffer else call.function.result_enum | pascal if call.function.result_enum else number(call.function.code, call.function.result, "abc"[call.addresses | length]) %}
{% if call.texts %}{{ "[String]" if call.texts == "many" else "String" }}
{%- elif call.buffer %}ByteString
{%- elif call.numbers %}({{ call.numbers.of | pascal }} -> Int64)
{%- elif call.function.code == "string-in" %}String
{%- elif call.outs | length + (own != "") == 1 %}{{ own or number(call.outs[0].code, call.outs[0].of) }}
{%- else %}({{ own }}{% for out in call.outs %}{{ ", " if own or not loop.first }}{{ number(out.code, out.of) }}{% endfor %})
{%- endif %}
{%- endmacro %}
{# What C gets for an argument. #}
{% macro passed(argument, call) -%}
{% set kind, name = call.kind(argument), language.name(argument.name) %}
{% if kind in ("text", "bytes") or argument.role == "out" %}{{ name }}'
{%- elif kind == "size" and call.part(argument) == "length" %}size'
{%- elif kind == "size" and call.part(argument) == "number" %}{{ model.enum[call.numbers.of].constants | length }}
{%- elif kind in ("buffer", "int64s", "texts") %}buffer
{%- elif kind == "texts-size" %}size'
{%- elif kind == "timeout" %}left
{%- elif kind == "boolean" %}(fromBool {{ name }})
{%- elif kind in ("flags", "enum") %}(code {{ name }})
{%- elif argument.role == "address" %}(fromAddress {{ name }})
{%- elif argument.role == "descriptor" %}(fromIntegral {{ name }})
{%- else %}{{ name }}
{%- endif %}
{%- endmacro %}
{% macro called(call) -%}
{% set function = call.function %}
{% set timeout = function.arguments | selectattr("role", "equalto", "timeout") | first | default %}
{% set c = "C." ~ function.name %}
{% set file = function.arguments | selectattr("role", "equalto", "name") | first | default %}
check "{{ function.name }}" {{ "(Just name)" if file else "Nothing" }} $ {{ "waiting timeout $ \\left -> " if timeout -}}
{{ c }}{% for argument in function.arguments %} {{ passed(argument, call) }}{% endfor %}
{%- endmacro %}
{% macro meant(value, role, code) -%}
{% if role == "boolean" %}toBool {{ value }}
{%- elif role == "descriptor" %}fromIntegral {{ value }}
{%- elif role == "address" %}toAddress {{ value }}
{%- else %}{{ value }}
{%- endif %}
{%- endmacro %}
{% macro body(call) %}
{% set function = call.function %}
{{ function.name | camel }}{% for argument in call.given %} {{ language.name(argument.name) }}{% endfor %} =
{% for argument in call.strings %}
  withText "{{ function.name }}" {{ language.name(argument.name) }} $ \{{ language.name(argument.name) }}' ->
{% endfor %}
{% if call.bytes %}
  withBytes {{ language.name(call.bytes.name) }} $ \{{ language.name(call.bytes.name) }}' size' ->
{% endif %}
{% for out in call.outs %}
  alloca $ \{{ language.name(out.name) }}' ->{{ " do" if loop.last }}
{% endfor %}
{% if call.texts %}
  {{ "splitTexts" if call.texts == "many" else "oneText" }} $ \buffer size' -> {{ called(call) }}
{% elif call.buffer %}
  received {{ language.name(call.limit.name) }} $ \buffer -> {{ called(call) }}
{% elif call.numbers %}
  withArray (replicate {{ model.enum[call.numbers.of].constants | length }} 0) $ \buffer -> do
    _ <- {{ called(call) }}
    values <- peekArray {{ model.enum[call.numbers.of].constants | length }} buffer
    return (\field -> values !! fromIntegral (code field))
{% elif function.code == "string-in" %}
  peekText =<< C.{{ function.name }}{% for argument in function.arguments %} {{ passed(argument, call) }}{% endfor %}

{% elif function.result_enum %}
  {{ function.result_enum | pascal }} <$> ({{ called(call) }})
{% elif not call.outs and function.result == "status" %}
  () <$ ({{ called(call) }})
{% elif not call.outs %}
  {{ ("(\\result -> " ~ meant("result", function.result, function.code) ~ ") <$> (") if meant("result", function.result, function.code) != "result" else "(" }}{{ called(call) }})
{% else %}
{% set own = [] if function.result == "status" else [meant("result", function.result, function.code)] %}
    {{ "result" if own else "_" }} <- {{ called(call) }}
{% for out in call.outs %}
    {{ language.name(out.name) }} <- peek {{ language.name(out.name) }}'
{% endfor %}
    return ({{ ", ".join(own) }}{% for out in call.outs %}{{ ", " if own or not loop.first }}{{ meant(language.name(out.name), out.of, out.code) }}{% endfor %})
{% endif %}
{% endmacro %}
-- {{ generated }}
{-# LANGUAGE GeneralizedNewtypeDeriving #-}
{-# OPTIONS_GHC -Wno-name-shadowing #-}

-- |
-- POSIX shared memory: objects, mappings, locks and atomic operations between processes. Import it qualified:
--
-- > import qualified PosixShm as Shm
--
-- A failure is an 'IOException', with the function and the name of the object; "System.IO.Error" tests it, and 'errorOf' returns its
-- name. A name is encoded as UTF-8; a byte that is none is the character that "UTF-8\/\/ROUNDTRIP" makes of it. A name with a NUL is
-- an error. Timeouts are nanoseconds. A call that waits leaves other threads running if the program is linked with @-threaded@.
-- "PosixShm.Foreign" has the functions of C.
module PosixShm
  ( -- * Errors
    errorOf
  , -- * Timeouts
    noLimit
{% for enum in model.enums %}
{% set used = use(enum) %}
  , -- * {{ enum.brief | plain | haddock }}
{% if used == "enum" or indexes(enum) %}
    {{ enum.name | pascal }} (..)
{% else %}
{% if used == "flags" %}
    {{ enum.name | pascal }} (..)
{% endif %}
{% for constant in enum.constants %}
  {{ "  " if loop.first and used != "flags" else ", " }}{{ constant.name | camel }}
{% endfor %}
{% endif %}
{% endfor %}
{% for group in model.groups if group.functions %}
  , -- * {{ group.title }}
{% for function in group.functions if function.name not in of_a_thread %}
    {{ "" if loop.first else ", " }}{{ function.name | camel }}
{% endfor %}
{% endfor %}
  ) where

import Control.Exception (IOException, mask, onException)
import Data.Bits (Bits)
import Data.ByteString (ByteString)
import qualified Data.ByteString as ByteString
import qualified Data.ByteString.Unsafe as ByteString (unsafePackMallocCStringLen, unsafeUseAsCStringLen)
import Data.Int (Int64)
import Data.Word (Word8)
import Foreign.C.Error (Errno (..), eINTR, eINVAL, eTIMEDOUT, errnoToIOError)
import Foreign.C.String (CString, CStringLen)
import Foreign.C.Types (CInt (..))
import Foreign.Marshal.Alloc (alloca, allocaBytes, free, mallocBytes, reallocBytes)
import Foreign.Marshal.Array (peekArray, withArray)
import Foreign.Marshal.Utils (fromBool, toBool)
import Foreign.Ptr (Ptr, castPtr, nullPtr, ptrToWordPtr, wordPtrToPtr)
import Foreign.Storable (peek)
import GHC.Clock (getMonotonicTimeNSec)
import qualified GHC.Foreign as GHC (peekCString, peekCStringLen, withCString)
import GHC.IO.Encoding (TextEncoding, mkTextEncoding)
import GHC.IO.Exception (IOException (ioe_errno))
import qualified PosixShm.Foreign as C
import Prelude hiding (map, read, truncate)
import System.IO.Unsafe (unsafePerformIO)
import System.Posix.Types (Fd)

-- | The name of the error, such as @ENOENT@; empty if the exception has none.
errorOf :: IOException -> IO String
errorOf = maybe (return "") errorName . ioe_errno

-- | A timeout for a call that waits as long as it takes. A negative one, such as a time that has passed, does not wait.
noLimit :: Int64
noLimit = maxBound

-- Constants

class Code a where
  code :: a -> CInt
{% for enum in model.enums %}
{% set used, name = use(enum), enum.name | pascal %}

-- | {{ enum.brief | plain | haddock }}
{% if used == "enum" or indexes(enum) %}
data {{ name }}
{% for constant in enum.constants %}
  {{ "=" if loop.first else "|" }} {{ constant.name | pascal }} -- ^ {{ constant.prose | plain | haddock }}
{% endfor %}
  deriving (Bounded, Enum, Eq, Ord, Show)

instance Code {{ name }} where
{% for constant in enum.constants %}
  code {{ constant.name | pascal }} = {{ constant.value }}
{% endfor %}
{% else %}
{% if used == "flags" %}
newtype {{ name }} = {{ name }} CInt
  deriving (Bits, Eq, Num, Ord, Show)

instance Code {{ name }} where
  code ({{ name }} flags) = flags

{% endif %}
{% for constant in enum.constants %}
{{ "\n" if not loop.first }}-- | {{ constant.prose | plain | haddock }}
{{ constant.name | camel }} :: {{ name if used == "flags" else "Int64" }}
{{ constant.name | camel }} = {{ constant.value }}
{% endfor %}
{% endif %}
{% endfor %}

-- Functions
{% for function in model.functions if function.name not in of_a_thread %}
{% set call = function | call %}

{{ ("| " ~ (language.documentation(call) | replace("a negative timeout is no limit, 0 does not wait", "`noLimit` is no limit, 0 or less does not wait") | haddock)) | comment("-- ") }}
{{ function.name | camel }} :: {% for argument in call.given %}{{ type_of(argument, call) }} -> {% endfor %}IO {{ "(" ~ results(call) ~ ")" if " " in results(call) and not results(call).startswith("(") else results(call) }}
{{ body(call) -}}
{% endfor %}

-- How values reach C, and come back

check :: (Integral a) => String -> Maybe FilePath -> IO a -> IO a
check operation file call = do
  result <- call
  if result < 0 && result >= -4095 then raise operation file (Errno (negate (fromIntegral result))) else return result

raise :: String -> Maybe FilePath -> Errno -> IO a
raise operation file errno = ioError (errnoToIOError operation errno Nothing file)

-- | Call again after a signal, until the time is over. A call lasts for a second at most: an asynchronous exception interrupts it with a
-- signal, which the library does not notice while it tests whether the owner of a lock is alive.
waiting :: (Integral a) => Int64 -> (Int64 -> IO a) -> IO a
waiting timeout call
  | timeout <= 0 = call 0
  | otherwise = do
      start <- now
      again (max 1 . (timeout -) . subtract start <$> now)
  where
    second = 1000000000
    now = fromIntegral <$> getMonotonicTimeNSec
    again remaining = do
      left <- remaining
      result <- call (min left second)
      let is (Errno number) = fromIntegral result == negate number
      if is eINTR && left > 1 || is eTIMEDOUT && left > second then again remaining else return result

encoding :: TextEncoding
encoding = unsafePerformIO (mkTextEncoding "UTF-8//ROUNDTRIP")
{-# NOINLINE encoding #-}

-- | C would read a text only up to its NUL.
withText :: String -> String -> (CString -> IO a) -> IO a
withText operation text use
  | '\0' `elem` text = raise operation (Just text) eINVAL
  | otherwise = GHC.withCString encoding text use

peekText :: CString -> IO String
peekText text
  | text == nullPtr = return ""
  | otherwise = GHC.peekCString encoding text

withBytes :: (Num size) => ByteString -> (Ptr Word8 -> size -> IO a) -> IO a
withBytes bytes use =
  ByteString.unsafeUseAsCStringLen bytes $ \(buffer, size) -> use (castPtr buffer) (fromIntegral size)

-- | In memory of C: a size that cannot be allocated is an 'IOException'.
received :: Int64 -> (Ptr Word8 -> IO Int64) -> IO ByteString
received limit fill = mask $ \restore -> do
  buffer <- mallocBytes (fromIntegral (max 1 limit))
  size <- fromIntegral <$> restore (fill buffer) `onException` free buffer
  shrunk <- reallocBytes buffer (max 1 size)
  ByteString.unsafePackMallocCStringLen (castPtr shrunk, size)

-- | Ask for the size until the buffer is large enough.
filled :: (CStringLen -> IO a) -> (CString -> Int64 -> IO Int64) -> IO a
filled use fill = fill nullPtr 0 >>= attempt
  where
    attempt size = allocaBytes (fromIntegral size) $ \buffer -> do
      needed <- fill buffer size
      if needed > size then attempt needed else use (buffer, fromIntegral needed)

oneText :: (CString -> Int64 -> IO Int64) -> IO String
oneText = filled (\(buffer, size) -> GHC.peekCStringLen encoding (buffer, size - 1))

-- | Each of them ends in NUL.
splitTexts :: (CString -> Int64 -> IO Int64) -> IO [String]
splitTexts = filled (\buffer -> ByteString.packCStringLen buffer >>= mapM text . filter (not . ByteString.null) . ByteString.split 0)
  where
    text bytes = ByteString.unsafeUseAsCStringLen bytes (GHC.peekCStringLen encoding)

fromAddress :: Ptr a -> Int64
fromAddress = fromIntegral . ptrToWordPtr

toAddress :: Int64 -> Ptr a
toAddress = wordPtrToPtr . fromIntegral
