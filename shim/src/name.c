/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of objects: those that the library makes. */
#include "system.h"
#include "name.h"
#include "platform.h"

#include <string.h>
#include <time.h>

/* "/pshm-" and 24 hexadecimal digits. */
static void
spell(char *ret_name, const unsigned char bytes[12])
{
	static const char digits[] = "0123456789abcdef";
	char *end = ret_name + strlen(strcpy(ret_name, "/pshm-"));

	for (int i = 0; i < 12; i++) {
		*end++ = digits[bytes[i] >> 4];
		*end++ = digits[bytes[i] & 15];
	}
	*end = '\0';
}

int
pshm__name_random(char *ret_name)
{
	unsigned char bytes[12];
	int error = sys_getentropy(bytes, sizeof bytes);

	if (error >= 0)
		spell(ret_name, bytes);
	return error;
}

/* The time, the descriptor and where the stack happens to be: unique enough to read, and no secret. */
void
pshm__name_for_people(char *ret_name, int fd)
{
	unsigned char bytes[12];
	struct timespec now = { 0, 0 };
	int saved = errno;
	uint64_t mixed;

	(void)system_result(clock_gettime(CLOCK_MONOTONIC, &now), saved);
	mixed = ((uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec) * 0x9e3779b97f4a7c15U;
	mixed ^= (uint64_t)(uintptr_t)&mixed;
	memcpy(bytes, &mixed, 8);
	memcpy(bytes + 8, &fd, 4);
	spell(ret_name, bytes);
}
