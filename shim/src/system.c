/* SPDX-License-Identifier: BSD-3-Clause */
/* From errno to a result: the only place. */
#include "system.h"

int
pshm__system_error(int saved)
{
	int error = errno;

	errno = saved;
	return -error;
}

bool
pshm__system_interrupted(int saved)
{
	if (errno != EINTR)
		return false;
	errno = saved;
	return true;
}
