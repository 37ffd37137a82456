{% from "declarations.R" import default with context %}
# {{ generated }}

# The help page posixshm describes the arguments, results and errors.

# Copy bytes from memory.
pshm_load_bytes <- function(address, count) .Call(C_load_bytes, address, count)

# Copy bytes to memory.
pshm_store_bytes <- function(address, bytes) invisible(.Call(C_store_bytes, address, bytes))
{% for function in model.functions %}
{% set call = function | call %}

# {{ function.brief | plain | wrap(100, "#   ") }}
{% set value = ".Call(C_" ~ function.name ~ (", " ~ call.given | map(attribute="name") | join(", ") if call.given else "") ~ ")" %}
{{ function.name }} <- function({% for argument in call.given %}{{ argument.name }}{{ default(argument, call) }}{{ ", " if not loop.last }}{% endfor %})
  {{ "invisible(" ~ value ~ ")" if function.result == "status" and not call.outs else value }}
{% endfor %}
