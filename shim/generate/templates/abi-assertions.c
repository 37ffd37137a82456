/* {{ generated }} */
/* The compiler checks here what the generator read in the headers: every value, every signature. It is compiled, with
   warnings as errors, as C and as C++, and never run. */
{% for stratum in model.strata %}
#include <{{ stratum.header }}>
{% endfor %}

#ifndef __cplusplus
#include <assert.h>
#endif

void abi_assertions(void);

{% set major, minor, patch = model.version.split(".") %}
static_assert(PSHM_VERSION_MAJOR == {{ major }}, "PSHM_VERSION_MAJOR");
static_assert(PSHM_VERSION_MINOR == {{ minor }}, "PSHM_VERSION_MINOR");
static_assert(PSHM_VERSION_PATCH == {{ patch }}, "PSHM_VERSION_PATCH");
{% for constant in model.constants %}
static_assert({{ constant.name }} == {{ constant.value }}, "{{ constant.name }}");
{% endfor %}

void
abi_assertions(void)
{
{% for function in model.functions %}
	{{ function.type }}{{ "" if "*" in function.type else " " }}(*{{ function.name }}_)(
{{- function.arguments | join(", ", attribute="type") or "void" }}) = {{ function.name }};
{% endfor %}
{% for function in model.functions %}
	(void){{ function.name }}_;
{% endfor %}
}
