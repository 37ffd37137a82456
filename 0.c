#include <posix-shm/api.h>
#include <stdio.h>

int
main(void)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0, 100, NULL, 0);
	int error = fd < 0 ? fd : pshm_allocate(fd, 4096);

	if (error < 0) {
		puts(pshm_strerror(error));
		return 1;
	}
	puts("4096 bytes that any process can map that is sent the descriptor");
	return pshm_close(fd) < 0;
}
