{% from "slices.c" import slices %}
{# The outputs of a predicate, which follow its inputs: the result, if it is one, and what C writes. #}
{% macro variable(argument, call) -%}
{% set kind, name = call.kind(argument), argument.name | short %}
{% if kind in ("text", "bytes") %}	char *{{ name }};
{% if kind == "bytes" %}
	size_t {{ name }}_size;
{% endif %}
{% elif kind in ("flags", "enum", "boolean") or argument.code in ("int", "int-out") %}	int {{ name }};
{% elif argument.code in ("int64", "int64-out") %}	int64_t {{ name }};
{% endif %}
{%- endmacro %}
{% macro get(argument, call, position) -%}
{% set kind, name, term = call.kind(argument), argument.name | short, "term + " ~ position %}
{% if kind == "text" %}get_text({{ term }}, "{{ call.function.name }}", &{{ name }})
{%- elif kind == "bytes" %}get_bytes({{ term }}, &{{ name }}, &{{ name }}_size)
{%- elif kind in ("flags", "enum") %}get_{{ kind }}({{ term }}, {{ argument.enum }}_names, &{{ name }})
{%- elif kind == "timeout" %}get_timeout({{ term }}, &{{ name }})
{%- elif kind == "boolean" %}PL_get_bool_ex({{ term }}, &{{ name }})
{%- elif argument == call.limit %}get_limit({{ term }}, &{{ name }})
{%- elif argument.code == "int" %}PL_get_integer_ex({{ term }}, &{{ name }})
{%- else %}PL_get_int64_ex({{ term }}, &{{ name }})
{%- endif %}
{%- endmacro %}
{% macro passed(argument, call) -%}
{% set part, name = call.part(argument), argument.name | short %}
{% if argument.role == "out" %}&{{ name }}
{%- elif part == "length" %}(int64_t){{ call.measured(argument).name }}_size
{%- elif part in ("buffer", "texts") %}buffer
{%- elif part == "texts-size" %}size
{%- elif part == "int64s" %}fields
{%- elif part == "number" %}{{ model.enum[call.numbers.of].constants | length }}
{%- elif part == "timeout" %}slice(&deadline)
{%- else %}{{ name }}
{%- endif %}
{%- endmacro %}
{% macro called(call) -%}
{{ call.function.name }}({% for argument in call.function.arguments %}{{ passed(argument, call) }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro unify(position, value, role) -%}
{{ "PL_unify_bool_ex" if role == "boolean" else "PL_unify_int64" }}(term + {{ position }}, {{ value }})
{%- endmacro %}
/* {{ generated }} */
/*
 * The predicates of the module posix_shm of SWI-Prolog. Integers have 64 bits; bytes are the codes of a string.
 *
 *     swipl-ld -shared -o posix_shm.so posix_shm.c -lposix-shm
 */
#define _POSIX_C_SOURCE 200809L

#include <posix-shm/sync.h>

#include <SWI-Stream.h>
#include <SWI-Prolog.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct name {
	const char *name;
	int value;
};
{% for enum in model.enums %}
{% if use(enum) or indexes(enum) %}

static const struct name {{ enum.name }}_names[] = {
{% for constant in enum.constants %}
	{"{{ constant | member | lower }}", {{ constant.name }}},
{% endfor %}
	{0},
};
{% endif %}
{% endfor %}

/* Errors are terms: error(posix_shm_error(Name, Operation), context(_, Message)). */

static int
failed(int64_t result)
{
	return -4095 <= result && result < 0;
}

static int
raise_error(const char *operation, int64_t result)
{
	term_t error = PL_new_term_ref();

	return PL_unify_term(error, PL_FUNCTOR_CHARS, "error", 2,
	                     PL_FUNCTOR_CHARS, "posix_shm_error", 2, PL_CHARS, pshm_error_name((int)result), PL_CHARS, operation,
	                     PL_FUNCTOR_CHARS, "context", 2, PL_VARIABLE, PL_CHARS, pshm_strerror((int)result)) &&
	       PL_raise_exception(error);
}

/* Arguments */

/* The caller frees the text. C would read it only up to a NUL. */
static int
get_text(term_t term, const char *operation, char **text)
{
	size_t size;

	if (!PL_get_nchars(term, &size, text, CVT_ATOM | CVT_STRING | CVT_LIST | CVT_EXCEPTION | REP_UTF8 | BUF_MALLOC))
		return FALSE;
	if (strlen(*text) == size)
		return TRUE;
	PL_free(*text);
	return raise_error(operation, -pshm_error_number("EINVAL"));
}

/* The caller frees the bytes. */
static int
get_bytes(term_t term, char **bytes, size_t *size)
{
	return PL_get_nchars(term, size, bytes, CVT_ATOM | CVT_STRING | CVT_LIST | CVT_EXCEPTION | REP_ISO_LATIN_1 | BUF_MALLOC);
}

static int
get_enum(term_t term, const struct name *names, int *value)
{
	char *text;

	if (PL_is_integer(term) || PL_is_variable(term))
		return PL_get_integer_ex(term, value);
	if (PL_get_atom_chars(term, &text))
		for (; names->name; names++)
			if (strcmp(names->name, text) == 0) {
				*value = names->value;
				return TRUE;
			}
	return PL_domain_error("posix_shm_constant", term);
}

/* A list of names or numbers, one of them, or the sum of all. */
static int
get_flags(term_t term, const struct name *names, int *value)
{
	term_t rest = PL_copy_term_ref(term);
	term_t head = PL_new_term_ref();
	size_t count;
	int flag;

	*value = 0;
	if (!PL_is_list(term))
		return get_enum(term, names, value);
	if (PL_skip_list(term, 0, &count) == PL_CYCLIC_TERM)
		return PL_type_error("list", term);
	while (PL_get_list(rest, head, rest)) {
		if (!get_enum(head, names, &flag))
			return FALSE;
		*value |= flag;
	}
	return PL_get_nil_ex(rest);
}

/* The caller gives the size of a buffer. */
static int
get_limit(term_t term, int64_t *limit)
{
	return PL_get_int64_ex(term, limit) && (*limit >= 0 || PL_domain_error("not_less_than_zero", term));
}

static const int64_t second = 1000000000;

/* Seconds, as for the predicates of Prolog; a time that has passed is 0, and one beyond 31 years no limit. */
static int
get_timeout(term_t term, int64_t *timeout)
{
	double seconds;
	char *text;

	*timeout = -1;
	if (PL_get_atom_chars(term, &text) && (strcmp(text, "infinite") == 0 || strcmp(text, "inf") == 0))
		return TRUE;
	if (!PL_get_float_ex(term, &seconds))
		return FALSE;
	if (isnan(seconds))
		return PL_domain_error("posix_shm_timeout", term);
	if (seconds <= 1e9)
		*timeout = seconds > 0 ? (int64_t)ceil(seconds * (double)second) : 0;
	return TRUE;
}

/* What a call acquires is lost if its outputs do not unify with it, so they must be variables. */
static int
variables(term_t term, int first, int arity)
{
	for (int i = first; i < arity; i++)
		if (!PL_is_variable(term + i))
			return PL_uninstantiation_error(term + i);
	return TRUE;
}

/* Waiting: for a second at a time, between which Prolog handles the signals of its threads. */

struct deadline {
	int64_t timeout, end;
};

static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * second + time.tv_nsec;
}

static struct deadline
deadline_after(int64_t timeout)
{
	int64_t start = now();
	struct deadline deadline = {timeout, timeout < INT64_MAX - start ? start + timeout : INT64_MAX};

	return deadline;
}

{{ slices("second") }}
/* Results */

static int
unify_names(term_t term, const char *names, int64_t size)
{
	term_t list = PL_copy_term_ref(term);
	term_t head = PL_new_term_ref();
	const char *end = names + size;

	for (; names < end; names += strlen(names) + 1)
		if (!PL_unify_list(list, head, list) || !PL_unify_chars(head, PL_STRING | REP_UTF8, (size_t)-1, names))
			return FALSE;
	return PL_unify_nil(list);
}

/* The names of flags, each of which is one bit. */
static int
unify_flags(term_t term, const struct name *names, int flags)
{
	term_t list = PL_copy_term_ref(term);
	term_t head = PL_new_term_ref();

	for (; names->name; names++)
		if (flags & names->value && (names->value & (names->value - 1)) == 0 &&
		    (!PL_unify_list(list, head, list) || !PL_unify_atom_chars(head, names->name)))
			return FALSE;
	return PL_unify_nil(list);
}

/* Fields, each a term such as size(4096). */
static int
unify_fields(term_t term, const struct name *names, const int64_t *fields)
{
	term_t list = PL_copy_term_ref(term);
	term_t head = PL_new_term_ref();

	for (; names->name; names++)
		if (!PL_unify_list(list, head, list) ||
		    !PL_unify_term(head, PL_FUNCTOR_CHARS, names->name, 1, PL_INT64, fields[names->value]))
			return FALSE;
	return PL_unify_nil(list);
}

/* Memory at an address */

enum kind { SIGNED, UNSIGNED, REAL };

static const struct type {
	const char *name;
	enum kind kind;
	size_t size;
} types[] = {
	{"int8", SIGNED, 1},  {"int16", SIGNED, 2},  {"int32", SIGNED, 4},  {"int64", SIGNED, 8}, {"uint8", UNSIGNED, 1},
	{"uint16", UNSIGNED, 2}, {"uint32", UNSIGNED, 4}, {"uint64", UNSIGNED, 8}, {"float", REAL, 4}, {"double", REAL, 8},
};

static int
get_type(term_t term, const struct type **type)
{
	char *text;

	if (PL_get_atom_chars(term, &text))
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (strcmp(types[i].name, text) == 0) {
				*type = &types[i];
				return TRUE;
			}
	return PL_domain_error("posix_shm_type", term);
}

static int
unify_uint(term_t term, const void *memory, size_t size)
{
	union { uint8_t u8; uint16_t u16; uint32_t u32; uint64_t u64; } value;

	memcpy(&value, memory, size);
	return PL_unify_uint64(term, size == 1 ? value.u8 : size == 2 ? value.u16 : size == 4 ? value.u32 : value.u64);
}

static int
unify_int(term_t term, const void *memory, size_t size)
{
	union { int8_t i8; int16_t i16; int32_t i32; int64_t i64; } value;

	memcpy(&value, memory, size);
	return PL_unify_int64(term, size == 1 ? value.i8 : size == 2 ? value.i16 : size == 4 ? value.i32 : value.i64);
}

static int
unify_real(term_t term, const void *memory, size_t size)
{
	union { float f; double d; } value;

	memcpy(&value, memory, size);
	return PL_unify_float(term, size == sizeof value.f ? value.f : value.d);
}

/* pshm_load(+Address, +Type, -Value) */
static foreign_t
load(term_t term, int arity, control_t control)
{
	static int (*const unify[])(term_t, const void *, size_t) = {unify_int, unify_uint, unify_real};
	const struct type *type;
	int64_t address;

	(void)arity;
	(void)control;
	return PL_get_int64_ex(term, &address) && get_type(term + 1, &type) &&
	       unify[type->kind](term + 2, (void *)(intptr_t)address, type->size);
}

static int
store_real(term_t term, void *memory, const struct type *type)
{
	double value;
	float narrow;

	if (!PL_get_float_ex(term, &value))
		return FALSE;
	narrow = (float)value;
	if (type->size == sizeof narrow && isinf(narrow) && !isinf(value))
		return PL_representation_error(type->name);
	memcpy(memory, type->size == sizeof narrow ? (void *)&narrow : (void *)&value, type->size);
	return TRUE;
}

/* Is the value one of the numbers of the type? */
static int
fits(int64_t value, const struct type *type)
{
	int bits = (int)(8 * type->size);

	if (bits == 64)
		return TRUE;
	return type->kind == UNSIGNED ? value >> bits == 0 : value >> (bits - 1) == 0 || value >> (bits - 1) == -1;
}

static int
store_integer(term_t term, void *memory, const struct type *type)
{
	union { int8_t i8; int16_t i16; int32_t i32; int64_t i64; uint64_t u64; } word;
	int64_t value;

	if (type->kind == UNSIGNED && type->size == sizeof word.u64) {
		if (!PL_get_uint64_ex(term, &word.u64))
			return FALSE;
		memcpy(memory, &word, type->size);
		return TRUE;
	}
	if (!PL_get_int64_ex(term, &value))
		return FALSE;
	if (!fits(value, type))
		return PL_representation_error(type->name);
	if (type->size == 1)
		word.i8 = (int8_t)value;
	else if (type->size == 2)
		word.i16 = (int16_t)value;
	else if (type->size == 4)
		word.i32 = (int32_t)value;
	else
		word.i64 = value;
	memcpy(memory, &word, type->size);
	return TRUE;
}

/* pshm_store(+Address, +Type, +Value) */
static foreign_t
store(term_t term, int arity, control_t control)
{
	const struct type *type;
	int64_t address;
	void *memory;

	(void)arity;
	(void)control;
	if (!PL_get_int64_ex(term, &address) || !get_type(term + 1, &type))
		return FALSE;
	memory = (void *)(intptr_t)address;
	return type->kind == REAL ? store_real(term + 2, memory, type) : store_integer(term + 2, memory, type);
}

/* pshm_load_bytes(+Address, +Count, -Bytes) */
static foreign_t
load_bytes(term_t term, int arity, control_t control)
{
	int64_t address, count;

	(void)arity;
	(void)control;
	if (!PL_get_int64_ex(term, &address) || !get_limit(term + 1, &count))
		return FALSE;
	return PL_unify_chars(term + 2, PL_STRING | REP_ISO_LATIN_1, (size_t)count, (const char *)(intptr_t)address);
}

/* pshm_store_bytes(+Address, +Bytes) */
static foreign_t
store_bytes(term_t term, int arity, control_t control)
{
	int64_t address;
	size_t size;
	char *bytes;

	(void)arity;
	(void)control;
	if (!PL_get_int64_ex(term, &address) || !get_bytes(term + 1, &bytes, &size))
		return FALSE;
	memcpy((void *)(intptr_t)address, bytes, size);
	PL_free(bytes);
	return TRUE;
}

/* The functions */
{% for function in model.functions %}
{% set call = function | call %}
{% set inputs = call.given %}
{% set after = inputs | length %}
{% set valued = function.result != "status" and not call.buffer and not call.texts and not call.numbers %}
{% set texts = call.strings + ([call.bytes] if call.bytes else []) %}
{% set result = "int" if function.code == "int" else "int64_t" %}

static foreign_t
p_{{ function.name }}(term_t term, int arity, control_t control)
{
{% for argument in inputs + call.outs %}
{{ variable(argument, call) -}}
{% endfor %}
{% if function.code == "string-in" %}
	const char *result;
{% else %}
	{{ result }} result;
{% endif %}
{% if function.waits %}
	struct deadline deadline;
{% endif %}
{% if call.buffer %}
	char *buffer;
	int unified;
{% elif call.texts %}
	char *buffer = NULL;
	int64_t size = 0;
	int unified;
{% elif call.numbers %}
	int64_t fields[{{ model.enum[call.numbers.of].constants | length }}] = {0};
{% endif %}

	(void)arity;
	(void)control;
{% for argument in inputs if argument not in texts %}
	if (!{{ get(argument, call, inputs.index(argument)) }})
		return FALSE;
{% endfor %}
{% if call.acquires %}
	if (!variables(term, {{ after }}, arity))
		return FALSE;
{% endif %}
{% for argument in texts %}
	if (!{{ get(argument, call, inputs.index(argument)) }})
		return FALSE;
{% endfor %}
{% if call.buffer %}
	buffer = malloc({{ call.limit.name }} > 0 ? (size_t){{ call.limit.name }} : 1);
	if (!buffer)
		return PL_resource_error("memory");
{% endif %}
{% if call.texts %}
	while (result = {{ called(call) }}, !failed(result) && result > size) {
		free(buffer);
		size = result;
		buffer = malloc((size_t)size);
		if (!buffer)
			return PL_resource_error("memory");
	}
{% elif function.waits %}
	deadline = deadline_after(timeout);
	while (result = {{ called(call) }}, again(&deadline, result))
		if (PL_handle_signals() < 0) {
{% for argument in texts %}
			PL_free({{ argument.name }});
{% endfor %}
{% if call.buffer %}
			free(buffer);
{% endif %}
			return FALSE;
		}
{% else %}
	result = {{ called(call) }};
{% endif %}
{% for argument in texts %}
	PL_free({{ argument.name }});
{% endfor %}
{% if function.code == "string-in" %}
	return result && PL_unify_chars(term + {{ after }}, PL_ATOM | REP_UTF8, (size_t)-1, result);
{% else %}
{% if call.buffer or call.texts %}
{% if call.buffer %}
	unified = failed(result) ? raise_error("{{ function.name }}", result)
	                         : PL_unify_chars(term + {{ after }}, PL_STRING | REP_ISO_LATIN_1, (size_t)result, buffer);
{% elif call.texts == "many" %}
	unified = failed(result) ? raise_error("{{ function.name }}", result) : unify_names(term + {{ after }}, buffer, result);
{% else %}
	unified = failed(result) ? raise_error("{{ function.name }}", result)
	                         : PL_unify_chars(term + {{ after }}, PL_STRING | REP_UTF8, (size_t)-1, buffer);
{% endif %}
	free(buffer);
	return unified;
{% else %}
	if (failed(result))
		return raise_error("{{ function.name }}", result);
{% if call.numbers %}
	return unify_fields(term + {{ after }}, {{ call.numbers.of }}_names, fields);
{% else %}
	return {% if function.result_enum %}unify_flags(term + {{ after }}, {{ function.result_enum }}_names, result)
{%- elif valued %}{{ unify(after, "result", function.result) }}{{ " && " if call.outs }}{% endif %}
{%- for out in call.outs %}
{%- set position = after + (1 if valued else 0) + loop.index0 -%}
{% if call.shorter %}(arity <= {{ position }} || {% endif %}{{ unify(position, out.name | short, out.of) }}{{ ")" if call.shorter }}{{ " && " if not loop.last }}
{%- endfor %}{{ "TRUE" if not valued and not call.outs }};
{% endif %}
{% endif %}
{% endif %}
}
{% endfor %}

install_t
install_posix_shm(void)
{
	PL_register_foreign("pshm_load", 3, (pl_function_t)load, PL_FA_VARARGS);
	PL_register_foreign("pshm_store", 3, (pl_function_t)store, PL_FA_VARARGS);
	PL_register_foreign("pshm_load_bytes", 3, (pl_function_t)load_bytes, PL_FA_VARARGS);
	PL_register_foreign("pshm_store_bytes", 2, (pl_function_t)store_bytes, PL_FA_VARARGS);
{% for function in model.functions %}
{% for arity in (function | call).arities %}
	PL_register_foreign("{{ function.name }}", {{ arity }}, (pl_function_t)p_{{ function.name }}, PL_FA_VARARGS);
{% endfor %}
{% endfor %}
}
