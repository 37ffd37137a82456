/* SPDX-License-Identifier: BSD-3-Clause */
/* Nothing is in between here: a test that makes system calls fail, or asks what they were, is left out. */
#include "interpose.h"
#include "fixture.h"

const char *const interposed_names[INTERPOSED];

static void
leave_out(void)
{
	skip("nothing comes between the library and the system here");
	objects_remove_all();
	check_leave();
}

bool
interpose_works(void)
{
	return false;
}

void
interpose_platform(const char *name)
{
	(void)name;
}

const char *
interpose_platform_name(void)
{
	return "native";
}

void
interpose_print_platforms(void)
{
}

void
interpose_reset(void)
{
}

void
interpose_enter(void)
{
}

void
interpose_leave(void)
{
}

void
interpose_fail(enum interposed function, int nth, int error)
{
	(void)function;
	(void)nth;
	(void)error;
	leave_out();
}

void
interpose_fail_first(enum interposed function, int times, int error)
{
	interpose_fail(function, times, error);
}

void
interpose_before(enum interposed function, void (*act)(void))
{
	(void)function;
	(void)act;
	leave_out();
}

void
interpose_unlink_failed(void)
{
	leave_out();
}

int
interpose_count(enum interposed function)
{
	(void)function;
	leave_out();
	return 0;
}

size_t
interpose_last_count(void)
{
	leave_out();
	return 0;
}

struct interposed_range
interpose_last_range(void)
{
	leave_out();
	return (struct interposed_range){ 0, 0 };
}

int64_t
interpose_pause(int nth)
{
	(void)nth;
	leave_out();
	return 0;
}

sigset_t
interpose_last_mask(void)
{
	sigset_t none;

	leave_out();
	(void)sigemptyset(&none);
	return none;
}

void
interpose_files(const char *const *paths_and_texts)
{
	(void)paths_and_texts;
	leave_out();
}

bool
interpose_has_failed(void)
{
	leave_out();
	return false;
}

void
interpose_add_traits(traits more)
{
	(void)more;
	leave_out();
}

void
interpose_remove_traits(traits fewer)
{
	(void)fewer;
}
