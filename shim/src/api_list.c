/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the objects that exist, where they are files of one directory. */
#include "system.h"
#include "error.h"
#include "platform.h"

#include <string.h>

struct list {
	char *names;
	size_t size;
	size_t room;
};

static int
append(struct list *list, const char *name)
{
	size_t length = strlen(name) + 1;

	if (list->room - list->size < length + 1) {
		size_t room = 2 * list->room + length + 1;
		char *names = sys_realloc(list->names, room);

		if (names == NULL)
			return -ENOMEM;
		list->names = names;
		list->room = room;
	}
	list->names[list->size] = '/';
	memcpy(list->names + list->size + 1, name, length);
	list->size += length + 1;
	return 0;
}

/* Regular files, without glibc's semaphores (sem_overview(7)). Some file systems do not tell the type. */
static bool
is_object(DIR *directory, const struct dirent *entry)
{
	struct stat status;

	if (strncmp(entry->d_name, "sem.", 4) == 0)
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_REG;
	return sys_fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISREG(status.st_mode);
}

static int
collect(struct list *list)
{
	const struct dirent *entry;
	DIR *directory;
	int error = sys_opendir(platform.directory, &directory);

	if (error < 0)
		return error;
	while ((entry = sys_readdir(directory, &error)) != NULL)
		if (is_object(directory, entry) && (error = append(list, entry->d_name)) < 0)
			break;
	sys_closedir(directory);
	return error;
}

int64_t
pshm_list(char *ret_names, int64_t size)
{
	struct list list = { NULL, 0, 0 };
	int64_t result;

	if (ret_names == NULL && size != 0)
		return record(-EFAULT);
	if (size < 0)
		return record(-EINVAL);
	result = platform.directory == NULL ? -ENOTSUP : collect(&list);
	if (result >= 0)
		result = (int64_t)list.size;
	if (result > size && ret_names != NULL)
		result = -ERANGE;
	if (result > 0 && ret_names != NULL)
		memcpy(ret_names, list.names, list.size);
	free(list.names);
	return record64(result);
}
