{# What the templates of Ada share. #}
{% set language = Language("ada", style="title", other="Pshm_{}") %}
{% macro title(name) -%}
{{ language.name(name) }}
{%- endmacro %}

{% macro type_of(enum) -%}
{% set use = use(enum) %}
{% if use == "flags" %}{{ title(enum.name.removesuffix("_flag")) }}_Flags
{%- elif use == "enum" %}{{ title(enum.name) }}_Option
{%- else %}{{ title(enum.name) }}
{%- endif %}
{%- endmacro %}

{# The type of what is no enumeration: by what C gives, and what it means. #}
{% macro number(code, role) -%}
{% if role == "boolean" %}Boolean
{%- elif role == "descriptor" %}Descriptor
{%- elif role == "address" %}System.Address
{%- elif role == "timeout" %}Duration
{%- elif role == "flags" %}Interfaces.C.unsigned
{%- else %}{{ "Interfaces.C.int" if code.startswith("int") and "64" not in code else "Interfaces.Integer_64" }}
{%- endif %}
{%- endmacro %}

{% macro parameter(argument, call) -%}
{% set kind = call.kind(argument) %}
{{ title(argument.name) }} : {% if kind == "text" %}String
{%- elif kind == "bytes" %}Ada.Streams.Stream_Element_Array
{%- elif kind == "buffer" %}out Ada.Streams.Stream_Element_Array
{%- elif kind in ("flags", "enum") %}
{%- set enum = model.enum[argument.enum] -%}
{{ type_of(enum) }}
{%- elif argument.role == "out" %}out {{ number(argument.code, argument.of) }}
{%- else %}{{ number(argument.code, argument.role) }}
{%- endif %}
{%- set default = call.default(argument, title, "8#{}#", timeout="No_Limit") %}
{{- " := " ~ default if default }}
{%- endmacro %}

{% macro result(call) -%}
{% if call.texts %}{{ "Name_List" if call.texts == "many" else "String" }}
{%- elif call.numbers %}{{ type_of(model.enum[call.numbers.of]) }}_List
{%- elif call.function.code == "string-in" %}String
{%- elif call.function.result_enum %}{{ type_of(model.enum[call.function.result_enum]) }}
{%- elif call.function.result != "status" %}{{ number(call.function.code, call.function.result) }}
{%- endif %}
{%- endmacro %}

{% macro heading(call, shorter=false) -%}
{% set result = result(call) %}
{% set shown = call.parameters | list + ([] if shorter else call.outs) %}
{% set head = "   " ~ ("function " if result else "procedure ") ~ title(call.function.name) %}
{{ head }}
{%- if shown | rejectattr("code", "equalto", "int64s") | list %}
{%- for argument in shown if not call.kind(argument) == "int64s" %}
{{ " (" if loop.first else ";\n" ~ " " * (head | length + 2) }}{{ parameter(argument, call) }}
{%- endfor %}){% endif %}
{{- " return " ~ result if result }}
{%- endmacro %}
