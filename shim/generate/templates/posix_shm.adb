{% from "declarations.ada" import title, type_of, heading, number, result with context %}
{# What C gets for an argument. #}
{% macro passed(argument, call, shorter, buffer) -%}
{% set kind, name = call.kind(argument), title(argument.name) %}
{% if kind == "text" %}To_C (Whole ({{ name }}, "{{ call.function.name }}"))
{%- elif kind in ("bytes", "buffer") %}{{ name }}'Address
{%- elif kind == "size" %}{{ title(call.measured(argument).name) if not call.numbers else "Result" }}'Length
{%- elif kind == "int64s" %}Result'Address
{%- elif kind == "texts" %}{{ "Text'Address" if buffer else "System.Null_Address" }}
{%- elif kind == "texts-size" %}{{ "Text'Length" if buffer else "0" }}
{%- elif kind == "boolean" %}Boolean'Pos ({{ name }})
{%- elif kind == "timeout" %}Nanoseconds ({{ name }})
{%- elif kind == "enum" %}{{ type_of(model.enum[argument.enum]) }}'Enum_Rep ({{ name }})
{%- elif kind == "flags" or argument.role == "descriptor" %}int ({{ name }})
{%- elif argument.role == "address" %}To_Integer_64 ({{ name }})
{%- elif argument.role == "out" %}{{ "null" if shorter else "C_" ~ name ~ "'Access" }}
{%- else %}{{ name }}
{%- endif %}
{%- endmacro %}
{% macro called(call, shorter=false, buffer=false) -%}
Thin.{{ title(call.function.name) }}
{%- if call.function.arguments %} ({% for argument in call.function.arguments %}
{{ passed(argument, call, shorter, buffer) }}{{ ", " if not loop.last }}
{%- endfor %}){% endif %}
{%- endmacro %}
{% macro checked(call, shorter=false, buffer=false) -%}
{% set result = called(call, shorter, buffer) %}
Check ({{ "Integer_64 (" ~ result ~ ")" if call.function.code == "int" else result }}, "{{ call.function.name }}")
{%- endmacro %}
{# A value of C, as what it means. #}
{% macro meant(value, role, code) -%}
{% if role == "boolean" %}{{ value }} /= 0
{%- elif role == "address" %}To_Address ({{ value }})
{%- elif number(code, role) == "Interfaces.Integer_64" %}{{ value }}
{%- else %}{{ number(code, role) }} ({{ value }})
{%- endif %}
{%- endmacro %}
{% macro body(call, shorter=false) %}
{% set function, result = call.function, result(call) %}
{% set outs = [] if shorter else call.outs %}

{{ heading(call, shorter) }} is
{% if call.texts %}
      Size : Integer_64 := {{ checked(call) }};
   begin
      loop
         declare
            Text : String (1 .. Natural (Size));
         begin
            Size := {{ checked(call, buffer=true) }};
            if Size <= Text'Length then
               return {{ "Names" if call.texts == "many" else "Without_NUL" }} (Text (1 .. Natural (Size)));
            end if;
         end;
      end loop;
   end {{ title(function.name) }};
{% elif call.numbers %}
      Result : {{ result }} := (others => 0);
   begin
      {{ checked(call) }};
      return Result;
   end {{ title(function.name) }};
{% elif function.code == "string-in" %}
     (To_String ({{ called(call) }}));
{% elif result and not outs %}
{% set value = checked(call, shorter) %}
     ({{ result ~ " (" ~ value ~ ")" if function.result_enum else meant(value, function.result, function.code) }});
{% else %}
{% for out in outs %}
      C_{{ title(out.name) }} : aliased {{ "Integer_64" if "64" in out.code else "int" }};
{% endfor %}
{% if result %}
      Result : constant Integer_64 := {{ checked(call, shorter) }};
{% endif %}
   begin
{% if not result %}
      {{ checked(call, shorter) }};
{% endif %}
{% for out in outs %}
      {{ title(out.name) }} := {{ meant("C_" ~ title(out.name), out.of, out.code) }};
{% endfor %}
{% if result %}
      return {{ meant("Result", function.result, function.code) }};
{% endif %}
   end {{ title(function.name) }};
{% endif %}
{% endmacro %}
--  {{ generated }}

with Ada.Unchecked_Conversion;
with Interfaces;              use Interfaces;
with Interfaces.C.Strings;    use Interfaces.C; use Interfaces.C.Strings;
with Posix_Shm.Thin;
with System.Storage_Elements;

package body Posix_Shm is

   function Check (Result : Integer_64; Operation : String) return Integer_64;
   procedure Check (Result : Integer_64; Operation : String);
   --  Raise Shm_Error for a result that is an error.

   function Whole (Text : String; Operation : String) return String;
   --  C would read a text only up to its NUL.

   function To_String (Text : chars_ptr) return String is
     (if Text = Null_Ptr then "" else Value (Text));

   function Without_NUL (Text : String) return String is
     (Text (Text'First .. Text'Last - 1));

   function Names (Text : String) return Name_List;
   --  Each of them ends in NUL.

   function Nanoseconds (Timeout : Duration) return Integer_64 is
     (if Timeout < 0.0 then -1
      elsif Timeout >= 9.0E9 then Integer_64'Last
      else Integer_64 (Long_Long_Float (Timeout) * 1.0E9));

   --  An address is a signed number for C, and may be above 2 ** 63.
   function Signed is new Ada.Unchecked_Conversion (Unsigned_64, Integer_64);
   function Unsigned is new Ada.Unchecked_Conversion (Integer_64, Unsigned_64);

   function To_Integer_64 (Address : System.Address) return Integer_64 is
     (Signed (Unsigned_64 (System.Storage_Elements.To_Integer (Address))));

   function To_Address (Value : Integer_64) return System.Address is
     (System.Storage_Elements.To_Address (System.Storage_Elements.Integer_Address (Unsigned (Value))));

   procedure Fail (Error : int; Operation : String) with No_Return;

   procedure Fail (Error : int; Operation : String) is
   begin
      raise Shm_Error with Error_Name (Error) & ": " & Strerror (Error) & " (" & Operation & ")";
   end Fail;

   function Check (Result : Integer_64; Operation : String) return Integer_64 is
   begin
      if Result in -4095 .. -1 then
         Fail (int (-Result), Operation);
      end if;
      return Result;
   end Check;

   procedure Check (Result : Integer_64; Operation : String) is
      Ignored : constant Integer_64 := Check (Result, Operation);
      pragma Unreferenced (Ignored);
   begin
      null;
   end Check;

   function Whole (Text : String; Operation : String) return String is
   begin
      if (for some Character of Text => Character = ASCII.NUL) then
         Fail (Error_Number ("EINVAL"), Operation);
      end if;
      return Text;
   end Whole;

   function Names (Text : String) return Name_List is
      First : Positive := Text'First;
   begin
      return Found : Name_List do
         for Last in Text'Range loop
            if Text (Last) = ASCII.NUL then
               Found.Append (Text (First .. Last - 1));
               First := Last + 1;
            end if;
         end loop;
      end return;
   end Names;

   function Error_Name (Occurrence : Ada.Exceptions.Exception_Occurrence) return String is
      Message : constant String := Ada.Exceptions.Exception_Message (Occurrence);
   begin
      for Last in Message'Range loop
         if Message (Last) = ':' then
            return Message (Message'First .. Last - 1);
         end if;
      end loop;
      return Message;
   end Error_Name;
{% for function in model.functions %}
{% set call = function | call %}
{{ body(call) -}}
{% if call.shorter %}
{{ body(call, true) -}}
{% endif %}
{% endfor %}

end Posix_Shm;
