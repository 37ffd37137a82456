{% set nim = Language("nim", style="camel", other="`{}`", variable="{}InC",
    types={"int": "cint", "int64": "int64", "string-in": "cstring", "bytes-in": "pointer", "string-out": "pointer", "bytes-out": "pointer",
        "int64-out": "ptr int64", "int-out": "ptr cint"},
    parameters={"text": "{name}: string", "bytes": "{name}: openArray[byte]", "buffer": "{name}: var openArray[byte]",
        "int64s": "{name}: var openArray[int64]", "boolean": "{name}: bool", "timeout": "{name} = forever", "flags": "{name}: {enum}",
        "enum": "{name}: {enum}", "int": "{name}: int", "int64": "{name}: int64"},
    passed={"text": "{name}.cstring", "bytes": "start({name})", "buffer": "start({name})", "int64s": "start({name})",
        "boolean": "cint({name})", "timeout": "rest", "flags": "cint({name})", "enum": "cint({name})", "int": "cint({name})", "int64": "{name}",
        "size": "{type}({buffer}.len)", "out-int": "addr {name}InC", "out-int64": "addr {name}InC", "texts": "buffer", "texts-size": "{type}(size)"},
    results={"string": "string", "boolean": "bool", "int": "int", "int64": "int64", "flags": "{enum}"},
    values={"string": "fixed({name})", "boolean": "{name} != 0", "int": "int({name})", "int64": "{name}", "flags": "{enum}({name})"},
    defaults={"enum": "{enum}.{member}", "flags": "{name}", "or": " or ", "number": "{enum}({value})"},
    timeout="From now; `forever` is no limit, a duration of 0 or a negative one does not wait.") %}
{% set renamed = {"pshm_discard": "discardRange"} %}
# {{ generated }}
## POSIX shared memory through libposix-shm: objects, mappings, atomics, locks and rings of messages that processes in all languages share.
##
## The procedures whose names begin with `pshm_` are those of C, and `PSHM_` its constants; a result from -4095 to -1 is a negated errno.
## Over them each procedure has its name without the prefix, and types for options and flags: it measures arrays, returns its outputs, raises
## a `PosixShmError`, and goes on with a wait that a signal has ended.
##
## The library is loaded when the program starts.
import std/[monotimes, strutils, times]

const library = "libposix-shm.so.0"

{% for enum in model.enums %}
{{ enum.brief | comment("# ") }}
const
{% for constant in enum.constants %}
  {{ constant.name }}* = {{ constant.value }}.cint ## {{ constant.prose | plain }}
{% endfor %}

{% endfor %}
{.push importc, cdecl, dynlib: library.}
{% for function in model.functions %}
proc {{ function.name }}*({% for argument in function.arguments %}{{ "`" ~ argument.name ~ "`" if argument.name in nim.reserved else argument.name }}: {{ nim.type(argument) }}{{ ", " if not loop.last }}{% endfor %}): {{ nim.type(function) }}
  {{ function.brief | comment("  ## ") | trim }}
{% endfor %}
{.pop.}

type
{% for enum in model.enums if use(enum) == "enum" %}
  {{ nim.type_name(enum.name) }}* {.pure.} = enum
    {{ enum.brief | comment("    ## ") | trim }}
{% for constant in enum.constants | sort(attribute="value") %}
    {{ nim.name(constant | member) }} = {{ constant.value }}
{% endfor %}
{% endfor %}
{% for enum in model.enums if use(enum) == "flags" %}
  {{ nim.type_name(enum.name) }}* = distinct cint
    {{ enum.brief | comment("    ## ") | trim }}
{% endfor %}

{% for enum in model.enums if use(enum) == "flags" %}
{% set type = nim.type_name(enum.name) %}
proc `or`*(a, b: {{ type }}): {{ type }} {.borrow.}
proc `and`*(a, b: {{ type }}): {{ type }} {.borrow.}
proc `not`*(a: {{ type }}): {{ type }} {.borrow.}
proc `==`*(a, b: {{ type }}): bool {.borrow.}
proc `$`*(a: {{ type }}): string {.borrow.}
const
{% for constant in enum.constants %}
  {{ constant.name | pascal }}* = {{ type }}({{ constant.name }}) ## {{ constant.prose | plain }}
{% endfor %}

{% endfor %}
const declaredVersion* = {{ model.version_number }}
  ## The version of the library that these declarations were made from, as `pshm_version` gives it.

const forever* = initDuration(days = 100_000)
  ## The timeout without a limit. A negative one, such as the rest until a deadline that has passed, does not wait.

type PosixShmError* = object of OSError
  ## Why a procedure failed. `errorCode` is the errno of the system.
  operation*: string ## The function of C.

proc fixed(text: cstring): string =
  # A constant of the library; empty where C has NULL.
  if text.isNil: "" else: $text

proc errorName*(error: ref PosixShmError): string =
  ## The name of the error, such as ENOENT.
  fixed(pshm_error_name(error.errorCode.cint))

proc check*[T: cint | int64](operation: string, value: T): T {.discardable.} =
  ## A result of a function of C: from -4095 to -1 it is an error.
  if value < 0 and value >= -4095:
    var error = newException(PosixShmError, operation & ": " & fixed(pshm_strerror(value.cint)))
    error.errorCode = -value.int32
    error.operation = operation
    raise error
  value

proc rejectNul(text: string) =
  # C reads a text up to its first NUL.
  if '\0' in text:
    raise newException(ValueError, "a text has a NUL")

proc start[T](bytes: openArray[T]): ptr T =
  # C asks for the size with NULL.
  if bytes.len == 0: nil else: unsafeAddr bytes[0]

proc texts(operation: string, write: proc (buffer: pointer, size: int): int64): seq[string] =
  # The texts that a function writes, each with its NUL. Their size may change between two calls.
  var buffer = ""
  while true:
    let size = check(operation, write((if buffer.len == 0: nil else: addr buffer[0]), buffer.len)).int
    if size == 0:
      return @[]
    if size <= buffer.len:
      return buffer[0 ..< size - 1].split('\0')
    buffer = newString(size)

template again(operation: string, timeout: Duration, call: untyped): untyped =
  # A wait, which goes on with the rest of its timeout when a signal has ended it.
  block:
    let
      interrupted = -pshm_error_number("EINTR")
      # What has too many nanoseconds is no limit, and that is -1 in C.
      endless = timeout.inDays > 36500
      limit = if endless or timeout < DurationZero: DurationZero else: timeout
      finish = getMonoTime() + limit
    var
      rest {.inject.} = if endless: -1'i64 else: limit.inNanoseconds
      value = call
    while value == interrupted:
      if rest > 0:
        rest = max(1, (finish - getMonoTime()).inNanoseconds)
      value = call
    check(operation, value)

proc memory*[T](address: int64, kind: typedesc[T]): ptr UncheckedArray[T] =
  ## The memory at an address, as an array.
  cast[ptr UncheckedArray[T]](address)

{% set own = {"descriptor": "fd", "address": "at", "boolean": "done"} %}
{% for function in model.functions %}
{% set call = Call(function) %}
{% set types = {"one": ["string"], "many": ["seq[string]"]}.get(call.texts) or nim.result_types(call) %}
{% if types | length > 1 %}
{% set named = ([own[function.result] ~ ": " ~ types[0]] if function.result != "status" else []) + nim.outs(call, "{name}: {type}") %}
{% endif %}
{% set c %}
{{ function.name }}(
{%- for argument in function.arguments %}{{ nim.argument(argument, call) }}{{ ", " if not loop.last }}{% endfor -%}
)
{%- endset %}
{% set checked = 'again("' ~ function.name ~ '", timeout, ' ~ c ~ ")" if function.waits else 'check("' ~ function.name ~ '", ' ~ c ~ ")" if call.fails else c %}
proc {{ renamed.get(function.name, nim.name(function.name)) }}*({% for argument in call.parameters %}{{ nim.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %}
){{ ": " if types }}{{ types[0] if types | length == 1 else "tuple[" ~ named | join(", ") ~ "]" if types }} =
{{ nim.documentation(call) | comment("  ## ") }}
{% for argument in call.parameters if call.kind(argument) == "text" %}
  rejectNul({{ nim.name(argument.name) }})
{% endfor %}
{% for out in call.outs %}
  var {{ nim.name(out.name) }}InC: {{ "int64" if out.code == "int64-out" else "cint" }}
{% endfor %}
{% if call.texts %}
  texts("{{ function.name }}", proc (buffer: pointer, size: int): int64 = {{ c }}){{ ".join" if call.texts == "one" }}
{% elif call.outs %}
  {{ "discard " if function.result == "status" else "let returned = " }}{{ checked }}
{% set values = nim.values_of(call, "returned") %}
  {{ values[0] if values | length == 1 else "(" ~ values | join(", ") ~ ")" }}
{% elif function.result == "status" %}
  discard {{ checked }}
{% else %}
  {{ nim.values_of(call, checked)[0] }}
{% endif %}
{% if not loop.last %}

{% endif %}
{% endfor %}
