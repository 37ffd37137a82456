/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the objects that exist, where they are files of one directory. */
#include "system.h"
#include "error.h"
#include "name.h"
#include "platform.h"

#include <string.h>

/* The names, if they fit the caller's buffer, and the size of all. Nothing is allocated for a list that does not fit. */
struct list {
	char *names;
	size_t capacity;
	int64_t size;
	int64_t limit;
};

static int
reserve(struct list *list, size_t size)
{
	size_t capacity = 2 * size;
	char *names;

	if (list->names != NULL && size <= list->capacity)
		return 0;
	names = sys_realloc(list->names, capacity);
	if (names == NULL)
		return -ENOMEM;
	list->names = names;
	list->capacity = capacity;
	return 0;
}

static int
append(struct list *list, const char *name)
{
	size_t length = strlen(name) + 1;
	size_t start = (size_t)list->size;

	list->size += (int64_t)length + 1;
	if (list->size > list->limit)
		return 0;
	if (reserve(list, (size_t)list->size) < 0)
		return -ENOMEM;
	list->names[start] = '/';
	memcpy(list->names + start + 1, name, length);
	return 0;
}

/* Regular files, without glibc's semaphores (sem_overview(7)) and temporary names. Some file systems do not report the type. */
static bool
is_object(DIR *directory, const struct dirent *entry)
{
	struct stat status;

	if (strncmp(entry->d_name, "sem.", 4) == 0 || name_is_temporary(entry->d_name))
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
	struct list list = { .limit = size };
	int error;

	if (ret_names == NULL && size != 0)
		return record(-EFAULT);
	if (size < 0)
		return record(-EINVAL);
	error = platform.directory == NULL ? -ENOTSUP : collect(&list);
	if (error >= 0 && list.size > 0 && list.size <= size)
		memcpy(ret_names, list.names, (size_t)list.size);
	free(list.names);
	return error < 0 ? record(error) : list.size;
}
