/* SPDX-License-Identifier: BSD-3-Clause */
/* Anonymous objects, below the public functions. */
#ifndef PSHM_ANONYMOUS_H
#define PSHM_ANONYMOUS_H

#include <stdbool.h>

struct anonymous_request {
	int direction;
	int permissions;
	bool huge;
};

/* Create the object with the first of these fallbacks (platform.h) that works; -ENOTSUP if none does. */
int pshm__anonymous_open(const struct anonymous_request *request, unsigned fallbacks);

#endif
