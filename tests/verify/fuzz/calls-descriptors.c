/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors and seals. */
#include "fuzz.h"

#include <fcntl.h>

void
op_close(void)
{
	struct descriptor *slot = some_slot();

	EXPECT(slot == NULL ? -EBADF : 0, pshm_close(fd_of(slot)));
	if (slot != NULL)
		slot->fd = NONE;
}

void
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

void
op_set_inheritable(void)
{
	struct descriptor *slot = some_slot();
	int inheritable = choose(4) == 0 ? some_int() : choose(2);
	int64_t result = CALL(pshm_set_inheritable(fd_of(slot), inheritable));

	CHECK(result == (inheritable != 0 && inheritable != 1 ? -EINVAL : slot == NULL ? -EBADF : 0));
	if (result == 0)
		slot->inheritable = inheritable == 1;
}

void
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

/* None, or a time that is over soon. */
static int64_t
some_timeout(void)
{
	return choose(2) == 0 ? 0 : choose(100) * 1000;
}

void
op_send(void)
{
	const struct descriptor *slot = some_slot();
	int socket = choose(8) == 0 ? fd_of(slot) : model.sockets[0];
	int64_t result;

	if (model.in_flight_count == IN_FLIGHT)
		return;
	result = CALL(pshm_send(socket, fd_of(slot), some_timeout()));
	if (slot != NULL && socket == model.sockets[0]) {
		CHECK(result == 0);
		model.in_flight[model.in_flight_count++] = *slot;
	} else {
		CHECK(result < 0);
	}
}

void
op_receive(void)
{
	int socket = choose(8) == 0 ? fd_of(some_slot()) : model.sockets[1];
	int64_t timeout = some_timeout();
	int64_t fd = CALL(pshm_receive(socket, timeout));

	if (socket != model.sockets[1]) {
		CHECK(fd == -EBADF || fd == -ENOTSOCK);
		return;
	}
	if (model.in_flight_count == 0) {
		CHECK(fd == (timeout == 0 ? -EAGAIN : -ETIMEDOUT));
		return;
	}
	CHECK(starved ? fd == -EMFILE : fd >= 0);
	if (fd >= 0)
		model_adopt((int)fd, model.in_flight[0].object, model.in_flight[0].writable);
	memmove(model.in_flight, model.in_flight + 1, sizeof model.in_flight - sizeof model.in_flight[0]);
	model.in_flight_count--;
}

void
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
		CHECK(fcntl(first, F_GETFD) == FD_CLOEXEC && fcntl(second, F_GETFD) == FD_CLOEXEC && pshm_close(first) == 0 &&
		      pshm_close(second) == 0);
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

void
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

void
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
