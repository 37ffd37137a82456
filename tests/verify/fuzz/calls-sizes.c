/* SPDX-License-Identifier: BSD-3-Clause */
/* Size, space and status of an object. */
#include "fuzz.h"

void
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
void
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
	else if ((object_behind(slot)->seals & PSHM_SEAL_GROW) != 0 && size > object_behind(slot)->size)
		CHECK(result == -EPERM || result == -ENOSPC || (result == -EBADF && !slot->writable));
	else if (!slot->writable)
		CHECK(result == -EBADF || result == -ENOSPC);
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

void
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

/* The model's bytes of the range are zero, as the object's have to be. */
void
op_discard(void)
{
	const struct descriptor *slot = some_slot();
	int64_t offset = some_size();
	int64_t length = some_size();
	int64_t before[FIELDS];
	int64_t after[FIELDS];
	int64_t result;

	if (slot != NULL)
		CHECK(pshm_fstat(slot->fd, before, FIELDS) == FIELDS);
	result = CALL(pshm_discard(fd_of(slot), offset, length));
	if (offset < 0 || length < 0) {
		CHECK(result == -EINVAL);
	} else if (length > INT64_MAX - offset) {
		CHECK(result == -EOVERFLOW);
	} else if (slot == NULL) {
		CHECK(result == -EBADF);
	} else if (length == 0) {
		CHECK(result == 0);
	} else if (!slot->writable) {
		CHECK(result == -EBADF);
	} else if ((object_behind(slot)->seals & (PSHM_SEAL_WRITE | PSHM_SEAL_FUTURE_WRITE)) != 0) {
		CHECK(result == -EPERM);
	} else {
		CHECK(result == 0);
		if (offset < SHADOW)
			memset(object_behind(slot)->bytes + offset, 0,
			       (size_t)(length < SHADOW - offset ? length : SHADOW - offset));
	}
	if (slot == NULL)
		return;
	CHECK(pshm_fstat(slot->fd, after, FIELDS) == FIELDS);
	CHECK(after[PSHM_STAT_SIZE] == before[PSHM_STAT_SIZE] && after[PSHM_STAT_BLOCKS] <= before[PSHM_STAT_BLOCKS]);
}

void
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

/* The status of an object */

void
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
	if (!has_buffer && count != 0)
		CHECK(result == -EFAULT);
	else if (count < 0)
		CHECK(result == -EINVAL);
	else
		CHECK(result == (slot == NULL ? -EBADF : FIELDS));
	for (int i = result < 0 || !has_buffer ? 0 : count; i < FIELDS + 4; i++)
		if (i >= 0 && (result < 0 || i >= FIELDS || i >= count))
			CHECK(fields[i] == (int64_t)0xa5a5a5a5a5a5a5a5U);
	if (result == FIELDS && has_buffer && count > PSHM_STAT_SIZE) {
		CHECK(fields[PSHM_STAT_SIZE] == object_behind(slot)->size);
		CHECK(fields[PSHM_STAT_MODE] == object_behind(slot)->mode);
		CHECK(fields[PSHM_STAT_NLINK] == object_behind(slot)->links);
		CHECK((uint64_t)fields[PSHM_STAT_DEV] == object_behind(slot)->device);
		CHECK((uint64_t)fields[PSHM_STAT_INO] == object_behind(slot)->number);
		CHECK(fields[PSHM_STAT_UID] == object_behind(slot)->owner);
		CHECK(fields[PSHM_STAT_GID] == object_behind(slot)->group);
	}
}

void
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

void
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
		CHECK(result == 0 || !model.gives_away);
	if (result == 0 && owner != -1)
		object_behind(slot)->owner = owner;
	if (result == 0 && group != -1)
		object_behind(slot)->group = group;
}
