/* SPDX-License-Identifier: BSD-3-Clause */
/* Questions to the kernel, or to the one that is simulated. */
#include "abilities.h"
#include "fixture.h"
#include "interpose.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than some C libraries: linux/memfd.h. */
enum { NOEXEC_SEAL = 0x08, EXEC = 0x10 };

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int
memfd(unsigned flags)
{
	int fd;

	interpose_enter();
	fd = memfd_create("abilities", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
	interpose_leave();
	interpose_reset();
	return fd;
}

static bool
was_made(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool
kernel_seals(unsigned seal)
{
	int fd = memfd(0);
	int result;

	if (fd < 0)
		fd = memfd(NOEXEC_SEAL); /* a policy may forbid any other */
	if (fd < 0)
		return false;
	interpose_enter();
	result = fcntl(fd, F_ADD_SEALS, seal);
	interpose_leave();
	interpose_reset();
	close(fd);
	return result == 0;
}

bool
kernel_advises(int advice)
{
	size_t length = (size_t)page();
	void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int result;

	ck_assert_ptr_ne(memory, MAP_FAILED);
	interpose_enter();
	result = madvise(memory, length, advice);
	interpose_leave();
	interpose_reset();
	munmap(memory, length);
	return result == 0;
}

bool
kernel_opens_processes(void)
{
	int fd;

	interpose_enter();
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	interpose_leave();
	interpose_reset();
	return was_made(fd);
}

int
kernel_memfd_calls(void)
{
	return was_made(memfd(EXEC)) ? 1 : 2;
}
