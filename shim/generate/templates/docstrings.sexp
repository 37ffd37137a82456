;;;; {{ generated }}
;;;; (package name kind docstring lambda-list), one for each symbol and kind of definition.
{% set entries = model.entries | rejectattr("kind", "in", ("Slot", "Restart")) | list %}
(
{%- for annotation in model.functions + entries %}
{% for lisp in annotation.lisp %}

("{{ annotation.package }}" "{{ lisp.name }}" "{{ annotation.kind }}"
"{{ annotation | docstring }}"
"{{ lisp.lambda_list | escaped }}")
{%- endfor %}
{% endfor %})
