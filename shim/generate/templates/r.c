{% from "slices.c" import slices %}
{% macro declared(argument, call) -%}
{% set kind, name = call.kind(argument), argument.name | short %}
{% if kind == "text" %}	const char *{{ name }} = get_text(x_{{ name }});
{% elif kind == "bytes" %}	const void *{{ name }} = get_bytes(x_{{ name }});
{% elif kind in ("flags", "enum") %}	int {{ name }} = get_{{ kind }}(x_{{ name }}, {{ argument.enum }}_names);
{% elif kind == "timeout" %}	struct deadline deadline = get_timeout(x_{{ name }});
{% elif kind == "boolean" %}	int {{ name }} = get_boolean(x_{{ name }});
{% elif argument.role == "out" %}	{{ "int" if argument.code == "int-out" else "int64_t" }} {{ name }} = 0;
{% elif argument.code == "int" %}	int {{ name }} = get_int(x_{{ name }});
{% else %}	int64_t {{ name }} = get_int64(x_{{ name }});
{% endif %}
{%- endmacro %}
{% macro passed(argument, call) -%}
{% set part, name = call.part(argument), argument.name | short %}
{% if argument.role == "out" %}&{{ name }}
{%- elif part == "length" %}XLENGTH(x_{{ call.measured(argument).name }})
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
{% macro meant(value, role) -%}
{{ "Rf_ScalarLogical" if role == "boolean" else "number" }}({{ value }})
{%- endmacro %}
/* {{ generated }} */
/*
 * The functions of the R package posixshm. An integer of 64 bits is a double where that is exact, up to 2^53; beyond, it is a string of
 * decimal digits. R unwinds the stack for errors and interrupts, so all memory is that of R.
 */
#define R_NO_REMAP
#define STRICT_R_HEADERS
#define _POSIX_C_SOURCE 200809L

#include <posix-shm/sync.h>

#include <R.h>
#include <R_ext/Rdynload.h>
#include <Rinternals.h>

#include <errno.h>
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
	{"{{ constant | member | lower | replace("_", "-") }}", {{ constant.name }}},
{% endfor %}
	{0},
};
{% endif %}
{% endfor %}

/* Numbers */

static const double exact = 9007199254740992; /* 2^53 */
static const int64_t second = 1000000000;

static SEXP
number(int64_t value)
{
	char digits[24];

	if (-(int64_t)exact <= value && value <= (int64_t)exact)
		return Rf_ScalarReal((double)value);
	snprintf(digits, sizeof digits, "%lld", (long long)value);
	return Rf_mkString(digits);
}

static int64_t
get_digits(const char *digits)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(digits, &end, 10);
	if (errno != 0 || end == digits || *end != 0)
		Rf_error("'%s' is not an integer of 64 bits", digits);
	return value;
}

static int64_t
get_int64(SEXP value)
{
	double real;
	int64_t bits;

	if (Rf_length(value) != 1)
		Rf_error("one number is needed, not %d", Rf_length(value));
	if (TYPEOF(value) == STRSXP)
		return get_digits(CHAR(STRING_ELT(value, 0)));
	if (Rf_inherits(value, "integer64")) { /* as the package bit64 has them */
		memcpy(&bits, REAL(value), sizeof bits);
		return bits;
	}
	if (!Rf_isNumeric(value))
		Rf_error("a number is needed");
	real = Rf_asReal(value);
	if (!(-exact <= real && real <= exact) || real != (double)(int64_t)real)
		Rf_error("the number is no integer that is exact; beyond 2^53 write it as a string");
	return (int64_t)real;
}

static int
get_int(SEXP value)
{
	int64_t wide = get_int64(value);

	if (wide < INT32_MIN || wide > INT32_MAX)
		Rf_error("%lld does not fit into 32 bits", (long long)wide);
	return (int)wide;
}

static int
get_boolean(SEXP value)
{
	int boolean = Rf_asLogical(value);

	if (boolean == NA_LOGICAL)
		Rf_error("TRUE or FALSE is needed");
	return boolean;
}

/* Names of constants, or numbers */

static int
get_name(const char *text, const struct name *names)
{
	for (; names->name; names++)
		if (strcmp(names->name, text) == 0)
			return names->value;
	Rf_error("there is no constant '%s' for this argument", text);
}

static int
get_enum(SEXP value, const struct name *names)
{
	if (Rf_isString(value) && Rf_length(value) == 1)
		return get_name(CHAR(STRING_ELT(value, 0)), names);
	return get_int(value);
}

static int
get_flags(SEXP value, const struct name *names)
{
	int flags = 0;

	if (!Rf_isString(value))
		return Rf_isNull(value) ? 0 : get_int(value);
	for (R_xlen_t i = 0; i < XLENGTH(value); i++)
		flags |= get_name(CHAR(STRING_ELT(value, i)), names);
	return flags;
}

/* Text and bytes */

static const char *
get_text(SEXP value)
{
	if (!Rf_isString(value) || Rf_length(value) != 1 || STRING_ELT(value, 0) == NA_STRING)
		Rf_error("one string is needed");
	return Rf_translateCharUTF8(STRING_ELT(value, 0));
}

static const void *
get_bytes(SEXP value)
{
	if (TYPEOF(value) != RAWSXP)
		Rf_error("a raw vector is needed");
	return RAW(value);
}

static SEXP
string(const char *text)
{
	return text ? Rf_ScalarString(Rf_mkCharCE(text, CE_UTF8)) : R_NilValue;
}

{% if model.functions | map("call") | selectattr("texts", "equalto", "many") | list %}
static SEXP
strings(const char *text, int64_t size)
{
	const char *end = text + size;
	R_xlen_t count = 0;
	SEXP all;

	for (const char *name = text; name < end; name += strlen(name) + 1)
		count++;
	all = PROTECT(Rf_allocVector(STRSXP, count));
	for (R_xlen_t i = 0; i < count; i++, text += strlen(text) + 1)
		SET_STRING_ELT(all, i, Rf_mkCharCE(text, CE_UTF8));
	UNPROTECT(1);
	return all;
}
{% endif %}

static SEXP
fields_by_name(const int64_t *fields, const struct name *names, int count)
{
	SEXP list = PROTECT(Rf_allocVector(VECSXP, count));
	SEXP labels = PROTECT(Rf_allocVector(STRSXP, count));

	for (int i = 0; i < count; i++) {
		SET_VECTOR_ELT(list, i, number(fields[names[i].value]));
		SET_STRING_ELT(labels, i, Rf_mkChar(names[i].name));
	}
	Rf_setAttrib(list, R_NamesSymbol, labels);
	UNPROTECT(2);
	return list;
}

/* The names of flags, each of which is one bit. */
static SEXP
flag_names(int flags, const struct name *names)
{
	SEXP all = PROTECT(Rf_allocVector(STRSXP, 32));
	R_xlen_t count = 0;

	for (; names->name; names++)
		if (flags & names->value && (names->value & (names->value - 1)) == 0)
			SET_STRING_ELT(all, count++, Rf_mkChar(names->name));
	all = Rf_xlengthgets(all, count);
	UNPROTECT(1);
	return all;
}

/* Errors are conditions of the class posix_shm_ENOENT and so on, and posix_shm_error. */

static int
failed(int64_t result)
{
	return -4095 <= result && result < 0;
}

static SEXP
condition_class(const char *name)
{
	SEXP class = Rf_allocVector(STRSXP, 4);
	char own[64];

	PROTECT(class);
	snprintf(own, sizeof own, "posix_shm_%s", name);
	SET_STRING_ELT(class, 0, Rf_mkChar(own));
	SET_STRING_ELT(class, 1, Rf_mkChar("posix_shm_error"));
	SET_STRING_ELT(class, 2, Rf_mkChar("error"));
	SET_STRING_ELT(class, 3, Rf_mkChar("condition"));
	UNPROTECT(1);
	return class;
}

static void
fail(const char *operation, int64_t result)
{
	const char *labels[] = {"message", "call", "name", "number", "operation", ""};
	const char *name = pshm_error_name((int)result);
	char message[256];
	SEXP condition = PROTECT(Rf_mkNamed(VECSXP, labels));

	snprintf(message, sizeof message, "%s: %s (%s)", operation, pshm_strerror((int)result), name);
	SET_VECTOR_ELT(condition, 0, Rf_mkString(message));
	SET_VECTOR_ELT(condition, 2, Rf_mkString(name));
	SET_VECTOR_ELT(condition, 3, Rf_ScalarInteger((int)-result));
	SET_VECTOR_ELT(condition, 4, Rf_mkString(operation));
	Rf_classgets(condition, PROTECT(condition_class(name)));
	Rf_eval(PROTECT(Rf_lang2(Rf_install("stop"), condition)), R_BaseEnv);
	UNPROTECT(3);
}

/* Waiting: for a tenth of a second at a time, between which R notices an interrupt. */

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

/* The unit of a difftime, in seconds. */
static double
unit_of(SEXP value)
{
	static const struct name units[] = {
		{"secs", 1}, {"mins", 60}, {"hours", 3600}, {"days", 86400}, {"weeks", 604800}, {0},
	};
	SEXP unit = Rf_getAttrib(value, Rf_install("units"));

	if (!Rf_inherits(value, "difftime"))
		return 1;
	if (!Rf_isString(unit) || Rf_length(unit) != 1)
		Rf_error("a difftime has one unit");
	return get_name(CHAR(STRING_ELT(unit, 0)), units);
}

/* Seconds, or a difftime; Inf, or more than 31 years, is no limit, and a time that has passed is 0. */
static struct deadline
get_timeout(SEXP value)
{
	struct deadline deadline = {-1, 0};
	double seconds;

	if ((TYPEOF(value) != REALSXP && TYPEOF(value) != INTSXP) || Rf_inherits(value, "factor") || Rf_inherits(value, "integer64") ||
	    Rf_length(value) != 1)
		Rf_error("the timeout is one number of seconds, or a difftime");
	seconds = Rf_asReal(value) * unit_of(value);
	if (ISNAN(seconds))
		Rf_error("the timeout is one number of seconds, or a difftime");
	if (seconds > 1e9)
		return deadline;
	deadline.timeout = seconds > 0 ? (int64_t)ceil(seconds * (double)second) : 0;
	deadline.end = now() + deadline.timeout;
	return deadline;
}

{{ slices("second / 10") }}
/* Memory at an address */

static SEXP
load_bytes(SEXP x_address, SEXP x_count)
{
	int64_t address = get_int64(x_address);
	int64_t count = get_int64(x_count);
	SEXP bytes;

	if (count < 0)
		Rf_error("a count is not negative");
	bytes = Rf_allocVector(RAWSXP, (R_xlen_t)count);
	memcpy(RAW(bytes), (void *)(intptr_t)address, (size_t)count);
	return bytes;
}

static SEXP
store_bytes(SEXP x_address, SEXP x_bytes)
{
	const void *bytes = get_bytes(x_bytes);

	memcpy((void *)(intptr_t)get_int64(x_address), bytes, (size_t)XLENGTH(x_bytes));
	return R_NilValue;
}

/* The functions */
{% for function in model.functions %}
{% set call = function | call %}
{% set status = function.result == "status" %}

static SEXP
r_{{ function.name }}({% for argument in call.given %}SEXP x_{{ argument.name }}{{ ", " if not loop.last }}{% else %}void{% endfor %})
{
{% for argument in call.given + call.outs %}
{{ declared(argument, call) -}}
{% endfor %}
{% if function.code == "string-in" %}

	return string({{ called(call) }});
{% else %}
	{{ "int" if function.code == "int" else "int64_t" }} result;
{% if call.texts %}
	char *buffer = NULL;
	int64_t size = 0;

	while (result = {{ called(call) }}, !failed(result) && result > size) {
		size = result;
		buffer = R_alloc((size_t)size, 1);
	}
{% elif call.buffer %}
	SEXP bytes = PROTECT(Rf_allocVector(RAWSXP, {{ call.limit.name }} > 0 ? (R_xlen_t){{ call.limit.name }} : 0));
	void *buffer = RAW(bytes);

{% elif call.numbers %}
	int64_t fields[{{ model.enum[call.numbers.of].constants | length }}] = {0};

{% else %}
{% if call.outs and (call.outs | length > 1 or not status) %}
	SEXP value;
{% endif %}

{% endif %}
{% if function.waits %}
	while (result = {{ called(call) }}, again(&deadline, result))
		R_CheckUserInterrupt();
{% elif not call.texts %}
	result = {{ called(call) }};
{% endif %}
	if (failed(result))
		fail("{{ function.name }}", result);
{% if call.texts == "many" %}
	return strings(buffer, result);
{% elif call.texts %}
	return string(buffer);
{% elif call.buffer %}
	bytes = Rf_xlengthgets(bytes, (R_xlen_t)result);
	UNPROTECT(1);
	return bytes;
{% elif call.numbers %}
	return fields_by_name(fields, {{ call.numbers.of }}_names, {{ model.enum[call.numbers.of].constants | length }});
{% elif not call.outs %}
	return {{ "R_NilValue" if status else "flag_names(result, " ~ function.result_enum ~ "_names)" if function.result_enum else meant("result", function.result) }};
{% elif status and call.outs | length == 1 %}
	return {{ meant(call.outs[0].name | short, call.outs[0].of) }};
{% elif status %}
	value = PROTECT(Rf_mkNamed(VECSXP, (const char *[]){ {%- for out in call.outs %}"{{ out.name | short }}", {% endfor %}""}));
{% for out in call.outs %}
	SET_VECTOR_ELT(value, {{ loop.index0 }}, {{ meant(out.name | short, out.of) }});
{% endfor %}
	UNPROTECT(1);
	return value;
{% else %}
	value = PROTECT({{ meant("result", function.result) }});
{% for out in call.outs %}
	Rf_setAttrib(value, Rf_install("{{ out.name | short }}"), {{ meant(out.name | short, out.of) }});
{% endfor %}
	UNPROTECT(1);
	return value;
{% endif %}
{% endif %}
}
{% endfor %}

static const R_CallMethodDef methods[] = {
	{"load_bytes", (DL_FUNC)load_bytes, 2},
	{"store_bytes", (DL_FUNC)store_bytes, 2},
{% for function in model.functions %}
	{"{{ function.name }}", (DL_FUNC)r_{{ function.name }}, {{ (function | call).given | length }}},
{% endfor %}
	{0},
};

void
R_init_posixshm(DllInfo *library)
{
	R_registerRoutines(library, NULL, methods, NULL, NULL);
	R_useDynamicSymbols(library, FALSE);
}
