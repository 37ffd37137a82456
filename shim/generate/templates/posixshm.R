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
# {{ generated }}

# An option is a string, such as "create"; flags are a vector of them, such as c("read", "write"); both may be a number. A timeout is in
# seconds, and Inf is no limit. Bytes are a raw vector. An integer of 64 bits is a number up to 2^53, and beyond a string of decimal
# digits; as an argument it may be an integer64 of the package bit64 as well. Errors are conditions of the classes
# posix_shm_ENOENT and so on, and posix_shm_error.

#' Copy bytes from memory.
#' @param address The address of the first byte.
#' @param count The number of bytes.
#' @return A raw vector; `readBin` makes numbers of it.
#' @export
pshm_load_bytes <- function(address, count) .Call(C_load_bytes, address, count)

#' Copy bytes to memory.
#' @param address The address of the first byte.
#' @param bytes A raw vector; `writeBin(numbers, raw())` makes one of numbers.
#' @return `NULL`, invisibly.
#' @export
pshm_store_bytes <- function(address, bytes) invisible(.Call(C_store_bytes, address, bytes))
{% for function in model.functions %}
{% set call = function | call %}

#' {{ function.brief | plain | wrap(100, "#'   ") }}
{% for argument in call.given %}
#' @param {{ argument.name }} {{ ("Seconds; `Inf` is no limit, 0 does not wait." if call.kind(argument) == "timeout" else argument.prose | plain) | wrap(100, "#'   ") }}
{% endfor %}
#' @return {{ returned(call) | wrap(100, "#'   ") }}
{% for line in call.causes %}
{{ "#' @section Errors:\n" if loop.first }}#' - {{ line | wrap(100, "#'   ") }}
{% endfor %}
#' @export
{% set value = ".Call(C_" ~ function.name ~ (", " ~ call.given | map(attribute="name") | join(", ") if call.given else "") ~ ")" %}
{{ function.name }} <- function({% for argument in call.given %}{{ argument.name }}{{ default(argument, call) }}{{ ", " if not loop.last }}{% endfor %})
  {{ "invisible(" ~ value ~ ")" if function.result == "status" and not call.outs else value }}
{% endfor %}
