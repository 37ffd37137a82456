/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences of random calls, with arguments that are good, hostile or both, for libFuzzer. Each input is a list
 * of operations. The result of every call is predicted from the model where the reference says what it is; errno, the
 * last failure, the outputs and the descriptors are looked at after every call, whatever it answers.
 */
#ifndef FUZZ_H
#define FUZZ_H

#define _GNU_SOURCE
#include "model.h"

#include <posix-shm/api.h>
#include <posix-shm/sync.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 16, BUFFER = 4096, ARENA_PAGES = 64, PATTERN = 0xa5 };

/* The input, byte by byte; zeroes when it has ended. */
void input_begin(const uint8_t *bytes, size_t size);
bool input_has_ended(void);
unsigned take(void);
uint64_t take_bytes(int count);
int choose(int count);

/* Numbers, sizes and permissions, of which some are hostile. An affordable size takes up no more than a little memory. */
int some_int(void);
int64_t some_size(void);
int64_t some_affordable_size(void);
int some_permissions(void);
bool are_permissions(int permissions);
bool is_between(int value, int low, int high);

/* Names: good ones, bad ones, and those of something that is no object. */
struct name {
	const char *text;
	int index; /* into the model, or NONE */
	int error; /* what a call says at once, or 0 */
};

struct name some_name(void);
bool is_strange(const struct name *name);
int object_of(const struct name *name);

/* A slot with an open descriptor; or NULL, rarely, or if there is none: then the call gets a bad one. */
struct descriptor *some_slot(void);
int fd_of(const struct descriptor *slot);
struct object *object_behind(const struct descriptor *slot);

extern int64_t page;
extern int64_t arena; /* addresses that may be mapped over, cut and protected */
extern unsigned char buffer[BUFFER + 16];
extern bool starved; /* the next call gets no descriptor */

/* Around every call: the laws that hold for all of them. A 'quiet' failure is one that is not recorded. */
void before_call(void);
int64_t after_call(int64_t result, bool quiet);

#define QUIET_CALL(quiet, expression) (before_call(), after_call((int64_t)(expression), quiet))
#define CALL(expression) QUIET_CALL(false, expression)
#define EXPECT(expected, expression) \
	do { \
		int64_t got = CALL(expression); \
		CHECK(got == (int64_t)(expected)); \
	} while (0)

void op_shm_open(void);
void op_open(void);
void op_open_anonymous(void);
void op_publish(void);
void op_open_wait(void);
void op_delete(void);
void op_delete_if_same(void);
void op_list(void);
void op_truncate(void);
void op_allocate(void);
void op_fallocate(void);
void op_discard(void);
void op_space(void);
void op_fstat(void);
void op_fchmod(void);
void op_fchown(void);
void op_close(void);
void op_dup(void);
void op_set_inheritable(void);
void op_reopen(void);
void op_send(void);
void op_receive(void);
void op_socketpair(void);
void op_seal(void);
void op_seals(void);
void op_read(void);
void op_write(void);
void op_copy_and_fill(void);
void op_map(void);
void op_unmap(void);
void op_mmap_fixed(void);
void op_mmap(void);
void op_tables(void);
void op_atomic32(void);
void op_atomic64(void);
void op_wait_and_wake(void);
void op_lock(void);
void op_process(void);
void op_ring(void);
void op_hostile_ring(void);
void op_fork(void);

#endif
