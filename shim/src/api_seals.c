/* SPDX-License-Identifier: BSD-3-Clause */
/* Permanent restrictions of an object: memfd_create(2), fcntl(2). */
#include "system.h"
#include "error.h"
#include "native.h"
#include "object.h"

#ifdef F_SEAL_SEAL
_Static_assert(PSHM_SEAL_SEAL == F_SEAL_SEAL && PSHM_SEAL_SHRINK == F_SEAL_SHRINK && PSHM_SEAL_GROW == F_SEAL_GROW &&
                       PSHM_SEAL_WRITE == F_SEAL_WRITE,
               "the seals are the platform's");
#endif

enum { SEALS = PSHM_SEAL_SEAL | PSHM_SEAL_SHRINK | PSHM_SEAL_GROW | PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE | PSHM_SEAL_EXEC };

/* -EBADF comes before -ENOTSUP. */
static int
result_of(int fd, int result)
{
	return result == -ENOTSUP ? pshm__object_unsupported(fd) : result;
}

/* EINVAL means that the file does not support seals, or that this kernel does not support the seal. */
int
pshm_seal(int fd, int seals)
{
	int error;

	if ((seals & ~SEALS) != 0)
		return record(-EINVAL);
	error = result_of(fd, pshm__native_add_seals(fd, seals));
	if (error == -EINVAL && pshm__native_get_seals(fd) >= 0)
		error = -ENOTSUP;
	return record(error);
}

int
pshm_seals(int fd)
{
	int seals = result_of(fd, pshm__native_get_seals(fd));

	return seals < 0 ? record(seals) : seals & SEALS;
}
