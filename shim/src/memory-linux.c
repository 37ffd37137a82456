/* SPDX-License-Identifier: BSD-3-Clause */
/* The figures of Linux about file systems and the machine. */
#include "system.h"
#include "memory.h"
#include "native.h"

#ifdef __linux__

#include <string.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>

/* linux/magic.h: named objects and memfds. Huge pages are in another file system, and not part of the available memory. */
enum { TMPFS = 0x01021994 };

static void
describe(const struct statfs *status, struct capacity *ret_capacity)
{
	uint64_t unit = (uint64_t)status->f_frsize; /* Linux puts the other size there where a file system has none */

	ret_capacity->total = (uint64_t)status->f_blocks * unit;
	ret_capacity->free = status->f_blocks == 0 ? MEMORY_UNBOUNDED : (uint64_t)status->f_bavail * unit;
	ret_capacity->in_memory = status->f_type == TMPFS;
}

int
pshm__memory_of_object(int fd, struct capacity *ret_capacity)
{
	struct statfs status;
	int saved = errno;
	int error;

	do
		error = fstatfs(fd, &status);
	while (error < 0 && pshm__system_interrupted(saved));
	if (error < 0)
		return pshm__system_error(saved);
	describe(&status, ret_capacity);
	return 0;
}

int
pshm__memory_of_directory(const char *directory, struct capacity *ret_capacity)
{
	struct statfs status;
	int saved = errno;
	int error;

	do
		error = statfs(directory, &status);
	while (error < 0 && pshm__system_interrupted(saved));
	if (error < 0)
		return pshm__system_error(saved);
	describe(&status, ret_capacity);
	return 0;
}

bool
pshm__memory_read(const char *path, char *ret_text, size_t size)
{
	int fd = sys_open(path, O_RDONLY, 0);
	int64_t length = fd < 0 ? fd : sys_pread(fd, ret_text, size - 1, 0);

	if (fd >= 0)
		sys_close(fd);
	ret_text[length < 0 ? 0 : length] = '\0';
	return length >= 0;
}

/* Not strtoull, which sets errno. */
bool
pshm__memory_number(const char *text, uint64_t *ret_number)
{
	uint64_t number = 0;

	text += strspn(text, " ");
	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		number = number > (MEMORY_UNBOUNDED - digit) / 10 ? MEMORY_UNBOUNDED : number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

bool
pshm__memory_figure(const char *text, const char *key, uint64_t *ret_number)
{
	size_t length = strlen(key);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0)
			return pshm__memory_number(line + length, ret_number);
	}
	return false;
}

/* A number of kilobytes, as bytes. */
static bool
figure_of_machine(const char *text, const char *key, uint64_t *ret_bytes)
{
	uint64_t number;

	if (!pshm__memory_figure(text, key, &number))
		return false;
	*ret_bytes = number > MEMORY_UNBOUNDED / 1024 ? MEMORY_UNBOUNDED : number * 1024;
	return true;
}

static int
sys_sysinfo(struct sysinfo *ret_machine)
{
	int saved = errno;

	return system_result(sysinfo(ret_machine), saved);
}

uint64_t
pshm__memory_unused(void)
{
	struct sysinfo machine;

	if (sys_sysinfo(&machine) < 0)
		return MEMORY_UNBOUNDED;
	return ((uint64_t)machine.freeram + machine.freeswap) * machine.mem_unit;
}

/*
 * The estimate of the kernel, proc_meminfo(5), includes the caches that it can drop; without an estimate (before Linux 3.14, or
 * without /proc), all memory of the machine.
 */
uint64_t
pshm__memory_available(void)
{
	char text[MEMORY_FIGURES_SIZE];
	struct sysinfo machine = { .mem_unit = 1 };
	bool known = sys_sysinfo(&machine) >= 0;
	uint64_t swap = known ? (uint64_t)machine.freeswap * machine.mem_unit : 0;
	uint64_t memory = known ? ((uint64_t)machine.totalram + machine.totalswap) * machine.mem_unit : MEMORY_UNBOUNDED;

	(void)pshm__memory_read("/proc/meminfo", text, sizeof text);
	(void)figure_of_machine(text, "SwapFree:", &swap);
	if (figure_of_machine(text, "MemAvailable:", &memory))
		memory = memory_sum(memory, swap);
	return pshm__memory_of_group(swap, memory);
}

#endif
