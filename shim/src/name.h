/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of objects. */
#ifndef PSHM_NAME_H
#define PSHM_NAME_H

#include "platform.h"

#include <string.h>

/* The beginning of every name that the library makes: of objects in the making, which lose it or are renamed. */
#define NAME_TEMPORARY "/.pshm-"

/* The bytes of such a name: within macOS's limit of 31, and a NUL. */
enum { MADE_NAME_SIZE = 32 };

/* Whether the library has made a name, given without its slash. */
static inline bool
name_is_temporary(const char *entry)
{
	return strncmp(entry, &NAME_TEMPORARY[1], sizeof NAME_TEMPORARY - 2) == 0;
}

static inline bool
name_is_dots(const char *text)
{
	return text[0] == '.' && (text[1] == '\0' || (text[1] == '.' && text[2] == '\0'));
}

/* The bytes of the longest name that every C library of a platform takes, which may itself take fewer. */
enum { NAME_SHORTENED_MAX = 254 };

/* The bytes of the longest name, its slash included. */
int pshm__name_max(void);

/* The bytes of the longest name that needs no closer look. */
static inline int
name_plain_max(void)
{
	return platform.name_max < NAME_SHORTENED_MAX ? platform.name_max : NAME_SHORTENED_MAX;
}

/*
 * 0 when the name has the portable form: a slash and then bytes that are none, at most pshm__name_max() in all.
 * glibc would take "x" and "//x" for "/x", and open "/." and "/.." as directories.
 */
static inline int
name_check(const char *name)
{
	const char *end;

	if (name == NULL)
		return -EFAULT;
	if (name[0] != '/' || name[1] == '\0' || name_is_dots(name + 1))
		return -EINVAL;
	for (end = name + 1; *end != '\0'; end++)
		if (*end == '/')
			return -EINVAL;
	return end - name > name_plain_max() && end - name > pshm__name_max() ? -ENAMETOOLONG : 0;
}

/* The bytes of the path of a named object, where objects are files, and a NUL. */
enum { NAME_PATH_SIZE = sizeof "/dev/shm" + 256 };

/* Write the path of the object with a name that has been checked. */
static inline void
name_path(char *ret_path, const char *name)
{
	size_t length = strlen(platform.directory);

	memcpy(ret_path, platform.directory, length);
	strcpy(ret_path + length, name);
}

/* Write a temporary name that nobody can guess. An error of the system's random source is returned. */
int pshm__name_random(char *ret_name);

#endif
