/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of tests/cases. */
#ifndef PSHM_TEST_TABLE_H
#define PSHM_TEST_TABLE_H

enum { TABLE_COLUMNS_MAX = 8 };

struct row {
	int line;
	const char *columns[TABLE_COLUMNS_MAX];
};

/*
 * Read a table from the directory that POSIX_SHM_CASES names. The first row, which has the titles, is compared
 * with the ones given and left out. The rows live as long as the program; their number is the result.
 */
int table_read(const char *file, const char *titles, const struct row **ret_rows);

#endif
