{# The function of a Lisp package over its raw one, %NAME: the same, with the arguments checked. #}
{% macro lambda_list(function) %}({{ function.arguments | map(attribute="name") | map("lisp") | join(" ") }}){% endmacro %}

{% macro documentation(function) %}
  "{{ function.brief | raw | escaped | wrap }}
{%- if function.returns %}

Return: {{ function.returns | raw | escaped | wrap }}
{%- endif %}"
{%- endmacro %}

{% macro checked(argument, checks) %}
{% set name = argument.name | lisp %}
{{ "(%s %s '%s)" | format(checks[argument.code], name, name) if argument.code in checks else name }}
{%- endmacro %}

{% macro call(function, checks) %}
(%{{ function.name | lisp }}
{%- for argument in function.arguments %} {{ checked(argument, checks) }}{% endfor %})
{%- endmacro %}
