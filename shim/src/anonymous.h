/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects without a name, below the public functions. */
#ifndef PSHM_ANONYMOUS_H
#define PSHM_ANONYMOUS_H

#include <stdbool.h>

struct anonymous_request {
	int direction;
	int permissions;
	bool huge;
};

/* Make the object by the first of these fallbacks (platform.h) that works here; -ENOTSUP where none does. */
int pshm__anonymous_open(const struct anonymous_request *request, unsigned fallbacks);

#endif
