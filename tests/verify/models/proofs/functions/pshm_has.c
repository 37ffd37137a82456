/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof.h"

/* Each feature is a part of the proof; the last part is every text, where having a feature is the end of its search. */
enum { FEATURES = 24 };

#if PART > 24
#define has() name[0] != '\0'
#endif
#include "ffi_features.c"
_Static_assert(sizeof features / sizeof features[0] == FEATURES, "each has a part");

/* The longest name is shorter. */
enum { FEATURE = sizeof features[0].name };

static const char *
any_text(void)
{
	static char text[FEATURE + 1];

	__CPROVER_havoc_object(text);
	text[FEATURE] = '\0';
	return nondet_bool() ? text : NULL;
}

#if PART > 24
#undef has
static bool
is_feature(const char *text)
{
	for (int i = 0; i < FEATURES; i++)
		if (strcmp(text, features[i].name) == 0)
			return true;
	return false;
}
#endif

int
main(void)
{
	static word64 page;
	int result;

	asked.page = &page;
	asked.rights = ~0U;
	asked.fd = followed_fd;
#if PART > 24
	const char *feature = any_text();

	CALL(result, pshm_has(feature));
	check(feature != NULL || result == -EFAULT, "NULL is no feature");
	check(feature == NULL || result == is_feature(feature), "what is no feature is not there");
#else
	CALL(result, pshm_has(features[PART - 1].name));
	check(result == 0 || result == 1, "it is yes or no");
#endif
	leaves_nothing(result);
	proof_end(result);
	return 0;
}
