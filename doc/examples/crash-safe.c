/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cleaning up after processes that were killed. The first choice is an object without a name: it needs no cleaning up. If others
 * must find an object by its name, its first 8 bytes identify its process as soon as the object can be found, and the next process
 * deletes the objects of dead processes.
 */
#include <posix-shm/sync.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 4096 };

static const char *
prefix(void)
{
	const char *chosen = getenv("PREFIX");

	return chosen != NULL ? chosen : "/crash-safe-";
}

/* Delete the object of a name if its owner is dead for certain. If somebody has superseded it in the meantime, theirs stays. */
static void
sweep_one(const char *name)
{
	int64_t owner = 0;
	int fd = pshm_open(name, PSHM_DIRECTION_INPUT, 0, 0, 0, NULL);

	if (fd < 0)
		return;
	if (pshm_read(fd, &owner, sizeof owner, 0) == sizeof owner && pshm_process_alive(owner) == 0 &&
	    pshm_delete_if_same(name, fd) == 1)
		printf("swept up %s\n", name);
	pshm_close(fd);
}

static void
sweep(void)
{
	static char names[1 << 20];
	int64_t size = pshm_list(names, sizeof names);

	for (int64_t at = 0; at < size && size <= (int64_t)sizeof names; at += (int64_t)strlen(names + at) + 1)
		if (strncmp(names + at, prefix(), strlen(prefix())) == 0)
			sweep_one(names + at);
}

/* An object of this process, which nobody finds before it is marked as such. */
static int
publish_own(const char *name)
{
	int64_t owner = pshm_process_self();
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);
	int error = fd < 0 ? fd : pshm_allocate(fd, SIZE);

	if (error >= 0 && pshm_write(fd, &owner, sizeof owner, 0) == sizeof owner)
		error = pshm_publish(fd, name, PSHM_IF_EXISTS_ERROR);
	return error < 0 ? error : fd;
}

int
main(void)
{
	char name[256];
	int fd;

	sweep();
	(void)snprintf(name, sizeof name, "%s%ld", prefix(), (long)getpid());
	fd = publish_own(name);
	if (fd < 0) {
		fprintf(stderr, "crash-safe: %s\n", pshm_strerror(fd));
		return 1;
	}
	printf("working with %s\n", name);
	fflush(stdout);
	if (getenv("CRASH") != NULL)
		raise(SIGKILL);
	return pshm_delete_if_same(name, fd) != 1;
}
