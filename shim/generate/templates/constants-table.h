/* {{ generated }} */
/* Rows in the order of the headers, for a macro that the including file defines and undefines. */

/* PSHM_CONSTANT(name) */
#ifdef PSHM_CONSTANT
{% for constant in model.constants %}
PSHM_CONSTANT({{ constant.name }})
{% endfor %}
#endif

/* PSHM_KEYWORD(kind, keyword, value): for each kind the long names first, then the short aliases. */
#ifdef PSHM_KEYWORD
{% for enum in model.enums if enum.kind %}
{% for constant in enum.constants %}
PSHM_KEYWORD({{ enum.kind }}, "{{ constant.keyword }}", {{ constant.name }})
{% endfor %}
{% for constant in enum.constants %}
{% for alias in constant.aliases %}
PSHM_KEYWORD({{ enum.kind }}, "{{ alias }}", {{ constant.name }})
{% endfor %}
{% endfor %}
{% endfor %}
#endif

/* PSHM_CHOICE(kind): the kinds that accept only one keyword. */
#ifdef PSHM_CHOICE
{% for enum in model.enums if enum.choice %}
PSHM_CHOICE({{ enum.kind }})
{% endfor %}
#endif
