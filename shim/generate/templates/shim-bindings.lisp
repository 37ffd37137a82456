{% from "checked-function.lisp" import lambda_list, documentation, call %}
{% set types = {"int": ":int", "int64": ":int64"} %}
{% set checks = {"int": "check-int", "int64": "check-int64"} %}
;;;; {{ generated }}
;;;;
;;;; The version that these bindings were made for, the constants, and the functions. A function's arguments are checked
;;;; here, before the call: integers must fit, names must be strings that C can see the whole of. CHECK-INT and CHECK-INT64
;;;; take the value and the argument's name, and return the value; WITH-C-STRING makes of a string what C takes for one.

(in-package #:posix-shm/shim)

(defconstant +version+ {{ model.version_number }}
  "The version of the headers that these bindings were made from, as `pshm-version` gives it.")

(defconstant +stat-fields+ {{ model.by_name.pshm_stat_field.constants | length }}
  "How many fields `pshm-fstat` writes.")

;;; Constants

{% for constant in model.constants %}
(defconstant {{ constant.name | lisp_constant }} {{ constant.value }}
  "{{ constant.prose | raw | escaped | wrap }}")
{% endfor %}

(defparameter *keywords*
  '(
{%- for enum in model.enums if enum.kind %}
{{ "    " if not loop.first }}(:{{ enum.kind | replace("PSHM_KIND_", "") | lisp }}
{%- for constant in enum.constants %}

     (:{{ constant.keyword }} . {{ constant.value }})
{%- endfor %}
{% for constant in enum.constants %}
{% for alias in constant.aliases %}

     (:{{ alias }} . {{ constant.value }})
{%- endfor %}
{% endfor %})
{%- if not loop.last %}

{% endif %}
{% endfor %})
  "The keywords of every kind with their values: the long names, then the short aliases.")

;;; Functions
{% for function in model.functions %}
{% set name = function.name | lisp %}

#-clisp (declaim (inline %{{ name }} {{ name }}))
(define-c-function ("{{ function.name }}" %{{ name }}) {{ "(:string :encoding :utf-8)" if function.code == "string-in" else types[function.code] }}
{%- for argument in function.arguments %}

  ({{ argument.name | lisp }} {{ types.get(argument.code, ":pointer") }})
{%- endfor %})

(defun {{ name }} {{ lambda_list(function) }}
{{ documentation(function) }}
{% set strings = function.arguments | selectattr("code", "eq", "string-in") | map(attribute="name") | map("lisp") | list %}
  {%+ for string in strings %}(with-c-string ({{ string }})
    {%+ endfor %}{{ call(function, checks) }}{{ ")" * strings | length }})
{% endfor %}
