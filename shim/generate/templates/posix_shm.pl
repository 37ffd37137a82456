{% macro variable(name) -%}
{{ name | pascal }}
{%- endmacro %}
{% macro heading(call, shorter=false) -%}
{% set function = call.function %}
{% set arguments, out = [], "--" if call.acquires else "-" %}
{% for argument in call.given %}{{ arguments.append("+" ~ variable(argument.name)) or "" }}{% endfor %}
{% if call.texts %}{{ arguments.append(out ~ variable(call.text.name)) or "" }}
{%- elif call.buffer %}{{ arguments.append(out ~ variable(call.buffer.name)) or "" }}
{%- elif call.numbers %}{{ arguments.append(out ~ variable(call.numbers.name)) or "" }}
{%- elif function.result != "status" %}{{ arguments.append(out ~ {"descriptor": "Descriptor", "address": "Mapping", "string": "Text", "count": "Count"}.get(function.result, "Result")) or "" }}
{%- endif %}
{% for argument in call.outs if not shorter %}{{ arguments.append(out ~ variable(argument.name)) or "" }}{% endfor %}
{{ function.name }}{{ "(" ~ arguments | join(", ") ~ ")" if arguments }} is {{ "semidet" if function.code == "string-in" else "det" }}.
{%- endmacro %}
% {{ generated }}

:- module(posix_shm,
          [ pshm_load/3,
            pshm_store/3,
            pshm_load_bytes/3,
            pshm_store_bytes/2
{%- for function in model.functions %}{% for arity in (function | call).arities %},
            {{ function.name }}/{{ arity }}
{%- endfor %}{% endfor %}

          ]).

/** <module> POSIX shared memory

Objects, mappings, locks and atomic operations between processes.

An option is an atom, such as `create`; flags are a list of them, such as `[read, write]`; both may be the integer of C. Each option of a
function is described in the FFI reference. Booleans are `true` and `false`. A timeout is a number of seconds, or `inf`. Bytes are
strings of characters with the codes 0 to 255. An output that is marked `--` must be a variable. A failure is an error term:

    error(posix_shm_error('ENOENT', pshm_open), context(_, Message))
*/

:- use_foreign_library(foreign(posix_shm)).

:- multifile prolog:error_message//1.

prolog:error_message(posix_shm_error(Name, Operation)) -->
    [ '~w: ~w'-[Operation, Name] ].

%!  pshm_load(+Address, +Type, -Value) is det.
%
%   Load a number from memory. Type is one of `int8`, `int16`, `int32`, `int64`, `uint8`, `uint16`, `uint32`, `uint64`, `float` and
%   `double`. The load is not atomic.

%!  pshm_store(+Address, +Type, +Value) is det.
%
%   Store a number, which must be one of the type, into memory. The store is not atomic.

%!  pshm_load_bytes(+Address, +Count, -Bytes) is det.
%
%   Copy bytes from memory.

%!  pshm_store_bytes(+Address, +Bytes) is det.
%
%   Copy bytes to memory.
{% for function in model.functions %}
{% set call = function | call %}

{% if call.shorter %}
%!  {{ heading(call, true) }}
{% endif %}
%!  {{ heading(call) }}
%
%   {{ function.brief | plain | wrap(100, "%   ") }}
{% for argument in call.given + call.outs %}
{{ "%" if loop.first }}{{ "\n" if loop.first }}%   - {{ variable(argument.name) }}: {{ ("Seconds; `inf` is no limit, 0 does not wait." if call.kind(argument) == "timeout" else argument.prose | plain) | wrap(100, "%     ") }}
{% endfor %}
{% for line in call.outcomes_as("true", "false") if function.result != "status" %}
{{ "%" if loop.first }}{{ "\n" if loop.first }}%   - Result: {{ line | wrap(100, "%     ") }}
{% endfor %}
{% for line in call.causes %}
{{ "%\n%   Errors:\n%" if loop.first }}{{ "\n" if loop.first }}%   - {{ line | wrap(100, "%     ") }}
{% endfor %}
{% endfor %}
