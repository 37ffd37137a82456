{% from "declarations.ada" import language, title, type_of, heading with context %}
--  {{ generated }}
--
--  The thick binding of libposix-shm: an error of C is the exception Shm_Error, a buffer is an array, an output that C may leave out
--  has a second form of the subprogram without it. A String has the bytes that C gets: UTF-8, or any other encoding; one with a NUL
--  is an error. The thin binding is Posix_Shm.Thin.

with Ada.Containers.Indefinite_Vectors;
with Ada.Exceptions;
with Ada.Streams;
with Interfaces.C;
with System;

package Posix_Shm is

   Shm_Error : exception;
   --  A function has failed. The message begins with the name of the error, as in "ENOENT: no such object or file (pshm_open)".

   function Error_Name (Occurrence : Ada.Exceptions.Exception_Occurrence) return String;
   --  The name of the error in an occurrence of Shm_Error, such as "ENOENT".

   type Descriptor is new Interfaces.C.int;

   No_Limit : constant Duration := -1.0;
   --  A timeout for a call that waits as long as it takes.

   package Name_Vectors is new Ada.Containers.Indefinite_Vectors (Positive, String);
   subtype Name_List is Name_Vectors.Vector;

   --  Constants
{% for enum in model.enums %}
{% set name = type_of(enum) %}
{% set used = use(enum) %}

{% if used == "flags" %}
   type {{ name }} is new Interfaces.C.unsigned;
{{ enum.brief | comment("   --  ") }}
{% for constant in enum.constants %}
   {{ title(constant.name) }} : constant {{ name }} := 16#{{ "%X" | format(constant.value) }}#;
{% endfor %}
{% elif used == "enum" or indexes(enum) %}
   type {{ name }} is
     ({% for constant in enum.constants %}{{ title(constant.name) }}{{ ",\n      " if not loop.last }}{% endfor %})
     with Convention => C;
{{ enum.brief | comment("   --  ") }}

   for {{ name }} use
     ({% for constant in enum.constants %}{{ title(constant.name) }} => {{ constant.value }}{{ ",\n      " if not loop.last }}{% endfor %});
{% if indexes(enum) %}

   type {{ name }}_List is array ({{ name }}) of Interfaces.Integer_64 with Convention => C;
{% endif %}
{% else %}
{{ enum.brief | comment("   --  ") }}
{% for constant in enum.constants %}
   {{ title(constant.name) }} : constant := {{ constant.value }};
{% endfor %}
{% endif %}
{% endfor %}
{% for group in model.groups if group.functions %}

   --  {{ group.title }}
{% for function in group.functions %}
{% set call = function | call %}

{% if call.shorter %}
{{ heading(call, true) }};
{% endif %}
{{ heading(call) }};
{{ language.documentation(call) | comment("   --  ") }}
{% endfor %}
{% endfor %}

end Posix_Shm;
