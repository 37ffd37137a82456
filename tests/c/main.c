/* SPDX-License-Identifier: BSD-3-Clause */
/* Run the suites, or those that are named on the command line. */
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
	{ "bad_input", bad_input_suite },
	{ "error_order", error_order_suite },
	{ "memory", memory_suite },
	{ "cancellation", cancellation_suite },
	{ "places", places_suite },
	{ "surroundings", surroundings_suite },
	{ "races", races_suite },
	{ "faults", faults_suite },
	{ "costs", costs_suite },
};

static bool
is_chosen(const char *name, int count, char **words)
{
	for (int i = 1; i < count; i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return count == 1;
}

int
main(int count, char **words)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	fixture_start();
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		if (is_chosen(suites[i].name, count, words))
			srunner_add_suite(runner, suites[i].make());
	printf("personality: %s\n", interpose_personality_name());
	srunner_run_all(runner, CK_ENV);
	fixture_finish();
	failed = srunner_ntests_failed(runner) + (srunner_ntests_run(runner) == 0);
	if (count == 1 && getenv("CK_RUN_CASE") == NULL && getenv("CK_RUN_SUITE") == NULL && library_never_called() != NULL) {
		printf("no test calls %s\n", library_never_called());
		failed++;
	}
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
