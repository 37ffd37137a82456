/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that the control group of this process and its ancestors leave to it: cgroups(7), and cgroup-v2 and
 * cgroup-v1/memory of the kernel's administration guide. A limit is enforced by the OOM killer, and not by an error.
 */
#include "system.h"
#include "memory.h"
#include "native.h"

#ifdef __linux__

#include <string.h>

enum { DIRECTORY_SIZE = 1024, FILE_SIZE = 32, NUMBER_SIZE = 32, OWN_GROUPS_SIZE = 4096 };

/* A limit and its usage: two files of a group. */
struct account {
	char limit[FILE_SIZE];
	char usage[FILE_SIZE];
};

/* The kinds of hierarchies, and where they are mounted. */
static const struct hierarchy {
	char controller[8]; /* as /proc/self/cgroup calls it: nothing is version 2 */
	char directory[24];
	struct account memory;
	struct account swap;
	char inactive[24]; /* lines of memory.stat: files that the kernel can drop, of the group and those below it */
	char active[24];
	bool swap_has_memory; /* version 1 counts memory and swap space together */
} hierarchies[] = {
	/* clang-format off */
	{ "memory", "/sys/fs/cgroup/memory", { "memory.limit_in_bytes", "memory.usage_in_bytes" },
	  { "memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes" }, "total_inactive_file ", "total_active_file ", true },
	{ "", "/sys/fs/cgroup", { "memory.max", "memory.current" },
	  { "memory.swap.max", "memory.swap.current" }, "inactive_file ", "active_file ", false },
	{ "", "/sys/fs/cgroup/unified", { "memory.max", "memory.current" },
	  { "memory.swap.max", "memory.swap.current" }, "inactive_file ", "active_file ", false },
	/* clang-format on */
};

enum { HIERARCHIES = sizeof hierarchies / sizeof hierarchies[0] };

/* A group, as its directory; the paths of its ancestors are prefixes of it. */
struct group {
	const struct hierarchy *hierarchy;
	char directory[DIRECTORY_SIZE];
};

/* A file of the group whose directory has this length. */
static bool
read_file(const struct group *group, size_t length, const char *file, char *ret_text, size_t size)
{
	char path[DIRECTORY_SIZE + FILE_SIZE];

	memcpy(path, group->directory, length);
	path[length] = '/';
	memcpy(path + length + 1, file, strlen(file) + 1);
	return pshm__memory_read(path, ret_text, size);
}

/* "max" is no number, and no limit. */
static bool
read_number(const struct group *group, size_t length, const char *file, uint64_t *ret_number)
{
	char text[NUMBER_SIZE];

	return read_file(group, length, file, text, sizeof text) && pshm__memory_number(text, ret_number);
}

/* The usage includes files that the kernel drops when memory is needed: a process that has read a large file uses little. */
static bool
read_droppable(const struct group *group, size_t length, uint64_t *ret_bytes)
{
	char text[MEMORY_FIGURES_SIZE];
	uint64_t inactive;
	uint64_t active;

	if (!read_file(group, length, "memory.stat", text, sizeof text) ||
	    !pshm__memory_figure(text, group->hierarchy->inactive, &inactive) ||
	    !pshm__memory_figure(text, group->hierarchy->active, &active))
		return false;
	*ret_bytes = memory_sum(inactive, active);
	return true;
}

/*
 * The remainder of a limit of a group, if it is less than the bound; a limit whose files cannot be read is ignored. Reading
 * memory.stat is slow: it is read only if the remainder without it would be the bound.
 */
static uint64_t
left_in(const struct group *group, size_t length, const struct account *account, bool has_files, uint64_t bound)
{
	uint64_t limit;
	uint64_t usage;
	uint64_t droppable = 0;

	if (!read_number(group, length, account->limit, &limit) || !read_number(group, length, account->usage, &usage))
		return bound;
	if (limit - memory_least(limit, usage) >= bound || (has_files && !read_droppable(group, length, &droppable)))
		return bound;
	usage -= memory_least(usage, droppable);
	return memory_least(bound, limit - memory_least(limit, usage));
}

static size_t
length_of_parent(const struct group *group, size_t length)
{
	while (group->directory[--length] != '/')
		continue;
	return length;
}

/* The least of the bound, of the group, and of all its ancestors that can be read. */
static uint64_t
left_of(const struct group *group, const struct account *account, bool has_files, uint64_t bound)
{
	size_t root = strlen(group->hierarchy->directory);

	for (size_t length = strlen(group->directory); length >= root; length = length_of_parent(group, length))
		bound = left_in(group, length, account, has_files, bound);
	return bound;
}

static uint64_t
left_for(const struct group *group, uint64_t free_swap, uint64_t bound)
{
	const struct hierarchy *hierarchy = group->hierarchy;
	uint64_t memory = left_of(group, &hierarchy->memory, true, bound);

	if (hierarchy->swap_has_memory)
		return left_of(group, &hierarchy->swap, true, memory_least(bound, memory_sum(memory, free_swap)));
	if (memory >= bound)
		return bound;
	return memory_least(bound, memory_sum(memory, left_of(group, &hierarchy->swap, false, free_swap)));
}

/* Whether a list such as "cpu,memory" has an element; the empty list has the empty one. */
static bool
has_element(const char *list, size_t length, const char *element)
{
	const char *end = list + length;
	size_t size = strlen(element);

	for (;;) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *last = comma == NULL ? end : comma;

		if ((size_t)(last - list) == size && memcmp(list, element, size) == 0)
			return true;
		if (comma == NULL)
			return false;
		list = comma + 1;
	}
}

/* The path in a line "number:controllers:path", or NULL where the line is of another hierarchy. */
static const char *
path_in_line(const char *line, const char *end, const char *controller)
{
	const char *first = memchr(line, ':', (size_t)(end - line));
	const char *second = first == NULL ? NULL : memchr(first + 1, ':', (size_t)(end - first - 1));

	if (second == NULL || !has_element(first + 1, (size_t)(second - first - 1), controller))
		return NULL;
	return second + 1;
}

/* The path of the group of this process. A truncated line may contain the path of another group. */
static bool
find_path(const char *text, const char *controller, char ret_path[DIRECTORY_SIZE])
{
	const char *end;

	for (const char *line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		const char *path = path_in_line(line, end, controller);

		if (path == NULL)
			continue;
		if (path[0] != '/' || end - path >= DIRECTORY_SIZE)
			return false;
		memcpy(ret_path, path, (size_t)(end - path));
		ret_path[path[1] == '\n' ? 0 : end - path] = '\0';
		return true;
	}
	return false;
}

/* Outside this namespace, cgroup_namespaces(7): no mounted directory belongs to the group of this process. */
static bool
is_outside(const char *path)
{
	return strncmp(path, "/..", 3) == 0 && (path[3] == '\0' || path[3] == '/');
}

static bool
enter(struct group *group, const char *path)
{
	size_t root = strlen(group->hierarchy->directory);
	struct stat status;

	if (root + strlen(path) >= DIRECTORY_SIZE)
		return false;
	memcpy(group->directory, group->hierarchy->directory, root);
	memcpy(group->directory + root, path, strlen(path) + 1);
	return path[0] == '\0' || sys_lstat(group->directory, &status) >= 0;
}

/*
 * A container without its own namespace sees the paths of the whole system, but has only its part of the hierarchy
 * mounted: then the end of the path leads to the group.
 */
static bool
find_group(struct group *group, const char *path)
{
	if (is_outside(path))
		return false;
	for (; path != NULL && path[0] != '\0'; path = strchr(path + 1, '/'))
		if (enter(group, path))
			return true;
	return enter(group, "");
}

static bool
read_own_groups(char ret_text[OWN_GROUPS_SIZE])
{
	return pshm__memory_read("/proc/thread-self/cgroup", ret_text, OWN_GROUPS_SIZE) ||
	       pshm__memory_read("/proc/self/cgroup", ret_text, OWN_GROUPS_SIZE);
}

uint64_t
pshm__memory_of_group(uint64_t free_swap, uint64_t bound)
{
	char text[OWN_GROUPS_SIZE];
	char path[DIRECTORY_SIZE];
	struct group group;

	if (!read_own_groups(text))
		return bound;
	for (int i = 0; i < HIERARCHIES; i++) {
		group.hierarchy = &hierarchies[i];
		if (find_path(text, group.hierarchy->controller, path) && find_group(&group, path))
			bound = left_for(&group, free_swap, bound);
	}
	return bound;
}

#endif
