/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of objects: those that the library makes. */
#include "system.h"
#include "name.h"
#include "platform.h"

#include <string.h>

/*
 * glibc before 2.34 counts a NUL, and wants the path one byte shorter than it may be: it rejects the last two lengths, with EINVAL.
 * Which glibc it is, is known when the library runs: it may have been built with another one.
 */
#if defined __GLIBC__ && !defined __UCLIBC__
#include <gnu/libc-version.h>

static bool
shortens_names(void)
{
	return strverscmp(gnu_get_libc_version(), "2.34") < 0;
}
#else
static bool
shortens_names(void)
{
	return false;
}
#endif

int
pshm__name_max(void)
{
	return shortens_names() ? name_plain_max() : platform.name_max;
}

enum { RANDOM_BYTES = 12 };

/* The prefix and 24 hexadecimal digits. */
static void
spell(char *ret_name, const unsigned char bytes[RANDOM_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char *end = ret_name + strlen(strcpy(ret_name, NAME_TEMPORARY));

	for (int i = 0; i < RANDOM_BYTES; i++) {
		*end++ = digits[bytes[i] >> 4];
		*end++ = digits[bytes[i] & 15];
	}
	*end = '\0';
}

_Static_assert(sizeof NAME_TEMPORARY - 1 + 2 * (size_t)RANDOM_BYTES < MADE_NAME_SIZE, "a generated name fits its buffer");

static int COLD
read_random_device(unsigned char *ret_bytes, int count)
{
	int fd = sys_open("/dev/urandom", O_RDONLY, 0);
	int64_t got;

	if (fd < 0)
		return fd;
	got = sys_pread(fd, ret_bytes, (size_t)count, 0);
	sys_close(fd);
	if (got < 0)
		return (int)got;
	return got == count ? 0 : -EIO;
}

/* A kernel before 3.17 does not have the call. */
int
pshm__name_random(char *ret_name)
{
	unsigned char bytes[RANDOM_BYTES];
	int error = sys_getentropy(bytes, sizeof bytes);

	if (is_missing_call(error))
		error = read_random_device(bytes, sizeof bytes);
	if (error >= 0)
		spell(ret_name, bytes);
	return error;
}
