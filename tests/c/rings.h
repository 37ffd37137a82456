/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring that processes share, between pages that nobody may touch. */
#ifndef PSHM_TEST_RINGS_H
#define PSHM_TEST_RINGS_H

#include "fixture.h"
#include "timing.h"

#include <stdint.h>

enum { CAPACITY = 4096, LENGTH_MAX = CAPACITY / 2 - 8 };

/* The layout, as the comment in ring.h gives it: written again, so that a change of it does not go unnoticed. */
struct end {
	uint32_t position;
	uint32_t start;
	uint32_t space;
	uint32_t seen;
	uint64_t process;
	uint32_t unused[10];
};

struct layout {
	uint32_t version;
	uint32_t capacity;
	uint32_t unused[14];
	struct end sender;
	struct end receiver;
	uint32_t sender_sleeps;
	uint32_t receiver_sleeps;
	uint32_t reserved[14];
	unsigned char records[CAPACITY];
};

#define LEFT ((uint64_t)1 << 23)

extern struct layout *ring;

int64_t ring_address(void);

/* New zeroed memory, whose end is that of a page. False where the platform has no rings; the test is then noted as skipped. */
bool ring_share(void);

/* The same, and this process joins as sender and as receiver. */
bool ring_share_joined(void);

/* Whether who waits for a peer looks after it. */
bool ring_finds_deaths(void);

int64_t ring_join(int role);
int64_t ring_leave(int role);
int64_t ring_send(const void *bytes, int64_t length, int64_t timeout);
int64_t ring_receive(void *bytes, int64_t size, int64_t timeout);

/* Send or receive a message of one number. */
int64_t ring_send_number(uint64_t number, int64_t timeout);
uint64_t ring_receive_number(int64_t timeout);

/* This process. */
uint64_t ring_self(void);

#endif
