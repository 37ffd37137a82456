/* SPDX-License-Identifier: BSD-3-Clause */
/* Children, mount namespaces, identities and sandboxes. */
#include "process.h"
#include "assertions.h"
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static bool private_shm;

static void
become_child(void)
{
	assertions_of_child();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

pid_t
child_start(void (*function)(void *argument), void *argument)
{
	pid_t child = fork();

	ck_assert_msg(child >= 0, "fork: %s", strerror(errno));
	if (child == 0) {
		become_child();
		function(argument);
		exit(0);
	}
	return child;
}

void
child_join(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	ck_assert_msg(!WIFSIGNALED(status), "a child was ended by signal %d", WTERMSIG(status));
	ck_assert_msg(WEXITSTATUS(status) == 0, "a child failed");
}

void
in_child(void (*function)(void *argument), void *argument)
{
	child_join(child_start(function, argument));
}

struct task {
	void (*function)(int number);
	int number;
	int start;
};

/* The end of the pipe is the start of all. */
static void
wait_and_run(void *argument)
{
	const struct task *task = argument;
	char byte;

	while (read(task->start, &byte, 1) < 0)
		continue;
	close(task->start);
	task->function(task->number);
}

void
in_children(int count, void (*function)(int number))
{
	pid_t children[64];
	int start[2];

	ck_assert_int_le(count, 64);
	ck_assert_int_eq(pipe2(start, O_CLOEXEC), 0);
	for (int i = 0; i < count; i++) {
		struct task task = { function, i, start[0] };

		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (children[i] == 0) {
			become_child();
			close(start[1]);
			wait_and_run(&task);
			exit(0);
		}
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < count; i++)
		child_join(children[i]);
}

int
signal_of_child(void (*function)(void *argument), void *argument)
{
	const struct rlimit none = { 0, 0 };
	int status = 0;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		become_child();
		setrlimit(RLIMIT_CORE, &none);
		for (int signal = 1; signal < 32; signal++)
			if (signal != SIGKILL && signal != SIGSTOP)
				(void)sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
		function(argument);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return written;
}

/* An ordinary user needs a user namespace first, in which he keeps the number that he has. */
static bool
enter_user_namespace(void)
{
	char uids[64];
	char gids[64];

	(void)snprintf(uids, sizeof uids, "%u %u 1", getuid(), getuid());
	(void)snprintf(gids, sizeof gids, "%u %u 1", getgid(), getgid());
	return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

bool
private_shm_make(const char *options)
{
	if (unshare(CLONE_NEWNS) < 0 && (!enter_user_namespace() || unshare(CLONE_NEWNS) < 0))
		return false;
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	private_shm = mount("tmpfs", OBJECT_DIRECTORY, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
	return private_shm;
}

bool
shm_is_private(void)
{
	return private_shm;
}

void
objects_remove_all(void)
{
	DIR *directory = private_shm ? opendir(OBJECT_DIRECTORY) : NULL;
	const struct dirent *entry;
	char path[300];

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		(void)snprintf(path, sizeof path, OBJECT_DIRECTORY "/%s", entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && unlink(path) < 0)
			(void)rmdir(path);
	}
	if (directory != NULL)
		closedir(directory);
}

bool
gives_objects_away(void)
{
	unsigned long inside = 1;
	unsigned long outside = 1;
	unsigned long count = 0;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (map == NULL)
		return getuid() == 0;
	if (fscanf(map, "%lu %lu %lu", &inside, &outside, &count) != 3)
		count = 0;
	fclose(map);
	return getuid() == 0 && inside == 0 && count >= UINT32_MAX;
}

bool
become_nobody(void)
{
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0 &&
	       prctl(PR_SET_DUMPABLE, 1) == 0; /* else kernels before 5.14 hide /proc/self/fdinfo from the process itself */
}
