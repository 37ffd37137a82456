{% set go = Language("go", style="camel", variable="{}C",
    types={"int": "C.int", "int64": "C.int64_t", "string-in": "*C.char", "bytes-in": "*C.uchar", "string-out": "*C.char",
        "bytes-out": "*C.uchar", "int64-out": "*C.int64_t", "int-out": "*C.int"},
    parameters={"text": "{name} string", "bytes": "{name} []byte", "buffer": "{name} []byte", "int64s": "{name} []int64",
        "boolean": "{name} bool", "timeout": "{name} time.Duration", "flags": "{name} {enum}", "enum": "{name} {enum}", "int": "{name} int32",
        "int64": "{name} int64", "descriptor": "{name} int", "closed-descriptor": "{name} int", "optional-descriptor": "{name} int"},
    passed={"text": "{name}C", "bytes": "start({name})", "buffer": "start({name})", "int64s": "starts({name})",
        "boolean": "truth({name})", "timeout": "nanoseconds", "flags": "C.int({name})", "enum": "C.int({name})",
        "int": "C.int({name})", "int64": "C.int64_t({name})", "size": "{type}(len({buffer}))", "out-int": "&{name}C", "out-int64": "&{name}C",
        "descriptor": "descriptor({name})", "closed-descriptor": "descriptor({name})", "optional-descriptor": "descriptor({name})",
        "texts": "characters(buffer)", "texts-size": "{type}(len(buffer))"},
    results={"string": "string", "boolean": "bool", "int": "int32", "int64": "int64", "flags": "{enum}", "descriptor": "int"},
    values={"string": "fixed({name})", "boolean": "{name} != 0", "int": "int32({name})", "int64": "int64({name})", "flags": "{enum}({name})", "descriptor": "int({name})"},
    timeout="From now; Forever is no limit, 0 or a negative timeout does not wait.") %}
{% set bytes = ("bytes-in", "bytes-out") %}
// {{ generated }}

// Package posixshm is POSIX shared memory through libposix-shm: objects, mappings, atomics, locks and rings of messages that
// processes in all languages share.
//
// Each function of C has its name here without pshm_. It returns its outputs, and an error where it can fail; with an error a descriptor is
// -1, and every other result is zero. A function that waits blocks its goroutine and one thread; a signal handler does not end the wait.
package posixshm

/*
#cgo pkg-config: posix-shm
{% for stratum in model.strata %}
#include <{{ stratum.header }}>
{% endfor %}

static void *
posixshm_pointer(int64_t address)
{
	return (void *)(uintptr_t)address;
}

// cgo checks what a void * points to, with all that lies beside it: a slice in a struct that has a pointer would panic.
{% for function in model.functions if function.arguments | selectattr("code", "in", bytes) | list %}
static {{ function.type }}
posixshm_{{ function.name | short }}({% for argument in function.arguments %}{{ argument.declaration | replace("void *", "unsigned char *") }}{{ ", " if not loop.last }}{% endfor %})
{
	return {{ function.name }}({{ function.arguments | map(attribute="name") | join(", ") }});
}
{% if not loop.last %}

{% endif %}
{% endfor %}
*/
import "C"

import (
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// DeclaredVersion is the version of the library that these declarations were made from, as Version gives it.
const DeclaredVersion = {{ model.version_number }}

// Forever is the timeout without a limit. A negative one, such as time.Until of a deadline that has passed, does not wait.
const Forever time.Duration = 1<<63 - 1

// Error is why a function failed. It unwraps to a syscall.Errno: errors.Is(err, fs.ErrNotExist) works.
type Error struct {
	// Function is the function of C.
	Function string
	Errno    syscall.Errno
}

func (e *Error) Error() string {
	return e.Function + ": " + Strerror(int32(e.Errno))
}

// Name is the name of the error, such as ENOENT.
func (e *Error) Name() string {
	return ErrorName(int32(e.Errno))
}

// Timeout is whether a wait has reached its limit, which may have been 0: os.IsTimeout asks it.
func (e *Error) Timeout() bool {
	return e.Errno.Timeout()
}

func (e *Error) Unwrap() error {
	return e.Errno
}

// failure is the error of a result: from -4095 to -1 it is a negated errno.
func failure(function string, result C.int64_t) error {
	if result < 0 && result >= -4095 {
		return &Error{function, syscall.Errno(-result)}
	}
	return nil
}

// text is a string for C, which reads it up to its first NUL: so one in it is EINVAL.
func text(function, text string) (*C.char, error) {
	bytes, err := syscall.BytePtrFromString(text)
	if err != nil {
		return nil, &Error{function, syscall.EINVAL}
	}
	return (*C.char)(unsafe.Pointer(bytes)), nil
}

// fixed is a constant of the library; empty where C has NULL.
func fixed(text *C.char) string {
	return C.GoString(text)
}

// descriptor is a number for C, or -1 for one that does not fit.
func descriptor(fd int) C.int {
	if int(C.int(fd)) != fd {
		return -1
	}
	return C.int(fd)
}

func truth(value bool) C.int {
	if value {
		return 1
	}
	return 0
}

// start is the address of a slice for C, which asks for the size with NULL.
func start(bytes []byte) *C.uchar {
	if len(bytes) == 0 {
		return nil
	}
	return (*C.uchar)(&bytes[0])
}

func characters(buffer []byte) *C.char {
	return (*C.char)(unsafe.Pointer(start(buffer)))
}

func starts(numbers []int64) *C.int64_t {
	if len(numbers) == 0 {
		return nil
	}
	return (*C.int64_t)(&numbers[0])
}

// texts are what a function writes, each with its NUL. Their size may change between two calls.
func texts(write func(buffer []byte) (C.int64_t, error)) ([]string, error) {
	var buffer []byte
	for {
		size, err := write(buffer)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return nil, nil
		}
		if int(size) <= len(buffer) {
			return strings.Split(strings.TrimSuffix(string(buffer[:size]), "\x00"), "\x00"), nil
		}
		buffer = make([]byte, size)
	}
}

// again repeats a call that waits while signal handlers end it: those of Go's scheduler do.
func again(timeout time.Duration, call func(nanoseconds C.int64_t) C.int64_t) C.int64_t {
	begin := time.Now()
	rest := limit(timeout)
	for {
		result := call(rest)
		if result != -C.int64_t(syscall.EINTR) {
			return result
		}
		if rest > 0 {
			rest = C.int64_t(timeout - time.Since(begin))
			if rest < 1 {
				rest = 1
			}
		}
	}
}

// limit is a timeout for C, where a negative one has no limit.
func limit(timeout time.Duration) C.int64_t {
	switch {
	case timeout == Forever:
		return -1
	case timeout < 0:
		return 0
	}
	return C.int64_t(timeout)
}

// Memory is the memory at an address, of LENGTH bytes. It is not Go's: it is gone after Unmap.
func Memory(address, length int64) []byte {
	return unsafe.Slice((*byte)(C.posixshm_pointer(C.int64_t(address))), int(length))
}

{% for enum in model.enums %}
{% set type = go.type_name(enum.name) if use(enum) else "" %}
{% if type %}
{% set brief = enum.brief | plain %}
{{ (type ~ (" is " if brief.startswith("The ") else " has ") ~ brief[0] | lower ~ brief[1:]) | comment("// ") }}
type {{ type }} int32

{% else %}
{{ enum.brief | comment("// ") }}
{% endif %}
const (
{% for constant in enum.constants %}
	{{ constant.prose | comment("	// ") | trim }}
	{{ constant.name | pascal(initials=("IO", "UID", "GID")) }}{{ " " ~ type if type }} = {{ constant.value }}
{% endfor %}
)

{% endfor %}
{% set own = {"descriptor": "fd", "address": "at", "boolean": "done"} %}
{% set zero = {"boolean": "false", "int": "0", "int64": "0", "string": "\"\""} %}
{% for function in model.functions %}
{% set call = Call(function) %}
{% set name = function.name | pascal %}
{% set types = {"one": ["string"], "many": ["[]string"]}.get(call.texts) or go.result_types(call) %}
{% if call.outs %}
{% set types = ([own[function.result] ~ " " ~ types[0]] if function.result != "status" else []) + go.outs(call) %}
{% endif %}
{% set types = types + (["err error" if call.outs else "error"] if call.fails else []) %}
{% set failed %}
{% for name, kind in call.results %}{{ "-1" if name in call.descriptors else zero[kind] }}, {% endfor %}
{% endset %}
{% set failed = failed | trim ~ " " if failed | trim else "" %}
{% set called = "posixshm_" ~ function.name | short if function.arguments | selectattr("code", "in", bytes) | list else function.name %}
{% set c %}
C.{{ called }}(
{%- for argument in function.arguments %}{{ go.argument(argument, call) }}{{ ", " if not loop.last }}{% endfor -%}
)
{%- endset %}
// {{ name }} is {{ function.name }}.
//
{{ go.documentation(call) | comment("// ", indent="  ") }}
func {{ name }}({% for argument in call.parameters %}{{ go.parameter(argument, call) }}{{ ", " if not loop.last }}{% endfor %}
) {{ "(" ~ types | join(", ") ~ ")" if types | length > 1 or call.outs else types[0] }} {
{% for argument in call.parameters if call.kind(argument) == "text" %}
{% set text = go.name(argument.name) %}
	{{ text }}C, err := text("{{ function.name }}", {{ text }})
	if err != nil {
		return {{ failed }}err
	}
{% endfor %}
{% for out in call.outs %}
	var {{ go.name(out.name) }}C C.{{ "int64_t" if out.code == "int64-out" else "int" }}
{% endfor %}
{% if call.texts %}
	{{ "return" if call.texts == "many" else "all, err :=" }} texts(func(buffer []byte) (C.int64_t, error) {
		result := {{ c }}
		return result, failure("{{ function.name }}", result)
	})
{% if call.texts == "one" %}
	return strings.Join(all, ""), err
{% endif %}
{% elif not call.fails %}
	return {{ go.values_of(call, c)[0] }}
{% else %}
{% if function.waits %}
	result := again(timeout, func(nanoseconds C.int64_t) C.int64_t {
		return C.int64_t({{ c }})
	})
{% else %}
	result := {{ c }}
{% endif %}
{% set failure = 'failure("' ~ function.name ~ '", ' ~ ("result" if function.waits or function.code == "int64" else "C.int64_t(result)") ~ ")" %}
{% if failed %}
	if err := {{ failure }}; err != nil {
		return {{ failed }}err
	}
	return {{ go.values_of(call) | join(", ") }}, nil
{% else %}
	return {{ failure }}
{% endif %}
{% endif %}
}
{% if not loop.last %}

{% endif %}
{% endfor %}
