/* SPDX-License-Identifier: BSD-3-Clause */
/* pshm_open_anonymous. */
#include "system.h"
#include "anonymous.h"
#include "error.h"
#include "platform.h"

/* Only a memfd has huge pages, and only a file can be given a name. */
static unsigned
fallbacks_of(int flags)
{
	return ((flags & PSHM_ANONYMOUS_HUGE) != 0 ? FALLBACK_MEMFD : ~0U) &
	       ((flags & PSHM_ANONYMOUS_NAMEABLE) != 0 ? FALLBACK_TMPFILE : ~0U);
}

int
pshm_open_anonymous(int direction, int permissions, int flags)
{
	const struct anonymous_request request = { direction, permissions, (flags & PSHM_ANONYMOUS_HUGE) != 0 };

	if (direction != PSHM_DIRECTION_INPUT && direction != PSHM_DIRECTION_IO)
		return record(-EINVAL);
	if ((permissions & ~0777) != 0 || (flags & ~(PSHM_ANONYMOUS_HUGE | PSHM_ANONYMOUS_NAMEABLE)) != 0)
		return record(-EINVAL);
	return record(pshm__anonymous_open(&request, fallbacks_of(flags)));
}
