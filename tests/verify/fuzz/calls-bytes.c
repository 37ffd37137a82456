/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes. */
#include "fuzz.h"

static int64_t
inside(const struct object *object, int64_t count, int64_t offset)
{
	int64_t left = offset < object->size ? object->size - offset : 0;

	return count < left ? count : left;
}

void
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
	if (!has_buffer && count != 0)
		CHECK(result == -EFAULT);
	else if (count < 0 || offset < 0)
		CHECK(result == -EINVAL);
	else if (slot == NULL)
		CHECK(result == -EBADF);
	else
		CHECK(result == inside(object_behind(slot), count, offset));
	for (int64_t i = result < 0 ? 0 : result; i < (int64_t)sizeof buffer; i++)
		CHECK(buffer[i] == PATTERN);
	for (int64_t i = 0; i < result && offset + i < SHADOW; i++)
		CHECK(buffer[i] == object_behind(slot)->bytes[offset + i]);
}

void
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
	if (!has_buffer && count != 0) {
		CHECK(result == -EFAULT);
	} else if (count < 0 || offset < 0) {
		CHECK(result == -EINVAL);
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
void
op_copy_and_fill(void)
{
	unsigned char expected[sizeof buffer];
	int64_t start = (int64_t)(uintptr_t)buffer;
	int64_t to = (int64_t)(take_bytes(2) % BUFFER);
	int64_t from = (int64_t)(take_bytes(2) % BUFFER);
	int64_t count = (int64_t)(take_bytes(2) % (uint64_t)(BUFFER - (to > from ? to : from) + 1));
	int byte = some_int();
	int64_t bad = (const int64_t[]){ 0, -1, -4095 }[choose(3)];
	int error = count == 0 ? 0 : -EFAULT; /* no byte, no address */

	memcpy(expected, buffer, sizeof buffer);
	EXPECT(0, pshm_copy(start + to, start + from, count));
	memmove(expected + to, expected + from, (size_t)count);
	EXPECT(is_between(byte, 0, 255) ? 0 : -EINVAL, pshm_fill(start + from, byte, count));
	if (is_between(byte, 0, 255))
		memset(expected + from, byte, (size_t)count);
	EXPECT(error, pshm_copy(bad, start, count));
	EXPECT(error, pshm_copy(start, bad, count));
	EXPECT(-EINVAL, pshm_copy(start, start, -1 - count));
	EXPECT(error, pshm_fill(bad, 1, count));
	EXPECT(-EINVAL, pshm_fill(start, 1, -1 - count));
	CHECK(memcmp(expected, buffer, sizeof buffer) == 0);
}
