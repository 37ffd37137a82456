/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects: open, delete and list. */
#include "fuzz.h"

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

void
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

void
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

void
op_open_anonymous(void)
{
	int direction = choose(16) == 0 ? some_int() : choose(2) * 2;
	int permissions = some_permissions();
	bool nameable = choose(2) == 0;
	int flags = choose(16) == 0 ? some_int() & ~PSHM_ANONYMOUS_HUGE : nameable ? PSHM_ANONYMOUS_NAMEABLE : 0;
	int64_t fd = CALL(pshm_open_anonymous(direction, permissions, flags));

	if ((direction != 0 && direction != 2) || !are_permissions(permissions) || (flags & ~PSHM_ANONYMOUS_NAMEABLE) != 0)
		CHECK(fd == -EINVAL);
	else
		CHECK(starved ? fd == -EMFILE : fd >= 0);
	if (fd >= 0) {
		int object = model_object(permissions, 0, (flags & PSHM_ANONYMOUS_NAMEABLE) == 0);

		model.objects[object].nameable = (flags & PSHM_ANONYMOUS_NAMEABLE) != 0;
		model_adopt((int)fd, object, direction == 2);
	}
}

static bool
is_publish_option(int if_exists)
{
	return if_exists == PSHM_IF_EXISTS_DEFAULT || if_exists == PSHM_IF_EXISTS_ERROR || if_exists == PSHM_IF_EXISTS_SUPERSEDE ||
	       if_exists == PSHM_IF_EXISTS_NIL;
}

/* An object with a strange name is not superseded here: it would be gone. */
static void
publish_as(const struct name *name, const struct descriptor *slot, int if_exists)
{
	int existing = object_of(name);
	bool taken = is_strange(name) || existing != NONE;
	bool named = slot != NULL && object_behind(slot)->links > 0;
	bool quiet = name->error == 0 && slot != NULL && !named && taken && if_exists == PSHM_IF_EXISTS_NIL;
	int64_t result = QUIET_CALL(quiet, pshm_publish(fd_of(slot), name->text, if_exists));

	if (name->error != 0) {
		CHECK(result == name->error);
	} else if (!is_publish_option(if_exists)) {
		CHECK(result == -EINVAL);
	} else if (slot == NULL) {
		CHECK(result == -EBADF);
	} else if (named) {
		CHECK(result == -EXDEV);
	} else if (taken && if_exists != PSHM_IF_EXISTS_SUPERSEDE) {
		CHECK(result == -EEXIST);
	} else if (!object_behind(slot)->nameable) {
		CHECK(result == -EXDEV);
	} else {
		CHECK(result == 0);
		if (existing != NONE)
			model_unlink(name->index);
		model.names[name->index] = slot->object;
		object_behind(slot)->links = 1;
		object_behind(slot)->nameable = false;
	}
}

void
op_publish(void)
{
	struct name name = some_name();
	const struct descriptor *slot = some_slot();
	int if_exists = some_option(PSHM_IF_EXISTS_NIL);

	publish_as(&name, slot, is_strange(&name) && if_exists == PSHM_IF_EXISTS_SUPERSEDE ? PSHM_IF_EXISTS_ERROR : if_exists);
}

/* A look finds what it finds: to wait would be for another process. */
void
op_open_wait(void)
{
	struct name name = some_name();
	int direction = choose(16) == 0 ? some_int() : choose(2) * 2;
	int64_t size = some_size();
	int64_t timeout = choose(4) == 0 ? 1000 : 0;
	int existing = object_of(&name);
	int64_t fd = CALL(pshm_open_wait(name.text, direction, size, timeout));

	if (name.error != 0)
		CHECK(fd == name.error);
	else if ((direction != 0 && direction != 2) || size < 0)
		CHECK(fd == -EINVAL);
	else if (starved)
		CHECK(fd == -EMFILE);
	else if (is_strange(&name))
		CHECK(fd < 0 && fd != -EAGAIN);
	else if (existing == NONE || model.objects[existing].mode == 0 || model.objects[existing].size < size)
		CHECK(fd == (timeout == 0 ? -EAGAIN : -ETIMEDOUT) || (timeout != 0 && fd == -EINTR));
	else
		CHECK(fd >= 0);
	if (fd >= 0)
		model_adopt((int)fd, existing, direction == 2);
}

void
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

void
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

void
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
	CHECK(result == (size < 0 ? -EINVAL : starved ? -EMFILE : needed));
	if (result > size)
		result = 0;
	for (int64_t at = 0; at < result; at += (int64_t)strlen(names + at) + 1) {
		bool known = false;

		for (int i = 0; i < NAMES; i++)
			known = known || (model.names[i] != NONE && strcmp(good_names[i], names + at) == 0);
		CHECK(known);
	}
	for (int64_t at = result < 0 ? 0 : result; at < (int64_t)sizeof names; at++)
		CHECK((unsigned char)names[at] == PATTERN);
}
