{% set conversions = {"address": "pointer-to-int64", "name": "one-slash", "id": "id-or-leave"} %}
{% set converters = {"status": "failed-or-0", "address": "failed-or-pointer", "string": "identity"} %}
{% macro passed(argument, name) %}
{% set bitfield = (model.by_name[argument.of].lisp_type if argument.role == "flags") %}
{% if name is none %}
posix-shm/shim:+stat-fields+
{%- elif bitfield %}
(cffi:convert-to-foreign {{ name }} '{{ bitfield }})
{%- elif argument.role in conversions %}
({{ conversions[argument.role] }} {{ name }})
{%- else %}
{{ name }}
{%- endif %}
{% endmacro %}
;;;; {{ generated }}
;;;;
;;;; The bitfields, and the functions with the POSIX convention: -1 on failure, and the reason in *ERRNO*.

(in-package #:posix-shm/ffi)

;;; Bitfields: a list of keywords, one keyword, or an integer
{% for enum in model.enums if enum.lisp_type and enum.package == "posix-shm/ffi" %}
{% set documentation = enum.brief | raw | escaped | wrap(column=3) %}

(cffi:defbitfield ({{ enum.lisp_type }} :int)
  "{{ documentation }}"
{#- Of two keywords for a bit, CFFI gives the last. #}
{% for constant in enum.constants %}
{% for alias in constant.aliases %}

  (:{{ alias }} {{ constant.value }})
{%- endfor %}
{% endfor %}
{% for constant in enum.constants %}

  (:{{ constant.keyword }} {{ constant.value }})
{%- endfor %})

(define-type {{ enum.lisp_type }}
  "{{ documentation }}"
  '(or list keyword integer))
{% endfor %}

;;; From the shim's results to POSIX's, and from pointers to the shim's addresses

(declaim (inline failed-or-0 failed-or-value failed-or-pointer pointer-to-int64))

(defun failed-or-0 (result)
  (if (minusp result) -1 0))

(defun failed-or-value (result)
  (if (minusp result) -1 result))

(defun failed-or-pointer (address)
  (cffi:make-pointer (ldb (byte #.(* 8 (cffi:foreign-type-size :pointer)) 0)
                          (if (<= -4095 address -1) -1 address))))

(defun pointer-to-int64 (pointer)
  (let ((address (cffi:pointer-address pointer)))
    (if (logbitp 63 address) (- address (ash 1 64)) address)))

;;; Functions. CLISP drops the docstring of one that is inline.
{% for function in model.functions if function.package == "posix-shm/ffi" %}
{% for lisp in function.lisp %}

#-clisp (declaim (inline {{ lisp.name }}))
(defun {{ lisp.name }} ({{ lisp.lambda_list }})
  "{{ function | docstring }}"
{% set arguments = lisp_arguments(function, lisp) %}
{# A count that Lisp computes by itself is redundant: the result is POSIX's. #}
{% set result = "status" if function.result == "count" and none in arguments | map("last") else function.result %}
  ({{ converters.get(result, "failed-or-value") }} (posix-shm/shim:{{ function.name | lisp }}
{%- for argument, name in arguments %} {{ passed(argument, name) }}{% endfor %})))
{% endfor %}
{% endfor %}
