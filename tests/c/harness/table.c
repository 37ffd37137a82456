/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of tests/cases: columns between tabs, comments after a #. */
#include "table.h"
#include "assertions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
split(char *text, struct row *row)
{
	int column = 0;

	for (char *part; (part = strsep(&text, "\t")) != NULL; column++) {
		ck_assert_int_lt(column, TABLE_COLUMNS_MAX);
		row->columns[column] = part;
	}
}

static FILE *
table_open(const char *file)
{
	const char *directory = getenv("POSIX_SHM_CASES");
	char path[4096];
	FILE *stream;

	ck_assert_msg(directory != NULL, "POSIX_SHM_CASES does not say where the tables are");
	(void)snprintf(path, sizeof path, "%s/%s", directory, file);
	stream = fopen(path, "re");
	ck_assert_msg(stream != NULL, "%s: %s", path, strerror(errno));
	return stream;
}

int
table_read(const char *file, const char *titles, const struct row **ret_rows)
{
	static struct row rows[256];
	char *line = NULL;
	size_t capacity = 0;
	int number = 0;
	int count = -1;
	FILE *stream = table_open(file);

	while (getline(&line, &capacity, stream) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (count < 0) {
			ck_assert_str_eq(line, titles);
		} else {
			ck_assert_int_lt(count, 256);
			rows[count].line = number;
			split(strdup(line), &rows[count]);
		}
		count++;
	}
	free(line);
	fclose(stream);
	*ret_rows = rows;
	return count;
}
