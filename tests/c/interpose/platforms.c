/* SPDX-License-Identifier: BSD-3-Clause */
/* The systems that can be simulated: a row of the library's own table of platforms, and what the C library does there. */
#include "interpose.h"
#include "library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOT_LINUX (NO_MEMFD | NO_TMPFILE | NO_PROC | NO_POPULATE | OLD_SEALS | STRICT_FLAGS)

static const struct {
	const char *name;
	const char *platform; /* NULL: the library's own choice, so that the ordinary build will do */
	traits traits;
} platforms[] = {
	{ "native", NULL, 0 },
	{ "old-kernel", NULL, NO_EXEC_FLAGS | NO_POPULATE | NO_NOREPLACE | OLD_SEALS | NO_PIDFD | NO_WIPE | NO_EMPTY_PATH },
	{ "bullseye", NULL, NO_EXEC_FLAGS | NO_POPULATE | NO_SEAL_EXEC | OLD_GLIBC | NO_EMPTY_PATH },
	{ "bookworm", NULL, NO_EXEC_FLAGS | NO_SEAL_EXEC | NO_EMPTY_PATH },
	{ "no-memfd", NULL, NO_MEMFD | NO_ENTROPY },
	{ "sandbox", NULL, FORBIDDEN_MEMFD },
	{ "noexec-default", NULL, NOEXEC_SEALED },
	{ "noexec-enforced", NULL, NOEXEC_SEALED | NOEXEC_ONLY },
	{ "no-tmpfile", NULL, NO_MEMFD | NO_TMPFILE },
	{ "no-proc", NULL, NO_PROC | NO_EMPTY_PATH },
	{ "no-fallocate", NULL, NO_FALLOCATE },
	{ "no-slices", "no-slices", 0 },
	{ "short-slices", "short-slices", 0 },
	{ "no-futex", "no-futex", 0 },
	{ "narrow", "narrow", 0 },
	{ "macos", "macos",
	  NOT_LINUX | NO_FALLOCATE | SIZE_ONCE | NO_DESCRIPTOR_IO | NO_PERMISSIONS | SHORT_NAMES | NO_IDENTITY | NO_NOREPLACE |
	          NO_DUMP_ADVICE | WRITE_IS_EPERM },
	{ "freebsd", "freebsd", NOT_LINUX | READER_KEEPS_SIZE },
	{ "openbsd", "openbsd", NOT_LINUX | NO_FALLOCATE },
	{ "posix", "posix", NOT_LINUX | NO_FALLOCATE | NO_DESCRIPTOR_IO | READER_KEEPS_SIZE },
};

enum { PLATFORMS = sizeof platforms / sizeof platforms[0] };

static int current;

static int
index_of(const char *name)
{
	for (int i = 0; i < PLATFORMS; i++)
		if (strcmp(platforms[i].name, name) == 0)
			return i;
	fprintf(stderr, "no platform %s\n", name);
	exit(99);
}

static bool
refuses_executable_memfds(int error)
{
	int fd = memfd_create("platforms", MFD_CLOEXEC | 0x10); /* MFD_EXEC */

	if (fd < 0)
		return errno == error;
	close(fd);
	return false;
}

/* Seals against execution are the kernel's, since 6.3. Where its policy enforces them, no older kernel can be played. */
static bool
is_playable(int platform)
{
	traits wanted = platforms[platform].traits;

	if ((wanted & (NOEXEC_SEALED | NOEXEC_ONLY)) != 0)
		return !refuses_executable_memfds(EINVAL);
	return (wanted & NO_EXEC_FLAGS) == 0 || !refuses_executable_memfds(EACCES);
}

static void
complain(int platform)
{
	fprintf(stderr, "this kernel cannot play %s\n", platforms[platform].name);
}

static void
choose_platform(const char *platform)
{
	int (*choose)(const char *name) = NULL;

	*(void **)&choose = library_symbol("pshm_test_platform");
	if (choose == NULL || choose(platform) != 0) {
		fprintf(stderr, "the library is no test build, or does not know the platform %s\n", platform);
		exit(99);
	}
}

void
interpose_platform(const char *name)
{
	current = name == NULL ? 0 : index_of(name);
	if (!is_playable(current)) {
		complain(current);
		exit(77);
	}
	if (platforms[current].platform != NULL)
		choose_platform(platforms[current].platform);
	interpose_add_traits(platforms[current].traits);
}

const char *
interpose_platform_name(void)
{
	return platforms[current].name;
}

void
interpose_print_platforms(void)
{
	for (int i = 1; i < PLATFORMS; i++)
		if (is_playable(i))
			printf("%s\n", platforms[i].name);
		else
			complain(i);
}
