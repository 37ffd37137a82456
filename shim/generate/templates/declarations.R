{# What the templates of R share. #}
{# A constant, as a string. #}
{% macro choice(name) -%}
"{{ model.by_name[name] | member | lower | replace("_", "-") }}"
{%- endmacro %}
{% macro default(argument, call) -%}
{% set value = call.default(argument, choice, 'as.octmode("{}")', either=", ", timeout="Inf") %}
{{- (" = c(" ~ value ~ ")" if "," in value else " = " ~ value) if value }}
{%- endmacro %}
{% macro returned(call) -%}
{% set function = call.function %}
{% if call.texts %}{{ "A character vector." if call.texts == "many" else "A string." }}
{%- elif call.buffer %}A raw vector.
{%- elif function.result_enum %}A character vector: the names of the flags.
{%- elif call.numbers %}A list of the fields by name.
{%- elif function.result == "status" and not call.outs %}`NULL`, invisibly.
{%- elif function.result == "status" and call.outs | length > 1 %}A list: {% for out in call.outs %}`{{ out.name | short }}`{{ ", " if not loop.last }}{% endfor %}.
{%- elif function.result == "status" %}{{ call.outs[0].prose | plain }}
{%- else %}{{ call.outcomes_as("`TRUE`", "`FALSE`") | join(" ") }}{% for out in call.outs %} The attribute `{{ out.name | short }}`: {{ out.prose | plain }}{% endfor %}
{%- endif %}
{%- endmacro %}
