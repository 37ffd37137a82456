;;;; {{ generated }}
;;;; The symbols that shim/bindings.lisp defines. The package definition splices them at read time.
(#:+version+
 #:+stat-fields+
 #:*keywords*
{%- for constant in model.constants %}

 #:{{ constant.name | lisp_constant }}
{%- endfor %}
{% for function in model.functions %}

 #:{{ function.name | lisp }}
{%- endfor %})
