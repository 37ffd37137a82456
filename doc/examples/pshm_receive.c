/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix-shm/api.h>
#include <stdio.h>
#include <unistd.h>

static int
child(int socket)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);

	return fd < 0 || pshm_allocate(fd, 4096) < 0 || pshm_send(socket, fd, -1) < 0;
}

int
main(void)
{
	int here, there, fd;

	if (pshm_socketpair(&here, &there) < 0)
		return 1;
	if (fork() == 0)
		return child(there);
	pshm_close(there);
	fd = pshm_receive(here, -1);
	if (fd < 0) {
		fprintf(stderr, "pshm_receive: %s\n", pshm_strerror(fd));
		return 1;
	}
	return pshm_write(fd, "hello", 5, 0) != 5 || pshm_close(fd) < 0 || pshm_close(here) < 0;
}
