{% from "checked-function.lisp" import lambda_list, documentation, call %}
{% set types = {"int": "int", "int64": "(signed 64)", "string-in": "(c-string :external-format :utf-8)"} %}
{% set checks = {"int": "check-int", "int64": "check-int64", "string-in": "check-name"} %}
;;;; {{ generated }}
;;;;
;;;; For SBCL alone: alien/load.lisp loads it into a bare one, without ASDF and CFFI, after finding the library.
;;;; Pointers are system area pointers. Arguments are checked before the call, as in posix-shm/shim.

(defpackage #:posix-shm/alien
  (:use #:cl #:sb-alien)
  (:export #:+version+
           #:+stat-fields+
{%- for constant in model.constants %}

           #:{{ constant.name | lisp_constant }}
{%- endfor %}
{% for function in model.functions %}

           #:{{ function.name | lisp }}
{%- endfor %}))

(in-package #:posix-shm/alien)

(defconstant +version+ {{ model.version_number }}
  "The version of the headers that these bindings were made from, as `pshm-version` gives it.")

(defconstant +stat-fields+ {{ model.by_name.pshm_stat_field.constants | length }}
  "How many fields `pshm-fstat` writes.")

;;; Checks before a call

(defun reject (value expected name)
  (error 'simple-type-error :datum value :expected-type expected
         :format-control "The argument ~A is ~S, not of type ~S." :format-arguments (list name value expected)))

(declaim (inline check-int check-int64))

(defun check-int (value name)
  (if (typep value '(signed-byte 32)) value (reject value '(signed-byte 32) name)))

(defun check-int64 (value name)
  (if (typep value '(signed-byte 64)) value (reject value '(signed-byte 64) name)))

(defun plain-string-p (value)
  "Is VALUE a string that reaches C whole: no NUL, and no surrogate, which has no encoding?"
  (and (stringp value)
       (notany (lambda (character)
                 (let ((code (char-code character)))
                   (or (zerop code) (<= #xD800 code #xDFFF))))
               value)))

(defun check-name (value name)
  (if (plain-string-p value) value (reject value '(and string (satisfies plain-string-p)) name)))

;;; Constants

{% for constant in model.constants %}
(defconstant {{ constant.name | lisp_constant }} {{ constant.value }})
{% endfor %}

;;; Functions
{% for function in model.functions %}
{% set name = function.name | lisp %}

(declaim (inline %{{ name }} {{ name }}))
(define-alien-routine ("{{ function.name }}" %{{ name }}) {{ types.get(function.code, "system-area-pointer") }}
{%- for argument in function.arguments %}

  ({{ argument.name | lisp }} {{ types.get(argument.code, "system-area-pointer") }})
{%- endfor %})

(defun {{ name }} {{ lambda_list(function) }}
{{ documentation(function) }}
  {{ call(function, checks) }})
{% endfor %}
