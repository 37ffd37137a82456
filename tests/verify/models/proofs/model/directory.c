/* SPDX-License-Identifier: BSD-3-Clause */
/* The directory of objects: some entries, with any names, of any type. */
#include "model.h"

#include <string.h>

/* Conversions are checked in the library. */
#pragma CPROVER check push
#pragma CPROVER check disable "conversion"

enum { ENTRIES = 2, LONGEST_ENTRY = 9 };

static char directory;
static int entries;

DIR *
opendir(const char *path)
{
	(void)path;
	within(MAY_LIST);
	no_cancellation();
	if (nondet_bool()) {
		failure(CALL_opendir);
		return NULL;
	}
	is_listing = true;
	return (DIR *)&directory;
}

struct dirent *
readdir(DIR *from)
{
	static struct dirent entry;

	calls++;
	check(from == (DIR *)&directory && is_listing, "the directory is open");
	if (entries == ENTRIES || nondet_bool()) {
		if (nondet_bool())
			failure(CALL_readdir);
		return NULL;
	}
	entries++;
	__CPROVER_havoc_slice(entry.d_name, LONGEST_ENTRY);
	entry.d_name[0] = (char)(nondet_int() | 1);
	entry.d_name[LONGEST_ENTRY] = '\0';
	entry.d_type = (unsigned char)nondet_unsigned();
	errno = nondet_int();
	return &entry;
}

int
dirfd(DIR *from)
{
	(void)from;
	return 0;
}

int
closedir(DIR *from)
{
	calls++;
	no_cancellation();
	check(from == (DIR *)&directory && is_listing, "the directory is open");
	is_listing = false;
	return nondet_bool() ? 0 : failure(CALL_close);
}

/* One block at a time, which has to be given back. It is at the end of an array: what is beyond the block is beyond the array. */
enum { LARGEST_BLOCK = 64 };

static size_t block_size;

void *
realloc(void *memory, size_t size)
{
	static char blocks[2][LARGEST_BLOCK];
	static int number;
	char *moved;

	if (nondet_bool()) {
		failure(CALL_realloc);
		return NULL;
	}
	check(size <= LARGEST_BLOCK, "the model has such a block");
	number = 1 - number;
	moved = &blocks[number][LARGEST_BLOCK - size];
	if (memory != NULL)
		memcpy(moved, memory, block_size);
	is_allocated = true;
	block_size = size;
	return moved;
}

void
free(void *memory)
{
	check((memory != NULL) == is_allocated, "the block is given back, and once");
	is_allocated = false;
}
