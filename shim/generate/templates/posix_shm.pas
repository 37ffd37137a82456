{% set c_types = {"int": "cint", "int64": "cint64", "string-in": "PAnsiChar", "string-out": "PAnsiChar", "bytes-in": "Pointer",
                  "bytes-out": "Pointer", "int-out": "pcint", "int64-out": "pcint64"} %}
{% set out_types = {"boolean": "Boolean", "descriptor": "cint"} %}
{% macro name(thing) -%}
{{ "A" if thing.role is defined else "Pshm" }}{{ thing.name | pascal }}
{%- endmacro %}
{% macro arguments(function) -%}
{% if function.arguments %}({% for argument in function.arguments %}{{ name(argument) }}: {{ c_types[argument.code] }}{{ "; " if not loop.last }}{% endfor %}){% endif %}
{%- endmacro %}
{% macro constant(name) -%}
{{ name }}
{%- endmacro %}
{% macro given(argument, call) -%}
{% set part = call.part(argument) %}
{% if part == "bytes" %}const {{ name(argument) }}
{%- elif part == "buffer" %}var {{ name(argument) }}
{%- elif argument.role == "out" %}out {{ name(argument) }}: {{ out_types.get(argument.of, "cint64") }}
{%- elif argument.code == "string-in" %}const {{ name(argument) }}: RawByteString
{%- elif argument.role == "address" %}{{ name(argument) }}: Pointer
{%- elif argument.role == "boolean" %}{{ name(argument) }}: Boolean
{%- else %}{{ name(argument) }}: {{ c_types[argument.code] }}
{%- endif %}
{%- endmacro %}
{% macro result(call) -%}
{% if call.text %}{{ "TPshmNames" if call.texts == "many" else "RawByteString" }}
{%- elif call.numbers %}TPshmFields
{%- elif call.function.code == "string-in" %}RawByteString
{%- elif call.function.result == "address" %}Pointer
{%- elif call.function.result == "boolean" %}Boolean
{%- elif call.function.result != "status" %}{{ c_types[call.function.code] }}
{%- endif %}
{%- endmacro %}
{% macro heading(call, short=false) -%}
{% set arguments = call.shown(not short) %}
{% set result = result(call) %}
{{ "function" if result else "procedure" }} {{ name(call.function) }}
{%- if arguments %}({% for argument in arguments %}{{ given(argument, call) }}
{%- set following = arguments[loop.index0:] %}
{%- if following | selectattr("default") | list == following %} = {{ call.default(argument, constant, "&{}", timeout="-1") }}{% endif %}
{{ "; " if not loop.last }}{% endfor %}){% endif %}
{{- ": " ~ result if result }};
{%- endmacro %}
{% macro handed_on(call, short=false) -%}
{% for argument in call.function.arguments %}
{% set part = call.part(argument) %}
{% if part in ("bytes", "buffer") %}@{{ name(argument) }}
{%- elif argument.role == "out" %}{{ "nil" if short else "@Flag" if argument.of == "boolean" else "@" ~ name(argument) }}
{%- elif part == "texts" %}Pointer(Text)
{%- elif part == "texts-size" %}Length(Text)
{%- elif part == "int64s" %}@Result[0]
{%- elif part == "number" %}Length(Result)
{%- elif argument.code == "string-in" %}Terminated({{ name(argument) }}, '{{ call.function.name }}')
{%- elif argument.role == "address" %}cint64(PtrUInt({{ name(argument) }}))
{%- elif argument.role == "boolean" %}Ord({{ name(argument) }})
{%- else %}{{ name(argument) }}
{%- endif %}
{{- ", " if not loop.last -}}
{% endfor %}
{%- endmacro %}
{% macro body(call, short=false) %}
{% set function = call.function %}
{% set called = function.name ~ ("(" ~ handed_on(call, short) ~ ")" if function.arguments else "") %}
{% set checked = "PshmCheck(" ~ called ~ ", '" ~ function.name ~ "')" if call.fails else called %}
{% set flag = none if short else call.flag %}

{{ heading(call, short) | wrap(110, "  ") }}
{% if call.text %}
var
  Text: RawByteString;
  Needed: cint64;
begin
  Text := '';
  Needed := {{ checked }};
  while Needed > Length(Text) do
  begin
    SetLength(Text, Needed);
    Needed := {{ checked }};
  end;
  Result := {{ "NamesIn" if call.texts == "many" else "WithoutNul" }}(Text, Needed);
end;
{% else %}
{% if flag %}
var
  Flag: cint;
{% endif %}
begin
{% if call.numbers %}
  Result := nil;
  SetLength(Result, {{ model.enum[call.numbers.of].constants | length }});
  {{ checked }};
{% elif not result(call) %}
  {{ checked }};
{% elif function.result == "address" %}
  Result := Pointer(PtrUInt({{ checked }}));
{% elif function.result == "boolean" %}
  Result := {{ checked }} <> 0;
{% else %}
  Result := {{ checked }};
{% endif %}
{% if flag %}
  {{ name(flag) }} := Flag <> 0;
{% endif %}
end;
{% endif %}
{% endmacro %}
// {{ generated }}
//
// Every constant and every function of libposix-shm. The functions in the manner of Pascal raise EPosixShm where C returns an error,
// and take addresses as pointers; those of C follow them, under their own names. Where the library is in no folder of the system,
// the option -Fl names its folder.

unit posix_shm;

{$mode objfpc}{$H+}

interface

uses
  ctypes, SysUtils;

const
{% for enum in model.enums %}
{{ "\n" if not loop.first }}  // {{ enum.brief | plain | wrap(100, "  // ") }}
{% for constant in enum.constants %}
  {{ constant.name }} = {{ constant.value }};
{% endfor %}
{% endfor %}

type
  // The fields of an object, each at the index of its constant: Fields[PSHM_STAT_SIZE].
  TPshmFields = array of cint64;
  TPshmNames = array of RawByteString;

  // A function of the library has failed.
  EPosixShm = class(Exception)
  private
    FError: cint;
    FOperation: string;
  public
    constructor Create(AError: cint; const AOperation: string);
    // The name of the error, such as 'ENOENT'.
    function ErrorName: string;
    // The number of the error, above 0.
    property Error: cint read FError;
    // The function that failed.
    property Operation: string read FOperation;
  end;

// Raise EPosixShm for a result of C that is an error; else return it.
function PshmCheck(AResult: cint64; const AOperation: string): cint64;

// The functions in the manner of Pascal
{% for function in model.functions %}
{% set call = function | call %}

// {{ function.brief | plain | wrap(100, "// ") }}
{% for argument in call.shown() %}
//   {{ name(argument) }}: {{ argument.prose | plain | wrap(100, "//     ") }}
{% endfor %}
{% for line in call.outcomes if result(call) %}
//   Result: {{ line | wrap(100, "//     ") }}
{% endfor %}
{% for line in call.causes %}
//   {{ line | wrap(100, "//     ") }}
{% endfor %}
{{ heading(call) | wrap(110, "  ") }}{{ " overload;" if call.shorter }}
{% if call.shorter %}
{{ heading(call, true) | wrap(110, "  ") }} overload;
{% endif %}
{% endfor %}

// The functions of C
{% for function in model.functions %}
function {{ function.name }}{{ arguments(function) }}: {{ c_types[function.code] }}; cdecl; external 'posix-shm';
{% endfor %}

implementation

constructor EPosixShm.Create(AError: cint; const AOperation: string);
begin
  inherited CreateFmt('%s (%s in %s)', [pshm_strerror(AError), pshm_error_name(AError), AOperation]);
  FError := AError;
  FOperation := AOperation;
end;

function EPosixShm.ErrorName: string;
begin
  Result := pshm_error_name(FError);
end;

function PshmCheck(AResult: cint64; const AOperation: string): cint64;
begin
  if (AResult >= -4095) and (AResult < 0) then
    raise EPosixShm.Create(-AResult, AOperation);
  Result := AResult;
end;

// C would read a name only up to its NUL.
function Terminated(const AText: RawByteString; const AOperation: string): PAnsiChar;
begin
  if Pos(#0, AText) > 0 then
    raise EPosixShm.Create(pshm_error_number('EINVAL'), AOperation);
  Result := PAnsiChar(AText);
end;

function WithoutNul(const AText: RawByteString; ASize: cint64): RawByteString;
begin
  Result := Copy(AText, 1, ASize - 1);
end;

// Each name ends in NUL.
function NamesIn(const AText: RawByteString; ASize: cint64): TPshmNames;
var
  First, Last: SizeInt;
begin
  Result := nil;
  First := 1;
  for Last := 1 to ASize do
    if AText[Last] = #0 then
    begin
      SetLength(Result, Length(Result) + 1);
      Result[High(Result)] := Copy(AText, First, Last - First);
      First := Last + 1;
    end;
end;
{% for function in model.functions %}
{% set call = function | call %}
{{ body(call) -}}
{% if call.shorter %}
{{ body(call, true) -}}
{% endif %}
{% endfor %}

end.
