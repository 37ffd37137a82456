/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The model of the fuzzer: objects, the names and descriptors that lead to them, and mappings. After every call the
 * belief is compared with what the kernel says.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OBJECTS = 64, NAMES = 6, DESCRIPTORS = 8, MAPPINGS = 4, IN_FLIGHT = 4, SHADOW = 8192, UMASK = 022, NONE = -1 };

struct object {
	uint64_t device; /* with its number, the identity; both are 0 until a descriptor has shown them */
	uint64_t number;
	int64_t size;
	int mode;
	int64_t owner;
	int64_t group;
	int links;
	bool memfd;
	bool nameable; /* and not published yet */
	int seals;     /* those that a call has added */
	unsigned char bytes[SHADOW];
};

struct descriptor {
	int fd; /* NONE: the slot is free */
	int object;
	bool writable;
	bool inheritable;
};

struct mapping {
	int64_t address; /* 0: the slot is free */
	int64_t length;
	int64_t prefix; /* 0 for a mapping of pshm_map */
	int object;
};

struct model {
	struct object objects[OBJECTS];
	int object_count;
	int names[NAMES]; /* the object of each name, or NONE */
	struct descriptor descriptors[DESCRIPTORS];
	struct mapping mappings[MAPPINGS];
	int sockets[2];
	struct descriptor in_flight[IN_FLIGHT]; /* sent and not received: what the receiver will get */
	int in_flight_count;
	bool gives_away; /* any id can be an owner: not in a user namespace */
};

extern struct model model;
extern const char *const good_names[NAMES];

void model_check(bool holds, const char *what, const char *file, int line);
#define CHECK(condition) model_check(condition, #condition, __FILE__, __LINE__)

/* Once per process: the shared memory file system, with something that is no object in it. */
void model_prepare(void);

/* Around each input. */
void model_start(void);
void model_finish(void);

/* A new object of size 0; NONE when the model is full. */
int model_object(int mode, int links, bool memfd);

/* Take a descriptor over, which must be of that object and of no other; close it where the model has no slot. */
void model_adopt(int fd, int object, bool writable);

void model_unlink(int name);
void model_resize(int object, int64_t size);

/* Every descriptor, object and name is as believed, and there is no other. */
void model_compare(void);

#endif
