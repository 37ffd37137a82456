/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables, and what their rows need. */
#include "portable.h"

#include <signal.h>

const char name[] = "/pshm-portable";
static int failures;
static int checks;

bool
expect(bool holds, const char *what, int64_t got)
{
	checks++;
	if (!holds) {
		failures++;
		printf("portable: %s: got %lld (%s)\n", what, (long long)got, got < 0 && got >= -4095 ? pshm_error_name((int)got) : "no error");
	}
	return holds;
}

int
new_object(int64_t size)
{
	int fd = pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL);

	GIVES(fd);
	IS(0, pshm_truncate(fd, size));
	return fd;
}

int64_t
size_of(int fd)
{
	int64_t fields[FIELDS];

	IS(FIELDS, pshm_fstat(fd, fields, FIELDS));
	return fields[PSHM_STAT_SIZE];
}

int
reader(void)
{
	int fd = new_object(100);

	IS(0, pshm_close(fd));
	fd = pshm_shm_open(name, PSHM_O_RDONLY, 0);
	GIVES(fd);
	return fd;
}

int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	IS(0, close(fd));
	return fd;
}

/* open-options.tsv */

static int
option(const char *kind, const char *word)
{
	char constant[64];
	size_t length = (size_t)snprintf(constant, sizeof constant, "PSHM_%s_%s", kind, strcmp(word, "-") == 0 ? "DEFAULT" : word);

	for (size_t i = 0; i < length; i++)
		constant[i] = constant[i] >= 'a' && constant[i] <= 'z' ? (char)(constant[i] - 'a' + 'A') : constant[i];
	return pshm_constant(constant);
}

static void
try_option_row(char *columns[COLUMNS])
{
	const char *outcome = columns[4];
	int before = strcmp(columns[0], "exists") == 0 ? new_object(4096) : -1;
	int created = -1;
	int fd;

	(void)pshm_set_errno(0);
	fd = pshm_open(name, option("DIRECTION", columns[1]), option("IF_EXISTS", columns[2]), option("IF_DOES_NOT_EXIST", columns[3]), 0600,
	               &created);
	if (strcmp(outcome, "does-not-exist") == 0)
		expect(fd == -ENOENT && pshm_errno() == ENOENT, outcome, fd);
	else if (strcmp(outcome, "exists") == 0)
		expect(fd == -EEXIST && pshm_errno() == EEXIST, outcome, fd);
	else if (strcmp(outcome, "nil") == 0)
		expect(fd == (before < 0 ? -ENOENT : -EEXIST) && pshm_errno() == 0, outcome, fd);
	else
		expect(fd >= 0, outcome, fd);
	expect(created == (fd < 0 ? -1 : atoi(columns[6])), "created", created);
	if (strcmp(columns[5], "-") == 0) {
		IS(-ENOENT, pshm_delete(name));
	} else {
		int now = pshm_shm_open(name, PSHM_O_RDONLY, 0);

		IS(atoi(columns[5]), size_of(now));
		IS(strcmp(outcome, "superseded") == 0 || before < 0 ? 0 : 1, pshm_delete_if_same(name, before) == 1);
		(void)pshm_delete(name);
		IS(0, pshm_close(now));
	}
	if (fd >= 0)
		IS(0, pshm_close(fd));
	if (before >= 0)
		IS(0, pshm_close(before));
}

/* bad-input.tsv */

static const struct bad_row *const lists[] = { bad_names, bad_objects, bad_mappings, bad_passing, bad_sync, bad_texts };

static const struct bad_row *
known_row(char *columns[COLUMNS])
{
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const struct bad_row *row = lists[i]; row->call != NULL; row++)
			if (strcmp(row->call, columns[0]) == 0 && strncmp(row->arguments, columns[1], strlen(row->arguments)) == 0)
				return row;
	return NULL;
}

/* A row that nothing tries is a failure, and so is one that leaves a descriptor open. */
static void
try_bad_input_row(char *columns[COLUMNS])
{
	const struct bad_row *row = known_row(columns);
	int lowest = lowest_free();

	if (!expect(row != NULL, "something tries the row", 0))
		return;
	row->run();
	(void)pshm_delete(name);
	IS(lowest, lowest_free());
}

/* Give each row of a table, without the titles, to a function. Rows for Lisp are not for us. */
static int
each_row(const char *directory, const char *file, void (*run)(char *columns[COLUMNS]))
{
	char path[4096];
	char line[1024];
	int rows = -1;
	FILE *table;

	(void)snprintf(path, sizeof path, "%s/%s", directory, file);
	table = fopen(path, "r");
	if (!expect(table != NULL, path, 0))
		return 0;
	while (fgets(line, sizeof line, table) != NULL) {
		char *columns[COLUMNS] = { line };
		int count = 1;
		int before = failures;

		if (line[0] == '#' || strncmp(line, "Lisp ", 5) == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (char *at = line; *at != '\0'; at++) {
			if (*at == '\t' && count < COLUMNS) {
				*at = '\0';
				columns[count++] = at + 1;
			}
		}
		if (rows++ >= 0)
			run(columns);
		if (failures > before)
			printf("portable: in the row: %s: %s %s %s %s\n", file, columns[0], columns[1], columns[2], count > 3 ? columns[3] : "");
	}
	(void)fclose(table);
	return rows;
}

/* Some rows pass descriptor 0 or 1 as one that is open, whatever it is of. */
static void
open_standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd < 2)
		fd = open("/dev/null", O_RDWR);
	if (fd > 2)
		(void)close(fd);
}

/*
 * Somebody else's object in a sticky directory: the superuser makes it, and nobody may not remove it. The kernel says EPERM,
 * which musl's shm_unlink passes on, and glibc's does not.
 */
static void
others_object(void)
{
	struct stat place;
	int fd;

	if (geteuid() != 0 || stat("/dev/shm", &place) < 0 || (place.st_mode & S_ISVTX) == 0)
		return;
	fd = new_object(0);
	if (fd < 0 || seteuid(65534) < 0)
		return;
	IS(-EACCES, pshm_shm_unlink(name));
	IS(-EACCES, pshm_delete(name));
	IS(-EACCES, pshm_delete_if_same(name, fd));
	IS(-EACCES, pshm_open(name, PSHM_DIRECTION_IO, PSHM_IF_EXISTS_SUPERSEDE, 0, 0600, NULL));
	expect(seteuid(0) == 0, "the superuser is back", 0);
	IS(1, pshm_delete_if_same(name, fd));
	IS(0, pshm_close(fd));
}

int
main(int count, char **words)
{
	FILE *file;
	int options;
	int inputs;

	open_standard_descriptors();
	file = count == 3 ? fopen(words[2], "w") : NULL;
	if (file == NULL) {
		(void)fprintf(stderr, "usage: portable CASES OUTPUT\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)umask(0);
	(void)alarm(300);
	(void)pshm_delete(name);
	options = each_row(words[1], "open-options.tsv", try_option_row);
	inputs = each_row(words[1], "bad-input.tsv", try_bad_input_row);
	others_object();
	describe(file);
	(void)fclose(file);
	if (options < 90 || inputs < 50)
		failures++;
	printf("portable: %d rows of open-options.tsv, %d of bad-input.tsv, %d checks, %d failures\n", options, inputs, checks, failures);
	return failures == 0 ? 0 : 1;
}
