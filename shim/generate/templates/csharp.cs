{% set native = Language("csharp", other="@{}",
    types={"int": "int", "int64": "long", "string-in": "byte[]", "bytes-in": "byte[]", "string-out": "byte[]", "bytes-out": "byte[]",
        "int64-out": "long", "int-out": "int", "result": "IntPtr"},
    parameters={"text": "byte[] {name}", "bytes": "byte[] {name}", "buffer": "byte[] {name}", "int64s": "long[] {name}", "boolean": "int {name}",
        "timeout": "long {name}", "flags": "{enum} {name}", "enum": "{enum} {name}", "int": "int {name}", "int64": "long {name}",
        "size": "{type} {name}", "out-int": "out int {name}", "out-int64": "out long {name}", "texts": "byte[] {name}", "texts-size": "{type} {name}"}) %}
{% set cs = Language("csharp", style="camel", other="@{}", variable="{}InC", types=native.types,
    parameters={"text": "string {name}", "bytes": "byte[] {name}", "buffer": "byte[] {name}", "int64s": "long[] {name}", "boolean": "bool {name}",
        "timeout": "TimeSpan? {name} = null", "flags": "{enum} {name}", "enum": "{enum} {name}", "int": "int {name}", "int64": "long {name}"},
    passed={"text": "Text({name}, nameof({name}))", "bytes": "Start({name}, nameof({name}))", "buffer": "Start({name}, nameof({name}))", "int64s": "Start({name}, nameof({name}))", "boolean": "{name} ? 1 : 0",
        "timeout": "rest", "flags": "{name}", "enum": "{name}", "int": "{name}", "int64": "{name}", "size": "{buffer}.Length",
        "out-int": "out int {name}InC", "out-int64": "out long {name}InC", "texts": "buffer", "texts-size": "buffer?.Length ?? 0"},
    results={"string": "string", "boolean": "bool", "int": "int", "int64": "long", "flags": "{enum}"},
    values={"string": "Marshal.PtrToStringUTF8({name})", "boolean": "{name} != 0", "int": "{name}", "int64": "{name}", "flags": "({enum}){name}"},
    defaults={"enum": "{enum}.{pascal}", "flags": "{enum}.{pascal}", "or": " | ", "number": "({enum}){value}"}, initials=("IO",),
    timeout="From now; null or Timeout.InfiniteTimeSpan is no limit, TimeSpan.Zero does not wait. Another negative one is an ArgumentOutOfRangeException.") %}
// {{ generated }}
using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace PosixShm
{
{% for enum in model.enums %}
    {{ ("<summary>" ~ (enum.brief | plain | e) ~ "</summary>") | comment("    /// ") | trim }}
{% if use(enum) == "flags" %}
    [Flags]
{% endif %}
    public enum {{ native.type_name(enum.name) }}
    {
{% if use(enum) == "flags" and not enum.constants | selectattr("value", "equalto", 0) | list %}
        /// <summary>No flag.</summary>
        None = 0,
{% endif %}
{% for constant in enum.constants %}
        {{ ("<summary>" ~ (constant.prose | plain | e) ~ "</summary>") | comment("        /// ") | trim }}
        {{ constant | member | pascal(cs.initials) }} = {{ constant.value }},
{% endfor %}
    }

{% endfor %}
    /// <summary>Why a function of the library failed.</summary>
    public sealed class ShmException : IOException
    {
        /// <summary>The function of C.</summary>
        public string Function { get; }

        /// <summary>The errno of the system.</summary>
        public int Errno { get; }

        /// <summary>The name of the error, such as ENOENT.</summary>
        public string Name => Shm.ErrorName(Errno);

        public ShmException(string function, int errno) : base(function + ": " + Shm.Strerror(errno))
        {
            Function = function;
            Errno = errno;
        }
    }

    /// <summary>The functions as they are in C. A result from -4095 to -1 is a negated errno. Texts are UTF-8 with a NUL.</summary>
    public static class Native
    {
        const string Library = "libposix-shm.so.0";
{% for function in model.functions %}
{% set call = Call(function) %}

        [DllImport(Library)]
        public static extern {{ native.type(function) }} {{ function.name }}(
{%- for argument in function.arguments %}{{ native.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %});
{% endfor %}
    }

    /// <summary>
    /// POSIX shared memory through libposix-shm: objects, mappings, atomics, locks and rings of messages that processes in all languages
    /// share. Each function of C has its name here without pshm_; it returns its outputs, and throws a <see cref="ShmException"/>. A
    /// timeout that is null or Timeout.InfiniteTimeSpan is no limit.
    /// </summary>
    public static class Shm
    {
        /// <summary>The version of the library that these declarations were made from, as <see cref="Version"/> gives it.</summary>
        public const int DeclaredVersion = {{ model.version_number }};

        static long Check(string function, long result)
        {
            if (result < 0 && result >= -4095)
                throw new ShmException(function, (int)-result);
            return result;
        }

        static int Check(string function, int result)
        {
            return (int)Check(function, (long)result);
        }

        // A replacement of what is no text would be the name of another object: this throws an EncoderFallbackException.
        static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        // C reads a text up to its first NUL.
        static byte[] Text(string text, string parameter)
        {
            if (text == null)
                throw new ArgumentNullException(parameter);
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("has a NUL", parameter);
            return Utf8.GetBytes(text + "\0");
        }

        // C asks for the size with NULL, which an empty array is not.
        static T[] Start<T>(T[] buffer, string parameter)
        {
            if (buffer == null)
                throw new ArgumentNullException(parameter);
            return buffer.Length == 0 ? null : buffer;
        }

        // The texts that a function writes, each with its NUL. Their size may change between two calls.
        static string[] Texts(string function, Func<byte[], long> write)
        {
            byte[] buffer = null;
            for (;;)
            {
                int size = (int)Check(function, write(buffer));
                if (size == 0)
                    return new string[0];
                if (buffer != null && size <= buffer.Length)
                    return Encoding.UTF8.GetString(buffer, 0, size - 1).Split('\0');
                buffer = new byte[size];
            }
        }

        // A signal of the runtime ends a wait, which then goes on with the rest of its timeout.
        static long Again(string function, TimeSpan? timeout, Func<long, long> call)
        {
            int interrupted = Native.pshm_error_number(Encoding.UTF8.GetBytes("EINTR\0"));
            TimeSpan given = timeout ?? Timeout.InfiniteTimeSpan;
            if (given < TimeSpan.Zero && given != Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(nameof(timeout));
            // A tick is 100 nanoseconds; what has too many of them is no limit.
            long rest = given.Ticks < 0 || given.Ticks > long.MaxValue / 100 ? -1 : given.Ticks * 100;
            long limit = rest;
            Stopwatch clock = Stopwatch.StartNew();
            for (;;)
            {
                long result = call(rest);
                if (result != -interrupted)
                    return Check(function, result);
                if (limit > 0)
                    rest = Math.Max(1, limit - clock.Elapsed.Ticks * 100);
            }
        }
{% for function in model.functions %}
{% set call = Call(function) %}
{% set name = function.name | pascal %}
{% set types = {"one": ["string"], "many": ["string[]"]}.get(call.texts) or cs.result_types(call) %}
{% if call.outs and types | length > 1 %}
{% set types = ([types[0] ~ " " ~ {"descriptor": "fd", "address": "at", "boolean": "done"}[function.result]] if function.result != "status" else []) + cs.outs(call, "{type} {name}") %}
{% endif %}
{% set c %}
Native.{{ function.name }}(
{%- for argument in function.arguments %}{{ cs.argument(argument, call) }}{{ ", " if not loop.last }}{% endfor -%}
)
{%- endset %}

        {{ ("<summary>" ~ (function.brief | plain | e) ~ "</summary>") | comment("        /// ") | trim }}
        {{ (("<remarks>" ~ function.name ~ ". " ~ (function.description | plain | e)) | trim ~ "</remarks>") | comment("        /// ") | trim }}
{% for argument in call.parameters %}
        {{ ('<param name="' ~ cs.name(argument.name).lstrip("@") ~ '">' ~ (cs.prose(argument) | e) ~ "</param>") | comment("        /// ") | trim }}
{% endfor %}
{% if function.returns or function.results %}
        /// <returns>
{% if function.returns %}
        {{ function.returns | plain | e | comment("        /// ") | trim }}
{% endif %}
{% for value, prose in function.results %}
        {{ (value ~ ": " ~ (prose | plain | e)) | comment("        /// ") | trim }}
{% endfor %}
        /// </returns>
{% endif %}
{% for error, cause in function.errors %}
        {{ ('<exception cref="ShmException">' ~ error ~ ": " ~ (cause | plain | e) ~ "</exception>") | comment("        /// ") | trim }}
{% endfor %}
        public static {{ "(" ~ types | join(", ") ~ ")" if types | length > 1 else (types + ["void"])[0] }} {{ name }}(
{%- for argument in call.parameters %}{{ cs.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %})
        {
{% if call.texts %}
            return {{ "string.Concat(" if call.texts == "one" }}Texts("{{ function.name }}", buffer => {{ c }}){{ ")" if call.texts == "one" }};
{% elif not call.fails %}
            return {{ cs.values_of(call, c)[0] }};
{% else %}
{% set values = cs.values_of(call) %}
{% if function.waits %}
{% for out in call.outs %}
            long {{ cs.name(out.name) }}InC = 0;
{% endfor %}
            {{ cs.types[function.code] ~ " result = " if function.result != "status" }}{{ "(int)" if function.code == "int" and function.result != "status" }}Again("{{ function.name }}", timeout, rest => {{ c | replace("out long ", "out ") }});
{% else %}
            {{ cs.types[function.code] ~ " result = " if function.result != "status" }}Check("{{ function.name }}", {{ c }});
{% endif %}
{% if values %}
            return {{ "(" ~ values | join(", ") ~ ")" if values | length > 1 else values[0] }};
{% endif %}
{% endif %}
        }
{% endfor %}
    }
}
