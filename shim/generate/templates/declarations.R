{# What the templates of R share. #}
{% macro default(argument, call) -%}
{% if call.kind(argument) == "timeout" %} = Inf
{%- elif argument.enum -%}
{% for constant in model.enum[argument.enum].constants if constant.name.endswith("_DEFAULT") %} = "default"{% endfor %}
{%- endif %}
{%- endmacro %}
{% macro returned(call) -%}
{% set function = call.function %}
{% if call.texts %}{{ "A character vector." if call.texts == "many" else "A string." }}
{%- elif call.room %}A raw vector.
{%- elif call.numbers %}A list of the fields by name.
{%- elif function.result == "status" and not call.outs %}`NULL`, invisibly.
{%- elif function.result == "status" and call.outs | length > 1 %}A list: {% for out in call.outs %}`{{ out.name | short }}`{{ ", " if not loop.last }}{% endfor %}.
{%- elif function.result == "status" %}{{ call.outs[0].prose | plain }}
{%- else %}{{ call.outcomes | join(" ") }}{% for out in call.outs %} The attribute `{{ out.name | short }}`: {{ out.prose | plain }}{% endfor %}
{%- endif %}
{%- endmacro %}
