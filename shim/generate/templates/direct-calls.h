/* {{ generated }} */
#ifndef PSHM_DIRECT_CALLS_H
#define PSHM_DIRECT_CALLS_H

#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Call the function with that index in signatures.h, where the program is linked with the library. */
static int64_t
call_by_index(int index, const int64_t *values)
{
	switch (index) {
{% for function in model.functions %}
	case {{ loop.index0 }}:
		return {{ "(int64_t)(intptr_t)" if function.code == "string-in" }}{{ function.name }}(
{%- for argument in function.arguments %}
{{ ", " if not loop.first }}{% if argument.code == "int64" %}values[{{ loop.index0 }}]{% elif argument.code == "int" %}(int)values[{{ loop.index0 }}]{% else %}(void *)(intptr_t)values[{{ loop.index0 }}]{% endif %}
{%- endfor %});
{% endfor %}
	default:
		return INT64_MIN;
	}
}

/* The address of a function by its name, or NULL. */
static void *
address_by_name(const char *name)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} functions[] = {
{% for function in model.functions %}
		{ "{{ function.name }}", (void (*)(void)){{ function.name }} },
{% endfor %}
	};

	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (strcmp(functions[i].name, name) == 0)
			return *(void *const *)&functions[i].function;
	return NULL;
}

#endif
