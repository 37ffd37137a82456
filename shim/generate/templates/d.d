{% set d = Language("d", style="camel", variable="{}InC",
    types={"int": "int", "int64": "long", "string-in": "const(char)*", "bytes-in": "const(void)*", "string-out": "char*", "bytes-out": "void*",
        "int64-out": "long*", "int-out": "int*"},
    parameters={"text": "const(char)[] {name}", "bytes": "const(void)[] {name}", "buffer": "void[] {name}", "int64s": "long[] {name}",
        "boolean": "bool {name}", "timeout": "Duration {name} = forever", "flags": "{enum} {name}", "enum": "{enum} {name}", "int": "int {name}",
        "int64": "long {name}"},
    passed={"text": "text(\"{function}\", {name})", "bytes": "{name}.ptr", "buffer": "{name}.ptr", "int64s": "{name}.ptr", "boolean": "{name}", "timeout": "rest",
        "flags": "{name}", "enum": "{name}", "int": "{name}", "int64": "{name}", "size": "cast({type}) {buffer}.length", "out-int": "&{name}InC",
        "out-int64": "&{name}InC", "texts": "cast(char*) buffer.ptr", "texts-size": "cast({type}) buffer.length"},
    results={"string": "string", "boolean": "bool", "int": "int", "int64": "long", "flags": "{enum}"},
    values={"string": "fixed({name})", "boolean": "{name} != 0", "int": "{name}", "int64": "{name}", "flags": "cast({enum}) ({name})"},
    defaults={"enum": "{enum}.{member}", "flags": "{enum}.{member}", "or": " | ", "number": "cast({enum}) {value}"},
    timeout="From now; `forever` is no limit, a duration of 0 or a negative one does not wait.") %}
// {{ generated }}
/**
 * POSIX shared memory through libposix-shm: objects, mappings, atomics, locks and rings of messages that processes in all languages share.
 *
 * The functions whose names begin with pshm_ are those of C, and PSHM_ its constants; a result from -4095 to -1 is a negated errno. Over
 * them each function has its name without the prefix, and enums: it measures arrays, returns its outputs, throws a PosixShmException, and
 * goes on with a wait that a signal of the garbage collector has ended. A function that uses memory at an address is @system, and so is one
 * that fills an array of anything but ubyte.
 *
 * Import it as `import shm = posix_shm;`: some names are those of other modules as well.
 */
module posix_shm;

import core.time : dur, Duration, MonoTime;
import std.exception : ErrnoException;
import std.string : fromStringz;
import std.typecons : Tuple, tuple;

pragma(lib, "posix-shm");

{% for enum in model.enums %}
{{ enum.brief | comment("// ") }}
enum : int
{
{% for constant in enum.constants %}
    {{ constant.name }} = {{ constant.value }}, /// {{ constant.prose | plain }}
{% endfor %}
}

{% endfor %}
extern (C) @nogc nothrow
{
{% for function in model.functions %}
    {{ function.brief | comment("    /// ") | trim }}
    {{ d.type(function) }} {{ function.name }}({% for argument in function.arguments %}{{ d.type(argument) }} {{ argument.name }}{{ "_" if argument.name in d.reserved }}{{ ", " if not loop.last }}{% endfor %});
{% endfor %}
}

{% for enum in model.enums if use(enum) %}
{{ enum.brief | comment("/// ") }}
enum {{ d.type_name(enum.name) }} : int
{
{% if use(enum) == "flags" and not enum.constants | selectattr("value", "equalto", 0) | list %}
    none = 0, /// No flag.
{% endif %}
{% for constant in enum.constants %}
    {{ d.name(constant | member) }} = {{ constant.name }}, /// {{ constant.prose | plain }}
{% endfor %}
}

{% endfor %}
/// The version of the library that these declarations were made from, as `pshm_version` gives it.
enum declaredVersion = {{ model.version_number }};

/// The timeout without a limit. A negative one, such as the rest until a deadline that has passed, does not wait.
enum forever = Duration.max;

/// Why a function failed. `errno` is that of the system.
class PosixShmException : ErrnoException
{
    /// The function of C.
    string operation;

    this(string operation, int errno, string file = __FILE__, size_t line = __LINE__) @trusted
    {
        this.operation = operation;
        super(operation, errno, file, line);
        // ErrnoException appends the text of the system: this is that of the library.
        msg = operation ~ ": " ~ fixed(pshm_strerror(errno));
    }

    /// The name of the error, such as ENOENT.
    string name() @trusted
    {
        return fixed(pshm_error_name(errno));
    }
}

/// A result of a function of C: from -4095 to -1 it is an error.
T check(T)(string operation, T result)
{
    if (result < 0 && result >= -4095)
        throw new PosixShmException(operation, cast(int)-result);
    return result;
}

// C reads a text up to its first NUL, so one in it is EINVAL.
private const(char)* text(string operation, const(char)[] text)
{
    import std.algorithm.searching : canFind;
    import std.string : toStringz;

    if (text.canFind('\0'))
        throw new PosixShmException(operation, pshm_error_number("EINVAL"));
    return text.toStringz;
}

// A constant of the library; null where C has NULL.
private string fixed(const(char)* text)
{
    return cast(string) text.fromStringz;
}

// The texts that a function writes, each with its NUL. Their size may change between two calls.
private string[] texts(string operation, scope long delegate(char[] buffer) write)
{
    import std.array : split;

    char[] buffer;
    for (;;)
    {
        const size = cast(size_t) check(operation, write(buffer));
        if (size == 0)
            return null;
        if (size <= buffer.length)
            return (cast(string) buffer[0 .. size - 1]).split('\0');
        buffer = new char[size];
    }
}

// A wait, which goes on with the rest of its timeout when a signal has ended it.
private T again(T)(string operation, Duration timeout, scope T delegate(long rest) call)
{
    const interrupted = -pshm_error_number("EINTR");
    // What has too many nanoseconds is no limit, and that is -1 in C.
    const endless = timeout > dur!"hnsecs"(long.max / 200);
    const end = endless ? MonoTime.max : MonoTime.currTime + timeout;
    long rest = endless ? -1 : timeout.isNegative ? 0 : timeout.total!"nsecs";
    for (;;)
    {
        const result = call(rest);
        if (result != interrupted)
            return check(operation, result);
        if (rest > 0)
        {
            const left = (end - MonoTime.currTime).total!"nsecs";
            rest = left > 0 ? left : 1;
        }
    }
}

/// The memory at an address, as an array of LENGTH elements.
T[] memory(T = ubyte)(long address, size_t length) @system
{
    return (cast(T*) cast(size_t) address)[0 .. length];
}

{% set own = {"descriptor": "fd", "address": "at", "boolean": "done"} %}
{% for function in model.functions %}
{% set call = Call(function) %}
{% set types = {"one": ["string"], "many": ["string[]"]}.get(call.texts) or d.result_types(call) or ["void"] %}
{% if types | length > 1 %}
{% set named = ([types[0] ~ ', "' ~ own[function.result] ~ '"'] if function.result != "status" else []) + d.outs(call, '{type}, "{name}"') %}
{% endif %}
{% set type = types[0] if types | length == 1 else "Tuple!(" ~ named | join(", ") ~ ")" %}
{% set c %}
{{ function.name }}(
{%- for argument in function.arguments %}{{ d.argument(argument, call) }}{{ ", " if not loop.last }}{% endfor -%}
)
{%- endset %}
/**
{{ d.documentation(call) | replace("*/", "* /") | comment(" * ") }}
 */
{% set parameters %}
{% for argument in call.parameters %}{{ d.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %}
{% endset %}
{% set fills = "void[] " in parameters and not call.at_address %}
{{ type }} {{ d.name(function.name) }}({{ parameters | trim }}) {{ "@system" if call.at_address or fills else "@trusted" }}
{
{% for out in call.outs %}
    {{ "long" if out.code == "int64-out" else "int" }} {{ d.name(out.name) }}InC;
{% endfor %}
{% set checked %}
{% if function.waits %}
again("{{ function.name }}", timeout, (long rest) => {{ c }})
{%- elif call.fails %}
check("{{ function.name }}", {{ c }})
{%- else %}
{{ c }}
{%- endif %}
{% endset %}
{% set checked = checked | trim %}
{% if call.texts %}
    return texts("{{ function.name }}", (char[] buffer) => {{ c }}){{ "[0]" if call.texts == "one" }};
{% elif call.outs %}
    {{ "const result = " if function.result != "status" }}{{ checked }};
{% set values = d.values_of(call) %}
    return {{ values[0] if values | length == 1 else type ~ "(" ~ values | join(", ") ~ ")" }};
{% elif function.result == "status" %}
    {{ checked }};
{% else %}
    return {{ d.values_of(call, checked)[0] }};
{% endif %}
}
{% if fills %}

/// ditto
{{ type }} {{ d.name(function.name) }}({{ parameters | trim | replace("void[] ", "ubyte[] ") }}) @trusted
{
    return {{ d.name(function.name) }}({% for argument in call.parameters %}{{ "cast(void[]) " if call.kind(argument) == "buffer" }}{{ d.name(argument.name) }}{{ ", " if not loop.last }}{% endfor %});
}
{% endif %}
{% if not loop.last %}

{% endif %}
{% endfor %}
