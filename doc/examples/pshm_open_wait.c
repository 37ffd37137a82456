/* SPDX-License-Identifier: BSD-3-Clause */
#define _POSIX_C_SOURCE 200809L
#include <posix-shm/sync.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The other process: it makes the object, and gives it a name when it is complete. */
static int
make(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, PSHM_ANONYMOUS_NAMEABLE);

	if (fd < 0 || pshm_allocate(fd, 4096) < 0 || pshm_write(fd, "ready", 5, 0) != 5)
		return 1;
	return pshm_publish(fd, "/example", PSHM_IF_EXISTS_ERROR) < 0;
}

int
main(void)
{
	char text[6] = "";
	pid_t maker = fork();
	int status;
	int fd;

	if (maker == 0)
		_exit(make());
	/* At most ten seconds. */
	fd = pshm_open_wait("/example", PSHM_DIRECTION_INPUT, 4096, 10000000000);
	waitpid(maker, &status, 0);
	pshm_delete("/example");
	if (fd < 0) {
		fprintf(stderr, "pshm_open_wait: %s\n", pshm_strerror(fd));
		return 1;
	}
	pshm_read(fd, text, 5, 0);
	puts(text);
	return pshm_close(fd) < 0;
}
