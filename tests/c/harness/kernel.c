/* SPDX-License-Identifier: BSD-3-Clause */
/* Queries of the kernel. */
#include "kernel.h"
#include "assertions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

const char *
path_of(const char *name)
{
	static _Thread_local char paths[4][sizeof OBJECT_DIRECTORY + 260];
	static _Thread_local unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof paths[0], OBJECT_DIRECTORY "%s", name);
	return path;
}

bool
object_exists(const char *name)
{
	struct stat status;

	return lstat(path_of(name), &status) == 0;
}

struct stat
object_status(const char *name)
{
	struct stat status;

	ck_assert_msg(lstat(path_of(name), &status) == 0, "%s: %s", path_of(name), strerror(errno));
	return status;
}

struct stat
descriptor_status(int fd)
{
	struct stat status;

	ck_assert_msg(fstat(fd, &status) == 0, "descriptor %d: %s", fd, strerror(errno));
	return status;
}

void
object_make(const char *name, mode_t mode, off_t size)
{
	int fd = open(path_of(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "%s: %s", path_of(name), strerror(errno));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert_int_eq(close(fd), 0);
}

void
object_remove(const char *name)
{
	ck_assert_msg(unlink(path_of(name)) == 0, "%s: %s", path_of(name), strerror(errno));
}

static int
entry_count(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int count = 0;

	ck_assert_msg(directory != NULL, "%s: %s", path, strerror(errno));
	while ((entry = readdir(directory)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(directory);
	return count;
}

int
object_count(void)
{
	return entry_count(OBJECT_DIRECTORY);
}

bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

bool
is_close_on_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	ck_assert_msg(flags >= 0, "descriptor %d: %s", fd, strerror(errno));
	return (flags & FD_CLOEXEC) != 0;
}

int
descriptor_flags(int fd)
{
	char path[64];
	char line[128];
	unsigned flags = 0;
	bool found = false;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	while (!found && fgets(line, sizeof line, file) != NULL)
		found = sscanf(line, "flags: %o", &flags) == 1;
	fclose(file);
	ck_assert_msg(found, "%s has no flags", path);
	return (int)flags;
}

/* The directory's own descriptor is not counted. */
int
descriptor_count(void)
{
	return entry_count("/proc/self/fd") - 1;
}

int
descriptor_next(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

int64_t
page(void)
{
	return sysconf(_SC_PAGESIZE);
}

char *
memory_at(int64_t address)
{
	return (char *)(uintptr_t)address;
}

bool
libc_before_2_34(void)
{
#ifdef __GLIBC__
	int release = 34;

	(void)sscanf(gnu_get_libc_version(), "2.%d", &release);
	return release < 34;
#else
	return false;
#endif
}

bool
kernel_is_since(int major, int minor)
{
	struct utsname system;
	int release[2] = { 0, 0 };

	ck_assert_int_eq(uname(&system), 0);
	(void)sscanf(system.release, "%d.%d", &release[0], &release[1]);
	return release[0] > major || (release[0] == major && release[1] >= minor);
}

/* Read the lines of a file of mappings up to the one that holds the address. */
static bool
seek_mapping(FILE *file, int64_t address, char ret_protections[5])
{
	char line[4352];
	uint64_t first;
	uint64_t end;

	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &first, &end, ret_protections) == 3 && (uint64_t)address >= first &&
		    (uint64_t)address < end)
			return true;
	return false;
}

const char *
protections_at(int64_t address)
{
	static _Thread_local char protections[5];
	FILE *file = fopen("/proc/self/maps", "re");
	bool found;

	ck_assert_ptr_nonnull(file);
	found = seek_mapping(file, address, protections);
	fclose(file);
	return found ? protections : "";
}

/* A sanitizer maps memory for itself whenever it likes, also where something has just been unmapped. */
int64_t
free_range(int64_t length)
{
	int64_t more = length + 256 * page();
	void *address = mmap(NULL, (size_t)more, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(address, MAP_FAILED);
	ck_assert_int_eq(munmap(address, (size_t)more), 0);
	return (int64_t)(uintptr_t)address;
}

void
assert_nothing_mapped(int64_t address)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	(void)address;
#else
	ck_assert_str_eq(protections_at(address), "");
#endif
}

static bool
is_of_object(const char *line)
{
	return strstr(line, " " OBJECT_DIRECTORY "/") != NULL || strstr(line, "/memfd:") != NULL;
}

int
object_mapping_count(void)
{
	char line[4352];
	int count = 0;
	FILE *file = fopen("/proc/self/maps", "re");

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		count += is_of_object(line);
	fclose(file);
	return count;
}

void
object_mappings_remove(void)
{
	char line[4352];
	uint64_t first;
	uint64_t end;
	FILE *file = fopen("/proc/self/maps", "re");

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (is_of_object(line) && sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &end) == 2)
			munmap((void *)(uintptr_t)first, (size_t)(end - first));
	fclose(file);
}

/* The line of /proc/self/smaps that begins with a key, about the mapping at an address; false without one. */
static bool
seek_line(int64_t address, const char *key, char *ret_line, int size)
{
	char protections[5];
	uint64_t first;
	uint64_t end;
	bool found = false;
	FILE *file = fopen("/proc/self/smaps", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_msg(seek_mapping(file, address, protections), "nothing is mapped there");
	while (!found && fgets(ret_line, size, file) != NULL && sscanf(ret_line, "%" SCNx64 "-%" SCNx64, &first, &end) != 2)
		found = strncmp(ret_line, key, strlen(key)) == 0 && ret_line[strlen(key)] == ':';
	fclose(file);
	return found;
}

long
mapping_figure(int64_t address, const char *key)
{
	char line[4352];

	return seek_line(address, key, line, sizeof line) ? strtol(line + strlen(key) + 1, NULL, 10) : -1;
}

bool
mapping_has_flag(int64_t address, const char *letters)
{
	char line[4352];
	char word[5];

	(void)snprintf(word, sizeof word, " %.2s ", letters);
	return seek_line(address, "VmFlags", line, sizeof line) && strstr(line, word) != NULL;
}

bool
proc_is_ours(void)
{
	char number[16] = "";

	return readlink("/proc/self", number, sizeof number - 1) > 0 && strtol(number, NULL, 10) == getpid();
}

/* The state S of proc_pid_stat(5). Where /proc does not show the process, it has had the time to fall asleep. */
static bool
is_asleep(pid_t process)
{
	char path[64];
	char state = '?';
	FILE *file;

	if (!proc_is_ours())
		return usleep(100000) == 0;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'S';
}

void
wait_until_asleep(const uint32_t *flag, pid_t process)
{
	for (int i = 0; i < 5000; i++) {
		if (__atomic_load_n(flag, __ATOMIC_SEQ_CST) != 0 && is_asleep(process))
			return;
		usleep(1000);
	}
	ck_abort_msg("the process does not sleep");
}
