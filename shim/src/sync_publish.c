/* SPDX-License-Identifier: BSD-3-Clause */
/* pshm_publish. */
#include "system.h"
#include "error.h"
#include "name.h"
#include "object.h"

int
pshm_publish(int fd, const char *name, int if_exists)
{
	int error = name_check(name);

	if (error < 0)
		return record(error);
	if (if_exists != PSHM_IF_EXISTS_DEFAULT && if_exists != PSHM_IF_EXISTS_ERROR && if_exists != PSHM_IF_EXISTS_SUPERSEDE &&
	    if_exists != PSHM_IF_EXISTS_NIL)
		return record(-EINVAL);
	error = pshm__object_publish(fd, name, if_exists == PSHM_IF_EXISTS_SUPERSEDE);
	return error == -EEXIST && if_exists == PSHM_IF_EXISTS_NIL ? error : record(error);
}
