{# A wait in slices, after each of which the runtime may run what waits for it: in the bindings that are C. #}
{% macro slices(longest) %}
static int64_t
left(const struct deadline *deadline)
{
	int64_t time = deadline->timeout < 0 ? second : deadline->timeout == 0 ? 0 : deadline->end - now();

	return time < 0 ? 0 : time;
}

/* At the end at least a nanosecond: a call with the timeout 0 would be another one. */
static int64_t
slice(const struct deadline *deadline)
{
	int64_t time = left(deadline);

	if (time == 0 && deadline->timeout > 0)
		return 1;
	return time < {{ longest }} ? time : {{ longest }};
}

/* Did the call end because of a signal, or of the end of a slice? */
static int
again(const struct deadline *deadline, int64_t result)
{
	const char *error = failed(result) ? pshm_error_name((int)result) : "";

	return (strcmp(error, "EINTR") == 0 || strcmp(error, "ETIMEDOUT") == 0) && left(deadline) > 0;
}
{% endmacro %}
