/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * suites [NAME...]: run the suites, or those that are named; -NAME is all but that one.
 * suites --list prints their names, --cases each suite with its tests, in the order in which they run, --platforms the simulated
 * platforms.
 */
#include "fixture.h"
#include "interpose.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
	{ "ffi_library", ffi_library_suite },
	{ "ffi_errors", ffi_errors_suite },
	{ "ffi_constants", ffi_constants_suite },
	{ "ffi_objects", ffi_objects_suite },
	{ "ffi_mappings", ffi_mappings_suite },
	{ "ffi_descriptors", ffi_descriptors_suite },
	{ "api_objects", api_objects_suite },
	{ "api_anonymous", api_anonymous_suite },
	{ "api_delete", api_delete_suite },
	{ "api_size", api_size_suite },
	{ "api_mappings", api_mappings_suite },
	{ "api_bytes", api_bytes_suite },
	{ "api_arrays", api_arrays_suite },
	{ "api_passing", api_passing_suite },
	{ "api_waiting", api_waiting_suite },
	{ "api_seals", api_seals_suite },
	{ "api_list", api_list_suite },
	{ "sync_atomics", sync_atomics_suite },
	{ "sync_waiting", sync_waiting_suite },
	{ "sync_processes", sync_processes_suite },
	{ "sync_locks", sync_locks_suite },
	{ "sync_publishing", sync_publishing_suite },
	{ "sync_open_wait", sync_open_wait_suite },
	{ "sync_messages", sync_messages_suite },
	{ "sync_peers", sync_peers_suite },
	{ "sync_hostile", sync_hostile_suite },
	{ "bad_input", bad_input_suite },
	{ "error_order", error_order_suite },
	{ "memory", memory_suite },
	{ "cancellation", cancellation_suite },
	{ "limits", limits_suite },
	{ "surroundings", surroundings_suite },
	{ "races", races_suite },
	{ "faults", faults_suite },
	{ "costs", costs_suite },
	{ "description", description_suite },
};

enum { SUITES = sizeof suites / sizeof suites[0] };

/* Where no word chooses a suite, all are chosen that no word leaves out. */
static bool
is_chosen(const char *name, char **words)
{
	bool all = true;

	for (; *words != NULL; words++) {
		if (strcmp(*words, name) == 0)
			return true;
		if (**words == '-' && strcmp(*words + 1, name) == 0)
			return false;
		all = all && **words == '-';
	}
	return all;
}

static bool
is_suite(const char *name)
{
	for (int i = 0; i < SUITES; i++)
		if (strcmp(suites[i].name, name) == 0)
			return true;
	return false;
}

/* A misspelt word must not leave a suite out. */
static void
check_words(char **words)
{
	for (; *words != NULL; words++)
		if (!is_suite(*words + (**words == '-'))) {
			fprintf(stderr, "there is no suite %s; suites --list prints their names\n", *words);
			exit(99);
		}
}

static void
print_suites(void)
{
	for (int i = 0; i < SUITES; i++)
		printf("%s\n", suites[i].name);
}

static void
print_cases(void)
{
	suite_print_cases();
	for (int i = 0; i < SUITES; i++)
		(void)srunner_create(suites[i].make());
}

/* Whether the word asks for a list, which is printed. */
static bool
prints(const char *word)
{
	static const struct {
		const char *word;
		void (*print)(void);
	} lists[] = { { "--list", print_suites }, { "--cases", print_cases }, { "--platforms", interpose_print_platforms } };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (word != NULL && strcmp(lists[i].word, word) == 0) {
			lists[i].print();
			return true;
		}
	return false;
}

/* A part of the tests need not call every function. */
static bool
is_part(char **words)
{
	return *words != NULL || getenv("CK_RUN_CASE") != NULL || getenv("CK_RUN_SUITE") != NULL;
}

int
main(int count, char **words)
{
	SRunner *runner;
	int failed;

	(void)count;
	words++;
	if (prints(*words))
		return EXIT_SUCCESS;
	check_words(words);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	fixture_start();
	runner = srunner_create(NULL);
	for (int i = 0; i < SUITES; i++)
		if (is_chosen(suites[i].name, words))
			srunner_add_suite(runner, suites[i].make());
	printf("platform: %s\n", interpose_platform_name());
	srunner_run_all(runner, CK_ENV);
	fixture_finish();
	failed = srunner_ntests_failed(runner) + (srunner_ntests_run(runner) == 0);
	if (!is_part(words) && library_never_called() != NULL) {
		printf("no test calls %s\n", library_never_called());
		failed++;
	}
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
