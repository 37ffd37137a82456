/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of bad-input.tsv, with the code that tries each: one list for each subject, ended by a row of NULLs. */
#ifndef PSHM_TEST_BAD_INPUT_H
#define PSHM_TEST_BAD_INPUT_H

#include "library.h"
#include "sweep.h"

struct bad_row {
	const char *call; /* the columns of the table, to the letter */
	const char *arguments;
	const char *expected;
	void (*try_it)(void);
};

extern const struct bad_row bad_names[];
extern const struct bad_row bad_objects[];
extern const struct bad_row bad_mappings[];
extern const struct bad_row bad_passing[];
extern const struct bad_row bad_rings[];
extern const struct bad_row bad_sync[];
extern const struct bad_row bad_texts[];

enum { PAGE = 4096, FIELDS = 16, READ_WRITE = PSHM_PROT_READ | PSHM_PROT_WRITE };

/* The state before every row: an object of one page, open for reading and writing, mode 0600, whose name is name_of("bad"). */
extern int bad_fd;

/* Another descriptor of it, for reading. */
int bad_reader(void);

/* That descriptor, a socket, and a name that nothing has. */
struct good bad_good(void);

#endif
