{% set maximum = 6 %}
/* {{ generated }} */
#ifndef PSHM_SIGNATURES_H
#define PSHM_SIGNATURES_H

/* The whole vocabulary of types. IN: read by the call. OUT: the caller's buffer. */
enum signature_type {
	SIGNATURE_INT,        /* int */
	SIGNATURE_INT64,      /* int64_t */
	SIGNATURE_STRING_IN,  /* const char * */
	SIGNATURE_BYTES_IN,   /* const void * */
	SIGNATURE_STRING_OUT, /* char * */
	SIGNATURE_BYTES_OUT,  /* void * */
	SIGNATURE_INT64_OUT,  /* int64_t * */
	SIGNATURE_INT_OUT     /* int * */
};

enum { SIGNATURE_ARGUMENTS_MAX = {{ maximum }} };

struct signature {
	const char *name;
	enum signature_type result; /* int, int64_t, or a constant string */
	int argument_count;
	struct {
		enum signature_type type;
		const char *name;
	} arguments[SIGNATURE_ARGUMENTS_MAX];
};

static const struct signature signatures[] = {
{% macro type(code) %}SIGNATURE_{{ code | upper | replace("-", "_") }}{% endmacro %}
{% for function in model.functions %}
{% if function.arguments | length > maximum %}{{ fault("More than " ~ maximum ~ " arguments: " ~ function.name) }}{% endif %}
	{ "{{ function.name }}", {{ type(function.code) }}, {{ function.arguments | length }}, {
{%- for argument in function.arguments %}
{{ "," if not loop.first }}
		{ {{ type(argument.code) }}, "{{ argument.name }}" }
{%- else %}{ SIGNATURE_INT, 0 }
{%- endfor %}} },
{% endfor %}
};

enum { SIGNATURE_COUNT = sizeof signatures / sizeof signatures[0] };

#endif
