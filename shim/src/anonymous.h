/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects without a name, below the public function. */
#ifndef PSHM_ANONYMOUS_H
#define PSHM_ANONYMOUS_H

#include <stdbool.h>

struct anonymous_request {
	int direction;
	int permissions;
	bool huge;
	int attempts;
};

/* Make the object on the first of these rungs that the platform has; -ENOTSUP when it has none of them. */
int pshm__anonymous_open(const struct anonymous_request *request, unsigned rungs, char *ret_name);

#endif
