/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on names and paths. */
#include "model.h"

#include <string.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

#define TEMPORARY "/.pshm-"

bool
is_temporary_name(const char *name)
{
	return strncmp(name, TEMPORARY, sizeof TEMPORARY - 1) == 0;
}

static const char *
name_in(const char *path)
{
	return strncmp(path, "/dev/shm", 8) == 0 ? path + 8 : "";
}

bool
is_temporary_path(const char *path)
{
	return is_temporary_name(name_in(path));
}

bool
is_path_of(const char *path, const char *name)
{
	return name != NULL && strcmp(name_in(path), name) == 0;
}

/* Some C libraries change errno, whatever they do. */
static int
quiet(int result)
{
	if (result >= 0)
		errno = nondet_int();
	return result;
}

static unsigned
rights_of(const char *name, int flags)
{
	if (name != asked.name)
		return MAY_MAKE;
	return MAY_OPEN | ((flags & O_CREAT) != 0 ? MAY_CREATE : 0) | ((flags & O_TRUNC) != 0 ? MAY_EMPTY : 0);
}

int
shm_open(const char *name, int flags, mode_t mode)
{
	bool creates = (flags & O_CREAT) != 0;
	bool made = name != asked.name;

	within(rights_of(name, flags));
	no_cancellation();
	check(!made || is_temporary_name(name), "a name is the caller's, or a temporary one");
	check(!made || !creates || (flags & O_EXCL) != 0, "a temporary name is nobody else's");
	check(!creates || mode == (mode_t)asked.mode, "the permissions are the caller's");
	check((flags & O_CLOEXEC) == 0, "some systems refuse that flag");
	if (nondet_bool())
		return failure(CALL_shm_open);
	temporaries += made && creates;
	return quiet(new_descriptor());
}

int
shm_unlink(const char *name)
{
	bool made = name != asked.name;

	within(made ? MAY_MAKE : MAY_REMOVE);
	check(!made || is_temporary_name(name), "a name is the caller's, or a temporary one");
	if (nondet_bool()) {
		removal_failed = removal_failed || made;
		return failure(CALL_shm_unlink);
	}
	temporaries -= made && temporaries > 0;
	removals += !made;
	return quiet(0);
}

int
rename(const char *from, const char *to)
{
	within(MAY_REPLACE | MAY_MAKE);
	check(is_temporary_path(from) && is_path_of(to, asked.name), "a temporary name becomes the caller's");
	check(temporaries > 0, "there is a temporary name");
	if (nondet_bool())
		return failure(CALL_rename);
	temporaries--;
	return quiet(0);
}

int
lstat(const char *path, struct stat *ret_status)
{
	return answer_status(0, ret_status, CALL_lstat);
}

int
fstatat(int directory, const char *path, struct stat *ret_status, int flags)
{
	(void)directory, (void)path, (void)flags;
	return answer_status(0, ret_status, CALL_fstatat);
}

int
stat(const char *path, struct stat *ret_status)
{
	(void)path;
	return answer_status(0, ret_status, CALL_stat);
}

/* The links of /proc to the caller's descriptor, the source of random bytes, the directory of objects, and what is only read. */
static unsigned
right_of_path(const char *path, int flags)
{
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return MAY_MAKE;
	return strncmp(path, "/proc/self/fd/", 14) == 0 || strncmp(path, "/proc/thread-self/fd/", 21) == 0 ? MAY_REOPEN : 0;
}

int
open(const char *path, int flags, ...)
{
	within(right_of_path(path, flags));
	no_cancellation();
	check((flags & O_CLOEXEC) != 0, "no program inherits a descriptor");
	check((flags & (O_CREAT | O_TRUNC)) == 0, "nothing is created or emptied");
	return nondet_bool() ? new_descriptor() : failure(CALL_open);
}

int
memfd_create(const char *name, unsigned flags)
{
	(void)name;
	within(MAY_MAKE);
	check((flags & MFD_CLOEXEC) != 0, "no program inherits a descriptor");
	check((flags & MFD_ALLOW_SEALING) != 0, "the object takes seals");
	return nondet_bool() ? new_descriptor() : failure(CALL_memfd_create);
}

/* By the descriptor, or the link of /proc to it; a sandbox is found out by a call on no descriptor. */
int
linkat(int from, const char *path, int to, const char *target, int flags)
{
	bool probes = from == -1;

	(void)path, (void)to, (void)flags;
	within(MAY_LINK);
	check(probes || from == asked.fd || from == AT_FDCWD, "it is the caller's descriptor");
	check(probes || is_path_of(target, asked.name) || is_temporary_path(target),
	      "the name is the caller's, or a temporary one");
	if (probes || nondet_bool())
		return failure(CALL_linkat);
	temporaries += is_temporary_path(target);
	return 0;
}

int
getentropy(void *ret_bytes, size_t count)
{
	calls++;
	if (nondet_bool())
		return failure(CALL_getentropy);
	__CPROVER_havoc_slice(ret_bytes, count);
	return 0;
}

/* Only newer C libraries take the longest names. */
const char *
gnu_get_libc_version(void)
{
	return nondet_bool() ? "2.31" : "2.41";
}

int
strverscmp(const char *one, const char *other)
{
	(void)other;
	return one[3] == '1' ? -1 : 1;
}

uid_t
geteuid(void)
{
	return nondet_unsigned();
}
