{% from "declarations.ada" import title with context %}
{% set types = {"int": "int", "int64": "Integer_64", "string-in": "char_array", "string-out": "System.Address", "bytes-in": "System.Address",
                "bytes-out": "System.Address", "int-out": "access int", "int64-out": "access Integer_64"} %}
--  {{ generated }}
--
--  The functions of C, which return an error as a negative number. Posix_Shm documents them.

with Interfaces;           use Interfaces;
with Interfaces.C;         use Interfaces.C;
with Interfaces.C.Strings; use Interfaces.C.Strings;
with System;

package Posix_Shm.Thin is
   pragma Linker_Options ("-lposix-shm");
{% for function in model.functions %}

{% set head = "   function " ~ title(function.name) %}
{{ head }}
{%- if function.arguments %} ({% for argument in function.arguments -%}
{{ title(argument.name) }} : {{ "System.Address" if argument.role == "buffer" else types[argument.code] }}
{%- if not loop.last %};
{{ " " * (head | length + 2) }}{% endif %}
{%- endfor %}){% endif %} return {{ "chars_ptr" if function.code == "string-in" else types[function.code] }}
     with Import, Convention => C, External_Name => "{{ function.name }}";
{% endfor %}
end Posix_Shm.Thin;
