/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring that processes share. */
#include "rings.h"
#include "interpose.h"

#include <string.h>
#include <sys/mman.h>

struct layout *ring;

int64_t
ring_address(void)
{
	return (int64_t)(uintptr_t)ring;
}

/* The address space of a former ring stays reserved: what touches it is killed. */
bool
ring_share(void)
{
	size_t whole = (sizeof(struct layout) + (size_t)page() - 1) / (size_t)page() * (size_t)page();
	char *guards = mmap(NULL, whole + 2 * (size_t)page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory;

	ck_assert_ptr_ne(guards, MAP_FAILED);
	memory = mmap(guards + page(), whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ck_assert_ptr_ne(memory, MAP_FAILED);
	ring = (struct layout *)(void *)(memory + whole - sizeof(struct layout));
	return !lacks("atomic-64");
}

bool
ring_share_joined(void)
{
	if (!ring_share())
		return false;
	assert_result(ring_join(PSHM_RING_SENDER), 0);
	assert_result(ring_join(PSHM_RING_RECEIVER), 0);
	return true;
}

bool
ring_finds_deaths(void)
{
	if (strcmp(interpose_platform_name(), "no-slices") == 0) {
		skip("without slices nobody looks after the peer");
		return false;
	}
	return !lacks("alive");
}

int64_t
ring_join(int role)
{
	return call("pshm_ring_join", ring_address(), CAPACITY, role);
}

int64_t
ring_leave(int role)
{
	return call("pshm_ring_leave", ring_address(), CAPACITY, role);
}

int64_t
ring_send(const void *bytes, int64_t length, int64_t timeout)
{
	return call("pshm_ring_send", ring_address(), CAPACITY, bytes, length, timeout);
}

int64_t
ring_receive(void *bytes, int64_t size, int64_t timeout)
{
	return call("pshm_ring_receive", ring_address(), CAPACITY, bytes, size, timeout);
}

int64_t
ring_send_number(uint64_t number, int64_t timeout)
{
	return ring_send(&number, sizeof number, timeout);
}

uint64_t
ring_receive_number(int64_t timeout)
{
	uint64_t number = 0;

	assert_result(ring_receive(&number, sizeof number, timeout), sizeof number);
	return number;
}

uint64_t
ring_self(void)
{
	return (uint64_t)assert_success(call("pshm_process_self"));
}
