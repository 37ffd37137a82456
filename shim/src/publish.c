/* SPDX-License-Identifier: BSD-3-Clause */
/* A name for an object that has none. */
#include "system.h"
#include "name.h"
#include "native.h"
#include "object.h"
#include "platform.h"

/*
 * Whether rename(2) would fail, as far as that can be found out: an object that has had a temporary name, and has lost it again,
 * never gets another one from Linux, so nothing is linked that cannot be renamed. In a sticky directory a name belongs to the owner
 * of the file and to that of the directory, and the superuser takes any.
 */
static int
replacement_error(const char *path)
{
	struct stat directory;
	struct stat status;
	uid_t user = geteuid();

	if (sys_lstat(path, &status) < 0 || sys_fstatat(AT_FDCWD, platform.directory, &directory, 0) < 0)
		return 0;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if ((directory.st_mode & S_ISVTX) != 0 && user != 0 && user != status.st_uid && user != directory.st_uid)
		return -EACCES;
	return 0;
}

/* Link the object under a name that nobody can guess. */
static int
link_temporary(int fd, char *ret_name)
{
	char path[NAME_PATH_SIZE];

	for (int race = 0; race < OBJECT_RACES; race++) {
		int error = pshm__name_random(ret_name);

		if (error < 0)
			return error;
		name_path(path, ret_name);
		error = pshm__native_link(fd, path);
		if (error != -EEXIST)
			return error;
	}
	return -EAGAIN;
}

/* The name is never free: the object takes it over by rename(2). */
static int
replace(int fd, const char *path)
{
	char temporary[MADE_NAME_SIZE];
	char temporary_path[NAME_PATH_SIZE];
	int error = replacement_error(path);

	if (error >= 0)
		error = link_temporary(fd, temporary);
	if (error < 0)
		return error;
	name_path(temporary_path, temporary);
	error = sys_rename(temporary_path, path);
	sys_shm_unlink(temporary); /* also after success: rename(2) keeps both names if another thread has just given the object this one */
	return error == -ENOENT ? -EXDEV : error; /* another process has tidied the temporary name away */
}

int COLD
pshm__object_publish(int fd, const char *name, bool supersede)
{
	char path[NAME_PATH_SIZE];
	struct stat status;
	int error;

	if (platform.directory == NULL)
		return pshm__object_unsupported(fd);
	error = object_status(fd, &status);
	if (error < 0)
		return error;
	if (status.st_nlink > 0)
		return -EXDEV;
	name_path(path, name);
	error = pshm__native_link(fd, path);
	return error == -EEXIST && supersede ? replace(fd, path) : error;
}

bool COLD
pshm__object_can_publish(void)
{
	char name[MADE_NAME_SIZE];
	int fd = platform.directory != NULL ? pshm__native_tmpfile(0) : -ENOTSUP;
	int error = fd < 0 ? fd : pshm__name_random(name);

	if (error >= 0)
		error = pshm__object_publish(fd, name, false);
	if (error >= 0)
		sys_shm_unlink(name);
	if (fd >= 0)
		sys_close(fd);
	return error >= 0;
}
