/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine of the failures: see tests/c/faults. */
#include "faults.h"
#include "fixture.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALLS_MAX = 16 };

/* A case, for messages. */
struct fault {
	const struct scenario *scenario;
	const struct course *course;
	enum interposed function;
	int nth;
	int error;
};

static const char *
text_of(const struct fault *fault)
{
	static char text[160];

	(void)snprintf(text, sizeof text, "%s: call %d of %s fails with %s", fault->scenario->name, fault->nth,
	               interposed_names[fault->function], name_of_error(fault->error));
	return text;
}

static void
check_counts(const struct world *world, const struct fault *fault, int closed, int unmapped, int names)
{
	ck_assert_msg(descriptor_count() == world->descriptors - closed, "%s: %d descriptors more", text_of(fault),
	              descriptor_count() - (world->descriptors - closed));
	ck_assert_msg(object_mapping_count() == world->mappings - unmapped, "%s: %d mappings more", text_of(fault),
	              object_mapping_count() - (world->mappings - unmapped));
	if (shm_is_private())
		ck_assert_msg(object_count() == world->objects + names, "%s: %d names more", text_of(fault),
		              object_count() - world->objects - names);
}

static void
check_object_as_before(const struct world *world, const struct fault *fault, unsigned damage)
{
	struct stat now = descriptor_status(world->reader);
	bool emptied = (damage & IS_EMPTIED) != 0 && now.st_size == 0;

	ck_assert_msg(emptied || now.st_size == world->before.st_size, "%s: the size has changed", text_of(fault));
	ck_assert_msg(emptied || (damage & GAINS_PAGES) != 0 || now.st_blocks == world->before.st_blocks,
	              "%s: the pages have changed", text_of(fault));
	ck_assert_msg(now.st_mode == world->before.st_mode, "%s: the mode has changed", text_of(fault));
	ck_assert_msg(now.st_uid == world->before.st_uid && now.st_gid == world->before.st_gid, "%s: the owner has changed",
	              text_of(fault));
}

static void
check_name_as_before(const struct world *world, const struct fault *fault)
{
	ck_assert_msg(object_exists(name_of("world")), "%s: the name is lost", text_of(fault));
	ck_assert_msg(object_status(name_of("world")).st_ino == world->before.st_ino, "%s: the name is another object's",
	              text_of(fault));
}

static void
check_failure(const struct world *world, const struct fault *fault, int64_t result)
{
	struct expectation expectation = fault_expectation(fault->scenario, fault->function, fault->nth, fault->error);
	bool lost = (expectation.damage & LOSES_NAME) != 0 && !has("supersede") && !object_exists(name_of("world"));
	bool left = (expectation.damage & LEAVES_NAME) != 0 && object_count() > world->objects;
	const char *errors = expectation.errors;

	ck_assert_msg(!expectation.succeeds, "%s: got %s, wanted success", text_of(fault), name_of_result(result));
	ck_assert_msg(strstr(errors, name_of_error(-(int)result)) != NULL, "%s: got %s, wanted %s", text_of(fault),
	              name_of_result(result), errors);
	if (!lost)
		check_name_as_before(world, fault);
	check_object_as_before(world, fault, expectation.damage);
	check_counts(world, fault, fault->scenario->outcome == OUTCOME_CLOSES && !is_open(world->fd), 0, left ? 1 : lost ? -1 : 0);
}

/* A success is one as without the failure: the same answer, and the same is done to the object. */
static void
check_course(const struct world *world, const struct fault *fault, int64_t result, unsigned damage)
{
	const struct stat *after = &fault->course->after;
	struct stat now = descriptor_status(world->reader);

	bool same = fault->scenario->outcome != OUTCOME_NUMBER || result == fault->course->result;

	ck_assert_msg(same || (damage & ANSWERS_LESS) != 0, "%s: got %s, and %s without it", text_of(fault), name_of_result(result),
	              name_of_result(fault->course->result));
	ck_assert_msg(now.st_size == after->st_size && now.st_mode == after->st_mode && now.st_blocks == after->st_blocks &&
	                      now.st_nlink == after->st_nlink,
	              "%s: the object is not what it would be without it", text_of(fault));
}

static void
check_success(struct world *world, const struct fault *fault, int64_t result)
{
	const struct scenario *scenario = fault->scenario;
	struct expectation expectation = fault_expectation(scenario, fault->function, fault->nth, fault->error);

	bool left = (expectation.damage & LEAVES_NAME) != 0 && object_count() > world->objects + scenario->names;

	ck_assert_msg(expectation.succeeds || (expectation.damage & MAY_SUCCEED) != 0, "%s: got %s, wanted %s", text_of(fault),
	              name_of_result(result), expectation.errors);
	world_give_back(world, scenario, result);
	check_course(world, fault, result, expectation.damage);
	check_counts(world, fault, scenario->outcome == OUTCOME_CLOSES,
	             (scenario->outcome == OUTCOME_UNMAPS) - ((expectation.damage & LEAVES_MAPPING) != 0), scenario->names + left);
}

/* One case, or a few, on request: those whose message has the text of the environment's FAULT in it. */
static bool
is_wanted(const struct fault *fault)
{
	const char *wanted = getenv("FAULT");

	return wanted == NULL || strstr(text_of(fault), wanted) != NULL;
}

static void
try_fault(const struct fault *fault)
{
	struct world world;
	int64_t result;

	world_make(&world);
	interpose_fail(fault->function, fault->nth, fault->error);
	result = fault->scenario->make(&world);
	ck_assert_msg(interpose_has_failed(), "%s: it was not reached", text_of(fault));
	interpose_reset();
	if (is_error(result))
		check_failure(&world, fault, result);
	else
		check_success(&world, fault, result);
	objects_remove_all(); /* what was left behind, as was expected */
	object_mappings_remove();
	world_end(&world, fault->scenario);
}

static int
try_scenario(const struct scenario *scenario)
{
	struct course course;
	const int *counts = course.counts;
	int tried = 0;

	if (!world_observe(scenario, &course))
		return 0;
	for (int function = 0; function < INTERPOSED; function++) {
		ck_assert_msg(counts[function] <= CALLS_MAX, "%s calls %s %d times", scenario->name, interposed_names[function],
		              counts[function]);
		for (int nth = 1; nth <= counts[function]; nth++) {
			for (const int *error = fault_errors[function]; *error != 0; error++) {
				struct fault fault = { scenario, &course, (enum interposed)function, nth, *error };

				if (!is_wanted(&fault))
					continue;
				try_fault(&fault);
				tried++;
			}
		}
	}
	return tried;
}

START_TEST(every_failure_of_every_system_call)
{
	int least = getenv("FAULT") == NULL ? 500 : 0;
	int tried = 0;

	(void)umask(0);
	interpose_add_traits(OWN_OBJECTS);
	for (int i = 0; i < scenario_count; i++)
		tried += try_scenario(&scenarios[i]);
	ck_assert_int_gt(tried, least);
	note("%d failures of system calls in %d scenarios as %s", tried, scenario_count, interpose_platform_name());
}
END_TEST

/* The same, where the directory does not tell what its entries are. */
START_TEST(failures_of_a_directory_without_types)
{
	int tried = 0;

	if (lacks("list") || getenv("FAULT") != NULL)
		return;
	interpose_add_traits(TYPES_UNKNOWN | OWN_OBJECTS);
	for (int i = 0; i < scenario_count; i++)
		if (strcmp(scenarios[i].name, "list") == 0)
			tried += try_scenario(&scenarios[i]);
	ck_assert_int_gt(tried, 10);
}
END_TEST

Suite *
faults_suite(void)
{
	const TTest *tests[] = { every_failure_of_every_system_call, failures_of_a_directory_without_types, NULL };

	return suite_of("faults", 240, tests);
}
