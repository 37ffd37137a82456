/* {{ generated }} */
/* Rows for whoever defines the macro, includes this file, and undefines the macro. Header order throughout. */

/* PSHM_CONSTANT(name) */
#ifdef PSHM_CONSTANT
{% for constant in model.constants %}
PSHM_CONSTANT({{ constant.name }})
{% endfor %}
#endif

/* PSHM_KEYWORD(kind, keyword, value): of each kind first the long names, then the short aliases. */
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

/* PSHM_CHOICE(kind): the kinds of which only one keyword may be given. */
#ifdef PSHM_CHOICE
{% for enum in model.enums if enum.choice %}
PSHM_CHOICE({{ enum.kind }})
{% endfor %}
#endif
