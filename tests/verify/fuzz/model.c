/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "model.h"

#include <posix-shm/api.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HIGHEST_DESCRIPTOR = 64, LONGEST = 256 };

struct model model;
static char longest_name[LONGEST + 1] = "/";
const char *const good_names[NAMES] = { "/a", "/b", "/sem", "/\xff\x01 \x7f", "/...", longest_name };

/* Files of other kinds: a directory, a FIFO, and a symbolic link that leads nowhere. */
static const char *const strange_names[] = { "directory", "fifo", "link" };

static bool was_open[HIGHEST_DESCRIPTOR];

void
model_check(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "fuzz: %s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* The run script has mounted an empty tmpfs; anywhere else the fuzzer would take other people's objects away. */
void
model_prepare(void)
{
	DIR *directory = opendir("/dev/shm");
	const struct dirent *entry;
	int64_t total;

	CHECK(directory != NULL && getenv("FUZZ_PRIVATE_SHM") != NULL);
	CHECK(pshm_space(&total, NULL) == 0 && total == 4 << 20);
	while ((entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)remove(strcat(strcpy((char[300]){ 0 }, "/dev/shm/"), entry->d_name));
	(void)closedir(directory);
	(void)umask(UMASK);
	CHECK(mkdir("/dev/shm/directory", 0700) == 0);
	CHECK(mkfifo("/dev/shm/fifo", 0600) == 0);
	CHECK(symlink("nowhere", "/dev/shm/link") == 0);
	memset(longest_name + 1, 'x', LONGEST - 1);
	model.gives_away = lchown("/dev/shm/fifo", 1, 2) == 0;
}

void
model_start(void)
{
	for (int fd = 0; fd < HIGHEST_DESCRIPTOR; fd++)
		was_open[fd] = fcntl(fd, F_GETFD) >= 0;
	model.object_count = 0;
	for (int i = 0; i < NAMES; i++)
		model.names[i] = NONE;
	for (int i = 0; i < DESCRIPTORS; i++)
		model.descriptors[i].fd = NONE;
	memset(model.mappings, 0, sizeof model.mappings);
	model.in_flight_count = 0;
	CHECK(pshm_socketpair(&model.sockets[0], &model.sockets[1]) == 0);
	CHECK(fcntl(model.sockets[1], F_SETFL, O_NONBLOCK) == 0);
}

int
model_object(int mode, int links, bool memfd)
{
	struct object *object = &model.objects[model.object_count];

	CHECK(model.object_count < OBJECTS);
	memset(object, 0, sizeof *object);
	object->mode = mode;
	object->links = links;
	object->owner = geteuid();
	object->group = getegid();
	object->memfd = memfd;
	return model.object_count++;
}

static bool
is_identity(const struct object *object, const struct stat *status)
{
	return object->device == status->st_dev && object->number == status->st_ino;
}

/* A new object is none of those that names and descriptors lead to. */
static void
learn_identity(int object, const struct stat *status)
{
	for (int i = 0; i < DESCRIPTORS; i++)
		CHECK(model.descriptors[i].fd == NONE || !is_identity(&model.objects[model.descriptors[i].object], status));
	for (int i = 0; i < NAMES; i++)
		CHECK(model.names[i] == NONE || !is_identity(&model.objects[model.names[i]], status));
	model.objects[object].device = status->st_dev;
	model.objects[object].number = status->st_ino;
}

void
model_adopt(int fd, int object, bool writable)
{
	struct stat status;

	CHECK(fd >= 0 && fd < HIGHEST_DESCRIPTOR);
	CHECK(fstat(fd, &status) == 0);
	if (model.objects[object].number == 0)
		learn_identity(object, &status);
	CHECK(is_identity(&model.objects[object], &status));
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == (writable ? O_RDWR : O_RDONLY));
	for (int i = 0; i < DESCRIPTORS; i++) {
		if (model.descriptors[i].fd == NONE) {
			model.descriptors[i] = (struct descriptor){ fd, object, writable, false };
			return;
		}
	}
	CHECK(pshm_close(fd) == 0);
}

void
model_unlink(int name)
{
	model.objects[model.names[name]].links = 0;
	model.names[name] = NONE;
}

/* Bytes past the end read as zero when the object grows again. */
void
model_resize(int object, int64_t size)
{
	struct object *it = &model.objects[object];

	if (size < SHADOW)
		memset(it->bytes + size, 0, (size_t)(SHADOW - size));
	it->size = size;
}

static void
compare_status(const struct stat *status, const struct object *object)
{
	CHECK(S_ISREG(status->st_mode));
	CHECK(is_identity(object, status));
	CHECK((int)(status->st_mode & 07777) == object->mode);
	CHECK(status->st_uid == object->owner && status->st_gid == object->group);
	CHECK(status->st_size == object->size);
	CHECK((int)status->st_nlink == object->links);
}

static void
compare_names(void)
{
	for (int i = 0; i < NAMES; i++) {
		char path[sizeof "/dev/shm" + LONGEST] = "/dev/shm";
		struct stat status;
		bool exists = lstat(strcat(path, good_names[i]), &status) == 0;

		CHECK(exists == (model.names[i] != NONE));
		if (exists)
			compare_status(&status, &model.objects[model.names[i]]);
	}
}

/* At the end of an input: there is nothing but what has these names, and what is no object. */
static void
compare_directory(void)
{
	DIR *directory = opendir("/dev/shm");
	const struct dirent *entry;
	int expected = (int)(sizeof strange_names / sizeof strange_names[0]);
	int found = 0;

	CHECK(directory != NULL);
	while ((entry = readdir(directory)) != NULL)
		found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	for (int i = 0; i < NAMES; i++)
		expected += model.names[i] != NONE;
	for (size_t i = 0; i < sizeof strange_names / sizeof strange_names[0]; i++)
		CHECK(faccessat(dirfd(directory), strange_names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(found == expected);
	(void)closedir(directory);
}

void
model_compare(void)
{
	bool expected[HIGHEST_DESCRIPTOR];
	struct stat status;

	memcpy(expected, was_open, sizeof expected);
	expected[model.sockets[0]] = expected[model.sockets[1]] = true;
	for (int i = 0; i < DESCRIPTORS; i++) {
		const struct descriptor *slot = &model.descriptors[i];

		if (slot->fd == NONE)
			continue;
		expected[slot->fd] = true;
		CHECK(fcntl(slot->fd, F_GETFD) == (slot->inheritable ? 0 : FD_CLOEXEC));
		CHECK(fstat(slot->fd, &status) == 0);
		compare_status(&status, &model.objects[slot->object]);
	}
	for (int fd = 0; fd < HIGHEST_DESCRIPTOR; fd++)
		CHECK((fcntl(fd, F_GETFD) >= 0) == expected[fd]);
	compare_names();
}

void
model_finish(void)
{
	compare_directory();
	for (int i = 0; i < MAPPINGS; i++)
		if (model.mappings[i].address != 0)
			CHECK(model.mappings[i].prefix == 0
			              ? pshm_unmap(model.mappings[i].address, model.mappings[i].length) == 0
			              : pshm_unmap_prefixed(model.mappings[i].address, model.mappings[i].length,
			                                    model.mappings[i].prefix) == 0);
	for (int i = 0; i < DESCRIPTORS; i++)
		if (model.descriptors[i].fd != NONE)
			CHECK(pshm_close(model.descriptors[i].fd) == 0);
	for (int i = 0; i < NAMES; i++)
		if (model.names[i] != NONE)
			CHECK(pshm_delete(good_names[i]) == 0);
	CHECK(pshm_close(model.sockets[0]) == 0 && pshm_close(model.sockets[1]) == 0);
	for (int fd = 0; fd < HIGHEST_DESCRIPTOR; fd++)
		CHECK((fcntl(fd, F_GETFD) >= 0) == was_open[fd]);
}
