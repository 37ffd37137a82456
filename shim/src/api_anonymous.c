/* SPDX-License-Identifier: BSD-3-Clause */
/* pshm_open_anonymous. */
#include "system.h"
#include "anonymous.h"
#include "error.h"
#include "platform.h"

/* Only a memfd has huge pages. */
int
pshm_open_anonymous(int direction, int permissions, int flags)
{
	const struct anonymous_request request = { direction, permissions, (flags & PSHM_ANONYMOUS_HUGE) != 0 };

	if (direction != PSHM_DIRECTION_INPUT && direction != PSHM_DIRECTION_IO)
		return record(-EINVAL);
	if ((permissions & ~0777) != 0 || (flags & ~PSHM_ANONYMOUS_HUGE) != 0)
		return record(-EINVAL);
	return record(pshm__anonymous_open(&request, request.huge ? FALLBACK_MEMFD : ~0U));
}
