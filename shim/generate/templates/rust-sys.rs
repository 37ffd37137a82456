{% set rust = Language("rust", types={
    "int": "c_int", "int64": "i64", "string-in": "*const c_char", "bytes-in": "*const c_void", "string-out": "*mut c_char",
    "bytes-out": "*mut c_void", "int64-out": "*mut i64", "int-out": "*mut c_int"}) %}
// {{ generated }}
//! The functions of `libposix-shm` and its constants as they are in C. A result from -4095 to -1 is a negated errno.
use std::os::raw::{c_char, c_int, c_void};

{% for enum in model.enums %}
{{ enum.brief | comment("// ") }}
{% for constant in enum.constants %}
{{ constant.prose | comment("/// ") }}
pub const {{ constant.name }}: c_int = {{ constant.value }};
{% endfor %}

{% endfor %}
#[link(name = "posix-shm")]
extern "C" {
{% for function in model.functions %}
    {{ function.brief | comment("    /// ") | trim }}
    pub fn {{ function.name }}(
{%- for argument in function.arguments %}{{ rust.name(argument.name) }}: {{ rust.type(argument) }}{{ ", " if not loop.last }}{% endfor -%}
) -> {{ rust.type(function) }};
{% endfor %}
}
