/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much memory objects can still get: the least of what their file system, the machine and the control group of this
 * process have left. Limits that cannot be read are omitted: they are no reason for a call to fail.
 */
#ifndef PSHM_MEMORY_H
#define PSHM_MEMORY_H

#include "system.h"

/* Nothing limits it, or nobody knows. */
#define MEMORY_UNBOUNDED UINT64_MAX

/* A file system, in bytes. */
struct capacity {
	uint64_t total; /* 0 where it has no limit */
	uint64_t free;  /* MEMORY_UNBOUNDED then */
	bool in_memory; /* its files take memory and swap space */
};

/* Whether an object can get so many bytes more. */
bool pshm__memory_suffices(int fd, uint64_t bytes);

/* The file system that a directory is on; what is free is the least of the three. */
int pshm__memory_space(const char *directory, struct capacity *ret_capacity);

/* The file system alone: of an object, and of a directory. */
int pshm__memory_of_object(int fd, struct capacity *ret_capacity);
int pshm__memory_of_directory(const char *directory, struct capacity *ret_capacity);

/* Free memory and swap space, by one system call: less than what is available, which includes caches. */
uint64_t pshm__memory_unused(void);

/* The free memory of the machine and of the control group. Opens files. */
uint64_t pshm__memory_available(void);

/* The least of the bound and of what the control group has left, on a machine with so much free swap space. */
uint64_t pshm__memory_of_group(uint64_t free_swap, uint64_t bound);

/* Enough for the figures in /proc/meminfo and in a group's memory.stat. */
enum { MEMORY_FIGURES_SIZE = 2048 };

/* The beginning of a file, up to the size, its NUL included; false where it cannot be read. */
bool pshm__memory_read(const char *path, char *ret_text, size_t size);

/* The number at the beginning of a text, after blanks; MEMORY_UNBOUNDED where it is larger. False where there is none. */
bool pshm__memory_number(const char *text, uint64_t *ret_number);

/* The number after a key, which begins a line. */
bool pshm__memory_figure(const char *text, const char *key, uint64_t *ret_number);

static inline uint64_t
memory_least(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static inline uint64_t
memory_sum(uint64_t one, uint64_t other)
{
	return one > MEMORY_UNBOUNDED - other ? MEMORY_UNBOUNDED : one + other;
}

#endif
