/* SPDX-License-Identifier: BSD-3-Clause */
/* Names, and the options of opening. */
#include "portable.h"

static void
every_name(const char *bad, int64_t wanted)
{
	int fd = pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 0);

	IS(wanted, pshm_shm_open(bad, PSHM_O_RDWR | PSHM_O_CREAT, 0600));
	IS(wanted, pshm_shm_unlink(bad));
	IS(wanted, pshm_open(bad, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL));
	IS(wanted, pshm_delete(bad));
	IS(wanted, pshm_delete_if_same(bad, fd));
	IS(wanted, pshm_publish(fd, bad, PSHM_IF_EXISTS_ERROR));
	IS(wanted, pshm_open_wait(bad, PSHM_DIRECTION_INPUT, 0, 0));
	IS(0, pshm_close(fd));
}

static void name_null(void) { every_name(NULL, -EFAULT); }
static void name_empty(void) { every_name("", -EINVAL); }
static void name_slash(void) { every_name("/", -EINVAL); }
static void name_no_slash(void) { every_name("noslash", -EINVAL); }
static void name_two_slashes(void) { every_name("/a/b", -EINVAL); }
static void name_double_slash(void) { every_name("//a", -EINVAL); }
static void name_dots(void) { every_name("/.", -EINVAL), every_name("/..", -EINVAL); }

static char long_name[2000];

static void
name_too_long(void)
{
	memset(long_name, 'x', sizeof long_name);
	long_name[0] = '/';
	long_name[pshm_name_max() + 1] = '\0';
	every_name(long_name, -ENAMETOOLONG);
}

static void
name_longest(void)
{
	int byte = 1;
	int fd;

	for (int i = 1; i < pshm_name_max(); i++, byte = byte % 255 + 1)
		long_name[i] = (char)(byte == '/' ? 'x' : byte);
	long_name[pshm_name_max()] = '\0';
	fd = pshm_shm_open(long_name, PSHM_O_RDWR | PSHM_O_CREAT | PSHM_O_EXCL, 0600);
	GIVES(fd);
	IS(1, pshm_delete_if_same(long_name, fd));
	IS(0, pshm_close(fd));
}

static void
name_of_no_object(void)
{
	const char *strange[] = { "/pshm-fifo", "/pshm-directory" };
	char path[64];

	(void)mkfifo("/dev/shm/pshm-fifo", 0600);
	(void)mkdir("/dev/shm/pshm-directory", 0700);
	for (int i = 0; i < 2; i++) {
		FAILS(pshm_shm_open(strange[i], PSHM_O_RDONLY, 0));
		FAILS(pshm_shm_open(strange[i], PSHM_O_RDWR | PSHM_O_CREAT, 0600));
		FAILS(pshm_open(strange[i], PSHM_DIRECTION_INPUT, 0, 0, 0600, NULL));
		FAILS(pshm_open(strange[i], PSHM_DIRECTION_IO, PSHM_IF_EXISTS_TRUNCATE, 0, 0600, NULL));
		(void)snprintf(path, sizeof path, "/dev/shm%s", strange[i]);
		IS(0, remove(path));
	}
}

static void
open_flags(void)
{
	const int bad[] = { 1, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, 0x01000000, INT_MIN, PSHM_O_EXCL, PSHM_O_EXCL | PSHM_O_TRUNC };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		IS(-EINVAL, pshm_shm_open(name, PSHM_O_RDWR | bad[i], 0600));
}

static void
permissions_outside(void)
{
	IS(-EINVAL, pshm_shm_open(name, PSHM_O_RDWR | PSHM_O_CREAT, 01000));
	IS(-EINVAL, pshm_open(name, PSHM_DIRECTION_IO, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, -1, NULL));
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 04000, 0));
	IS(-ENOENT, pshm_delete(name));
}

static void
open_range(void)
{
	for (int bad = -1; bad <= 6; bad += 7) {
		IS(-EINVAL, pshm_open(name, bad, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
		IS(-EINVAL, pshm_open(name, 0, bad, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
		IS(-EINVAL, pshm_open(name, 0, 0, bad, 0600, NULL));
	}
	IS(-EINVAL, pshm_open(name, 1, 0, PSHM_IF_DOES_NOT_EXIST_CREATE, 0600, NULL));
}

static void
anonymous_arguments(void)
{
	IS(-EINVAL, pshm_open_anonymous(1, 0600, 0));
	IS(-EINVAL, pshm_open_anonymous(-1, 0600, 0));
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, 1));
	IS(-EINVAL, pshm_open_anonymous(PSHM_DIRECTION_IO, 0600, -1));
}

static void
list_sizes(void)
{
	int fd = new_object(0);
	char text[1] = { 'x' };

	expect(pshm_list(NULL, 0) >= (int64_t)sizeof name, "the list has the name", 0);
	expect(pshm_list(text, 1) > 1, "the size that the list needs", 0);
	IS('x', text[0]);
	IS(0, pshm_close(fd));
}

static void
delete_others(void)
{
	int old = new_object(0);
	int fd = new_object(0);

	IS(0, pshm_delete_if_same(name, old));
	IS(0, pshm_delete(name));
	IS(-ENOENT, pshm_delete_if_same(name, fd));
	IS(0, pshm_close(fd));
	IS(0, pshm_close(old));
}

const struct bad_row bad_names[] = {
	{ "every call with a name", "NULL", name_null },
	{ "every call with a name", "\"\"", name_empty },
	{ "every call with a name", "\"/\"", name_slash },
	{ "every call with a name", "\"noslash\"", name_no_slash },
	{ "every call with a name", "\"/a/b\"", name_two_slashes },
	{ "every call with a name", "\"//a\"", name_double_slash },
	{ "every call with a name", "\"/.\" and \"/..\"", name_dots },
	{ "every call with a name", "pshm_name_max()+1", name_too_long },
	{ "every call with a name", "exactly", name_longest },
	{ "every call with a name", "the name of a FIFO", name_of_no_object },
	{ "shm_open", "flags", open_flags },
	{ "shm_open, open, open_anonymous", "permission", permissions_outside },
	{ "open", "direction", open_range },
	{ "open_anonymous", "direction", anonymous_arguments },
	{ "list", "NULL", list_sizes },
	{ "delete_if_same", "another", delete_others },
	{ NULL, NULL, NULL },
};
