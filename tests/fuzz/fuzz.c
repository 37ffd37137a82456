/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences of random calls, with arguments that are good, hostile or both, for libFuzzer. Each input is a list
 * of operations. The result of every call is predicted from the model where the reference says what it is; errno, the
 * last failure, the outputs and the descriptors are looked at after every call, whatever it answers.
 */
#define _GNU_SOURCE
#include "model.h"

#include <posix-shm/api.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPERATIONS_PER_INPUT = 60, ERRNO_BEFORE = 4242, FIELDS = 16, BUFFER = 4096, ARENA_PAGES = 64, PATTERN = 0xa5 };

static struct {
	const uint8_t *next;
	size_t left;
} input;

static unsigned
take(void)
{
	if (input.left == 0)
		return 0;
	input.left--;
	return *input.next++;
}

static int
choose(int count)
{
	return (int)(take() % (unsigned)count);
}

static uint64_t
take_bytes(int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 8 | take();
	return value;
}

static int
some_int(void)
{
	static const int hostile[] = { -1, 0, 1, 2, 3, 4, -2, 100, 0777, 01000, 4095, 4096, -4095, INT_MAX, INT_MIN,
		                       0x40, 0x80, 0x200, 0x800, 0x00800000, 0x01800000, 0x10000000, 0x20000000 };
	int which = choose((int)(sizeof hostile / sizeof hostile[0]) + 2);

	if (which >= (int)(sizeof hostile / sizeof hostile[0]))
		return (int)(uint32_t)take_bytes(which & 1 ? 4 : 1);
	return hostile[which];
}

static int64_t
some_size(void)
{
	static const int64_t hostile[] = { 0, 1, 100, 4095, 4096, 4097, 8192, 1 << 16, -1, -4096, 1 << 20, (4 << 20) + 1,
		                           INT32_MAX, (int64_t)1 << 32, (int64_t)1 << 50, (int64_t)1 << 62,
		                           INT64_MAX - 4096, INT64_MAX - 1, INT64_MAX, INT64_MIN, INT64_MIN + 1 };
	int which = choose((int)(sizeof hostile / sizeof hostile[0]) + 6);

	if (which >= (int)(sizeof hostile / sizeof hostile[0]))
		return (int64_t)take_bytes(which % 6 == 0 ? 8 : 2);
	return hostile[which];
}

/* What would take up the memory of the machine is not asked for: small, or beyond every machine. */
static int64_t
some_affordable_size(void)
{
	int64_t size = some_size();

	return size > (1 << 20) && size < (int64_t)1 << 62 ? size % (1 << 18) : size;
}

static int64_t page;
static int64_t arena; /* addresses that may be mapped over, cut and protected */
static unsigned char buffer[BUFFER + 16];
static bool starved; /* no descriptor is to be had for the next call */
static int last_before;

static void
set_descriptor_limit(rlim_t limit)
{
	struct rlimit limits;

	(void)getrlimit(RLIMIT_NOFILE, &limits);
	limits.rlim_cur = limit;
	CHECK(setrlimit(RLIMIT_NOFILE, &limits) == 0);
}

static void
before_call(void)
{
	last_before = pshm_errno();
	if (starved)
		set_descriptor_limit(1);
	errno = ERRNO_BEFORE;
}

/* The laws that hold for every call. A 'quiet' failure is one that is not recorded. */
static int64_t
after_call(int64_t result, bool quiet)
{
	CHECK(errno == ERRNO_BEFORE);
	if (starved)
		set_descriptor_limit(64);
	CHECK(result >= -4095);
	if (result < 0 && !quiet)
		CHECK(pshm_errno() == -result);
	else
		CHECK(pshm_errno() == last_before);
	return result;
}

#define QUIET_CALL(quiet, expression) (before_call(), after_call((int64_t)(expression), quiet))
#define CALL(expression) QUIET_CALL(false, expression)
#define EXPECT(expected, expression) \
	do { \
		int64_t got = CALL(expression); \
		CHECK(got == (int64_t)(expected)); \
	} while (0)

/* Names: good ones, bad ones, and those of something that is no object. */
struct name {
	const char *text;
	int index; /* into the model, or NONE */
	int error; /* what a call says at once, or 0 */
};

static struct name
some_name(void)
{
	static char too_long[258];
	static const struct name bad[] = {
		{ NULL, NONE, -EFAULT },    { "", NONE, -EINVAL },      { "/", NONE, -EINVAL },
		{ "noslash", NONE, -EINVAL }, { "/a/b", NONE, -EINVAL }, { "//a", NONE, -EINVAL },
		{ "/.", NONE, -EINVAL },    { "/..", NONE, -EINVAL },   { too_long, NONE, -ENAMETOOLONG },
		{ "/directory", NONE, 0 },  { "/fifo", NONE, 0 },       { "/link", NONE, 0 },
	};
	int which = choose(3 * NAMES + (int)(sizeof bad / sizeof bad[0]));

	memset(too_long, 'x', sizeof too_long - 1);
	too_long[0] = '/';
	if (which < 3 * NAMES)
		return (struct name){ good_names[which % NAMES], which % NAMES, 0 };
	return bad[which - 3 * NAMES];
}

static bool
is_strange(const struct name *name)
{
	return name->error == 0 && name->index == NONE;
}

static int
object_of(const struct name *name)
{
	return name->index == NONE ? NONE : model.names[name->index];
}

/* A slot with an open descriptor, or NULL: then the call gets a bad one. */
static struct descriptor *
some_slot(void)
{
	struct descriptor *slot = &model.descriptors[choose(DESCRIPTORS)];

	return slot->fd == NONE ? NULL : slot;
}

static int
fd_of(const struct descriptor *slot)
{
	static const int bad[] = { -1, INT_MAX, INT_MIN, 63, -100 };

	return slot != NULL ? slot->fd : bad[choose((int)(sizeof bad / sizeof bad[0]))];
}

static struct object *
object_behind(const struct descriptor *slot)
{
	return &model.objects[slot->object];
}

static int
some_permissions(void)
{
	return choose(8) == 0 ? some_int() : (int)take_bytes(2) & 0777;
}

static bool
are_permissions(int permissions)
{
	return (permissions & ~0777) == 0;
}

static bool
may_be_stored(int64_t result)
{
	return model.object_count < OBJECTS - 1 || result < 0;
}

static void
create_named(int fd, const struct name *name, int permissions, bool writable)
{
	int object = model_object(permissions & ~UMASK, 1, false);

	model.names[name->index] = object;
	model_adopt(fd, object, writable);
}

/* Objects */

static void
op_shm_open(void)
{
	struct name name = some_name();
	int bits = (int)take();
	int junk = choose(8) == 0 ? (const int[]){ 1, 0x40, 0x80, 0x200, 0x400, 0x01000000, 0x00800000, INT_MIN }[choose(8)] : 0;
	int flags = (bits & 1 ? PSHM_O_RDWR : 0) | (bits & 2 ? PSHM_O_CREAT : 0) | (bits & 4 ? PSHM_O_EXCL : 0) |
	            (bits & 8 ? PSHM_O_TRUNC : 0) | junk;
	int mode = some_permissions();
	int existing = object_of(&name);
	int64_t fd = CALL(pshm_shm_open(name.text, flags, mode));

	if (name.error != 0) {
		CHECK(fd == name.error);
	} else if (junk != 0 || (bits & 6) == 4 || !are_permissions(mode)) {
		CHECK(fd == -EINVAL);
	} else if (starved) {
		CHECK(fd == -EMFILE);
	} else if (is_strange(&name)) {
		CHECK(fd < 0);
	} else if (existing == NONE && (bits & 2) == 0) {
		CHECK(fd == -ENOENT);
	} else if (existing != NONE && (bits & 6) == 6) {
		CHECK(fd == -EEXIST);
	} else if (existing == NONE) {
		CHECK(fd >= 0 && may_be_stored(fd));
		create_named((int)fd, &name, mode, (bits & 1) != 0);
	} else {
		CHECK(fd >= 0);
		if ((bits & 8) != 0)
			model_resize(existing, 0);
		model_adopt((int)fd, existing, (bits & 1) != 0);
	}
}

static int
some_option(int highest)
{
	return choose(16) == 0 ? some_int() : choose(highest + 1);
}

static bool
is_between(int value, int low, int high)
{
	return value >= low && value <= high;
}

static void
op_open(void)
{
	struct name name = some_name();
	int direction = choose(16) == 0 ? some_int() : choose(2) * 2;
	int if_exists = some_option(PSHM_IF_EXISTS_NIL);
	int if_missing = some_option(PSHM_IF_DOES_NOT_EXIST_NIL);
	int permissions = some_permissions();
	int created = PATTERN;
	int *ret_created = choose(4) == 0 ? NULL : &created;
	int existing = object_of(&name);
	bool valid = (direction == 0 || direction == 2) && is_between(if_exists, 0, 5) && is_between(if_missing, 0, 3) &&
	             are_permissions(permissions);
	bool creates = if_missing == PSHM_IF_DOES_NOT_EXIST_CREATE ||
	               (if_missing == 0 && direction == 2 &&
	                (if_exists == PSHM_IF_EXISTS_ERROR || if_exists == PSHM_IF_EXISTS_SUPERSEDE ||
	                 if_exists == PSHM_IF_EXISTS_NIL));
	bool quiet = name.error == 0 && valid && !starved && !is_strange(&name) &&
	             ((existing == NONE && if_missing == PSHM_IF_DOES_NOT_EXIST_NIL) ||
	              (existing != NONE && creates && if_exists == PSHM_IF_EXISTS_NIL));
	int64_t fd;

	if (is_strange(&name)) { /* a link that leads nowhere may not be superseded: it would be gone */
		if (if_exists == PSHM_IF_EXISTS_SUPERSEDE)
			if_exists = PSHM_IF_EXISTS_OVERWRITE;
		if (valid && creates && if_exists == PSHM_IF_EXISTS_NIL)
			quiet = !starved;
	}
	fd = QUIET_CALL(quiet, pshm_open(name.text, direction, if_exists, if_missing, permissions, ret_created));
	if (fd < 0 || ret_created == NULL)
		CHECK(created == PATTERN);
	if (name.error != 0) {
		CHECK(fd == name.error);
	} else if (!valid) {
		CHECK(fd == -EINVAL);
	} else if (starved) {
		CHECK(fd == -EMFILE);
	} else if (is_strange(&name)) {
		CHECK(fd < 0);
	} else if (existing == NONE) {
		if (!creates) {
			CHECK(fd == -ENOENT);
			return;
		}
		CHECK(fd >= 0 && (ret_created == NULL || created == 1));
		create_named((int)fd, &name, permissions, direction == 2);
	} else if (creates && (if_exists == PSHM_IF_EXISTS_ERROR || if_exists == PSHM_IF_EXISTS_NIL)) {
		CHECK(fd == -EEXIST);
	} else if (creates && if_exists == PSHM_IF_EXISTS_SUPERSEDE) {
		CHECK(fd >= 0 && (ret_created == NULL || created == 1));
		model_unlink(name.index);
		create_named((int)fd, &name, permissions, direction == 2);
	} else {
		CHECK(fd >= 0 && (ret_created == NULL || created == 0));
		if (if_exists == PSHM_IF_EXISTS_TRUNCATE)
			model_resize(existing, 0);
		model_adopt((int)fd, existing, direction == 2);
	}
}

static void
op_open_anonymous(void)
{
	int direction = choose(16) == 0 ? some_int() : choose(2) * 2;
	int permissions = some_permissions();
	int flags = choose(16) == 0 ? some_int() & ~PSHM_ANONYMOUS_HUGE : 0;
	int attempts = choose(8) == 0 ? some_int() : 100;
	char name[64] = "untouched";
	char *ret_name = choose(2) == 0 ? NULL : name;
	int64_t size = choose(4) == 0 ? some_size() : ret_name == NULL ? 0 : 32;
	int64_t fd;

	if (ret_name != NULL && size > (int64_t)sizeof name)
		size = sizeof name;
	fd = CALL(pshm_open_anonymous(direction, permissions, flags, attempts, ret_name, size));
	if ((direction != 0 && direction != 2) || !are_permissions(permissions) || flags != 0 || attempts < 0 || size < 0)
		CHECK(fd == -EINVAL);
	else if (ret_name == NULL && size != 0)
		CHECK(fd == -EFAULT);
	else if (ret_name != NULL && size < 32)
		CHECK(fd == -ERANGE);
	else if (attempts == 0)
		CHECK(fd == -EEXIST);
	else if (starved)
		CHECK(fd == -EMFILE);
	else
		CHECK(fd >= 0);
	if (fd < 0 || ret_name == NULL)
		CHECK(strcmp(name, "untouched") == 0);
	else
		CHECK(name[0] == '/' && strlen(name) == 30 && pshm_shm_unlink(name) == -ENOENT);
	if (fd >= 0)
		model_adopt((int)fd, model_object(permissions, 0, true), direction == 2);
}

static void
op_delete(void)
{
	struct name name = some_name();
	bool either = choose(2) == 0;
	int64_t result;

	if (is_strange(&name))
		return;
	result = CALL(either ? pshm_delete(name.text) : pshm_shm_unlink(name.text));
	CHECK(result == (name.error != 0 ? name.error : object_of(&name) == NONE ? -ENOENT : 0));
	if (result == 0)
		model_unlink(name.index);
}

static void
op_delete_if_same(void)
{
	struct name name = some_name();
	const struct descriptor *slot = some_slot();
	int64_t result = CALL(pshm_delete_if_same(name.text, fd_of(slot)));

	if (name.error != 0)
		CHECK(result == name.error);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else if (is_strange(&name))
		CHECK(result == 0);
	else if (object_of(&name) == NONE)
		CHECK(result == -ENOENT);
	else
		CHECK(result == (object_of(&name) == slot->object));
	if (result == 1)
		model_unlink(name.index);
}

/* Size and room */

static void
op_truncate(void)
{
	const struct descriptor *slot = some_slot();
	int64_t size = some_size();
	bool either = choose(2) == 0;
	int64_t result = CALL(either ? pshm_truncate(fd_of(slot), size) : pshm_ftruncate(fd_of(slot), size));

	if (size < 0) {
		CHECK(result == -EINVAL);
	} else if (slot == NULL) {
		CHECK(result == -EBADF);
	} else if (!slot->writable) {
		CHECK(result == -EINVAL || result == -EBADF);
	} else if (((object_behind(slot)->seals & PSHM_SEAL_SHRINK) != 0 && size < object_behind(slot)->size) ||
	           ((object_behind(slot)->seals & PSHM_SEAL_GROW) != 0 && size > object_behind(slot)->size)) {
		CHECK(result == -EPERM);
	} else {
		CHECK(result == 0);
		model_resize(slot->object, size);
	}
}

/* The kernel's answers are many; what matters is that the size follows from the result, and the blocks do. */
static void
op_allocate(void)
{
	const struct descriptor *slot = some_slot();
	int64_t size = some_size();
	int64_t before[FIELDS];
	int64_t after[FIELDS];
	int64_t result;

	if (slot != NULL && size > 1 << 20 && size < (int64_t)1 << 50)
		size = 1 << 18;
	if (slot != NULL)
		CHECK(pshm_fstat(slot->fd, before, FIELDS) == FIELDS);
	result = CALL(pshm_allocate(fd_of(slot), size));
	if (size < 0)
		CHECK(result == -EINVAL);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else if (size == 0)
		CHECK(result == 0);
	else if (!slot->writable)
		CHECK(result == -EBADF || result == -ENOSPC);
	else if ((object_behind(slot)->seals & PSHM_SEAL_GROW) != 0 && size > object_behind(slot)->size)
		CHECK(result == -EPERM || result == -ENOSPC);
	else
		CHECK(result == 0 || result == -ENOSPC);
	if (slot == NULL)
		return;
	CHECK(pshm_fstat(slot->fd, after, FIELDS) == FIELDS);
	if (result < 0)
		CHECK(before[PSHM_STAT_SIZE] == after[PSHM_STAT_SIZE] && before[PSHM_STAT_BLOCKS] == after[PSHM_STAT_BLOCKS]);
	if (result == 0 && size > 0) {
		if (object_behind(slot)->size < size)
			model_resize(slot->object, size);
		CHECK(after[PSHM_STAT_BLOCKS] * 512 >= size);
	}
}

static void
op_fallocate(void)
{
	const struct descriptor *slot = some_slot();
	int64_t offset = some_affordable_size();
	int64_t length = some_affordable_size();
	int64_t result;

	if (slot != NULL && offset >= 0 && length > 0 && length <= INT64_MAX - offset)
		length %= 1 << 18;
	result = CALL(pshm_fallocate(fd_of(slot), offset, length));
	if (offset < 0 || length <= 0) {
		CHECK(result == -EINVAL);
	} else if (slot == NULL || !slot->writable) {
		CHECK(result == -EBADF);
	} else {
		CHECK(result == 0 || result == -ENOSPC || result == -EFBIG || result == -EPERM);
		if (result == 0 && object_behind(slot)->size < offset + length)
			model_resize(slot->object, offset + length);
	}
}

static void
op_space(void)
{
	int64_t total = PATTERN;
	int64_t free_bytes = PATTERN;
	bool want_total = choose(2) == 0;
	bool want_free = choose(2) == 0;

	EXPECT(0, pshm_space(want_total ? &total : NULL, want_free ? &free_bytes : NULL));
	CHECK(want_total ? total == 4 << 20 : total == PATTERN);
	CHECK(want_free ? free_bytes >= 0 && free_bytes <= 4 << 20 : free_bytes == PATTERN);
}

/* What is known about an object */

static void
op_fstat(void)
{
	const struct descriptor *slot = some_slot();
	int count = choose(2) == 0 ? some_int() : FIELDS;
	int64_t fields[FIELDS + 4];
	bool has_buffer = choose(8) != 0;
	int64_t result;

	memset(fields, PATTERN, sizeof fields);
	if (has_buffer && count > FIELDS + 4)
		count = FIELDS + 4;
	result = CALL(pshm_fstat(fd_of(slot), has_buffer ? fields : NULL, count));
	if (count < 0)
		CHECK(result == -EINVAL);
	else if (!has_buffer && count != 0)
		CHECK(result == -EFAULT);
	else
		CHECK(result == (slot == NULL ? -EBADF : FIELDS));
	for (int i = result < 0 || !has_buffer ? 0 : count; i < FIELDS + 4; i++)
		if (i >= 0 && (result < 0 || i >= FIELDS || i >= count))
			CHECK(fields[i] == (int64_t)0xa5a5a5a5a5a5a5a5U);
	if (result == FIELDS && has_buffer && count > PSHM_STAT_SIZE) {
		CHECK(fields[PSHM_STAT_SIZE] == object_behind(slot)->size);
		CHECK(fields[PSHM_STAT_MODE] == object_behind(slot)->mode);
		CHECK(fields[PSHM_STAT_NLINK] == object_behind(slot)->links);
	}
}

static void
op_fchmod(void)
{
	const struct descriptor *slot = some_slot();
	int mode = some_permissions();
	int64_t result = CALL(pshm_fchmod(fd_of(slot), mode));

	if (!are_permissions(mode))
		CHECK(result == -EINVAL);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else /* the execute bits of an anonymous object are sealed where the kernel can do that */
		CHECK(result == 0 || (result == -EPERM && object_behind(slot)->memfd));
	if (result == 0)
		object_behind(slot)->mode = mode;
}

static void
op_fchown(void)
{
	const struct descriptor *slot = some_slot();
	int64_t owner = choose(2) == 0 ? -1 : some_size();
	int64_t group = choose(2) == 0 ? -1 : some_size();
	int64_t result = CALL(pshm_fchown(fd_of(slot), owner, group));

	if (owner < -1 || owner >= UINT32_MAX || group < -1 || group >= UINT32_MAX)
		CHECK(result == -EINVAL);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else
		CHECK(result == 0);
}

/* Descriptors */

static void
op_close(void)
{
	struct descriptor *slot = some_slot();

	EXPECT(slot == NULL ? -EBADF : 0, pshm_close(fd_of(slot)));
	if (slot != NULL)
		slot->fd = NONE;
}

static void
op_dup(void)
{
	const struct descriptor *slot = some_slot();
	int64_t fd = CALL(pshm_dup(fd_of(slot)));

	if (slot == NULL)
		CHECK(fd == -EBADF);
	else if (starved)
		CHECK(fd == -EMFILE);
	else
		model_adopt((int)fd, slot->object, slot->writable);
}

static void
op_set_inheritable(void)
{
	struct descriptor *slot = some_slot();
	int inheritable = choose(4) == 0 ? some_int() : choose(2);
	int64_t result = CALL(pshm_set_inheritable(fd_of(slot), inheritable));

	CHECK(result == (inheritable != 0 && inheritable != 1 ? -EINVAL : slot == NULL ? -EBADF : 0));
	if (result == 0)
		slot->inheritable = inheritable == 1;
}

static void
op_reopen(void)
{
	const struct descriptor *slot = some_slot();
	int direction = choose(8) == 0 ? some_int() : choose(2) * 2;
	int64_t fd = CALL(pshm_reopen(fd_of(slot), direction));

	if (direction != 0 && direction != 2)
		CHECK(fd == -EINVAL);
	else if (slot == NULL)
		CHECK(fd == -EBADF);
	else if (direction == 2 && !slot->writable)
		CHECK(fd == -EACCES);
	else if (starved)
		CHECK(fd == -EMFILE);
	else
		model_adopt((int)fd, slot->object, direction == 2);
}

static void
op_send(void)
{
	const struct descriptor *slot = some_slot();
	int socket = choose(8) == 0 ? fd_of(slot) : model.sockets[0];
	int64_t result;

	if (model.in_flight_count == IN_FLIGHT)
		return;
	result = CALL(pshm_send(socket, fd_of(slot)));
	if (slot != NULL && socket == model.sockets[0]) {
		CHECK(result == 0);
		model.in_flight[model.in_flight_count++] = *slot;
	} else {
		CHECK(result < 0);
	}
}

static void
op_receive(void)
{
	int socket = choose(8) == 0 ? fd_of(some_slot()) : model.sockets[1];
	int64_t fd = CALL(pshm_receive(socket));

	if (socket != model.sockets[1]) {
		CHECK(fd == -EBADF || fd == -ENOTSOCK);
		return;
	}
	if (model.in_flight_count == 0) {
		CHECK(fd == -EAGAIN);
		return;
	}
	CHECK(starved ? fd == -EMFILE : fd >= 0);
	if (fd >= 0)
		model_adopt((int)fd, model.in_flight[0].object, model.in_flight[0].writable);
	memmove(model.in_flight, model.in_flight + 1, sizeof model.in_flight - sizeof model.in_flight[0]);
	model.in_flight_count--;
}

static void
op_socketpair(void)
{
	int first = PATTERN;
	int second = PATTERN;
	bool complete = choose(4) != 0;
	int64_t result = CALL(pshm_socketpair(&first, complete ? &second : NULL));

	CHECK(result == (!complete ? -EFAULT : starved ? -EMFILE : 0));
	if (result < 0)
		CHECK(first == PATTERN && second == PATTERN);
	else
		CHECK(fcntl(first, F_GETFD) == FD_CLOEXEC && fcntl(second, F_GETFD) == FD_CLOEXEC &&
		      pshm_close(first) == 0 && pshm_close(second) == 0);
}

/* Seals */

static bool
is_mapped(int object)
{
	for (int i = 0; i < MAPPINGS; i++)
		if (model.mappings[i].address != 0 && model.mappings[i].object == object)
			return true;
	return false;
}

static void
op_seal(void)
{
	const struct descriptor *slot = some_slot();
	int seals = choose(4) == 0 ? some_int() : (int)take() & 0x3f;
	int64_t result = CALL(pshm_seal(fd_of(slot), seals));

	if ((seals & ~0x3f) != 0)
		CHECK(result == -EINVAL);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else if (!slot->writable || !object_behind(slot)->memfd || (object_behind(slot)->seals & PSHM_SEAL_SEAL) != 0)
		CHECK(result == -EPERM);
	else
		CHECK(result == 0 || (result == -EBUSY && is_mapped(slot->object)) || result == -ENOTSUP);
	if (result != 0)
		return;
	object_behind(slot)->seals |= seals;
	if ((seals & PSHM_SEAL_EXEC) != 0 && (object_behind(slot)->mode & 0111) != 0) /* the kernel wants no W^X object */
		object_behind(slot)->seals |= PSHM_SEAL_SHRINK | PSHM_SEAL_GROW | PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE;
}

static void
op_seals(void)
{
	const struct descriptor *slot = some_slot();
	int64_t seals = CALL(pshm_seals(fd_of(slot)));

	if (slot == NULL)
		CHECK(seals == -EBADF);
	else if (!object_behind(slot)->memfd)
		CHECK(seals == PSHM_SEAL_SEAL);
	else
		CHECK((seals & ~PSHM_SEAL_EXEC) == (object_behind(slot)->seals & ~PSHM_SEAL_EXEC));
}

/* Bytes */

static int64_t
inside(const struct object *object, int64_t count, int64_t offset)
{
	int64_t left = offset < object->size ? object->size - offset : 0;

	return count < left ? count : left;
}

static void
op_read(void)
{
	const struct descriptor *slot = some_slot();
	int64_t count = some_size();
	int64_t offset = some_size();
	bool has_buffer = choose(8) != 0;
	int64_t result;

	if (has_buffer && count > BUFFER)
		count = BUFFER;
	memset(buffer, PATTERN, sizeof buffer);
	result = CALL(pshm_read(fd_of(slot), has_buffer ? buffer : NULL, count, offset));
	if (count < 0 || offset < 0)
		CHECK(result == -EINVAL);
	else if (!has_buffer && count != 0)
		CHECK(result == -EFAULT);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else
		CHECK(result == inside(object_behind(slot), count, offset));
	for (int64_t i = result < 0 ? 0 : result; i < (int64_t)sizeof buffer; i++)
		CHECK(buffer[i] == PATTERN);
	for (int64_t i = 0; i < result && offset + i < SHADOW; i++)
		CHECK(buffer[i] == object_behind(slot)->bytes[offset + i]);
}

static void
op_write(void)
{
	const struct descriptor *slot = some_slot();
	int64_t count = some_size();
	int64_t offset = some_size();
	bool has_buffer = choose(8) != 0;
	unsigned char seed = (unsigned char)take();
	int64_t result;

	if (has_buffer && count > BUFFER)
		count = BUFFER;
	for (size_t i = 0; i < sizeof buffer; i++)
		buffer[i] = (unsigned char)(seed + i);
	result = CALL(pshm_write(fd_of(slot), has_buffer ? buffer : NULL, count, offset));
	if (count < 0 || offset < 0) {
		CHECK(result == -EINVAL);
	} else if (!has_buffer && count != 0) {
		CHECK(result == -EFAULT);
	} else if (slot == NULL) {
		CHECK(result == -EBADF);
	} else if (inside(object_behind(slot), count, offset) == 0) {
		CHECK(result == 0);
	} else if (!slot->writable) {
		CHECK(result == -EBADF);
	} else if ((object_behind(slot)->seals & (PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE)) != 0) {
		CHECK(result == -EPERM);
	} else {
		CHECK(result == inside(object_behind(slot), count, offset) || result == -ENOSPC || result > 0);
		for (int64_t i = 0; i < result && offset + i < SHADOW; i++)
			object_behind(slot)->bytes[offset + i] = buffer[i];
	}
}

/* Within the buffer, against memmove and memset. */
static void
op_copy_and_fill(void)
{
	unsigned char expected[sizeof buffer];
	int64_t start = (int64_t)(uintptr_t)buffer;
	int64_t to = (int64_t)(take_bytes(2) % BUFFER);
	int64_t from = (int64_t)(take_bytes(2) % BUFFER);
	int64_t count = (int64_t)(take_bytes(2) % (uint64_t)(BUFFER - (to > from ? to : from) + 1));
	int byte = some_int();
	int64_t bad = (const int64_t[]){ 0, -1, INT64_MIN }[choose(3)];

	memcpy(expected, buffer, sizeof buffer);
	EXPECT(0, pshm_copy(start + to, start + from, count));
	memmove(expected + to, expected + from, (size_t)count);
	EXPECT(is_between(byte, 0, 255) ? 0 : -EINVAL, pshm_fill(start + from, byte, count));
	if (is_between(byte, 0, 255))
		memset(expected + from, byte, (size_t)count);
	EXPECT(-EINVAL, pshm_copy(bad, start, count));
	EXPECT(-EINVAL, pshm_copy(start, bad, count));
	EXPECT(-EINVAL, pshm_copy(start, start, -1 - count));
	EXPECT(-EINVAL, pshm_fill(bad, 1, count));
	EXPECT(-EINVAL, pshm_fill(start, 1, -1 - count));
	CHECK(memcmp(expected, buffer, sizeof buffer) == 0);
}

/* Mappings */

static int
some_map_flags(void)
{
	static const int others[] = { 0, 0, 0, 0, PSHM_MAP_ANONYMOUS, PSHM_MAP_NORESERVE, PSHM_MAP_POPULATE, PSHM_MAP_LOCK,
		                      PSHM_MAP_HUGE, PSHM_MAP_GROWSDOWN };
	int flags = (choose(8) != 0 ? PSHM_MAP_SHARED : choose(4)) | others[choose(10)];

	return choose(16) == 0 ? flags | (some_int() & ~PSHM_MAP_FIXED) : flags;
}

static bool
page_is_mapped(int64_t address)
{
	unsigned char in_core;

	return mincore((void *)(uintptr_t)(address & -page), (size_t)page, &in_core) == 0;
}

static struct mapping *
free_mapping(void)
{
	for (int i = 0; i < MAPPINGS; i++)
		if (model.mappings[i].address == 0)
			return &model.mappings[i];
	return NULL;
}

static void
op_map(void)
{
	struct mapping *mapping = free_mapping();
	const struct descriptor *slot = some_slot();
	int64_t length = some_affordable_size();
	int64_t offset = some_size();
	int64_t prefix = choose(2) == 0 ? 0 : some_size();
	int protections = choose(8) == 0 ? some_int() : choose(8);
	int flags = some_map_flags();
	int fd = (flags & PSHM_MAP_ANONYMOUS) == PSHM_MAP_ANONYMOUS && choose(2) == 0 ? -1 : fd_of(slot);
	int64_t address;

	if (mapping == NULL || (prefix > 1 << 20 && prefix < (int64_t)1 << 50))
		return;
	address = CALL(prefix == 0 ? pshm_map(fd, length, protections, flags, offset)
	                           : pshm_map_prefixed(fd, length, protections, flags, offset, prefix));
	if (length <= 0 || offset < 0 || prefix < 0 || (prefix == 0 && (flags & PSHM_MAP_FIXED) != 0))
		CHECK(address == -EINVAL);
	else if (prefix == 0 && length > INT64_MAX - offset)
		CHECK(address == -EOVERFLOW);
	if (address < 0)
		return;
	CHECK((address - offset) % page == 0 && page_is_mapped(address) && page_is_mapped(address + length - 1));
	if (prefix != 0) {
		memset((void *)(uintptr_t)(address - prefix), 0xff, (size_t)(prefix < 64 ? prefix : 64));
		CHECK(page_is_mapped(address - prefix));
	}
	*mapping = (struct mapping){ address, length, prefix, fd == -1 || slot == NULL ? NONE : slot->object };
	if (fd == -1)
		return;
	CHECK(slot != NULL);
	if ((protections & PSHM_PROT_WRITE) != 0 && (flags & PSHM_MAP_SHARED) != 0)
		CHECK(slot->writable && (object_behind(slot)->seals & (PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE)) == 0);
}

static void
op_unmap(void)
{
	struct mapping *mapping = &model.mappings[choose(MAPPINGS)];
	int64_t result;

	if (mapping->address == 0) {
		EXPECT(-EINVAL, pshm_unmap((const int64_t[]){ 0, -1, INT64_MIN, 5 }[choose(4)], some_size()) == -EOVERFLOW
		                        ? pshm_set_errno(EINVAL) - EINVAL
		                        : -pshm_errno());
		return;
	}
	EXPECT(-EINVAL, pshm_unmap(mapping->address, -1 - (int64_t)take()));
	EXPECT(-EINVAL, pshm_unmap_prefixed(mapping->address, mapping->length, 0));
	result = CALL(mapping->prefix == 0 ? pshm_unmap(mapping->address, mapping->length)
	                                   : pshm_unmap_prefixed(mapping->address, mapping->length, mapping->prefix));
	CHECK(result == 0 && !page_is_mapped(mapping->address) && !page_is_mapped(mapping->address + mapping->length - 1));
	mapping->address = 0;
}

static void
reserve_arena(int64_t address, int64_t length)
{
	CHECK(mmap((void *)(uintptr_t)address, (size_t)length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	      MAP_FAILED);
}

/* At fixed addresses: only in the arena, which is put back at once. Elsewhere only what cannot work. */
static void
op_mmap_fixed(void)
{
	const struct descriptor *slot = some_slot();
	int64_t first = choose(ARENA_PAGES / 2);
	int64_t pages = 1 + choose(ARENA_PAGES / 2);
	int64_t address = arena + first * page;
	int64_t bad = (const int64_t[]){ 0, arena + 1, -1, INT64_MIN, INT64_MAX }[choose(5)];
	int protections = choose(8);
	int flags = (choose(2) == 0 ? PSHM_MAP_SHARED : PSHM_MAP_PRIVATE) | PSHM_MAP_FIXED;
	int fd = fd_of(slot);
	int64_t result = CALL(pshm_mmap(bad, page, protections, flags, fd, 0));

	CHECK(result < 0);
	result = CALL(pshm_mmap(address, pages * page, protections, flags, fd, choose(4) * page));
	CHECK(result == address || result < 0);
	if (slot == NULL)
		CHECK(result == -EBADF);
	result = CALL(pshm_mprotect(address, pages * page, choose(4)));
	CHECK(result == 0 || result == -EACCES);
	EXPECT(-EINVAL, pshm_mprotect(address + 1 + choose(100), page, 0));
	EXPECT(-EINVAL, pshm_mprotect(-page, page, 0));
	EXPECT(-EINVAL, pshm_mprotect(address, -1, 0));
	EXPECT(-EINVAL, pshm_mprotect(address, page, 8 << choose(20)));
	EXPECT(-EINVAL, pshm_munmap(address + 1 + choose(100), page));
	EXPECT(-EINVAL, pshm_munmap(address, -choose(100)));
	EXPECT(0, pshm_munmap(address, pages * page));
	CHECK(!page_is_mapped(address) && !page_is_mapped(address + (pages - 1) * page));
	EXPECT(-ENOMEM, pshm_mprotect(address, page, 1));
	reserve_arena(address, pages * page);
}

/* Every argument of mmap at once; what comes out is unmapped. */
static void
op_mmap(void)
{
	const struct descriptor *slot = some_slot();
	int64_t hint = (const int64_t[]){ 0, arena, -1, -4096, INT64_MIN, INT64_MAX }[choose(6)];
	int64_t length = some_affordable_size();
	int64_t offset = some_size();
	int protections = choose(4) == 0 ? some_int() : choose(8);
	int flags = some_map_flags() & ~PSHM_MAP_FIXED;
	int64_t address = CALL(pshm_mmap(hint, length, protections, flags, fd_of(slot), offset));

	if (length <= 0 || offset < 0 || offset % page != 0)
		CHECK(address < 0);
	if (address >= 0) {
		CHECK(page_is_mapped(address) && page_is_mapped(address + length - 1));
		EXPECT(0, pshm_munmap(address, length));
		CHECK(!page_is_mapped(address) && !page_is_mapped(address + length - 1));
	}
}

/* Names, numbers and tables */

static char text[64];

/* Text from the input: a keyword, a feature, a constant, or nonsense. */
static const char *
some_text(void)
{
	static const char *const words[] = { "user-read", "creat", "rdwr", "shared", "none", "nil", "seals", "space", "ENOENT",
		                             "EWOULDBLOCK", "PSHM_O_CREAT", "user-read  user-write\tgroup-all", "" };
	int which = choose((int)(sizeof words / sizeof words[0]) + 3);

	if (which < (int)(sizeof words / sizeof words[0]))
		return words[which];
	if (which == (int)(sizeof words / sizeof words[0]))
		return NULL;
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)take();
	return text;
}

static void
op_tables(void)
{
	const char *word = some_text();
	int number = some_int();
	int kind = choose(4) == 0 ? some_int() : 1 + choose(9);
	char keywords[512];
	int64_t flags = CALL(pshm_flags_parse(kind, word));
	int64_t size;

	if (word == NULL)
		CHECK(flags == -EFAULT);
	size = CALL(pshm_flags_format(kind, flags >= 0 ? (int)flags : number, NULL, 0));
	if (flags >= 0)
		CHECK(size > 0);
	if (size > 0) {
		memset(keywords, PATTERN, sizeof keywords);
		EXPECT(-ERANGE, pshm_flags_format(kind, flags >= 0 ? (int)flags : number, keywords, size - 1));
		CHECK((unsigned char)keywords[0] == PATTERN);
		EXPECT(size, pshm_flags_format(kind, flags >= 0 ? (int)flags : number, keywords, size));
		CHECK((int64_t)strlen(keywords) + 1 == size && (unsigned char)keywords[size] == PATTERN);
		EXPECT(flags >= 0 ? flags : number, pshm_flags_parse(kind, keywords));
	}
	(void)CALL(pshm_constant(word));
	(void)CALL(pshm_error_number(word));
	(void)CALL(pshm_has(word));
	CHECK(pshm_strerror(number) != NULL && pshm_error_name(number) != NULL);
	CHECK((pshm_constant_name(number) == NULL) == (number < 0 || number >= pshm_constant_count()));
	if (pshm_constant_name(number) != NULL)
		EXPECT(pshm_constant_value(number), pshm_constant(pshm_constant_name(number)));
	else
		EXPECT(-EINVAL, pshm_constant_value(number));
	if (CALL(pshm_error_at(number)) > 0)
		EXPECT(pshm_error_at(number), pshm_error_number(pshm_error_name(pshm_error_at(number))));
	CHECK(pshm_set_errno(number) == (number < 0 || number > 4095 ? -EINVAL : 0));
	CHECK(pshm_version() == 1000 && strcmp(pshm_version_string(), "0.1.0") == 0 && pshm_page_size() == page &&
	      pshm_name_max() == 256);
}

static void
op_list(void)
{
	char names[NAMES * 260];
	int64_t needed = 0;
	int64_t size = some_size();
	int64_t result;

	for (int i = 0; i < NAMES; i++)
		if (model.names[i] != NONE)
			needed += (int64_t)strlen(good_names[i]) + 1;
	memset(names, PATTERN, sizeof names);
	if (size > (int64_t)sizeof names)
		size = sizeof names;
	EXPECT(starved ? -EMFILE : needed, pshm_list(NULL, 0));
	result = CALL(pshm_list(names, size));
	CHECK(result == (size < 0 ? -EINVAL : starved ? -EMFILE : size < needed ? -ERANGE : needed));
	for (int64_t at = 0; at < result; at += (int64_t)strlen(names + at) + 1) {
		bool known = false;

		for (int i = 0; i < NAMES; i++)
			known = known || (model.names[i] != NONE && strcmp(good_names[i], names + at) == 0);
		CHECK(known);
	}
	for (int64_t at = result < 0 ? 0 : result; at < (int64_t)sizeof names; at++)
		CHECK((unsigned char)names[at] == PATTERN);
}

/* Everything works in the child of a fork; what it does to descriptors stays there. */
static void
op_fork(void)
{
	const struct descriptor *slot = some_slot();
	int status;
	pid_t child;

	if (choose(16) != 0)
		return;
	child = fork();
	if (child == 0) {
		int64_t fields[FIELDS];
		bool good = pshm_errno() >= 0 && pshm_close(-1) == -EBADF && pshm_errno() == EBADF;

		if (slot != NULL) {
			good = good && pshm_fstat(slot->fd, fields, FIELDS) == FIELDS;
			good = good && fields[PSHM_STAT_SIZE] == object_behind(slot)->size;
			good = good && pshm_close(slot->fd) == 0 && pshm_fstat(slot->fd, fields, FIELDS) == -EBADF;
		}
		_exit(good ? 0 : 1);
	}
	CHECK(child > 0);
	while (waitpid(child, &status, 0) < 0)
		CHECK(errno == EINTR); /* libFuzzer's own timer */
	CHECK(status == 0);
}

static void (*const operations[])(void) = {
	op_shm_open, op_open,       op_open, op_open_anonymous, op_open_anonymous, op_delete, op_delete_if_same,
	op_truncate, op_truncate,   op_allocate, op_allocate, op_fallocate, op_space, op_fstat, op_fchmod, op_fchown,
	op_close,    op_dup,        op_set_inheritable, op_reopen, op_send, op_receive, op_socketpair, op_seal, op_seals,
	op_read,     op_write,      op_write, op_copy_and_fill, op_map, op_map, op_unmap, op_mmap, op_mmap_fixed, op_tables,
	op_list,     op_fork,
};

static void
start_process(void)
{
	page = pshm_page_size();
	arena = (int64_t)(uintptr_t)mmap(NULL, (size_t)(ARENA_PAGES * page), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	set_descriptor_limit(64);
	model_prepare();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;

	if (!started)
		start_process();
	started = true;
	input.next = data;
	input.left = size;
	model_start();
	for (int i = 0; i < OPERATIONS_PER_INPUT && input.left > 0 && model.object_count < OBJECTS - 1; i++) {
		unsigned which = take();

		starved = which >= 250;
		operations[which % (sizeof operations / sizeof operations[0])]();
		starved = false;
		model_compare();
	}
	model_finish();
	return 0;
}
