/* SPDX-License-Identifier: BSD-3-Clause */
/* In between: mappings, and what else the library asks of the system. */
#include "calls.h"
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

/* Newer than some C libraries. */
enum { WIPE_ON_FORK = 18, POPULATE_READ = 22, POPULATE_WRITE = 23 };
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Above 2^63 there is no memory here, and what is done to it is only noted. */
static bool
is_high(const void *address, size_t length)
{
	if (!interpose_simulates(HIGH_ADDRESSES) || (uintptr_t)address <= UINTPTR_MAX / 2)
		return false;
	interpose_note_range(address, length);
	return true;
}

/* macOS says EPERM where POSIX has EACCES. */
static bool
writes_to_reader(int protections, int flags, int fd)
{
	int status;

	if (!interpose_simulates(WRITE_IS_EPERM) || (protections & PROT_WRITE) == 0 || (flags & MAP_SHARED) == 0 || fd < 0)
		return false;
	interpose_leave();
	status = fcntl(fd, F_GETFL);
	interpose_enter();
	return (status & O_ACCMODE) == O_RDONLY;
}

/* Where a large page may begin, with a range that is free. */
static void *
large_page(size_t length)
{
	char *range;

	interpose_leave();
	range = mmap(NULL, length + LARGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(range, length + LARGE_PAGE);
	interpose_enter();
	return range + -(uintptr_t)range % LARGE_PAGE;
}

void *
mmap(void *address, size_t length, int protections, int flags, int fd, off_t offset)
{
	REAL(mmap);
	if (interpose_fails(CALL_mmap))
		return MAP_FAILED;
	if (writes_to_reader(protections, flags, fd)) {
		errno = EPERM;
		return MAP_FAILED;
	}
	if (interpose_simulates(LARGE_PAGES) && fd >= 0) {
		length = (length + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
		if ((flags & MAP_FIXED) == 0)
			address = large_page(length);
		else if ((uintptr_t)address % LARGE_PAGE != 0) {
			errno = EINVAL;
			return MAP_FAILED;
		}
	}
	if (interpose_simulates(HIGH_ADDRESSES))
		return (flags & MAP_FIXED) != 0 ? address : (void *)(UINTPTR_MAX / 2 + 1);
	if (interpose_simulates(NO_NOREPLACE))
		flags &= ~MAP_FIXED_NOREPLACE;
	return real(address, length, protections, flags, fd, offset);
}

int
munmap(void *address, size_t length)
{
	REAL(munmap);
	if (interpose_fails(CALL_munmap))
		return -1;
	if (is_high(address, length))
		return 0;
	return interpose_simulates(LARGE_PAGES) && length % LARGE_PAGE != 0 ? fail_with(EINVAL) : real(address, length);
}

int
mprotect(void *address, size_t length, int protections)
{
	REAL(mprotect);
	if (interpose_fails(CALL_mprotect))
		return -1;
	return is_high(address, length) ? 0 : real(address, length, protections);
}

int
msync(void *address, size_t length, int flags)
{
	REAL(msync);
	interpose_note_count((size_t)flags);
	if (interpose_fails(CALL_msync))
		return -1;
	return is_high(address, length) ? 0 : real(address, length, flags);
}

/* Of the kernel itself: sanitizers replace the one of the C library by one that does nothing. */
int
mlock(const void *address, size_t length)
{
	if (interpose_fails(CALL_mlock))
		return -1;
	return is_high(address, length) ? 0 : (int)syscall(SYS_mlock, address, length);
}

int
madvise(void *address, size_t length, int advice)
{
	REAL(madvise);
	if (interpose_fails(CALL_madvise))
		return -1;
	if (is_high(address, length))
		return 0;
	if (interpose_simulates(NO_DUMP_ADVICE) && advice == MADV_DONTDUMP)
		return fail_with(EINVAL);
	if (interpose_simulates(LARGE_PAGES) && advice == MADV_DONTDUMP && length % LARGE_PAGE != 0)
		return fail_with(EINVAL);
	if (interpose_simulates(NO_WIPE) && advice == WIPE_ON_FORK)
		return fail_with(EINVAL);
	if (interpose_simulates(NO_POPULATE) && (advice == POPULATE_READ || advice == POPULATE_WRITE))
		return fail_with(EINVAL);
	return real(address, length, advice);
}

DIR *
opendir(const char *path)
{
	REAL(opendir);
	return interpose_fails(CALL_opendir) ? NULL : real(path);
}

static bool
is_strange(const struct dirent *entry)
{
	return interpose_simulates(OWN_OBJECTS) && entry != NULL && entry->d_name[0] != '.' && !is_own_name(entry->d_name);
}

struct dirent *
readdir(DIR *directory)
{
	struct dirent *entry;

	REAL(readdir);
	if (interpose_fails(CALL_readdir))
		return NULL;
	do
		entry = real(directory);
	while (is_strange(entry));
	if (entry != NULL && interpose_simulates(TYPES_UNKNOWN))
		entry->d_type = DT_UNKNOWN;
	return entry;
}

int
getentropy(void *bytes, size_t count)
{
	REAL(getentropy);
	if (interpose_fails(CALL_getentropy))
		return -1;
	return interpose_simulates(NO_ENTROPY) ? fail_with(ENOSYS) : real(bytes, count);
}

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	REAL(clock_gettime);
	return interpose_fails(CALL_clock_gettime) ? -1 : real(clock, ret_time);
}

int
sysinfo(struct sysinfo *ret_machine)
{
	REAL(sysinfo);
	if (interpose_fails(CALL_sysinfo))
		return -1;
	if (!interpose_simulates(SCARCE_MEMORY))
		return real(ret_machine);
	*ret_machine = (struct sysinfo){ .mem_unit = 1024, .totalram = 4096, .totalswap = 1024, .freeram = 256, .freeswap = 256 };
	return 0;
}

void *
realloc(void *memory, size_t size)
{
	REAL(realloc);
	return interpose_fails(CALL_realloc) ? NULL : real(memory, size);
}
